"""What holds for every request? Security headers, the same-origin rule, and counting.

*Source:* OWASP's cheat sheet on cross-site request forgery (Fetch Metadata, origin check);
W3C Content Security Policy 3.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dbolt.logs import about
from serve_app.counters import Counters
from serve_app.problems import Problem, reply, wants_page
from serve_app.staff import audit

OPTIONS: dict[str, Any] = {"docs_url": None, "redoc_url": None}
"""No documentation pages from FastAPI: they load scripts from other sites."""

PageOf = Callable[[Request, Problem], Response]
"""A problem as a page for people."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def content_policy(pay_origin: str) -> str:
    """The Content-Security-Policy: nothing but our own files, and no inline code or style.

    *pay_origin*: where a form may lead to by redirect, because browsers hold `form-action` against
    the redirect after a post too.
    """
    form_action = f"'self' {pay_origin}".strip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )


def comes_from_our_pages(headers: Headers) -> bool:
    """Whether a request that changes something was not caused by another site.

    Programs send neither Sec-Fetch-Site nor Origin; they pass if they bring no cookie, because
    then their right is in what they say and not in what a browser adds by itself. A bearer token
    is always said on purpose: no page can add one to a request to us.
    """
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is not None:
        # Compared as text: an origin that cannot be taken apart is a refusal, not an error.
        return origin.partition("://")[2] == headers.get("host")
    return "cookie" not in headers


class GuardedApp(FastAPI):
    """A FastAPI app inside an `Edge`.

    Middleware of the usual kind would sit inside of FastAPI's own error and body-limit layers,
    whose replies would then go out without the headers.
    """

    def __init__(
        self, *, policy: str, https: bool, page: PageOf | None = None, **options: Any
    ) -> None:
        super().__init__(openapi_url=options.pop("openapi_url", None), **OPTIONS, **options)
        self._policy, self._https, self._page = policy, https, page

    def build_middleware_stack(self) -> ASGIApp:
        """FastAPI's layers, with ours around them."""
        return Edge(
            super().build_middleware_stack(),
            policy=self._policy,
            https=self._https,
            page=self._page,
        )


class Edge:
    """The outermost layer of an app."""

    def __init__(
        self, app: ASGIApp, *, policy: str, https: bool, page: PageOf | None = None
    ) -> None:
        self._app, self._page = app, page
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            # With less than this, browsers on plain http say "Origin: null" of our own forms.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == scope.get("root_path"):
            # An app under a prefix, asked for the prefix itself. Starlette would redirect to the
            # slash, and Stripe follows no redirects.
            scope["path"] += "/"
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            # The answer to GET without its body; the router knows GET alone.
            scope = {**scope, "method": "GET"}
        request_id = secrets.token_hex(8)
        answer = _Answer(
            scope, send, self._headers | {"X-Request-Id": request_id}, bodiless=bodiless
        )
        with about(request=request_id):
            await self._answer(scope, receive, answer)

    async def _answer(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        refused = refusal(scope)
        if refused is not None:
            request = Request(scope, receive)
            for_person = self._page is not None and wants_page(request)
            shown = self._page(request, refused) if self._page and for_person else reply(refused)
            await shown(scope, receive, answer.send)
            return
        await self._app(scope, receive, answer.send)


def refusal(scope: Scope) -> Problem | None:
    """Why a request is answered here already, if it is."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return Problem(400, "The address holds a NUL character; take that out.")
    if scope["method"] not in SAFE_METHODS and not comes_from_our_pages(Headers(scope=scope)):
        return Problem(403, "This request came from another site; use our own page for it.")
    return None


class _Answer:
    """One answer on its way out."""

    def __init__(
        self, scope: Scope, send: Send, headers: dict[str, str], *, bodiless: bool
    ) -> None:
        self._scope, self._send, self._headers = scope, send, headers
        self._bodiless = bodiless
        self._started_s = time.perf_counter()
        self._replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_bare_413(message):
                self._replaced = True
                too_large = reply(Problem(413, "The request is larger than this address accepts."))
                message = {
                    "type": "http.response.start",
                    "status": 413,
                    "headers": too_large.raw_headers,
                }
                told = b"" if self._bodiless else too_large.body
                body: Message = {"type": "http.response.body", "body": told}
                await self._send_start(message)
                await self._send(body)
                return
            await self._send_start(message)
            if self._bodiless:
                await self._send({"type": "http.response.body", "body": b""})
        elif not self._replaced and not self._bodiless:
            await self._send(message)

    async def _send_start(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        for name, value in self._scope.get("state", {}).get("rate_headers", {}).items():
            headers.setdefault(name, value)
        self._count(message["status"])
        await audit.end(self._scope, message["status"])
        await self._send(message)

    def _count(self, status: int) -> None:
        # The route's pattern, not the path: paths hold ids without end.
        route = getattr(self._scope.get("route"), "path_format", "(none)")
        counters: Counters = self._scope["app"].state.parts.counters
        counters.requests.labels(self._scope["method"], route, str(status)).inc()
        counters.seconds.labels(route).observe(time.perf_counter() - self._started_s)


def _is_bare_413(message: Message) -> bool:
    """Whether this is the body limit's own plain answer, which is no problem reply yet."""
    kind = Headers(raw=message.get("headers", [])).get("content-type", "")
    return message["status"] == 413 and kind.startswith("text/plain")
