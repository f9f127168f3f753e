"""Which site is a request for? The ASGI application that leads each visitor to its host's site."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from dbolt.sandbox.index import index_page
from dbolt.sandbox.site import Site
from dbolt.sandbox.store import Store
from dbolt.sandbox.visit import Upload, Visit, Words


@dataclass(slots=True)
class Premises:
    """A site that is open: its definition, its storage and the port it is said to be on."""

    site: Site
    store: Store
    port: int
    _clean_at: int = field(default=-1)

    def seed(self) -> None:
        """Puts in what the site has from the start."""
        if self.site.seed is not None:
            self.site.seed(self.store)

    def reset(self) -> None:
        """Forgets all visitors; quick where none has been."""
        if self._clean_at == self.store.changes:
            return
        self.store.clear()
        self.seed()
        self._clean_at = self.store.changes

    def listings(self) -> list[dict[str, object]]:
        """What the site holds, under canonical names and as stored."""
        return [
            {
                "id": row["id"],
                "fields": self.site.fields(row),
                "state": row["_state"],
                "raw": {key: value for key, value in row.items() if key not in ("id", "_state")},
            }
            for row in self.store.rows()
        ]

    def summary(self) -> dict[str, object]:
        """The site in the town's list."""
        site, expected = self.site, self.site.expected
        counts = {"published": 0, "pending": 0, "unconfirmed": 0}
        for row in self.store.rows():
            counts[row["_state"]] += 1
        directory = site.directory(self.port)
        return {
            "slug": site.slug,
            "name": site.name,
            "hard": site.hard,
            "url": directory.home_url,
            "submit_url": directory.submit_url,
            "language": site.language,
            "expected": {
                "state": expected.state,
                "reason": expected.reason,
                "also": list(expected.also),
            },
            "right_categories": sorted(site.right_categories),
            "counts": {**counts, "decoys": len(self.store.decoys())},
        }


class Gate:
    """The town's one ASGI application."""

    def __init__(self, premises: Mapping[str, Premises], host: str, port: int) -> None:
        self._premises = premises
        self._own = {host, "localhost", "127.0.0.1", "[::1]"}
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive, send)
        host = request.headers.get("host", "").rsplit(":", 1)[0].lower()
        answer = self._own_page(request) if host in self._own else await self._visit(request, host)
        await answer(scope, receive, send)

    async def _visit(self, request: Request, host: str) -> Response:
        name = host.removesuffix(".localhost")
        for premises in self._premises.values():
            if name in (premises.site.slug, *premises.site.hosts) and premises.site.listens:
                return await _at_site(premises, request)
        return PlainTextResponse(f"There is no site called {host} in this town.\n", 404)

    def _own_page(self, request: Request) -> Response:
        path = request.url.path
        if path == "/":
            return HTMLResponse(index_page([p.summary() for p in self._premises.values()]))
        if path == "/_town/sites":
            return JSONResponse([p.summary() for p in self._premises.values()])
        if path == "/_town/reset" and request.method == "POST":
            for premises in self._premises.values():
                premises.reset()
            return JSONResponse({"reset": True})
        match path.strip("/").split("/"):
            case ["_town", slug, what] if slug in self._premises:
                return _records(self._premises[slug], what)
        return PlainTextResponse("Try /, /_town/sites or /_town/SLUG/listings.\n", 404)


def _records(premises: Premises, what: str) -> Response:
    match what:
        case "listings":
            return JSONResponse(premises.listings())
        case "mails":
            return JSONResponse(premises.store.mails())
        case "decoys":
            return JSONResponse(premises.store.decoys())
    return PlainTextResponse("A site has listings, mails and decoys.\n", 404)


async def _at_site(premises: Premises, request: Request) -> Response:
    site = premises.site
    path = request.url.path
    if path == "/favicon.ico":
        return Response(status_code=204)
    if path == "/robots.txt":
        return PlainTextResponse(site.robots)
    await asyncio.sleep(site.delay_s)
    method = "GET" if request.method == "HEAD" else request.method
    found = site.handler(method, path)
    if found is None:
        return HTMLResponse(_NOT_FOUND.format(name=site.name), 404)
    handler, args = found
    visit = await _read(premises, request, args)
    sid = request.cookies.get(site.cookie, "")
    before = premises.store.session(sid) if sid else {}
    visit.session.update(json.loads(json.dumps(before)))
    made = handler(visit)
    answer = HTMLResponse(made) if isinstance(made, str) else made
    if visit.session != before:
        sid = sid or secrets.token_hex(12)
        premises.store.keep_session(sid, visit.session)
        answer.set_cookie(site.cookie, sid, httponly=True, samesite="lax")
    return answer


async def _read(premises: Premises, request: Request, args: dict[str, str]) -> Visit:
    """The request as a visit; a body that cannot be read counts as empty."""
    visit = Visit(
        site=premises.site,
        store=premises.store,
        port=premises.port,
        path=request.url.path,
        query=Words((k, v.strip()) for k, v in request.query_params.items()),
        form=Words(),
        args=args,
    )
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            visit.body = await request.json()
        except ValueError:
            visit.body = None
    elif request.method == "POST":
        with contextlib.suppress(MultiPartException):
            async with request.form(max_part_size=10_000_000) as data:
                await _take_form(visit, data)
    return visit


async def _take_form(visit: Visit, data: FormData) -> None:
    lists: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = Upload(value.filename, value.content_type or "", await value.read())
        else:
            lists.setdefault(name, []).append(value.replace("\r\n", "\n").strip())
    visit.lists = lists
    visit.files = files
    visit.form = Words((name, values[-1]) for name, values in lists.items())


_NOT_FOUND = (
    "<!doctype html><title>Page not found</title><h1>Page not found</h1>"
    "<p>{name} has no such page. <a href='/'>Home</a></p>"
)
