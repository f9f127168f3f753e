"""The site and the webhook on a real port, as one origin, without Ray."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from dbolt.providers.payments import Checkout
from serve_app.parts import Parts
from serve_app.site import build_site
from serve_app.webhook import build_webhook
from tests.support.serving import parts_on

WEBHOOK = "/webhooks/stripe"


class OneOrigin:
    """Two apps under one address, split by path as Ray Serve splits them."""

    def __init__(self, parts: Parts) -> None:
        def given() -> AbstractAsyncContextManager[Parts]:
            return nullcontext(parts)

        self._site, self._webhook = build_site(given), build_webhook(given)
        # The server starts and ends the site alone.
        self._webhook.state.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._site
        if scope["type"] == "http" and scope["path"].startswith(WEBHOOK):
            app, scope = self._webhook, {**scope, "root_path": WEBHOOK}
        await app(scope, receive, send)


@contextlib.asynccontextmanager
async def served(
    database: str, checkout: Checkout | None = None, *, keep_directories: bool = False
) -> AsyncIterator[Parts]:
    """Both apps on a free port; `base_url` of the parts is their address.

    checkout: where customers pay, if not at the stand-in. keep_directories: see `parts_on`.
    """
    # Said in so many words that asyncio sees TCP, and sends small answers at once.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    webhook_url = url + WEBHOOK if checkout is None else None
    async with parts_on(
        database,
        base_url=url,
        webhook_url=webhook_url,
        checkout=checkout,
        keep_directories=keep_directories,
    ) as parts:
        config = uvicorn.Config(
            OneOrigin(parts), log_level="warning", timeout_graceful_shutdown=1, lifespan="on"
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
            yield parts
        finally:
            server.should_exit = True
            await task
            listener.close()
