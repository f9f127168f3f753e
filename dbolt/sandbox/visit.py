"""What does a site's handler see of one request, and how does it answer?"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from dbolt.sandbox.store import Store

if TYPE_CHECKING:
    from dbolt.sandbox.site import Site


Answer = Response | str
"""A whole answer, or the HTML of a page."""


class Words(dict[str, str]):
    """Posted or asked values by name; what is missing is empty."""

    def __missing__(self, _key: str) -> str:
        return ""

    def only(self, *names: str) -> dict[str, str]:
        """Those names alone, missing ones as empty text."""
        return {name: self[name] for name in names}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was posted."""

    name: str
    media_type: str
    data: bytes


@dataclass(slots=True)
class Visit:
    """One request to one site.

    `form` and `query` hold trimmed text with plain line feeds; `lists` all values of repeated
    names; `body` a posted JSON value; `args` the names found in the path. `session` is kept
    for the visitor if it changes.
    """

    site: Site
    store: Store
    port: int
    path: str
    query: Words
    form: Words
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    body: Any = None
    args: Mapping[str, str] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)

    def url(self, path: str, host: str = "") -> str:
        """An absolute address on this site, or on another *host* of it."""
        return f"http://{host or self.site.slug}.localhost:{self.port}{path}"

    def render(self, source: str, **context: object) -> Markup:
        """Jinja *source* with `site`, `visit`, `v` (posted values) and *context*."""
        known = {"site": self.site, "visit": self, "v": self.form, "e": {}}
        return Markup(_template(source).render({**known, **context}))  # noqa: S704 - autoescaped

    def page(self, source: str, title: str = "", **context: object) -> str:
        """A whole page: *source* within the site's layout."""
        body = self.render(source, title=title, **context)
        return self.render(self.site.layout, body=body, title=title or self.site.name, **context)

    def refuse(
        self, source: str, title: str = "", status: int = 422, **context: object
    ) -> HTMLResponse:
        """A page with an error status."""
        return HTMLResponse(self.page(source, title, **context), status)

    def go(self, path: str) -> RedirectResponse:
        """A redirect after a post."""
        return RedirectResponse(path, 303)

    def json(self, value: object, status: int = 200) -> JSONResponse:
        """A JSON answer."""
        return JSONResponse(value, status)

    def token(self) -> str:
        """The visitor's form token against forged posts, made when first asked for."""
        return str(self.session.setdefault("token", secrets.token_hex(16)))

    def forged(self, name: str) -> bool:
        """Whether the posted token *name* is not this visitor's."""
        return not self.session.get("token") or self.form[name] != self.session["token"]


_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=512)
def _template(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)
