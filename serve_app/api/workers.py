"""How do workers that are no Ray actors take part? The orchestrator's own protocol over HTTP.

`next` leases, `update` asks for permits and shows that leases live, `complete` settles: the same
verbs under the same guards as between actors, each idempotent by its lease token. What a worker
must keep to is in `dbolt.domain.protocol`; above all, it presses only with a permit, and only if
that came within half of `lease_s` of being asked for.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dbolt.domain.protocol import Ack, Exchange, Reply, Settlement
from dbolt.domain.submission import Assignment, EvidenceKind, EvidenceRef
from dbolt.domain.whole import WHOLE
from serve_app import keys, limits
from serve_app.api.route import ApiRoute, Caller, pace, stranger
from serve_app.identity import token_hash
from serve_app.keys import Scope
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem


class WorkerFirst(ApiRoute):
    """A route for workers alone, who are known before their body is taken in.

    Each of its writes is safe to repeat by the tokens of its leases.
    """

    repeatable = True

    async def caller(self, request: Request) -> Caller:
        """The worker. Raises Problem(401), (403) without the worker token or a worker's key."""
        try:
            name = await _worker(request)
        except Problem:
            await pace(request, stranger(request))
            raise
        return Caller(name, limits.API_PROGRAM)

    async def admit(self, request: Request) -> None:
        """Whoever is known as a worker may."""


async def _worker(request: Request) -> str:
    key = await keys.key_of(request)
    if key is not None:
        keys.need(key.grants, Scope.WORKER)
        return key.actor
    known = parts_of(request).secrets.worker_token
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if known is None and not token.startswith(keys.MARK):
        raise Problem(
            403,
            "Workers over HTTP are switched off; set DBOLT_WORKER_TOKEN or make a key with the "
            "scope 'worker' first.",
        )
    right = known is not None and hmac.compare_digest(
        token_hash(token), token_hash(known.get_secret_value())
    )
    if scheme.lower() != "bearer" or not right:
        raise Problem(
            401,
            "Send the worker token or a key with the scope 'worker' as 'Authorization: Bearer "
            "TOKEN'.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return "worker"


router = APIRouter(prefix="/api/v1/jobs", tags=["workers"], route_class=WorkerFirst)

MOST = 64
"""Submissions in one request."""
LONGEST_POLL_S = 25.0
MAX_RESULTS_BYTES = 8_000_000
MAX_EVIDENCE_BYTES = 10_000_000

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""U+0000 as JSON writes it: Postgres keeps no text with it, so the others would wait in vain."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    worker: Name
    """Which of the workers speaks: its name in the history of each submission."""


class NextRequest(_Said):
    """So many more a worker could start; the answer may wait `wait_s` for work."""

    want: Annotated[int, Field(ge=1, le=MOST, strict=True), WHOLE] = 1
    wait_s: Annotated[float, Field(ge=0, le=LONGEST_POLL_S, strict=True)] = 0.0


class Next(BaseModel):
    """What to work on. `drain`: finish and ask for no more."""

    assignments: list[Assignment]
    lease_s: float
    drain: bool


class UpdateRequest(_Said):
    """The leases whose attempts go on, and those that stand right before their press."""

    alive: Annotated[list[UUID], Field(max_length=MOST)] = []
    press: Annotated[list[UUID], Field(max_length=MOST)] = []
    seen_absent: Annotated[list[UUID], Field(max_length=MOST)] = []
    """Of `press`, those whose directory was searched before and did not show the business."""


class Update(BaseModel):
    """`permits`: whether to press. `later`: ask again in so many seconds. `revoked`: give up."""

    permits: dict[UUID, bool]
    later: dict[UUID, float]
    revoked: list[UUID]
    lease_s: float
    drain: bool


class CompleteRequest(_Said):
    """How attempts and looks ended."""

    settled: Annotated[list[Settlement], Field(min_length=1, max_length=MOST)]


class Complete(BaseModel):
    """`settled`: durable. `stale`: the lease had passed on, and nothing was changed."""

    acks: dict[UUID, Ack]


@router.post("/next", response_model=Next)
async def next_jobs(request: Request, said: NextRequest) -> JSONResponse:
    """Lease submissions and looks."""
    reply = await _exchange(
        parts_of(request), Exchange(worker=_name(said), want=said.want, wait_s=said.wait_s)
    )
    return JSONResponse(
        {
            "assignments": [_told(assignment) for assignment in reply.assignments],
            "lease_s": reply.lease_s,
            "drain": reply.drain,
        }
    )


@router.post("/update")
async def update_jobs(request: Request, said: UpdateRequest) -> Update:
    """Keep leases, and ask for the permits to press."""
    reply = await _exchange(
        parts_of(request),
        Exchange(
            worker=_name(said), alive=said.alive, press=said.press, seen_absent=said.seen_absent
        ),
    )
    return Update(
        permits=reply.permits,
        later=reply.later,
        revoked=reply.revoked,
        lease_s=reply.lease_s,
        drain=reply.drain,
    )


@router.post("/complete", max_body_size=MAX_RESULTS_BYTES)
async def complete_jobs(request: Request, said: CompleteRequest) -> Complete:
    """Settle attempts and looks."""
    if _NUL.search(await request.body()):
        raise Problem(422, "A result holds a NUL character; take that out and send it again.")
    reply = await _exchange(parts_of(request), Exchange(worker=_name(said), settled=said.settled))
    return Complete(acks=reply.acks)


_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "minLength": 1}}},
    }
}


@router.put("/evidence", status_code=201, max_body_size=MAX_EVIDENCE_BYTES, openapi_extra=_FILE)
async def put_evidence(
    request: Request,
    kind: EvidenceKind,
    media_type: Annotated[str, Query(pattern=r"^(image/(png|jpeg|webp)|text/plain|text/html)$")],
) -> EvidenceRef:
    """Keep the file in the body; what comes back belongs into the result that it proves."""
    data = await request.body()
    if not data:
        raise Problem(422, "The body is empty; send the file itself.")
    taken_at = datetime.now(UTC)
    return await parts_of(request).evidence.put(
        data, kind=kind, media_type=media_type, taken_at=taken_at
    )


def _name(said: _Said) -> str:
    return f"http:{said.worker}"


async def _exchange(parts: Parts, said: Exchange) -> Reply:
    return await parts.queue.exchange(said)


def _told(assignment: Assignment) -> dict[str, Any]:
    """The assignment as JSON, with the one secret that the attempt needs."""
    values = assignment.model_dump(mode="json")
    if assignment.account is not None:
        values["account"]["password"] = assignment.account.password.get_secret_value()
    return values
