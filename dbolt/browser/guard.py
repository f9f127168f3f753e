"""How is a browser kept out of our own network, whatever the page in it tries?

By a proxy on loopback that is the browser's only way out. It looks each name up itself, connects to
the address that it has looked at, and refuses all else: what a check of names inside of the browser
could not do, because Chromium would look the name up again. Bytes and connections are bounded.

*Source:* RFC 9110, sections 7.6.1 and 9.3.6 (CONNECT); RFC 9112, section 3.2.2 (absolute form).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from dbolt.browser.outside import Closed, Lookup, Refusal

log = logging.getLogger(__name__)

HEAD_BYTES = 65_536
_PIECE = 65_536
_HEAD_S = 15.0
_CONNECT_S = 8.0
_MOST_OPEN = 60
_MOST_EVER = 600
_MOST_NOTED = 30
_HOP = re.compile(rb"(?im)^(?:connection|proxy-[\w-]+|keep-alive|te|upgrade)[ \t]*:[^\r\n]*\r\n")

_Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Guard:
    """The proxy, between `async with` and its end.

    lookup: which addresses may be connected to. most_bytes: carried both ways in all; then every
    connection is closed and `spent` is true.
    """

    def __init__(self, lookup: Lookup, *, most_bytes: int) -> None:
        self._lookup = lookup
        self._left = most_bytes
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._ever = 0
        self.url = ""
        """Where it is."""
        self.refused: dict[str, Refusal] = {}
        """Hosts with ports that were asked for in vain, and why; the first ones."""

    @property
    def spent(self) -> bool:
        """Whether the bytes were used up."""
        return self._left <= 0

    @property
    def kept_out(self) -> tuple[str, ...]:
        """What was asked for in vain, for logs: "127.0.0.1:80, not a public address"."""
        return tuple(f"{host}, {why.value}" for host, why in self.refused.items())

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._open.add(task)
        self._ever += 1
        try:
            if not self.spent and len(self._open) <= _MOST_OPEN and self._ever <= _MOST_EVER:
                await self._cross((reader, writer))
        except (OSError, ValueError, TimeoutError, asyncio.CancelledError) as error:
            log.debug("guard: %s", type(error).__name__)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, BaseExceptionGroup):
            log.debug("guard: broken off")
        finally:
            self._open.discard(task)
            writer.close()

    async def _cross(self, near: _Way) -> None:
        async with asyncio.timeout(_HEAD_S):
            head = await near[0].readuntil(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        method, target, _version = line.decode("latin-1").split(" ")
        tunnel = method == "CONNECT"
        parts = urlsplit(f"//{target}" if tunnel else target)
        host, port = parts.hostname or "", parts.port or (443 if tunnel else 80)
        far = await self._connected(near, host, port) if tunnel or parts.scheme == "http" else None
        if far is None:
            return
        try:
            if tunnel:
                near[1].write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                top = f"{method} {path} HTTP/1.1\r\n".encode("latin-1")
                far[1].write(top + _alone(fields))
                await self._answer_head(near, far)
            await self._carried(near, far)
        finally:
            far[1].close()

    async def _connected(self, near: _Way, host: str, port: int) -> _Way | None:
        """The way to *host*; None where there is none, which the browser has been told."""
        try:
            address = await self._lookup.address(host, port)
            async with asyncio.timeout(_CONNECT_S):
                return await asyncio.open_connection(address, port, limit=HEAD_BYTES)
        except Closed as closed:
            if len(self.refused) < _MOST_NOTED:
                self.refused[f"{host[:253]}:{port}"] = closed.refusal
            await _say(near, b"403 Refused")
        except (OSError, TimeoutError):
            await _say(near, b"502 Unreachable")
        return None

    async def _answer_head(self, near: _Way, far: _Way) -> None:
        """The answer's head, so changed that the browser asks each further thing anew.

        Otherwise its next request on this connection could be meant for another host.
        """
        while True:
            pending = asyncio.create_task(self._carry(near[0], far[1]))
            try:
                async with asyncio.timeout(_HEAD_S * 2):
                    head = await far[0].readuntil(b"\r\n\r\n")
            finally:
                # What the request has of a body was sent by now, or is sent below.
                pending.cancel()
                await asyncio.gather(pending, return_exceptions=True)
            line, _, fields = head.partition(b"\r\n")
            self._count(len(head))
            near[1].write(line + b"\r\n" + _alone(fields))
            # "100 Continue" and its like come before the answer itself.
            if not re.match(rb"HTTP/1\.[01] 1\d\d", line):
                return

    async def _carried(self, near: _Way, far: _Way) -> None:
        async with asyncio.TaskGroup() as ways:
            there = ways.create_task(self._carry(near[0], far[1]))
            await self._carry(far[0], near[1])
            # The other side has said all that it has to say.
            there.cancel()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(_PIECE):
            self._count(len(piece))
            sink.write(piece)
            await sink.drain()

    def _count(self, size: int) -> None:
        self._left -= size
        if self.spent:
            for task in self._open:
                task.cancel()
            raise ConnectionAbortedError


def _alone(fields: bytes) -> bytes:
    """A head's fields for a connection that carries one message."""
    return b"Connection: close\r\n" + _HOP.sub(b"", fields)


async def _say(near: _Way, status: bytes) -> None:
    near[1].write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    with contextlib.suppress(OSError):
        await near[1].drain()
