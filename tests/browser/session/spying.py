"""A directory that tries to tell two of its visitors to be one: what it leaves, it looks for."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_PAGE = Path(__file__).with_name("spying.html").read_text()


@dataclass
class Spy:
    """What the server has learned. Visitors are told apart by a number given with each page."""

    expected: int = 1
    """How many visitors wait for one another before each says what it heard of the others."""
    url: str = ""
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    """By visitor: traces of others, by the place where they were."""
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    """By visitor: its own traces, which shows that leaving them works."""
    heard: dict[str, list[str]] = field(default_factory=dict)
    sent_cookies: dict[str, str] = field(default_factory=dict)
    credentials: list[str] = field(default_factory=list)
    """The Authorization headers of requests for /private, in order."""
    ports: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By visitor: the connections that its requests came on."""
    listings: list[str] = field(default_factory=list)
    workers: int = 0
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _met: set[str] = field(default_factory=set)
    _all_met: asyncio.Event = field(default_factory=asyncio.Event)

    def page(self, request: Request) -> Response:
        me = f"visitor{next(self._numbers)}"
        self._hear(me, request)
        self.sent_cookies[me] = request.headers.get("cookie", "")
        page = HTMLResponse(_PAGE.replace("ME", me))
        page.set_cookie("server", me, httponly=True)
        return page

    def cached(self, request: Request) -> Response:
        # Whoever gets this from a cache is told another's name.
        return Response(
            f"window.cachedFor = '{request.cookies['server']}';",
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=86400, immutable"},
        )

    async def add(self, request: Request) -> Response:
        async with request.form() as form:
            self.listings.append(str(form["company"]))
        return HTMLResponse("<title>Thanks</title><h1>Thank you! Your listing was submitted.</h1>")

    async def told(self, request: Request) -> Response:
        me = request.path_params["me"]
        self._hear(me, request)
        said: Any = await request.json()
        match request.path_params["what"]:
            case "found":
                self.found[me], self.kept[me] = said["found"], said["kept"]
            case "meet":
                self._met.add(me)
                if len(self._met) >= self.expected:
                    self._all_met.set()
                await self._all_met.wait()
            case "heard":
                self.heard[me] = said
        return Response(status_code=204)

    def private(self, request: Request) -> Response:
        shown = request.headers.get("authorization", "")
        self.credentials.append(shown)
        if shown:
            return HTMLResponse("<title>come in</title>")
        return Response("who?", 401, {"WWW-Authenticate": 'Basic realm="spy"'})

    def worker(self, _request: Request) -> Response:
        self.workers += 1
        return Response("", media_type="text/javascript")

    def _hear(self, me: str, request: Request) -> None:
        assert request.client is not None
        self.ports[me].add(request.client.port)

    def app(self) -> Starlette:
        """The server's routes."""
        return Starlette(
            routes=[
                Route("/add", self.page),
                Route("/add", self.add, methods=["POST"]),
                Route("/cached.js", self.cached),
                Route("/worker.js", self.worker),
                Route("/private", self.private),
                Route("/{what}/{me}", self.told, methods=["POST"]),
            ]
        )


@contextlib.asynccontextmanager
async def spying(expected: int = 1) -> AsyncIterator[Spy]:
    """A spy that listens on a free port of loopback and keeps connections open."""
    spy = Spy(expected)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    spy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        spy.app(), log_level="critical", timeout_graceful_shutdown=1, lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield spy
    finally:
        server.should_exit = True
        await task
        listener.close()
