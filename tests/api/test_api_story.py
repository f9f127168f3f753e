"""Does the page of one submission tell all that is known, and pictures of looks to staff alone?"""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime

import asyncpg
import httpx

from tests.support.seeds import add_submission
from tests.support.selling import Shop
from tests.support.serving import STAFF, Shelf

PNG = b"\x89PNG of what the look saw"


async def test_letters_and_the_pictures_of_looks_are_told(
    api: httpx.AsyncClient,
    shop: Shop,
    shelf: Shelf,
    database: str,
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    job_id, theirs = await shop.paid_job("ada@example.com")
    submission = await add_submission(database, job_id, "d009", state="live", reason="found_live")
    other = await add_submission(database, job_id, "d008", state="live", reason="found_live")
    now = datetime.now(UTC)
    seen = await shelf.put(PNG, kind="after", media_type="image/png", taken_at=now)  # type: ignore[arg-type]  # as rows spell it
    await owner.execute(
        "insert into verifications (submission_id, due_at, done_at, found, result)"
        " values ($1, now(), now(), true, $2)",
        submission,
        json.dumps({"evidence": [seen.model_dump(mode="json")], "listing_url": ""}),
    )
    for number, (kind, of, done, problem) in enumerate(
        (
            ("job_complete", None, True, ""),
            ("listing_live", submission, True, "no such mailbox"),
            ("listing_live", other, False, ""),
            ("mail", submission, False, ""),
        )
    ):
        told = {"job_id": str(job_id), "secret": f"link-{number}"}
        told |= {"submission_id": str(of)} if of else {}
        await owner.execute(
            "insert into outbox (kind, payload, problem, done_at)"
            " values ($1, $2, $3, case when $4 then now() end)",
            kind,
            json.dumps(told),
            problem,
            done,
        )
    path = f"/staff/jobs/{job_id}/directories/d009"
    page = html.unescape((await api.get(path, headers={**STAFF, "Accept": "text/html"})).text)
    letters = page[page.index("Letters to the customer") :]
    assert letters.count("job complete") == 1
    assert letters.count("listing live") == 1
    assert "no such mailbox" in letters
    assert "given up" in letters
    assert "link-" not in page
    assert "a person takes over" in page
    picture = f"/api/v1/evidence/{seen.sha256}"
    assert f'src="{picture}"' in page
    assert (await api.get(picture, headers=STAFF)).content == PNG
    assert (await api.get(picture, headers=theirs)).status_code == 404


async def test_what_a_worker_told_late_is_shown_as_that(
    api: httpx.AsyncClient,
    shop: Shop,
    shelf: Shelf,
    database: str,
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    job_id, _ = await shop.paid_job("ada@example.com")
    submission = await add_submission(
        database, job_id, "d009", state="needs_person", reason="press_unconfirmed"
    )
    now = datetime.now(UTC)
    seen = await shelf.put(PNG, kind="after", media_type="image/png", taken_at=now)  # type: ignore[arg-type]  # as rows spell it
    told = {"verdict": "accepted", "evidence": [seen.model_dump(mode="json")]}
    await owner.execute(
        "insert into attempts (submission_id, attempt, token, worker, event, reason, result)"
        " values ($1, 7, gen_random_uuid(), 'w', 'lease_expired', 'press_unconfirmed', $2)",
        submission,
        json.dumps(told),
    )
    path = f"/staff/jobs/{job_id}/directories/d009"
    page = html.unescape((await api.get(path, headers={**STAFF, "Accept": "text/html"})).text)
    try_ = page[page.index('id="try-7"') :]
    assert "told this when its time was over" in try_
    picture = f"/api/v1/evidence/{seen.sha256}"
    assert picture in try_
    assert (await api.get(picture, headers=STAFF)).content == PNG
    assert page.count("told this when its time was over") == 1
