"""The directories, in a process of their own whose work counts for nobody.

Each takes a listing only if all twelve fields say what they should, and tells how many it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from benchmarks.browser.page import FIELDS, LISTING, made


def same(name: str, text: str) -> bool:
    """Whether a field says what it should; a telephone number may be written in any way."""
    if name == "phone":
        return "".join(filter(str.isdigit, text)).endswith("2125550142")
    if name == "web":
        return text.strip("/") == LISTING["web"].strip("/")
    return text == LISTING[name]


def _routes() -> Callable[[Request], Awaitable[Response]]:
    page = made()
    stored: list[str] = []
    refused: list[str] = []

    async def answer(request: Request) -> Response:
        directory, name = request.path_params["directory"], request.path_params["name"]
        if name == "stored":
            return JSONResponse({"stored": stored, "refused": refused, "bytes": page.size})
        if request.method == "POST":
            async with request.form() as form:
                wrong = [f for f in FIELDS if not same(f, str(form.get(f, "")))]
            if wrong:
                refused.append(f"{directory}: {', '.join(wrong)}")
                return HTMLResponse(f"<h1>Please check: {', '.join(wrong)}</h1>", 422)
            stored.append(directory)
            return HTMLResponse(
                "<!doctype html><html lang=en><title>Thank you</title>"
                "<h1>Thank you! Your listing has been submitted.</h1>"
            )
        if name not in page.files:
            return Response("not found", 404)
        data, media_type = page.files[name]
        return Response(data, media_type=media_type)

    return answer


def serve(descriptor: int) -> None:
    """Serves on a listening socket that was inherited."""
    listener = socket.socket(fileno=descriptor)
    app = Starlette(
        routes=[Route("/{directory}/{name}", _routes(), methods=["GET", "HEAD", "POST"])]
    )
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


@dataclass(frozen=True, slots=True)
class Site:
    """The running site. `pid`: its process."""

    url: str
    pid: int

    async def told(self) -> dict[str, list[str] | int]:
        """What it holds, what it refused and why, and how large the page is."""
        async with httpx.AsyncClient(trust_env=False) as client:
            answer: dict[str, list[str] | int] = (await client.get(f"{self.url}/all/stored")).json()
            return answer


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Site]:
    """The site on a free port of loopback."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with listener:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.browser.site", str(listener.fileno())),
            pass_fds=[listener.fileno()],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    site = Site(url, process.pid)
    try:
        yield site
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
