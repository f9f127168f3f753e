"""Is a write that is sent twice carried out once? Yes, where it brings an Idempotency-Key.

The first answer is kept for a day and given again, byte for byte. It may hold a session or an API
key, so it lies in the database encrypted under what follows from the header, which is kept only as
a keyed hash. Only what was carried out is kept: a request that was refused is simply tried again.

*Source:* the IETF draft httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from fastapi import Request, Response

from dbolt.store.queries import statements
from serve_app.keys import SAFE_METHODS
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem

HEADER = "Idempotency-Key"
GIVEN_UP_S = 60.0
"""A request that has not been answered for so long was broken off; the next one is the first."""
KEY = r"^[!-~]{16,255}$"
"""Long enough that nobody guesses one: the answer to a stranger's order holds a session."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def answered(request: Request, who: str, then: Handler) -> Response:
    """What *then* answers, or has answered to the same request before.

    who: the caller; keys of different callers do not meet.
    Raises Problem(422) for a key that is wrong or was used for something else, and Problem(409)
    while the first request is under way.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method in SAFE_METHODS:
        return await then(request)
    if not re.fullmatch(KEY, key):
        raise Problem(
            422,
            f"{HEADER} takes 16 to 255 printable characters without blanks; a random UUID is "
            "right.",
        )
    parts, sql = parts_of(request), statements("api", "serve_app")
    hashed = _derived(parts, f"answer {who} {key}")
    asked = await _request_hash(request)
    box = _box(parts, who, key)
    if not await parts.pool.fetchval(sql["begin_answer"], hashed, asked, GIVEN_UP_S):
        return await _again(parts, hashed, asked, box)
    # Whoever hangs up cancels what is done for them, perhaps right after the commit. They come back
    # with the same key, so it is carried out to its end, and the answer waits for them.
    work = asyncio.create_task(_first(parts, hashed, box, then(request)))
    parts.under_way.add(work)
    work.add_done_callback(partial(_ended, parts))
    return await asyncio.shield(work)


def _ended(parts: Parts, work: asyncio.Task[Response]) -> None:
    parts.under_way.discard(work)
    # Whoever asked hears of a failure; who has gone comes again.
    if not work.cancelled():
        work.exception()


async def _first(
    parts: Parts, hashed: bytes, box: Fernet, work: Coroutine[Any, Any, Response]
) -> Response:
    """The answer of *work*, kept if it was carried out."""
    sql = statements("api", "serve_app")
    try:
        answer = await work
    except BaseException:
        await parts.pool.execute(sql["drop_answer"], hashed)
        raise
    if answer.status_code < 300:
        sealed = box.encrypt(bytes(answer.body))
        kind = answer.headers.get("content-type")
        await parts.pool.execute(sql["keep_answer"], hashed, answer.status_code, kind, sealed)
    else:
        await parts.pool.execute(sql["drop_answer"], hashed)
    return answer


async def _again(parts: Parts, hashed: bytes, asked: bytes, box: Fernet) -> Response:
    row = await parts.pool.fetchrow(statements("api", "serve_app")["answer"], hashed)
    if row is None or (row["status"] is None and row["request_hash"] == asked):
        raise Problem(
            409,
            f"The first request with this {HEADER} is still under way; ask again shortly.",
            headers={"Retry-After": "1"},
        )
    if row["request_hash"] != asked:
        raise Problem(422, f"This {HEADER} was used for another request; make a new one.")
    try:
        body = box.decrypt(row["body"])
    except InvalidToken:  # the staff token has changed since
        raise Problem(
            409, "This was carried out, and its answer can no longer be read; look at what it did."
        ) from None
    headers = {"Idempotency-Replayed": "true"}
    return Response(body, row["status"], headers, row["media_type"])


async def _request_hash(request: Request) -> bytes:
    """Tells one request from another: its method, address and body."""
    said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    said.update(await request.body())
    return said.digest()


def _derived(parts: Parts, text: str) -> bytes:
    secret = parts.secrets.staff_token.get_secret_value().encode()
    return hmac.digest(secret, f"dbolt idempotency {text}".encode(), "sha256")


def _box(parts: Parts, who: str, key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(parts, f"box {who} {key}")))
