"""Does an attempt go through its proxy, wholly, and is the right one blamed where it does not?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from actors.ray_actors import BrowserTrade
from dbolt.browser.session import Browser
from dbolt.domain.directory import ListingSearch, Recipe
from dbolt.domain.reasons import Reason
from dbolt.domain.route import Route
from dbolt.domain.submission import Assignment, NotSent, Pressed, Result, Task
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.providers.proxies import Proxy, Scheme
from dbolt.providers.proxies.bridge import Bridge
from dbolt.providers.proxies.routes import Routes
from tests.browser.attempt.support import Permits, form_page, posts, store_and_thank
from tests.support.listing import a_directory, an_assignment
from tests.support.proxies import (
    PASSWORD,
    USER,
    Listed,
    Running,
    free_port,
    http_proxy,
    socks_proxy,
)
from tests.support.site import Asked, Said, Site
from tests.support.town import RunningTown

NOBODY = "harbour-of-names.example"
"""A name that only the proxies know."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Running]]:
    """One of each kind, for all tests here."""
    folder = tmp_path_factory.mktemp("proxies")
    async with http_proxy(folder) as http, socks_proxy(folder) as socks:
        yield {"http": http, "socks": socks}


def trade(browser: Browser, folder: Path, *known: Proxy) -> BrowserTrade:
    """What a worker does, with these proxies on its list."""
    return BrowserTrade(browser, FolderEvidence(folder), Routes(Listed(list(known))))


def through(proxy_id: str, **directory: Any) -> Assignment:
    """An assignment that names its proxy."""
    made = an_assignment(a_directory(**directory))
    return made.model_copy(update={"proxy_id": proxy_id})


