"""What do we hold about an account? All of it as one ZIP, made while it is being sent.

No more than one submission or one picture is in memory at a time, and each is read in a
transaction of its own: a slow download holds nothing back.
"""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Any, cast
from uuid import UUID

from pydantic import BaseModel

from dbolt.store.queries import statements
from serve_app import drafts, logos, photos, records, sessions
from serve_app.identity import Customer, reading
from serve_app.parts import Parts
from serve_app.records import Attempt, Job, Submission

MOST_BYTES = 4_000_000_000
MOST_ROWS = 1000
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "text/html": "html"}

README = """\
What DirectoryBolt holds about {email}, fetched on {day}.

account.json            the account; orders.json: what was ordered and paid
sessions.json           where it is signed in
drafts/ORDER.json       what was typed into the form and not sent yet, with the pictures
profiles/N.json         the business as it was told, version by version, pictures in base64
jobs/ID/job.json        a job, with events.json: everything that happened to it
jobs/ID/updates.json    listings that held old details, and what became of each
jobs/ID/DIRECTORY.json  one directory: each try, what was typed and read back, each later look
evidence/               screenshots and page texts; the JSON files name them by their SHA-256

Not in here: passwords and keys, of which only hashes are kept; accounts that were made on
directories (see "Accounts on directories" in your account); letters, which are deleted once sent.
"""


class _Pipe:
    """Takes in what the ZIP writer writes, until it is sent. Without `seek`: the writer streams."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.sent = 0

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        pass

    def drain(self) -> bytes:
        out = bytes(self._held)
        self._held.clear()
        self.sent += len(out)
        return out


async def archive(parts: Parts, customer: Customer) -> AsyncIterator[bytes]:
    """The ZIP, piece by piece. After `MOST_BYTES` no more evidence is added, and a file says so."""
    pipe, told = _Pipe(), set[str]()
    # The writer asks no more of its file than `write` and `flush`.
    file = cast("IO[bytes]", pipe)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as bundle:
        async for name, content in _entries(parts, customer, told):
            if name.startswith("evidence/") and pipe.sent > MOST_BYTES:
                bundle.writestr("evidence/LEFT-OUT.txt", "The rest is too large; ask us for it.\n")
                break
            # Pictures are compressed already.
            how = zipfile.ZIP_STORED if name.startswith("evidence/") else zipfile.ZIP_DEFLATED
            await asyncio.to_thread(bundle.writestr, name, content, how)
            yield pipe.drain()
    yield pipe.drain()


async def _entries(
    parts: Parts, customer: Customer, evidence: set[str]
) -> AsyncIterator[tuple[str, bytes]]:
    day = datetime.now(UTC).date().isoformat()
    yield "README.txt", README.format(email=customer.email, day=day).encode()
    yield "account.json", _json(asdict(await sessions.account_of(parts, customer)))
    known = await sessions.open_sessions(parts, customer)
    yield "sessions.json", _json([asdict(session) for session in known])
    async with reading(parts, customer) as connection:
        orders = await connection.fetch(_sql("orders"), MOST_ROWS)
        jobs = await records.jobs(connection, records.JobFilter(), limit=MOST_ROWS)
    yield "orders.json", _json([dict(row) for row in orders])
    async for entry in _profiles(parts, customer):
        yield entry
    async for entry in _drafts(parts, customer, [row["id"] for row in orders]):
        yield entry
    for job in jobs:
        async for entry in _job(parts, customer, job, evidence):
            yield entry
    for sha256, ending in sorted(item.split(".") for item in evidence):
        content = await parts.evidence.get(sha256)
        if content is not None:
            yield f"evidence/{sha256}.{ending}", content


async def _profiles(parts: Parts, customer: Customer) -> AsyncIterator[tuple[str, bytes]]:
    version = 0
    while True:
        async with reading(parts, customer) as connection:
            row = await connection.fetchrow(_sql("profiles"), version)
        if row is None:
            return
        version = row["version"]
        yield f"profiles/{version}.json", _json(dict(row))


async def _drafts(
    parts: Parts, customer: Customer, orders: list[UUID]
) -> AsyncIterator[tuple[str, bytes]]:
    for order_id in orders:
        async with reading(parts, customer) as connection:
            draft = await drafts.read(connection, order_id)
            logo = await logos.logo_of(connection, order_id)
            picture = await logos.content(connection, order_id)
            taken = await photos.photos_of(connection, order_id)
        if draft.steps:
            steps = {name: step.fields for name, step in draft.steps.items()}
            yield f"drafts/{order_id}.json", _json(steps)
        if logo is not None and picture is not None:
            yield f"drafts/{order_id}-{logo.name}", picture
        for number, photo in enumerate(taken, 1):
            async with reading(parts, customer) as connection:
                shot = await photos.content(connection, order_id, photo.id)
            if shot is not None:
                yield f"drafts/{order_id}-photo-{number}.jpg", shot


async def _job(
    parts: Parts, customer: Customer, job: Job, evidence: set[str]
) -> AsyncIterator[tuple[str, bytes]]:
    folder, before, events = f"jobs/{job.id}", None, list[records.HistoryEvent]()
    yield f"{folder}/job.json", _json(job)
    async with reading(parts, customer) as connection:
        rows = await records.submissions(connection, job.id)
        while found := await records.events(connection, job.id, before=before, limit=MOST_ROWS):
            events += found
            before = found[-1].id
        changed = await connection.fetch(statements("updates", "serve_app")["export"], job.id)
    yield f"{folder}/events.json", _json(events)
    if changed:
        yield f"{folder}/updates.json", _json([dict(row) for row in changed])
    for row in rows:
        tries, looks = await _submission(parts, customer, row)
        for result in [attempt.result for attempt in tries] + [look["result"] for look in looks]:
            for ref in (result or {}).get("evidence", []):
                evidence.add(f"{ref['sha256']}.{ENDINGS.get(ref['media_type'], 'txt')}")
        doc = row.model_dump(mode="json", exclude={"typed", "evidence"})
        yield (
            f"{folder}/{row.directory}.json",
            _json(doc | {"attempts": tries, "looks": looks}),
        )


async def _submission(
    parts: Parts, customer: Customer, row: Submission
) -> tuple[list[Attempt], list[dict[str, Any]]]:
    async with reading(parts, customer) as connection:
        tries = await records.attempts(connection, row.id)
    looks = await parts.pool.fetch(_sql("looks"), customer.id, row.id)
    return tries, [dict(look) for look in looks]


def _json(value: object) -> bytes:
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=1).encode()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _sql(name: str) -> str:
    return statements("sessions", "serve_app")[name]
