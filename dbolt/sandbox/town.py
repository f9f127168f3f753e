"""Who answers for all the sites? One uvicorn process that tells them apart by host name."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from dbolt.domain.directory import Directory
from dbolt.sandbox.gate import Gate, Premises
from dbolt.sandbox.sites import discover
from dbolt.sandbox.store import Store


class TownError(Exception):
    """The town cannot open; the message is one sentence that says why."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to whoever runs the town."""
        yield


class Town:
    """The sandbox town. Everything it was told is in *data_dir* and comes back after a restart."""

    def __init__(self, data_dir: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self._data_dir = data_dir
        self._host = host
        self._wanted_port = port
        self._sites = discover()
        self._premises: dict[str, Premises] = {}
        self._listener: socket.socket | None = None
        self._silent: socket.socket | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port all sites but the one that is down answer on."""
        if self._listener is None:
            raise TownError("the town is closed; start it first")
        return int(self._listener.getsockname()[1])

    @property
    def base_url(self) -> str:
        """The town's own pages: index and JSON."""
        return f"http://{self._host}:{self.port}"

    def directories(self) -> list[Directory]:
        """One catalogue entry per site."""
        return [p.site.directory(p.port) for p in self._premises.values()]

    async def start(self) -> None:
        """Opens the town; returns when it answers. Raises TownError."""
        self._listener = _bound(self._host, self._wanted_port)
        port = self.port
        self._silent = _silent(self._data_dir, self._host, port)
        silent_port = int(self._silent.getsockname()[1])
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            for site in self._sites.values():
                path = self._data_dir / f"{site.slug}.sqlite"
                fresh = not path.exists()
                store = Store(path, site.table, tuple(site.columns))
                premises = Premises(site, store, port if site.listens else silent_port)
                self._premises[site.slug] = premises
                if fresh:
                    premises.seed()
            (self._data_dir / "silent-port").write_text(str(silent_port))
        except OSError as error:
            await self.stop()
            raise TownError(f"cannot keep data in {self._data_dir}: {error.strerror}") from error
        except sqlite3.Error as error:
            await self.stop()
            raise TownError(
                f"cannot read the town's data in {self._data_dir} ({error}); move the folder away"
            ) from error
        await self._serve()

    async def stop(self) -> None:
        """Closes the town; what it was told stays in the data folder."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._server = self._serving = None
        for premises in self._premises.values():
            premises.store.close()
        self._premises.clear()
        for held in (self._listener, self._silent):
            if held is not None:
                held.close()
        self._listener = self._silent = None

    async def reset(self) -> None:
        """Forgets everything that visitors did; quick for sites that nobody has used."""
        for premises in self._premises.values():
            premises.reset()

    async def _serve(self) -> None:
        assert self._listener is not None
        config = uvicorn.Config(
            Gate(self._premises, self._host, self.port),
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            await asyncio.sleep(0.01)
            if self._serving.done():
                self._serving.result()
                raise TownError("the town's server ended before it was ready")


def _bound(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65_535:
        raise TownError(f"{port} is no port; take one from 1 to 65535, or 0 for any free one")
    # With the protocol named, asyncio switches Nagle's delay off: 40 ms less per answer.
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host, port))
        held.listen(128)
    except OSError as error:
        held.close()
        why = error.strerror or error
        raise TownError(f"cannot listen on {host}:{port}: {why}; choose another --port") from error
    return held


def _silent(data_dir: Path, host: str, port: int) -> socket.socket:
    """A socket that is bound and does not listen: whoever connects is refused.

    The port of the last run is taken again if it is free, so that addresses stay good.
    """
    with contextlib.suppress(OSError, ValueError):
        return _only_bound(host, int((data_dir / "silent-port").read_text()))
    with contextlib.suppress(OSError, OverflowError):
        return _only_bound(host, port + 1)
    return _only_bound(host, 0)


def _only_bound(host: str, port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        held.bind((host, port))
    except (OSError, OverflowError):
        held.close()
        raise
    return held