async def yes(*, seen_absent: bool) -> bool:
    """Permits every press."""
    del seen_absent
    return True


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_an_attempt_on_the_town_goes_through_an_authenticated_proxy(
    browser: Browser,
    town: RunningTown,
    tmp_path: Path,
    proxies: dict[str, Running],
    kind: str,
) -> None:
    running, target = proxies[kind], town.directory("main-street")
    work = trade(browser, tmp_path, running.proxy("p"))
    assignment = an_assignment(target).model_copy(update={"proxy_id": "p"})
    before = len(running.served())
    result = await work.attempt(assignment, yes)
    assert isinstance(result, Pressed), result
    assert result.proxy_id == "p"
    assert len(town.listings("main-street")) == 1
    carried = [line for line in running.served()[before:] if "main-street.localhost" in line]
    assert carried, "the proxy's own log knows of the visit"


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_names_are_looked_up_by_the_proxy_alone(
    browser: Browser, tmp_path: Path, proxies: dict[str, Running], kind: str
) -> None:
    stored: list[dict[str, str]] = []
    pages: dict[str, Any] = {"GET /add": form_page(), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        home = f"http://{NOBODY}:{urlsplit(site.url).port}"
        known = {"home_url": home + "/", "submit_url": home + "/add"}
        work = trade(browser, tmp_path, proxies[kind].proxy("p"))
        result = await work.attempt(through("p", **known), Permits(site))
        assert isinstance(result, Pressed), result
        assert len(stored) == 1
        assert site.to("/robots.txt"), "the rules were asked for on the same way"
        assert {asked.headers["host"] for asked in site.asked} == {urlsplit(home).netloc}
        direct = await trade(browser, tmp_path).attempt(through("", **known), Permits(site))
        assert isinstance(direct, NotSent), "without the proxy nobody knows the name"
        assert len(posts(site)) == 1


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_a_wrong_password_is_the_proxys_fault_and_nothing_is_sent(
    browser: Browser, tmp_path: Path, proxies: dict[str, Running], kind: str
) -> None:
    async with Site({"GET /add": form_page()}) as site:
        work = trade(browser, tmp_path, proxies[kind].proxy("p", password="not-this-one"))
        permit = Permits(site)
        known = {"home_url": site.url, "submit_url": site.url + "/add"}
        result = await work.attempt(through("p", **known), permit)
        assert isinstance(result, NotSent), result
        assert result.reason is Reason.PROXY
        assert (permit.asked, site.asked) == (0, [])
        assert "not-this-one" not in result.model_dump_json()


@pytest.mark.parametrize("scheme", [Scheme.HTTP, Scheme.SOCKS5H])
async def test_a_dead_proxy_is_not_the_directorys_fault(
    browser: Browser, tmp_path: Path, scheme: Scheme
) -> None:
    dead = Proxy(id="dead", scheme=scheme, host="127.0.0.1", port=free_port())
    async with Site({"GET /add": form_page(), "GET /find": "<p>Nothing"}) as site:
        work = trade(browser, tmp_path, dead)
        search = Recipe(search=ListingSearch(url=site.url + "/find?q={name}", complete=True))
        known = {"home_url": site.url, "submit_url": site.url + "/add", "recipe": search}
        tried = await work.attempt(through("dead", **known), yes)
        assert isinstance(tried, NotSent)
        assert tried.reason is Reason.PROXY
        assert tried.detail.endswith("The proxy dead does not answer.")
        looked = await work.look(through("dead", **known).model_copy(update={"task": Task.VERIFY}))
        assert isinstance(looked, NotSent), "nobody has looked"
        assert looked.reason is Reason.PROXY
        assert site.asked == []


async def test_a_dead_site_is_not_the_proxys_fault(
    browser: Browser, tmp_path: Path, proxies: dict[str, Running]
) -> None:
    url = f"https://127.0.0.1:{free_port()}/add"
    work = trade(browser, tmp_path, proxies["http"].proxy("p"))
    result = await work.attempt(through("p", home_url=url, submit_url=url), yes)
    assert isinstance(result, NotSent)
    assert result.reason is Reason.UNREACHABLE
    assert "The proxy p says that the site cannot be reached." in result.detail


async def test_without_its_proxy_an_assignment_is_not_tried(
    browser: Browser, tmp_path: Path
) -> None:
    async with Site({"GET /add": form_page()}) as site:
        known = {"home_url": site.url, "submit_url": site.url + "/add"}
        result = await trade(browser, tmp_path).attempt(through("gone", **known), yes)
        assert isinstance(result, NotSent)
        assert result.reason is Reason.NO_PROXY, "nothing is wrong with the proxy"
        assert site.asked == []


async def test_a_proxy_that_dies_after_the_press_leaves_it_unconfirmed(
    browser: Browser, tmp_path: Path
) -> None:
    async with contextlib.AsyncExitStack() as proxy:
        running = await proxy.enter_async_context(http_proxy(tmp_path))
        posted = asyncio.Event()

        async def swallow(_asked: Asked) -> Said:
            posted.set()
            await proxy.aclose()
            return Said("too late")

        pages: dict[str, Any] = {"GET /add": form_page(), "POST /add": swallow}
        async with Site(pages) as site:
            known = {"home_url": site.url, "submit_url": site.url + "/add"}
            work = trade(browser, tmp_path, running.proxy("p"))
            result = await work.attempt(through("p", **known), yes)
            assert posted.is_set()
            assert isinstance(result, Pressed), result
            assert result.reason is Reason.PRESS_UNCONFIRMED
            assert len(posts(site)) == 1


async def test_credentials_are_in_no_log_result_or_evidence(
    browser: Browser,
    tmp_path: Path,
    proxies: dict[str, Running],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    evidence = tmp_path / "evidence"
    told: list[Result] = []
    pages: dict[str, Any] = {"GET /add": form_page(), "POST /add": store_and_thank([])}
    async with Site(pages) as site:
        for kind in ("http", "socks"):
            known = {"home_url": site.url, "submit_url": site.url + "/add"}
            for proxy in (
                proxies[kind].proxy("p"),
                proxies[kind].proxy("p", port=free_port()),
            ):
                work = trade(browser, evidence, proxy)
                told.append(await work.attempt(through("p", **known), yes))
                assert PASSWORD not in repr(proxy) + str(proxy) + proxy.model_dump_json()
                assert PASSWORD not in repr(proxy.facts)
    heard = [value for asked in site.asked for value in asked.headers.values()]
    files = [path.read_bytes() for path in evidence.rglob("*") if path.is_file()]
    assert files
    secret = (PASSWORD, b64encode(f"{USER}:{PASSWORD}".encode()).decode())
    for word in secret:
        assert all(word not in result.model_dump_json() for result in told)
        assert word not in caplog.text
        assert all(word.encode() not in data for data in files)
        assert all(word not in value for value in heard), "not even the site hears of them"


async def test_a_bridge_ends_with_its_lease(
    proxies: dict[str, Running],
) -> None:
    async with Bridge(proxies["socks"].proxy("p")) as bridge:
        port = urlsplit(bridge.url).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b"", "what was open is closed"
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


class Stun(asyncio.DatagramProtocol):
    """Counts who asks it by UDP for their address, as calls between browsers do."""

    def __init__(self) -> None:
        self.heard = 0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del data, addr
        self.heard += 1


_CALL = """async url => {
    const peer = new RTCPeerConnection({iceServers: [{urls: url}]});
    const found = [];
    peer.onicecandidate = event => event.candidate && found.push(event.candidate.candidate);
    peer.createDataChannel('x');
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise(done => {
        peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done();
        setTimeout(done, 3000);
    });
    peer.close();
    return found;
}"""


async def test_calls_between_browsers_do_not_go_around_the_proxy(
    browser: Browser, proxies: dict[str, Running]
) -> None:
    running = proxies["http"].proxy("p")
    route = Route(f"http://127.0.0.1:{running.port}", running.username, running.password)
    transport, stun = await asyncio.get_running_loop().create_datagram_endpoint(
        Stun, local_addr=("127.0.0.1", 0)
    )
    try:
        async with Site({"/": "<p>Call me"}) as site:
            async with browser.new_context(a_directory(), route) as visit:
                await visit.page.goto(site.url)
                port = transport.get_extra_info("sockname")[1]
                found = await visit.page.evaluate(_CALL, f"stun:127.0.0.1:{port}")
        assert stun.heard == 0
        assert not [line for line in found if " udp " in line.lower()]
    finally:
        transport.close()
