"""Rows as the orchestrator would have left them, for pages and reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from dbolt.domain.lifecycle import HANDED_IN
from tests.support.serving import as_role

ORCHESTRATOR = "dbolt_orchestrator"


def directory_doc(slug: str, name: str | None = None) -> dict[str, Any]:
    """The least that a directory tells of itself."""
    return {
        "slug": slug,
        "name": name or slug.title(),
        "home_url": f"https://{slug}.example/",
        "submit_url": f"https://{slug}.example/add",
    }


async def add_submission(  # noqa: PLR0913  - a row has that many columns
    database: str,
    job_id: UUID,
    directory: str,
    *,
    state: str = "queued",
    reason: str | None = None,
    evidence: Sequence[tuple[str, str, str]] = (),
    typed: Sequence[tuple[str, str, str]] = (),
    listing_url: str = "",
) -> UUID:
    """One submission with its attempt, settled in *state*; its id."""
    result = {
        "kind": "pressed",
        "verdict": "accepted",
        "reason": reason,
        "detail": "The page thanked for the listing.",
        "evidence": [
            {
                "kind": kind,
                "sha256": sha256,
                "media_type": media_type,
                "size_bytes": 1,
                "taken_at": datetime.now(UTC).isoformat(),
            }
            for kind, sha256, media_type in evidence
        ],
        "typed": [
            {
                "field": field,
                "part": "",
                "control": control,
                "typed": value,
                "read_back": value,
                "kept": True,
            }
            for field, control, value in typed
        ],
    }
    async with as_role(database, ORCHESTRATOR) as connection, connection.transaction():
        await connection.execute(
            "insert into directories (slug, doc) values ($1, $2) on conflict do nothing",
            directory,
            json.dumps(directory_doc(directory)),
        )
        submission_id: UUID = await connection.fetchval(
            "insert into submissions (job_id, directory, state, reason, attempt, listing_url,"
            " pressed_at) values ($1, $2, $3, $4, 1, $5, $6) returning id",
            job_id,
            directory,
            state,
            reason,
            listing_url,
            datetime.now(UTC) if state in HANDED_IN else None,
        )
        await connection.execute(
            "insert into attempts (submission_id, attempt, token, worker, ended_at, event, reason,"
            " result) values ($1, 1, $2, 'browser-1', now(), 'accepted', $3, $4)",
            submission_id,
            uuid4(),
            reason,
            json.dumps(result),
        )
    return submission_id


async def add_update(database: str, submission_id: UUID, note: str = "") -> int:
    """The listing waits for a new phone number, that of its customer's latest profile; its id."""
    async with as_role(database, ORCHESTRATOR) as connection:
        update_id: int = await connection.fetchval(
            "insert into listing_updates (submission_id, job_id, facts, profile_id, note)"
            " select r.id, j.id, '{phone}', p.id, $2 from submissions r"
            " join jobs j on j.id = r.job_id join profiles p on p.customer_id = j.customer_id"
            " where r.id = $1 order by p.version desc limit 1 returning id",
            submission_id,
            note,
        )
    return update_id


async def move(database: str, submission_id: UUID, state: str, reason: str | None) -> None:
    """Moves a submission and tells of it, in one transaction, as the orchestrator does."""
    async with as_role(database, ORCHESTRATOR) as connection, connection.transaction():
        row = await connection.fetchrow(
            "update submissions r set state = $2, reason = $3, pressed_at = now(),"
            " updated_at = now()"
            " from job_results old where r.id = $1 and old.id = r.id"
            " returning r.job_id, old.state as before",
            submission_id,
            state,
            reason,
        )
        assert row is not None
        await connection.execute(
            "insert into events (job_id, submission_id, event, from_state, to_state, reason,"
            " attempt, actor) values ($1, $2, 'accepted', $3, $4, $5, 1, 'orchestrator')",
            row["job_id"],
            submission_id,
            row["before"],
            state,
            reason,
        )
        await connection.execute("select pg_notify('dbolt_changes', $1)", str(row["job_id"]))
