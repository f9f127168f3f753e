"""A small site on loopback for one test: what it serves is written in the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, parse_qsl

HEAD_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, str]:
        """A posted URL-encoded form; the last value of each name."""
        return {k: v[-1] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    more: AsyncIterator[bytes] | None = None
    """What follows the body, in pieces; the answer's end is the connection's."""


Answering = Callable[[Asked], Awaitable[Said | str] | Said | str]


class Site:
    """An HTTP/1.1 server, one request a connection. Unknown paths are 404.

    `asked` holds every request in the order of arrival.
    """

    def __init__(
        self,
        pages: Mapping[str, str | Said | Answering],
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.pages = pages
        self._host = host
        self._tls = tls
        self.asked: list[Asked] = []
        self._server: asyncio.Server | None = None
        self.url = ""
        """The site's address without a slash at its end; stays after the site was closed."""
        self._open: set[asyncio.Task[None]] = set()

    def to(self, path: str, method: str = "") -> list[Asked]:
        """What was asked of one path."""
        return [a for a in self.asked if a.path == path and method in ("", a.method)]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, self._host, 0, limit=HEAD_LIMIT, ssl=self._tls
        )
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://{self._host}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in head[1:] if h)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path, _, query = target.partition("?")
        asked = Asked(method, path, headers, body, dict(parse_qsl(query)))
        self.asked.append(asked)
        said = await self._said(asked)
        data = said.body.encode() if isinstance(said.body, str) else said.body
        lines = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(data)),
            "Connection": "close",
            **said.headers,
        }
        if said.more is not None:
            del lines["Content-Length"]
        top = f"HTTP/1.1 {said.status} -\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        writer.write(top.encode("latin-1") + b"\r\n" + data)
        await writer.drain()
        async for piece in said.more or _nothing():
            writer.write(piece)
            await writer.drain()

    async def _said(self, asked: Asked) -> Said:
        page = self.pages.get(f"{asked.method} {asked.path}", self.pages.get(asked.path))
        if page is None:
            return Said("<h1>Not found</h1>", 404)
        if callable(page):
            made = page(asked)
            page = await made if isinstance(made, Awaitable) else made
        return Said(page) if isinstance(page, str) else page


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield
