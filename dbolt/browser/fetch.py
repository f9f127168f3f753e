"""How is a page fetched that a stranger named, without being led into our own network?

The way is that of `outside.Lookup`, for each redirect too. What comes back is bounded in bytes,
also after decompression, and in time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
import zlib
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from dbolt.browser.chromium import product
from dbolt.browser.outside import WEB_PORTS, Closed, Lookup, Refusal
from dbolt.browser.robots import Robots

MAX_BYTES = 2_000_000
"""Of a page; what comes after that is not read."""
MAX_REDIRECTS = 5
TOTAL_S = 15.0
_STEP_S = 6.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)

_CLOSED = {
    Refusal.PORT: "Give the website's usual address, without a port.",
    Refusal.NO_NAME: "There is no website of this name; look whether it is right.",
    Refusal.PRIVATE: "This address is not on the public internet; give your website's own.",
    Refusal.MANY: "The website leads to too many others; type it in instead.",
}
NO_ROBOTS = "The website's robots.txt does not let us read it; type it in instead."


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `url`: where it was in the end."""

    url: str
    html: str


@dataclass(frozen=True, slots=True)
class NotFetched:
    """One sentence about why there is no page, and what to do."""

    problem: str


class Stop(Exception):
    """There will be no page; the text is for the customer."""


def told(refusal: Refusal) -> str:
    """Why there is no way to a website, and what to do: for the customer."""
    return _CLOSED[refusal]


async def fetch(
    url: str, *, contact_url: str = "", lookup: Lookup | None = None
) -> Fetched | NotFetched:
    """The page at *url*, with its redirects followed.

    contact_url: where our name in the request leads to. lookup: which addresses may be asked;
    public ones, unless said otherwise.
    """
    try:
        async with asyncio.timeout(TOTAL_S):
            return await Reader(contact_url, lookup or Lookup()).page(url)
    except Stop as stop:
        return NotFetched(str(stop))
    except TimeoutError:
        return NotFetched("The website takes too long to answer; try again later.")
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, UnicodeError, ValueError):
        return NotFetched("The website cannot be reached; look whether its address is right.")


class Reader:
    """One visit, with the robots.txt of each host on the way."""

    def __init__(self, contact_url: str, lookup: Lookup) -> None:
        self._name = product(contact_url)
        self._lookup = lookup
        self._robots: dict[str, Robots] = {}

    async def page(self, url: str) -> Fetched:
        """The page at *url*. Raises Stop, TimeoutError, OSError or httpx's errors."""
        for _ in range(MAX_REDIRECTS + 1):
            parts = self._checked(url)
            if not (await self._rules(parts)).allows(url):
                raise Stop(NO_ROBOTS)
            status, headers, body = await self._get(parts)
            if status in _REDIRECTS and headers.get("location"):
                url = urljoin(url, headers["location"])
                continue
            if status != 200:
                raise Stop(f"The website answers with an error ({status}); try another address.")
            kind = headers.get("content-type", "text/html").partition(";")[0].strip().lower()
            if kind not in {"text/html", "application/xhtml+xml", ""}:
                raise Stop("There is no web page at this address; give the one of your home page.")
            return Fetched(url, _text(body, headers.get("content-type", "")))
        raise Stop("The website redirects in circles; give the address where it ends.")

    async def allows(self, url: str) -> bool:
        """Whether the robots.txt of its host lets us read *url*. Raises as `page` does."""
        return (await self._rules(self._checked(url))).allows(url)

    def _checked(self, url: str) -> SplitResult:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Stop("This leads to no website; write it like your-business.com.")
        if parts.username is not None or parts.password is not None:
            raise Stop("Leave user name and password out of the address.")
        return parts

    async def _rules(self, parts: SplitResult) -> Robots:
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            where = parts._replace(path="/robots.txt", query="", fragment="")
            status, body = await self._followed(where)
            if status >= 500:
                # RFC 9309, 2.3.1.4: rules that cannot be read are taken as a complete refusal.
                raise Stop("The website's robots.txt cannot be read at the moment; try later.")
            # Without the file all is allowed.
            text = body.decode("utf-8", "replace") if status == 200 else ""
            self._robots[origin] = Robots(text)
        return self._robots[origin]

    async def _followed(self, parts: SplitResult) -> tuple[int, bytes]:
        for _ in range(MAX_REDIRECTS):
            status, headers, body = await self._get(parts)
            if status not in _REDIRECTS or not headers.get("location"):
                return status, body
            parts = self._checked(urljoin(parts.geturl(), headers["location"]))
        return 404, b""

    async def _get(self, parts: SplitResult) -> tuple[int, dict[str, str], bytes]:
        host = (parts.hostname or "").encode("idna").decode() if not _is_ip(parts) else ""
        host = host or str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            address = await self._lookup.address(host, port)
        except Closed as closed:
            raise Stop(told(closed.refusal)) from closed
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()
        shown = f"[{host}]" if ":" in host else host
        named = shown if port in WEB_PORTS else f"{shown}:{port}"
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
        raise Stop("The website answers in a way that we cannot read; type it in instead.")
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
        raise Stop("The website's answer is broken; try again later.") from error
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
