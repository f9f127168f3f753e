"""What may the web and the staff ask of the queue? Each command is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from pydantic import ValidationError

from actors.board import Board
from actors.commit import Batch
from actors.verbs import Verbs, plain_text
from dbolt.domain.directory import Directory, Policy
from dbolt.domain.lifecycle import Event, JobEvent, JobState
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.domain.protocol import (
    Fulfilled,
    PaidOrder,
    PauseLevel,
    PauseScope,
    Refused,
    RetryFilter,
)
from dbolt.domain.reasons import Reason
from dbolt.domain.schedule import turns
from dbolt.store import directories, jobs, orders, queue
from dbolt.store.jobs import Job
from dbolt.store.queue import Wish

MACHINE = "orchestrator"


class Commands:
    """The commands, to be run inside the committer's transactions."""

    def __init__(self, board: Board, verbs: Verbs) -> None:
        self._board = board
        self._verbs = verbs

    async def fulfil(self, paid: PaidOrder, batch: Batch) -> Fulfilled | Refused:
        """The one job of a paid order, made now or earlier."""
        known = await orders.job_of_event(batch.connection, paid.event_id)
        if known is not None:
            return Fulfilled(job_id=known, created=False)
        order = await orders.lock(batch.connection, paid.order_id)
        refused = _unpayable(paid, order)
        if order is None or refused is not None:
            return refused or Refused(problem=f"There is no order {paid.order_id}.")
        await orders.note_event(batch.connection, paid.event_id, order.id)
        if order.job_id is not None:
            return Fulfilled(job_id=order.job_id, created=False)
        await orders.pay(batch.connection, batch.epoch, order.id, paid.payment_ref)
        plan = PLANS[PlanName(order.plan)]
        job_id = await jobs.add(batch.connection, batch.epoch, order, plan, MACHINE)
        batch.changed.add(job_id)
        return Fulfilled(job_id=job_id, created=True)

    async def profile_completed(
        self, job_id: UUID, profile_id: UUID, batch: Batch
    ) -> Refused | None:
        """The job starts with this profile; one that has started goes on with it."""
        job = await jobs.lock(batch.connection, job_id)
        if job is None:
            return Refused(problem=f"There is no job {job_id}.")
        if job.state is JobState.CANCELLED:
            return Refused(problem="The job was cancelled; its profile cannot change any more.")
        doc = await jobs.profile(batch.connection, profile_id, job.customer_id)
        if doc is None:
            return Refused(problem=f"The customer has no profile {profile_id}.")
        try:
            profile = Profile.model_validate(doc)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return Refused(problem=f"The profile is not complete: {place}: {first['msg']}.")
        await jobs.set_profile(batch.connection, batch.epoch, job_id, profile_id)
        batch.changed.add(job_id)
        if job.state is JobState.AWAITING_PROFILE:
            await self._begin(batch, job, profile)
        return None

    async def _begin(self, batch: Batch, job: Job, profile: Profile) -> None:
        await queue.move_jobs(
            batch.connection, batch.epoch, [job.id], JobEvent.PROFILE_COMPLETED, MACHINE
        )
        board = self._board
        waiting = await jobs.waiting(batch.connection, job.id)
        wishes = [
            wish
            for row in waiting
            if (wish := _wish_of(row.id, board.directories[row.directory], profile))
        ]
        await self._verbs.move(batch, wishes)
        left_out = {wish.id for wish in wishes}
        line = [row.id for row in waiting if row.id not in left_out]
        last = await jobs.last_turn(batch.connection, job.customer_id)
        places = turns(board.schedule.served, last, job.priority, len(line))
        joined = await jobs.give_turns(
            batch.connection, batch.epoch, job.plan, list(zip(line, places, strict=True))
        )
        batch.ended.add(job.id)

        def join() -> None:
            board.schedule.join(joined, board.clock.now())
            board.stir()

        batch.after.append(join)

    async def retry(self, wanted: RetryFilter, actor: str, batch: Batch) -> int:
        """How many submissions went back to the queue."""
        found = await jobs.retryable(batch.connection, wanted)
        over = {row.job_id for row in found if row.job_state is JobState.COMPLETE}
        over |= {row.job_id for row in found if row.job_state is JobState.CANCELLED}
        if over:
            await queue.move_jobs(
                batch.connection, batch.epoch, list(over), JobEvent.REOPENED, actor
            )
        ids = [row.id for row in found]
        served = self._board.schedule.served
        await jobs.line_place(batch.connection, batch.epoch, served, ids)
        wishes = [Wish(id_, Event.REQUEUED, None) for id_ in ids]
        moved = await self._verbs.move(batch, wishes, actor)
        for job_id in over:
            batch.after.append(partial(self._board.schedule.call_back, job_id))
        return len(moved)

    async def pause(self, scope: PauseScope, actor: str, batch: Batch) -> Refused | None:
        """Nothing of *scope* starts or presses from the commit on."""
        job_id = await self._job_of(scope, batch)
        if isinstance(job_id, Refused):
            return job_id
        if job_id is not None:
            moved = await queue.move_jobs(
                batch.connection, batch.epoch, [job_id], JobEvent.PAUSED, actor
            )
            job = await jobs.lock(batch.connection, job_id)
            if not moved and job is not None and job.state is not JobState.PAUSED:
                return Refused(problem=f"The job is {job.state} and cannot be paused.")
            batch.changed.add(job_id)
        await directories.pause(batch.connection, scope, actor)
        batch.after.append(partial(self._board.schedule.pause, scope))
        return None

    async def resume(self, scope: PauseScope, actor: str, batch: Batch) -> Refused | None:
        """*scope* goes on; a second resume is the same."""
        job_id = await self._job_of(scope, batch)
        if isinstance(job_id, Refused):
            return job_id
        if job_id is not None:
            await queue.move_jobs(batch.connection, batch.epoch, [job_id], JobEvent.RESUMED, actor)
            batch.changed.add(job_id)
        await directories.resume(batch.connection, scope)
        board = self._board

        def go_on() -> None:
            board.schedule.resume(scope, board.clock.now())
            board.stir()

        batch.after.append(go_on)
        return None

    async def _job_of(self, scope: PauseScope, batch: Batch) -> UUID | Refused | None:
        """The job that *scope* is about, None for another level, or why it means nothing."""
        problem = self._meaningless(scope)
        if problem:
            return Refused(problem=problem)
        if scope.level is not PauseLevel.JOB:
            return None
        job_id = UUID(scope.key)
        if await jobs.lock(batch.connection, job_id) is None:
            return Refused(problem=f"There is no job {job_id}.")
        return job_id

    def _meaningless(self, scope: PauseScope) -> str:
        """What is wrong with the key of *scope*, or nothing."""
        match scope.level:
            case PauseLevel.GLOBAL:
                return "A global pause has no key." if scope.key else ""
            case PauseLevel.PLAN:
                known = scope.key in set(PlanName)
            case PauseLevel.DIRECTORY:
                known = scope.key in self._board.directories
            case PauseLevel.JOB:
                known = _is_uuid(scope.key)
        return "" if known else f"There is no {scope.level} {scope.key!r}."

    async def cancel(self, job_id: UUID, actor: str, batch: Batch) -> Refused | None:
        """Nothing more of the job is sent; what was sent is still looked after."""
        job = await jobs.lock(batch.connection, job_id)
        if job is None:
            return Refused(problem=f"There is no job {job_id}.")
        if job.state is JobState.CANCELLED:
            return None
        if job.state is JobState.COMPLETE:
            return Refused(problem="The job is complete; there is nothing left to cancel.")
        await queue.move_jobs(batch.connection, batch.epoch, [job_id], JobEvent.CANCELLED, actor)
        ids = await jobs.cancellable(batch.connection, job_id)
        wishes = [Wish(id_, Event.CANCELLED, Reason.CANCELLED) for id_ in ids]
        moved = await self._verbs.move(batch, wishes, actor)
        batch.changed.add(job_id)
        board = self._board
        batch.after.append(partial(board.schedule.call_off, job_id))
        scope = PauseScope(level=PauseLevel.JOB, key=str(job_id))
        await directories.resume(batch.connection, scope)
        batch.after.append(partial(board.schedule.pauses.discard, scope))
        for row in moved:
            if row.token is not None:
                batch.after.append(partial(board.let_go, row.token))
        return None

    async def sync_directories(self, entries: Sequence[Directory], batch: Batch) -> None:
        """*entries* are the catalogue from now on."""
        await directories.replace(batch.connection, entries)
        board = self._board

        def learn() -> None:
            for entry in entries:
                board.directories[entry.slug] = entry
                board.schedule.set_directory(entry.slug, entry.pace)
            board.stir()

        batch.after.append(learn)

    async def hand_done(
        self, submission_id: UUID, listing_url: str, actor: str, batch: Batch
    ) -> Refused | None:
        """A person has handed the listing in."""
        wish = Wish(
            submission_id,
            Event.HAND_DONE,
            Reason.DONE_BY_HAND,
            listing_url=plain_text(listing_url)[:2000],
        )
        if await self._verbs.move(batch, [wish], actor):
            return None
        return Refused(problem=f"No submission {submission_id} waits for a person.")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _unpayable(paid: PaidOrder, order: orders.Order | None) -> Refused | None:
    if order is None:
        return Refused(problem=f"There is no order {paid.order_id}.")
    if order.state == "refunded":
        return Refused(problem="The order was refunded; nothing can be made of it.")
    price = PLANS[PlanName(order.plan)].price_cents
    if paid.currency.lower() != CURRENCY or paid.amount_cents != price:
        return Refused(
            problem=f"The plan {order.plan} costs {price} cents ({CURRENCY}), "
            f"but {paid.amount_cents} ({paid.currency.lower()}) were paid."
        )
    return None


def _wish_of(submission_id: UUID, directory: Directory, profile: Profile) -> Wish | None:
    """Why this directory is not for the robot; None where it is."""
    if directory.policy is Policy.SKIP:
        return Wish(submission_id, Event.SKIPPED, Reason.POLICY_SKIP)
    if not directory.serves(profile.address.country):
        return Wish(submission_id, Event.SKIPPED, Reason.NOT_ELIGIBLE)
    if directory.policy in (Policy.MANUAL, Policy.ASSISTED):
        return Wish(submission_id, Event.PERSON_NEEDED, Reason.POLICY_MANUAL)
    return None
