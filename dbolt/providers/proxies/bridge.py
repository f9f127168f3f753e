"""How does Chromium get through a SOCKS proxy that wants a password, which it cannot give?

By a server on loopback that wants none: for one lease, and gone with it. Whatever connects to it
is carried through the proxy. Pages cannot use it, because they cannot speak SOCKS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Self

from siosocks.exceptions import SocksException
from siosocks.interface import async_engine
from siosocks.protocol import SocksServer

from dbolt.providers.proxies import Proxy
from dbolt.providers.proxies.reach import CONNECT_S, client_of

log = logging.getLogger(__name__)

_PIECE = 65_536


class Bridge:
    """The server, between `async with` and its end."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.url = ""
        """Where it is, as Playwright wants it."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
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
        crossing = _Crossing(self._proxy, reader, writer)
        try:
            await async_engine(SocksServer(allowed_versions={5}), crossing)
        except (SocksException, OSError, asyncio.CancelledError) as error:
            log.debug("proxy %s: %s", self._proxy.id, type(error).__name__)
        finally:
            self._open.discard(task)
            crossing.close()


class _Crossing:
    """One connection: the protocol's machine says what to read, write and connect to."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._near = reader, writer
        self._far: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def read(self) -> bytes:
        return await self._near[0].read(_PIECE)

    async def write(self, data: bytes) -> None:
        self._near[1].write(data)
        await self._near[1].drain()

    async def connect(self, host: str, port: int) -> None:
        stream = await client_of(self._proxy).connect(host, port, timeout=CONNECT_S)
        self._far = stream.reader, stream.writer

    async def passthrough(self) -> None:
        if self._far is None:
            return
        (near_in, near_out), (far_in, far_out) = self._near, self._far
        async with asyncio.TaskGroup() as ways:
            ways.create_task(_carry(near_in, far_out))
            ways.create_task(_carry(far_in, near_out))

    def close(self) -> None:
        """Ends both sides."""
        for _, writer in filter(None, (self._near, self._far)):
            writer.close()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Everything from one side to the other, until one of them ends."""
    with contextlib.suppress(OSError):
        while piece := await source.read(_PIECE):
            sink.write(piece)
            await sink.drain()
    # The other direction may go on: the end of a request is not the end of its answer.
    with contextlib.suppress(OSError):
        if sink.can_write_eof():
            sink.write_eof()
        else:
            sink.close()
