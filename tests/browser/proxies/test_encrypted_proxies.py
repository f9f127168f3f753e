"""Does an attempt go through a proxy that is spoken to over TLS, and only if it is who it says?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from actors.ray_actors import BrowserTrade
from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import NotSent, Pressed
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.providers.proxies import Proxy
from dbolt.providers.proxies.reach import Fault, reach
from dbolt.providers.proxies.routes import Routes
from tests.browser.attempt.support import Permits, form_page, posts, store_and_thank
from tests.support.listing import a_directory, an_assignment
from tests.support.proxies import Listed, Running, SelfMade, https_proxy
from tests.support.site import Site

NOBODY = "harbour-of-names.example"
"""A name that only the proxy knows."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SelfMade:
    return SelfMade.made(tmp_path_factory.mktemp("certificate"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxy(tmp_path_factory: pytest.TempPathFactory, made: SelfMade) -> AsyncIterator[Running]:
    async with https_proxy(tmp_path_factory.mktemp("proxy"), made) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def trusting(made: SelfMade) -> AsyncIterator[Browser]:
    """A browser that knows the proxy's certificate."""
    async with Browser(made.trusting(find_chromium())) as started:
        yield started


async def tried(
    browser: Browser, folder: Path, proxy: Proxy, site: Site, name: str
) -> tuple[Pressed | NotSent, Permits]:
    """One attempt through *proxy* on a directory of that name, and who asked to press."""
    home = f"http://{name}:{urlsplit(site.url).port}"
    directory = a_directory(home_url=home + "/", submit_url=home + "/add")
    assignment = an_assignment(directory).model_copy(update={"proxy_id": proxy.id})
    trade = BrowserTrade(browser, FolderEvidence(folder), Routes(Listed([proxy])))
    permits = Permits(site)
    result = await trade.attempt(assignment, permits)
    assert isinstance(result, Pressed | NotSent), result
    return result, permits


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_an_attempt_goes_through_an_authenticated_encrypted_proxy(
    trusting: Browser, tmp_path: Path, proxy: Running
) -> None:
    stored: list[dict[str, str]] = []
    pages: dict[str, Any] = {"GET /add": form_page(), "POST /add": store_and_thank(stored)}
    async with Site(pages) as site:
        result, _ = await tried(trusting, tmp_path, proxy.proxy("p"), site, NOBODY)
        assert isinstance(result, Pressed), result
        assert len(stored) == 1
        assert site.to("/robots.txt"), "the rules were asked for on the same way"
        assert all("proxy-authorization" not in asked.headers for asked in site.asked)
    assert [line for line in proxy.served() if NOBODY in line]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_an_encrypted_proxy_that_does_not_take_the_password_is_blamed(
    trusting: Browser,
    tmp_path: Path,
    proxy: Running,
    made: SelfMade,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    async with Site({"GET /add": form_page()}) as site:
        wrong = proxy.proxy("p", password="not-this-one")
        result, permits = await tried(trusting, tmp_path, wrong, site, NOBODY)
        assert isinstance(result, NotSent), result
        assert result.reason is Reason.PROXY
        assert (permits.asked, site.asked) == (0, [])
        assert "not-this-one" not in result.model_dump_json()


async def test_nothing_is_told_to_a_proxy_whose_certificate_does_not_hold(
    browser: Browser, tmp_path: Path, proxy: Running
) -> None:
    before = len(proxy.served())
    async with Site({"GET /add": form_page()}) as site:
        result, permits = await tried(browser, tmp_path, proxy.proxy("p"), site, "other.example")
        assert isinstance(result, NotSent), result
        assert result.reason is Reason.PROXY, "it is no fault of the directory"
        assert (permits.asked, posts(site), site.asked) == (0, [], [])
    assert not [line for line in proxy.served()[before:] if "other.example" in line]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_check_of_an_encrypted_proxy_tells_what_is_wrong_with_it(
    proxy: Running, made: SelfMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Site({"GET /": "<p>Here"}) as site:
        port = urlsplit(site.url).port or 0
        assert await reach(proxy.proxy("p"), NOBODY, port) is Fault.CERTIFICATE
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        assert await reach(proxy.proxy("p"), NOBODY, port) is None
        assert await reach(proxy.proxy("p", password="wrong"), NOBODY, port) is Fault.AUTH
