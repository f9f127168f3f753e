"""Can a stranger's address lead us into our own network, or keep us busy without end?"""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import socket
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from dbolt.browser import fetch as fetching
from dbolt.browser.fetch import MAX_BYTES, Fetched, NotFetched, fetch
from dbolt.browser.outside import Lookup
from dbolt.domain.addresses import is_public
from tests.support.site import Said, Site


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *(
            "169.254.169.254",
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
        ),
        *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        # What clouds tell their machines about themselves, at addresses that look public.
        *("192.0.0.192", "168.63.129.16", "::ffff:192.0.0.192", "64:ff9b::a83f:8110"),
        *("192.88.99.1", "3fff::1"),
    ],
)
def test_addresses_of_our_own_networks_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:password@127.0.0.1/",
        "http://127.0.0.1:5432/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://",
        "http://[::1",
        "http://a..b/",
        "http://127.0.0.1:99999/",
    ],
)
async def test_nothing_private_is_asked_for(url: str) -> None:
    async with Site({"/": "<p>secret"}) as inside:
        got = await fetch(url)
        assert isinstance(got, NotFetched)
        assert got.problem.endswith(".")
        assert inside.asked == []


class Names:
    """A name server: each question gets the next answer, and is counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)
        loop = asyncio.get_running_loop()

        async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            self.asked.append(host)
            found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)


async def test_a_name_with_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch, ["93.184.216.34", "10.0.0.5"])
    got = await fetch("http://shop.example/")
    assert isinstance(got, NotFetched)
    assert "not on the public internet" in got.problem
    assert names.asked == ["shop.example"]


async def test_the_connection_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Site({"/": "<p>Hello"}) as site:
        port = site.url.rpartition(":")[2]
        names = Names(monkeypatch, ["127.0.0.1"])
        got = await fetch(f"http://shop.example:{port}/", lookup=Lookup.anywhere())
        assert got == Fetched(f"http://shop.example:{port}/", "<p>Hello")
        # For robots.txt and the page together: nothing else ever asks for the name.
        assert names.asked == ["shop.example"]
        assert {asked.headers["host"] for asked in site.asked} == {f"shop.example:{port}"}


async def test_a_redirect_is_looked_at_like_the_first_address() -> None:
    async with Site({"/": "<p>secret"}) as inside:
        away = Said("", 302, {"Location": f"{inside.url}/"})
        pages = {"/": away, "/loop": Said("", 302, {"Location": "/loop"})}
        # This one is taken for a site of the internet.
        async with Site(pages, host="127.0.0.2") as outside:
            first = ipaddress.ip_address("127.0.0.2")
            lookup = Lookup(permitted=lambda address: address == first, ports=_Every())
            got = await fetch(f"{outside.url}/", lookup=lookup)
            assert isinstance(got, NotFetched)
            assert "not on the public internet" in got.problem
            assert len(outside.to("/")) == 1
            assert inside.asked == []
            looped = await fetch(f"{outside.url}/loop", lookup=lookup)
            assert isinstance(looped, NotFetched)
            assert "in circles" in looped.problem


class _Every:
    def __contains__(self, port: object) -> bool:
        return True


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b"<p>more"
        await asyncio.sleep(0.02)


async def test_size_time_and_kind_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_S", 1.0)
    bomb = gzip.compress(b"a" * 100_000_000)
    pages = {
        "/large": "a" * 5_000_000,
        "/bomb": Said(bomb, headers={"Content-Encoding": "gzip"}),
        "/deflated": Said(zlib.compress(b"<p>Hi"), headers={"Content-Encoding": "deflate"}),
        "/odd": Said("x", headers={"Content-Encoding": "br"}),
        "/broken": Said(b"nogzip", headers={"Content-Encoding": "gzip"}),
        "/picture": Said(b"x", headers={"Content-Type": "image/png"}),
        "/latin": Said(b"<p>Caf\xe9", headers={"Content-Type": "text/html; charset=latin-1"}),
        "/drip": Said("", more=_drip()),
    }
    async with Site(pages) as site:
        started = time.monotonic()
        got = {path: await fetch(site.url + path, lookup=Lookup.anywhere()) for path in pages}
        assert time.monotonic() - started < 10
    for path in ("/large", "/bomb"):
        assert isinstance(page := got[path], Fetched)
        assert len(page.html) == MAX_BYTES
    assert isinstance(page := got["/deflated"], Fetched)
    assert page.html == "<p>Hi"
    assert isinstance(page := got["/latin"], Fetched)
    assert page.html == "<p>Café"
    for path in ("/odd", "/broken", "/picture", "/drip"):
        assert isinstance(got[path], NotFetched), path
    assert isinstance(slow := got["/drip"], NotFetched)
    assert "too long" in slow.problem


async def test_robots_txt_is_kept() -> None:
    pages = {"/robots.txt": "User-agent: DirectoryBolt\nDisallow: /", "/": "<p>Hello"}
    async with Site(pages) as site:
        got = await fetch(f"{site.url}/", lookup=Lookup.anywhere())
        assert isinstance(got, NotFetched)
        assert "robots.txt" in got.problem
        assert [asked.path for asked in site.asked] == ["/robots.txt"]
