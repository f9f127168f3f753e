"""Each way not to reach a page has its own reason, and a robot that is not wanted stays away."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dbolt.browser import arrive as arriving
from dbolt.browser.arrive import arrive
from dbolt.browser.proof import Proof
from dbolt.browser.robots import Kept
from dbolt.browser.run import Run
from dbolt.browser.session import Browser
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Left, NotSent
from dbolt.providers.evidence.folder import FolderEvidence
from tests.support.listing import a_directory, an_assignment
from tests.support.site import Asked, Said, Site

FORM = "<!doctype html><title>Add</title><form><input name=a></form>"


@asynccontextmanager
async def a_run(browser: Browser, folder: Path) -> AsyncIterator[Run]:
    directory = a_directory()
    async with browser.new_context(directory) as visit:
        yield Run(visit, an_assignment(directory), _no, Proof(FolderEvidence(folder)))


async def _no() -> bool:
    return False


async def test_a_page_that_is_there_is_reached(browser: Browser, tmp_path: Path) -> None:
    async with Site({"/add": FORM}) as site, a_run(browser, tmp_path) as run:
        assert await arrive(run, site.url + "/add") is None
        assert await run.visit.page.title() == "Add"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said("busy", 503, {"Retry-After": "120"}), Reason.SERVER_ERROR),
        (Said("", 500), Reason.SERVER_ERROR),
        (Said("slow down", 429, {"Retry-After": "60"}), Reason.SERVER_ERROR),
        (Said("gone", 404), Reason.PAGE_GONE),
        (Said("", 404), Reason.PAGE_GONE),
        (Said("gone", 410), Reason.PAGE_GONE),
        (Said("%PDF", 200, {"Content-Type": "application/pdf"}), Reason.NO_FORM),
        (Said("MZ", 200, {"Content-Disposition": "attachment"}), Reason.NO_FORM),
        (Said("", 302, {"Location": "/add"}), Reason.SERVER_ERROR),
    ],
)
async def test_a_bad_answer_is_told_apart(
    browser: Browser, tmp_path: Path, said: Said, reason: Reason
) -> None:
    async with Site({"/add": said}) as site, a_run(browser, tmp_path) as run:
        ended = await arrive(run, site.url + "/add")
    assert isinstance(ended, NotSent)
    assert ended.reason is reason
    if "Retry-After" in said.headers:
        assert said.headers["Retry-After"] in ended.detail
        assert ended.http_status == said.status


@pytest.mark.parametrize(
    ("status", "reason"), [(401, Reason.LOGIN_REQUIRED), (403, Reason.ROBOT_WALL)]
)
async def test_a_closed_door_is_for_a_person(
    browser: Browser, tmp_path: Path, status: int, reason: Reason
) -> None:
    async with Site({"/add": Said("no", status)}) as site, a_run(browser, tmp_path) as run:
        ended = await arrive(run, site.url + "/add")
    assert isinstance(ended, HandOver)
    assert ended.reason is reason


async def test_a_server_that_is_down_is_unreachable(browser: Browser, tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with a_run(browser, tmp_path) as run:
            ended = await arrive(run, f"http://127.0.0.1:{held.getsockname()[1]}/add")
    assert isinstance(ended, NotSent)
    assert ended.reason is Reason.UNREACHABLE


async def test_a_server_that_never_answers_is_a_timeout(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "_PAGE_S", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        async with a_run(browser, tmp_path) as run:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            run.robots[address] = arriving.Robots()
            ended = await arrive(run, address + "/add")
    assert isinstance(ended, NotSent)
    assert ended.reason is Reason.TIMEOUT


async def test_an_invalid_certificate_is_told(browser: Browser, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with Site({"/add": FORM}, tls=context) as site, a_run(browser, tmp_path) as run:
        ended = await arrive(run, site.url + "/add")
    assert isinstance(ended, NotSent)
    assert ended.reason is Reason.CERTIFICATE


async def test_where_robots_are_not_wanted_the_page_is_not_even_asked_for(
    browser: Browser, tmp_path: Path
) -> None:
    rules = Said("User-agent: *\nDisallow: /add\n", headers={"Content-Type": "text/plain"})
    async with Site({"/robots.txt": rules, "/add": FORM, "/": FORM}) as site:
        async with a_run(browser, tmp_path) as run:
            ended = await arrive(run, site.url + "/add")
            assert await arrive(run, site.url + "/") is None
        assert isinstance(ended, Left)
        assert ended.reason is Reason.ROBOTS_TXT
        assert [a.path for a in site.asked if a.path != "/favicon.ico"] == ["/robots.txt", "/"]


@pytest.mark.parametrize("status", [403, 404])
async def test_no_robots_file_forbids_nothing(
    browser: Browser, tmp_path: Path, status: int
) -> None:
    pages = {"/robots.txt": Said("User-agent: *\nDisallow: /", status), "/add": FORM}
    async with Site(pages) as site, a_run(browser, tmp_path) as run:
        assert await arrive(run, site.url + "/add") is None


async def test_rules_that_cannot_be_read_now_are_waited_for(
    browser: Browser, tmp_path: Path
) -> None:
    asked: list[Asked] = []

    def flaky(request: Asked) -> Said:
        asked.append(request)
        return (
            Said("", 503) if len(asked) == 1 else Said("", headers={"Content-Type": "text/plain"})
        )

    async with Site({"/robots.txt": flaky, "/add": FORM}) as site:
        async with a_run(browser, tmp_path) as run:
            ended = await arrive(run, site.url + "/add")
            assert isinstance(ended, NotSent)
            assert ended.reason is Reason.SERVER_ERROR
            assert not site.to("/add")
            assert await arrive(run, site.url + "/add") is None


async def test_rules_that_were_read_lately_hold_for_the_next_attempt(
    browser: Browser, tmp_path: Path
) -> None:
    rules = Kept(for_s=60)
    pages = {"/robots.txt": "User-agent: *\nDisallow: /private", "/add": FORM, "/private": FORM}
    async with Site(pages) as site:
        for _ in range(2):
            async with a_run(browser, tmp_path) as run:
                run.rules = rules
                assert await arrive(run, site.url + "/add") is None
                ended = await arrive(run, site.url + "/private")
                assert isinstance(ended, Left)
        assert len(site.to("/robots.txt")) == 1
        async with a_run(browser, tmp_path) as run:
            run.rules = Kept(for_s=0)
            assert await arrive(run, site.url + "/add") is None
        assert len(site.to("/robots.txt")) == 2
