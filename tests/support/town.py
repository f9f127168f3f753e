"""A town for the tests: one server thread per run, forgotten between tests."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dbolt.domain.directory import Directory
from dbolt.sandbox.town import Town

# Nothing here is encrypted; httpx would read all certificates for each client.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class RunningTown:
    """A town in a thread of its own, and what a test may ask it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._town = Town(data_dir)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="town", daemon=True)

    def open(self) -> None:
        """Starts the thread and the town."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._town.start(), self._loop).result(30)

    def close(self) -> None:
        """Stops the town, then its thread."""
        asyncio.run_coroutine_threadsafe(self._town.stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def reset(self) -> None:
        """Forgets all that visitors did."""
        asyncio.run_coroutine_threadsafe(self._town.reset(), self._loop).result(30)

    @property
    def port(self) -> int:
        """Where all sites answer."""
        return self._town.port

    @property
    def base_url(self) -> str:
        """The town's own pages."""
        return self._town.base_url

    def directories(self) -> list[Directory]:
        """One catalogue entry per site."""
        return self._town.directories()

    def directory(self, slug: str) -> Directory:
        """One site's entry."""
        return next(d for d in self.directories() if d.slug == slug)

    def url(self, slug: str, path: str = "/") -> str:
        """An address as a browser would use it."""
        return f"http://{slug}.localhost:{self.port}{path}"

    def sites(self) -> list[dict[str, Any]]:
        """The town's list of sites."""
        return self._ask("/_town/sites")

    def listings(self, slug: str) -> list[dict[str, Any]]:
        """What a site has stored: `id`, `fields`, `state`, `raw`."""
        return self._ask(f"/_town/{slug}/listings")

    def mails(self, slug: str) -> list[dict[str, Any]]:
        """What a site has sent: `recipient`, `subject`, `body`."""
        return self._ask(f"/_town/{slug}/mails")

    def decoys(self, slug: str) -> list[dict[str, Any]]:
        """What came in by newsletter and contact forms."""
        return self._ask(f"/_town/{slug}/decoys")

    def visitor(self, slug: str) -> httpx.Client:
        """A visitor of one site, with cookies of its own; names resolve without any DNS."""
        return httpx.Client(
            base_url=self.url(slug),
            transport=_Loopback(verify=_NO_TLS),
            timeout=20,
            follow_redirects=True,
            trust_env=False,
        )

    def _ask(self, path: str) -> list[dict[str, Any]]:
        answer = httpx.get(self.base_url + path, verify=_NO_TLS, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found


class _Loopback(httpx.HTTPTransport):
    """Connects every `*.localhost` to 127.0.0.1, as browsers do and the C library may not."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        inner = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,  # its Host names the site
            stream=request.stream,
            extensions=request.extensions,
        )
        return super().handle_request(inner)


@pytest.fixture(scope="session")
def town_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTown]:
    """The one town of a test run."""
    running = RunningTown(tmp_path_factory.mktemp("town"))
    running.open()
    yield running
    running.close()


@pytest.fixture
def town(town_server: RunningTown) -> RunningTown:
    """The town as new."""
    town_server.reset()
    return town_server
