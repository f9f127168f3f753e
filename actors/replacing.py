"""What about directories that come to nothing? Another takes the place; the rest is put to staff.

A failure or an omission is made good in the transaction in which it happens, so that no crash lets
a job end short that need not. What the catalogue cannot make good is proposed to staff as a credit
when the job is complete: no rule here moves money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from actors.batch import Batch
from actors.board import Board
from dbolt.domain.eligibility import chosen
from dbolt.domain.lifecycle import JobState, State
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.protocol import PauseLevel
from dbolt.domain.reasons import Reason
from dbolt.domain.schedule import Ready, turns
from dbolt.forms.values.trades import business_of
from dbolt.store import jobs, replacements
from dbolt.store.jobs import Job
from dbolt.store.queue import Moved
from dbolt.store.replacements import Delivered

MACHINE = "orchestrator"
MOST = 2
"""A job has at most so many rows for each directory that its plan promises."""

_WAITS = "The work is paused, so it waits until that is over."
_LOST = frozenset({State.FAILED, State.SKIPPED})
_WANTED_SO = frozenset({Reason.LEFT_BY_CUSTOMER, Reason.CANCELLED})


def lost(moved: Sequence[Moved]) -> Counter[UUID]:
    """How many of each job came to nothing among *moved*, by no wish of its customer."""
    return Counter(
        row.job_id for row in moved if row.to_state in _LOST and row.reason not in _WANTED_SO
    )


async def replace_lost(board: Board, batch: Batch, gone: Counter[UUID]) -> None:
    """New submissions for jobs of which *gone* came to nothing; to be run among a batch's last.

    They stand behind what the customer has waiting, as any new work of theirs would.
    """
    for job_id, count in gone.items():
        job = await jobs.lock(batch.connection, job_id)
        if job is None or job.profile_id is None:
            continue
        room = await replacements.room(batch.connection, job)
        if room is None:
            continue
        most = MOST * PLANS[PlanName(job.plan)].directories - room.rows
        others = [board.directories[slug] for slug in room.slugs if slug in board.directories]
        taken = chosen(others, business_of(room.profile), max(0, min(count, most)))
        last = await jobs.last_turn(batch.connection, job.customer_id)
        places = turns(board.schedule.served, last, job.priority, len(taken))
        standing = {entry.slug: turn for entry, turn in zip(taken, places, strict=True)}
        told = _WAITS if _is_paused(board, job) else ""
        made = await replacements.replace(
            batch.connection, batch.epoch, job, standing, MACHINE, told
        )
        if made:
            batch.changed.add(job_id)
            batch.after.append(partial(_join, board, made))


def _is_paused(board: Board, job: Job) -> bool:
    """Whether nothing of *job* may start at the moment, wherever that was said."""
    paused = board.schedule.paused
    return (
        job.state is JobState.PAUSED
        or paused(PauseLevel.GLOBAL)
        or paused(PauseLevel.PLAN, job.plan)
        or paused(PauseLevel.JOB, str(job.id))
    )


def _join(board: Board, made: Sequence[Ready]) -> None:
    board.schedule.join(made, board.clock.now())
    board.stir()


async def note_shortfalls(batch: Batch, complete: Sequence[UUID]) -> None:
    """Puts before staff what complete jobs did not bring; takes back what they did after all."""
    for job in await replacements.delivered(batch.connection, complete):
        if job.missing:
            await replacements.owe(batch.connection, batch.epoch, job, proposal(job))
            batch.everything = True
        else:
            await replacements.owe_no_more(batch.connection, batch.epoch, job, MACHINE)


def proposal(job: Delivered) -> str:
    """What staff should do about a job that came short."""
    dollars = f"${job.credit_cents // 100:,}.{job.credit_cents % 100:02}"
    return (
        f"{job.delivered} of {job.promised} directories came to something, and no other fits: "
        f"offer a credit, or refund {dollars}."
    )
