"""How is a page fetched that a stranger named, without being led into our own network?

A host is resolved once, every address that it has must be a public one, and the connection goes to
the address that was looked at: a second answer of the name server changes nothing (DNS rebinding).
Each redirect is treated in the same way. What comes back is bounded in bytes, also after
decompression, and in time.

*Source:* OWASP, "Server-Side Request Forgery Prevention"; the IANA special-purpose address
registries, as Python's `ipaddress` has them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import zlib
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from dbolt.browser.chromium import product
from dbolt.browser.robots import Robots

MAX_BYTES = 2_000_000
"""Of a page; what comes after that is not read."""
MAX_REDIRECTS = 5
TOTAL_S = 15.0
_STEP_S = 6.0
_PORTS = frozenset({80, 443})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `url`: where it was in the end."""

    url: str
    html: str


@dataclass(frozen=True, slots=True)
class NotFetched:
    """One sentence about why there is no page, and what to do."""

    problem: str


class _Stop(Exception):
    """There will be no page; the text is for the customer."""


def is_public(address: Address) -> bool:
    """Whether *address* is somebody's on the internet, and not this machine's or its network's."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def fetch(
    url: str, *, contact_url: str = "", allow_private: bool = False
) -> Fetched | NotFetched:
    """The page at *url*, with its redirects followed.

    contact_url: where our name in the request leads to. allow_private: for sandboxes and tests,
    whose websites are on this machine.
    """
    try:
        async with asyncio.timeout(TOTAL_S):
            return await _Visit(product(contact_url), allow_private=allow_private).page(url)
    except _Stop as stop:
        return NotFetched(str(stop))
    except TimeoutError:
        return NotFetched("The website takes too long to answer; try again later.")
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, UnicodeError, ValueError):
        return NotFetched("The website cannot be reached; look whether its address is right.")


class _Visit:
    """One customer's page, with the robots.txt of each host on the way."""

    def __init__(self, name: str, *, allow_private: bool) -> None:
        self._name = name
        self._allow_private = allow_private
        self._robots: dict[str, Robots] = {}

    async def page(self, url: str) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            parts = self._checked(url)
            if not (await self._rules(parts)).allows(url):
                raise _Stop("The website's robots.txt does not let us read it; type it in instead.")
            status, headers, body = await self._get(parts)
            if status in _REDIRECTS and headers.get("location"):
                url = urljoin(url, headers["location"])
                continue
            if status != 200:
                raise _Stop(f"The website answers with an error ({status}); try another address.")
            kind = headers.get("content-type", "text/html").partition(";")[0].strip().lower()
            if kind not in {"text/html", "application/xhtml+xml", ""}:
                raise _Stop("There is no web page at this address; give the one of your home page.")
            return Fetched(url, _text(body, headers.get("content-type", "")))
        raise _Stop("The website redirects in circles; give the address where it ends.")

    def _checked(self, url: str) -> SplitResult:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _Stop("This leads to no website; write it like your-business.com.")
        if parts.username is not None or parts.password is not None:
            raise _Stop("Leave user name and password out of the address.")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in _PORTS and not self._allow_private:
            raise _Stop("Give the website's usual address, without a port.")
        return parts

    async def _rules(self, parts: SplitResult) -> Robots:
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            where = parts._replace(path="/robots.txt", query="", fragment="")
            status, _, body = await self._get(where)
            # As RFC 9309 has it: without the file all is allowed.
            text = body.decode("utf-8", "replace") if status == 200 else ""
            self._robots[origin] = Robots(text)
        return self._robots[origin]

    async def _address(self, host: str, port: int) -> str:
        """The one address of *host* to connect to. Every address that it has must be public."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _Stop("There is no website of this name; look whether it is right.") from error
        # A scope id ("%eth0") belongs to link-local addresses alone.
        addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
        if not addresses or not (self._allow_private or all(map(is_public, addresses))):
            raise _Stop("This address is not on the public internet; give your website's own.")
        # Many networks have no way out for IPv6.
        return str(min(addresses, key=lambda address: address.version))

    async def _get(self, parts: SplitResult) -> tuple[int, dict[str, str], bytes]:
        host = (parts.hostname or "").encode("idna").decode() if not _is_ip(parts) else ""
        host = host or str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = await self._address(host, port)
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()
        shown = f"[{host}]" if ":" in host else host
        named = shown if port in _PORTS else f"{shown}:{port}"
        headers = {
            "Host": named,
            "User-Agent": self._name,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "*",
        }
        # The certificate is held against the name, though the connection goes to the address.
        extensions = {"sni_hostname": host} if parts.scheme == "https" else {}
        async with (
            httpx.AsyncClient(timeout=_STEP_S, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", target, headers=headers, extensions=extensions) as answer,
        ):
            got = {name.lower(): value for name, value in answer.headers.items()}
            body = b"" if answer.status_code in _REDIRECTS else await _bounded(answer)
            return answer.status_code, got, body


def _is_ip(parts: SplitResult) -> bool:
    try:
        ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return False
    return True


async def _bounded(answer: httpx.Response) -> bytes:
    """The beginning of the body, decompressed by ourselves: a bomb unpacks no further than that."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise _Stop("The website answers in a way that we cannot read; type it in instead.")
    unpack = (
        zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if "g" in coding or "d" in coding else None
    )
    if coding in {"identity", ""}:
        unpack = None
    body = bytearray()
    try:
        async for piece in answer.aiter_raw(65_536):
            left = MAX_BYTES - len(body)
            body += unpack.decompress(piece, left) if unpack else piece[:left]
            if len(body) >= MAX_BYTES:
                break
    except zlib.error as error:
        raise _Stop("The website's answer is broken; try again later.") from error
    return bytes(body)


def _text(body: bytes, content_type: str) -> str:
    told = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", content_type, re.IGNORECASE)
    inside = _CHARSET.search(body[:4096])
    for name in (told and told[1], inside and inside[1].decode("ascii", "replace"), "utf-8"):
        if name:
            try:
                return body.decode(name, "replace")
            except LookupError:
                continue
    return body.decode("utf-8", "replace")
