"""How does the API describe itself? FastAPI's OpenAPI document, with what holds for every route.

*Source:* OpenAPI 3.1; scopes of a bearer scheme are the role names of its section 4.8.30.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serve_app.api.examples import ANSWERS, PARAMETERS, REQUESTS
from serve_app.api.once import HEADER, KEY
from serve_app.keys import Scope
from serve_app.problems import MEDIA_TYPE

BEARER = "bearer"
METHODS = ("get", "put", "post", "delete", "patch")
_PROBES = ("/livez", "/readyz", "/healthz")
_OPEN = ("/api/v1/orders",)
"""For strangers too."""

_ABOUT = """Errors are problem details (RFC 9457). Lists end with `next_cursor`; hand it back as
`cursor` for the next page. Writes take an `Idempotency-Key`: sent twice with the same one, a
request is carried out once and answered twice. `RateLimit` says how many requests are left."""

_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A random UUID, say. For a day, the same request under the same key gets the "
    "same answer and changes nothing more.",
    "schema": {"type": "string", "pattern": KEY},
}
_RATE_HEADERS = {
    "RateLimit": {
        "description": 'How many requests are left, as "name";r=LEFT;t=SECONDS.',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": 'How many there may be, as "name";q=REQUESTS;w=SECONDS.',
        "schema": {"type": "string"},
    },
}


def of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of *app*, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=_ABOUT,
            routes=app.routes,
        )
        made.setdefault("components", {})["securitySchemes"] = {
            BEARER: {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, a customer's session, or the staff token.",
            }
        }
        _name_kinds(made)
        for method, path, operation in operations(made):
            _complete(method, path, operation)
        app.openapi_schema = made
    return app.openapi_schema


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method in small letters, path, operation."""
    for path, found in document["paths"].items():
        for method in METHODS:
            if method in found:
                yield method, path, found[method]


def _name_kinds(document: dict[str, Any]) -> None:
    """Says of each member of a union that it must tell which one it is.

    pydantic leaves a discriminator with a default out of what is required, and yet refuses an
    input without it.
    """
    schemas: dict[str, Any] = document["components"]["schemas"]
    for found in _unions(schemas):
        name = found["propertyName"]
        for where in found["mapping"].values():
            member = schemas[where.rsplit("/", 1)[1]]
            member["required"] = sorted({*member.get("required", []), name})


def _unions(part: Any) -> Iterator[dict[str, Any]]:
    """All discriminators below *part*."""
    if isinstance(part, dict):
        if isinstance(part.get("discriminator"), dict):
            yield part["discriminator"]
        for one in part.values():
            yield from _unions(one)
    elif isinstance(part, list):
        for one in part:
            yield from _unions(one)


def scope_of(method: str, tags: list[str], path: str) -> Scope:
    """What an API key must have for a route."""
    if "workers" in tags or path in {"/jobs/next", "/jobs/update", "/jobs/complete"}:
        return Scope.WORKER
    if "keys" in tags:
        return Scope.ADMIN
    return Scope.READ if method == "get" else Scope.WRITE


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    counted = path not in (*_PROBES, "/metrics", "/autobolt/status")
    scope = scope_of(method, operation.get("tags", []), path)
    if path not in _PROBES:
        needed: list[dict[str, list[str]]] = [{BEARER: [scope.value]}]
        operation["security"] = [{}, *needed] if path in _OPEN else needed
    if method != "get" and scope is not Scope.WORKER:
        operation.setdefault("parameters", []).append(dict(_KEY_PARAMETER))
    for parameter in operation.get("parameters", []):
        if parameter["name"] in PARAMETERS:
            parameter["example"] = PARAMETERS[parameter["name"]]
    for status, answer in operation["responses"].items():
        if counted:
            answer["headers"] = answer.get("headers", {}) | _RATE_HEADERS
        if status == "default":
            [problem] = answer["content"].values()
            answer["content"] = {MEDIA_TYPE: problem}
        elif status.startswith("2") and (method, path) in ANSWERS:
            answer["content"]["application/json"]["example"] = ANSWERS[method, path]
    if (method, path) in REQUESTS:
        body = operation["requestBody"]["content"]["application/json"]
        body["example"] = REQUESTS[method, path]
