"""How does an error look from outside? RFC 9457 for programs, a page for people.

*Source:* RFC 9457; `errors` lists the fields at fault as in its section 3.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from dbolt.store.pool import CONNECTION_LOST
from serve_app.queue import QueueAway

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MACHINE_PATHS = ("/api/", "/webhooks/", "/autobolt/", "/metrics", "/healthz", "/livez", "/readyz")
FIRST_NAMES = frozenset({"/jobs/next", "/jobs/update", "/jobs/complete", "/jobs/retry"})
"""What the product's first version called them; they stand beside the pages of jobs."""


_NOT_TEXT = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""What Postgres says to U+0000, which JSON and web forms can hold and text in it cannot."""


class FieldProblem(BaseModel):
    """What is wrong with one field; `field` is its path, as in "address.city"."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error reply."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Problem(Exception):
    """An error reply: its status and one sentence that says what to do."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = errors or [], dict(headers or {})


def reply(problem: Problem) -> JSONResponse:
    """*problem* as RFC 9457 has it."""
    body = ProblemBody(
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        errors=problem.errors,
    )
    dumped = body.model_dump(mode="json")
    if not body.errors:
        del dumped["errors"]
    return JSONResponse(
        dumped,
        problem.status,
        headers=problem.headers | {"Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


def field_problems(errors: list[Any], *, skip: int = 0) -> list[FieldProblem]:
    """Pydantic's errors as one sentence per field; *skip* drops leading path parts ("body")."""
    found = []
    for error in errors:
        path = ".".join(str(part) for part in error["loc"][skip:])
        if not path:
            # Rules over several fields say in `ctx` which of them is to be mended.
            path = str(error.get("ctx", {}).get("field", ""))
        message = str(error["msg"]).removeprefix("Value error, ")
        found.append(FieldProblem(field=path, message=message[:1].upper() + message[1:]))
    return found


def wants_page(request: Request) -> bool:
    """Whether a person with a browser is asking, rather than a program."""
    if request.url.path.startswith(MACHINE_PATHS) or request.url.path in FIRST_NAMES:
        return False
    return "text/html" in request.headers.get("accept", "")


def of_exception(error: Exception) -> Problem:
    """The problem that *error* stands for."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        fields = field_problems(list(error.errors()), skip=1)
        return Problem(422, f"The request is not valid. {_first(fields)}", errors=fields)
    if isinstance(error, HTTPException):
        return Problem(error.status_code, _sentence(error), headers=error.headers)
    if isinstance(error, QueueAway):
        return Problem(503, str(error), headers={"Retry-After": "5"})
    if isinstance(error, (*_NOT_TEXT, *CONNECTION_LOST)):
        return _of_database(error)
    reference = secrets.token_hex(4)
    log.error("request failed, reference %s", reference, exc_info=error)
    return Problem(500, f"Something broke on our side. Reference: {reference}.")


def _of_database(error: Exception) -> Problem:
    if isinstance(error, _NOT_TEXT):
        return Problem(422, "The request holds a NUL character; take that out.")
    log.warning("the database cannot be reached: %s", type(error).__name__)
    return Problem(
        503, "The database cannot be reached; try again shortly.", headers={"Retry-After": "5"}
    )


def _first(fields: list[FieldProblem]) -> str:
    if not fields or not fields[0].field:
        told = fields[0].message if fields else "Field required"
        return "Send a JSON object as its body." if told == "Field required" else told
    return f"{fields[0].field}: {fields[0].message}"


_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than this address accepts.",
}


def _sentence(error: HTTPException) -> str:
    if error.detail and error.detail != HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    return _SENTENCES.get(error.status_code, HTTPStatus(error.status_code).phrase)


def _methods_at(app: FastAPI, path: str) -> list[str]:
    """What may be done at *path*; Starlette tells the methods of the first route there alone."""
    found: set[str] = set()
    for route in iter_route_contexts(app.routes):
        if route.path and compile_path(route.path)[0].match(path):
            found.update(route.methods or ())
    return sorted(found | {"HEAD"} if "GET" in found else found)


def register(app: FastAPI, page: Any = None) -> None:
    """Answers every error of *app* as a problem; for people through *page*(request, problem)."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = of_exception(error)
        if problem.status == 405:
            problem.headers["Allow"] = ", ".join(_methods_at(app, request.url.path))
        if page is not None and wants_page(request):
            if isinstance(error, RequestValidationError) and request.method == "GET":
                # An address that cannot be is one where nothing is.
                problem = Problem(404, _SENTENCES[404])
            shown: Response = page(request, problem)
            return shown
        return reply(problem)

    kinds: tuple[type[Exception], ...] = (
        Problem,
        RequestValidationError,
        HTTPException,
        QueueAway,
        *CONNECTION_LOST,
        *_NOT_TEXT,
        Exception,
    )
    for kind in kinds:
        app.add_exception_handler(kind, handle)
