"""How does a page come about? Templates, their filters, form tokens and error pages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Annotated, Any
from urllib.parse import quote

import jinja2
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from serve_app.identity import cookie_name, put_cookie, signature
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.web import words

FORM_S = 24 * 3600
MAX_FILES = 8
TOKEN_FIELD = "form_token"  # noqa: S105  - the name of a form field
FILTERS = {
    "ago": words.ago,
    "clock": words.clock,
    "day": words.day,
    "date": words.date,
    "day_s": words.day_s,
    "listing_field": words.listing_field,
    "host": words.host,
    "mark": lambda text: hashlib.sha256(text.encode()).hexdigest()[:8],
    "web_url": words.web_url,
    "money": words.money,
    "why": words.why,
    "remedy": words.remedy,
    "field_label": words.field_label,
    "pill": words.submission_pill,
    "job_pill": words.job_pill,
    "order_pill": words.order_pill,
    "job_name": words.job_name,
    "job_title": words.job_title,
    "plan_name": words.plan_name,
    "sentence": words.sentence,
}


@cache
def _templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("serve_app", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(FILTERS)
    env.globals.update(asset=asset, percent=words.percent)
    return env


@cache
def _version(name: str) -> str:
    content = (resources.files("serve_app") / "static" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def asset(name: str) -> str:
    """The address of a static file; its version is in it, so it may be kept for ever."""
    try:
        return f"/static/{name}?v={_version(name)}"
    except FileNotFoundError as missing:
        raise FileNotFoundError(
            f"{missing.filename} is not there; `pip install -e .` or `python hatch_build.py` "
            "brings what the pages need."
        ) from missing


class Assets(StaticFiles):
    """Files that browsers keep. One that is asked for with its version need not be asked again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        kept = scope["query_string"] == f"v={_version(path)}".encode()
        told = "public, max-age=31536000, immutable" if kept else "no-cache"
        answer.headers["Cache-Control"] = told
        return answer


def assets() -> ASGIApp:
    """The app for /static. Pages themselves go uncompressed: they hold form tokens (BREACH)."""
    return GZipMiddleware(Assets(packages=[("serve_app", "static")]), minimum_size=500)


def text_of(template: str, **values: Any) -> str:
    """A template filled in, for fragments."""
    return _templates().get_template(template).render(now=datetime.now(UTC), **values)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, with a form token that fits the visitor's form cookie."""
    name = cookie_name(request, "form")
    cookie = request.cookies.get(name, "")
    fresh = len(cookie) != 64
    if fresh:
        cookie = secrets.token_hex(32)
    html = text_of(
        template,
        form_token=_form_token(request, cookie),
        path=request.url.path,
        me=getattr(request.state, "customer", None),
        **values,
    )
    answer = HTMLResponse(html, status)
    if fresh:
        put_cookie(request, answer, "form", cookie, max_age_s=FORM_S)
    return answer


def _form_token(request: Request, cookie: str) -> str:
    return signature(parts_of(request).secrets.staff_token, "form", cookie)


@asynccontextmanager
async def _form(request: Request, files: int) -> AsyncIterator[FormData]:
    async with request.form(max_files=files, max_fields=200) as form:
        given = str(form.get(TOKEN_FIELD, ""))
        cookie = request.cookies.get(cookie_name(request, "form"), "")
        # compare_digest takes ASCII only where it is given text.
        right = hmac.compare_digest(given.encode(), _form_token(request, cookie).encode())
        if not cookie or not right:
            raise Problem(403, "This form is too old, or cookies are off. Reload it and try again.")
        if any(isinstance(value, str) and "\x00" in value for value in form.values()):
            raise Problem(422, "The form holds a NUL character; take that out.")
        yield form


async def _posted(request: Request) -> AsyncIterator[FormData]:
    async with _form(request, 0) as form:
        yield form


async def _posted_with_files(request: Request) -> AsyncIterator[FormData]:
    async with _form(request, MAX_FILES) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]
"""The fields of a form that we handed out ourselves."""

PostedWithFiles = Annotated[FormData, Depends(_posted_with_files)]
"""The same with a few files."""


def go(path: str) -> RedirectResponse:
    """On to *path* of this site after a form."""
    return RedirectResponse(path, 303)


def local_path(text: str, otherwise: str) -> str:
    """*text* if it is a path of this site: never a way to somebody else's."""
    # Browsers take a backslash for a slash, and skip tabs and line ends.
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if good else otherwise


_TITLES = {
    401: "Please sign in",
    403: "Not for you",
    404: "Nothing here",
    409: "Not now",
    413: "Too large",
    422: "Not quite",
    429: "Too many tries",
    500: "Something broke",
    503: "Back in a moment",
}


def error_page(request: Request, problem: Problem) -> Response:
    """*problem* for a person."""
    if problem.status == 401 and "hx-request" in request.headers:
        # A piece of a page cannot show the door; the whole page can.
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    if problem.status == 401:
        staff = request.url.path.startswith("/staff")
        wanted = quote(f"{request.url.path}?{request.url.query}".rstrip("?"), safe="/")
        return go(f"{'/staff' if staff else ''}/sign-in?next={wanted}")
    title = _TITLES.get(problem.status, HTTPStatus(problem.status).phrase)
    answer = page(request, "error.html", status=problem.status, title=title, problem=problem)
    answer.headers.update(problem.headers)
    return answer
