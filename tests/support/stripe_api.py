"""As much of Stripe's API as we use, on loopback: what the real client is tried against.

It keeps what Stripe promises and emulators leave out: idempotency keys (replayed, refused with
other parameters), lookup keys and their transfer, permissions of restricted keys, whole sessions.
*Source:* docs.stripe.com/api (idempotent requests, prices, checkout sessions, errors).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

KEY = "rk_test_0123456789abcdefABCDEF"
Thing = dict[str, Any]


@dataclass
class StripeApi:
    """The account's things by id, and how Stripe is at the moment.

    forbidden: permissions that the key lacks, like "prices:write". down: answers 503 to everything.
    lose_answers: does what it is asked and never says so.
    """

    url: str = ""
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    down: bool = False
    lose_answers: bool = False
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    listeners: list[WebSocket] = field(default_factory=list)
    _replays: dict[str, tuple[dict[str, str], int, Thing]] = field(default_factory=dict)
    _count: int = 0

    def of(self, kind: str) -> dict[str, Thing]:
        """All things of a kind."""
        return self.things.setdefault(kind, {})

    async def answer(self, request: Request) -> Response:
        """One call."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        kind, _, rest = request.path_params["path"].partition("/")
        if kind == "checkout":
            kind, _, rest = rest.partition("/")
        self.asked.append((request.method, request.url.path, form))
        if self.down:
            return JSONResponse({"error": {"type": "api_error", "message": "down"}}, 503)
        status, said = self._judge(request, kind, rest, form)
        if self.lose_answers and request.method == "POST":
            status, said = 500, {"error": {"type": "api_error", "message": "lost"}}
        return JSONResponse(
            said, status, headers={"request-id": "req_test", "stripe-should-retry": "false"}
        )

    def _judge(
        self, request: Request, kind: str, rest: str, form: dict[str, str]
    ) -> tuple[int, Thing]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return 401, _error("invalid_request_error", f"Invalid API Key provided: {KEY[:9]}***")
        verb = "read" if request.method == "GET" else "write"
        if f"{kind}:{verb}" in self.forbidden:
            return 403, _error(
                "invalid_request_error", "more permissions", code="more_permissions_required"
            )
        replay = request.headers.get("idempotency-key", "") if verb == "write" else ""
        if replay in self._replays:
            before, status, said = self._replays[replay]
            if before != form:
                return 400, _error("idempotency_error", "Keys for idempotent requests differ")
            return status, said
        query = dict(parse_qsl(request.url.query))
        status, said = getattr(self, f"_{kind}")(verb, rest, form or query)
        if replay and status < 500:
            self._replays[replay] = (form, status, dict(said))
        return status, said

    def _new(self, kind: str, prefix: str, **values: Any) -> Thing:
        self._count += 1
        thing = {"id": values.pop("id", None) or f"{prefix}_{self._count:06}", "livemode": False}
        self.of(kind)[thing["id"]] = thing | values
        return self.of(kind)[thing["id"]]

    def _one(self, kind: str, id_: str) -> tuple[int, Thing]:
        found = self.of(kind).get(id_)
        if found is None:
            return 404, _error(
                "invalid_request_error", f"No such {kind}: {id_}", code="resource_missing"
            )
        return 200, found

    def _products(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        if verb == "read":
            return self._one("products", rest)
        if rest:
            status, found = self._one("products", rest)
            if status == 200:
                found |= {k: _value(v) for k, v in form.items()}
            return status, found
        if form.get("id") in self.of("products"):
            return 400, _error("invalid_request_error", "exists", code="resource_already_exists")
        values = {"object": "product", "active": True, "description": None, "default_price": None}
        return 200, self._new("products", "prod", **values | form)

    def _prices(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        prices = self.of("prices")
        if verb == "read":
            wanted = {v for k, v in form.items() if k.startswith("lookup_keys")}
            active = form.get("active")
            found = [
                p
                for p in prices.values()
                if (not wanted or p["lookup_key"] in wanted)
                and (active is None or p["active"] == (active == "true"))
            ]
            return 200, _list(found[: int(form.get("limit", 10))])
        if rest:
            product = self.of("products")[prices[rest]["product"]]
            if form.get("active") == "false" and product["default_price"] == rest:
                return 400, _error("invalid_request_error", "is the default price of its product")
            prices[rest] |= {k: _value(v) for k, v in form.items()}
            return 200, prices[rest]
        for price in prices.values():
            if price["lookup_key"] == form["lookup_key"]:
                if form.get("transfer_lookup_key") != "true":
                    return 400, _error("invalid_request_error", "lookup key is taken")
                price["lookup_key"] = None
        return 200, self._new(
            "prices",
            "price",
            object="price",
            active=True,
            type="one_time",
            product=form["product"],
            unit_amount=int(form["unit_amount"]),
            currency=form["currency"],
            lookup_key=form["lookup_key"],
        )

    def _sessions(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        if rest or verb == "read":
            id_, _, command = rest.partition("/")
            status, found = self._one("sessions", id_)
            if status == 200 and command == "expire":
                found["status"] = "expired"
            return status, found
        price = self.of("prices").get(form["line_items[0][price]"])
        ends_s = int(form["expires_at"]) - time.time()
        if price is None or not price["active"] or not 1800 <= ends_s <= 86_400:
            return 400, _error("invalid_request_error", "price or time")
        session = self._new(
            "sessions",
            "cs_test",
            object="checkout.session",
            status="open",
            payment_status="unpaid",
            client_reference_id=form["client_reference_id"],
            metadata={"order_id": form["metadata[order_id]"]},
            customer_email=form["customer_email"],
            amount_subtotal=price["unit_amount"],
            amount_total=price["unit_amount"],
            total_details={"amount_discount": 0, "amount_tax": 0},
            currency=price["currency"],
            payment_intent=None,
            success_url=form["success_url"],
            expires_at=int(form["expires_at"]),
        )
        session["url"] = f"{self.url}/pay/{session['id']}"
        return 200, session

    def _payment_intents(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        return self._one("payment_intents", rest)

    def _webhook_endpoints(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        return 200, _list(list(self.of("webhook_endpoints").values()))

    def _stripecli(self, verb: str, rest: str, form: dict[str, str]) -> tuple[int, Thing]:
        """Where Stripe's command line is to listen for events."""
        return 200, {
            "websocket_id": "cliws_1",
            "websocket_url": f"{self.url.replace('http', 'ws', 1)}/events",
            "websocket_authorized_feature": "webhook-payloads",
            "reconnect_delay": 60,
            "secret": "whsec_unused",
        }

    async def listen(self, socket: WebSocket) -> None:
        """Stripe's command line, which passes on what it hears."""
        await socket.accept(subprotocol="stripecli-devproxy-v1")
        self.listeners.append(socket)
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()

    async def tell(self, body: bytes, header: str) -> None:
        """An event for whoever listens."""
        for listener in self.listeners:
            await listener.send_json(
                {
                    "type": "webhook_event",
                    "event_payload": body.decode(),
                    "http_headers": {"Stripe-Signature": header},
                    "webhook_conversation_id": "wc_1",
                    "webhook_id": "wh_1",
                    "endpoint": {"api_version": None},
                }
            )

    def pay(self, session_id: str, *, slow: bool = False) -> Thing:
        """The customer pays, with money that is there at once unless *slow*."""
        session = self.of("sessions")[session_id]
        assert session["status"] == "open"
        status = "processing" if slow else "succeeded"
        intent = self._new("payment_intents", "pi", object="payment_intent", status=status)
        return self._paid(session, intent["id"], "unpaid" if slow else "paid")

    def money_comes(self, session_id: str, *, arrives: bool) -> Thing:
        """The money of a slow method comes, or does not."""
        session = self.of("sessions")[session_id]
        intent = self.of("payment_intents")[session["payment_intent"]]
        intent["status"] = "succeeded" if arrives else "requires_payment_method"
        return self._paid(session, intent["id"], "paid" if arrives else "unpaid")

    def _paid(self, session: Thing, intent: str, payment_status: str) -> Thing:
        session |= {
            "status": "complete",
            "payment_status": payment_status,
            "payment_intent": intent,
            "url": None,
        }
        return session


def _value(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _error(kind: str, message: str, *, code: str | None = None) -> Thing:
    return {"error": {"type": kind, "message": message, "code": code}}


def _list(found: list[Thing]) -> Thing:
    return {"object": "list", "data": found, "has_more": False, "url": "/"}


@contextlib.asynccontextmanager
async def stripe_api() -> AsyncIterator[StripeApi]:
    """An account of its own, on a free port."""
    api = StripeApi()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    api.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = Starlette(
        routes=[
            Route("/v1/{path:path}", api.answer, methods=["GET", "POST", "DELETE"]),
            WebSocketRoute("/events", api.listen),
        ]
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            timeout_graceful_shutdown=1,
            lifespan="off",
            ws="websockets-sansio",
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield api
    finally:
        server.should_exit = True
        await task
        listener.close()
