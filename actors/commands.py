"""What may the web and the staff ask of the queue? Each command is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from pydantic import ValidationError

from actors.batch import Batch
from actors.board import Board
from actors.pausing import Pausing
from actors.updating import follow_profile
from actors.verbs import Verbs, not_for_robots
from dbolt.domain.directory import Directory, Policy
from dbolt.domain.eligibility import Fit, chosen, fit
from dbolt.domain.lifecycle import Event, JobEvent, JobState
from dbolt.domain.profile import Profile
from dbolt.domain.protocol import Refused, RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.domain.schedule import turns
from dbolt.forms.values.trades import business_of
from dbolt.store import jobs, queue
from dbolt.store.jobs import Job, Retryable, Waiting
from dbolt.store.plain import plain_text
from dbolt.store.queue import Wish

MACHINE = "orchestrator"
PRIORITIES = range(1, 101)


class Commands:
    """The commands, to be run inside the committer's transactions."""

    def __init__(self, board: Board, verbs: Verbs, pausing: Pausing) -> None:
        self._board = board
        self._verbs = verbs
        self._pausing = pausing

    async def profile_completed(
        self, job_id: UUID, profile_id: UUID, batch: Batch
    ) -> Refused | None:
        """The job starts with this profile; one that has started goes on with it."""
        job = await jobs.lock(batch.connection, job_id)
        if job is None:
            return Refused(problem=f"There is no job {job_id}.")
        if job.state is JobState.CANCELLED:
            return Refused(problem="The job was cancelled; its profile cannot change any more.")
        profile = await self._give_profile(batch, job, profile_id)
        if isinstance(profile, Refused):
            return profile
        if job.state is JobState.AWAITING_PROFILE:
            await self._begin(batch, job, profile)
        return None

    async def _give_profile(self, batch: Batch, job: Job, profile_id: UUID) -> Profile | Refused:
        """Attempts of *job* use that profile from now on, if it is the customer's and complete."""
        doc = await jobs.profile(batch.connection, profile_id, job.customer_id)
        if doc is None:
            return Refused(problem=f"The customer has no profile {profile_id}.")
        try:
            profile = Profile.model_validate(doc)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return Refused(problem=f"The profile is not complete: {place}: {first['msg']}.")
        await jobs.set_profile(batch.connection, batch.epoch, job.id, profile_id)
        batch.changed.add(job.id)
        if job.profile_id is not None:
            await follow_profile(batch, [job.id])
            batch.after.append(partial(self._board.changed_jobs.add, job.id))
        return profile

    async def _begin(self, batch: Batch, job: Job, profile: Profile) -> None:
        await queue.move_jobs(
            batch.connection, batch.epoch, [job.id], JobEvent.PROFILE_COMPLETED, MACHINE
        )
        board = self._board
        waiting = await self._fitting(batch, job, profile)
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

    async def _fitting(self, batch: Batch, job: Job, profile: Profile) -> list[Waiting]:
        """The job's submissions, on the directories that the business is chosen for.

        They were paid for before anybody knew what the business is: those on directories that do
        not take it go to others that do, as long as there are any.
        """
        waiting = await jobs.waiting(batch.connection, job.id)
        known, offered = self._board.directories, await jobs.on_offer(batch.connection)
        entries = [known[slug] for slug in offered if slug in known]
        wanted = [entry.slug for entry in chosen(entries, business_of(profile), len(waiting))]
        have = await jobs.places(batch.connection, job.id)
        fresh = (slug for slug in wanted if slug not in have)
        places = {slug: place for place, slug in enumerate(wanted)}
        unfit = (row for row in waiting if row.directory not in places)
        moved = {row.id: Waiting(row.id, slug) for row, slug in zip(unfit, fresh, strict=False)}
        await jobs.redirect(batch.connection, batch.epoch, list(moved.values()))
        rows = [moved.get(row.id, row) for row in waiting]
        # The best known go first; those that fit nowhere keep their place at the end.
        return sorted(rows, key=lambda row: places.get(row.directory, len(places)))

    async def retry(
        self, wanted: RetryFilter, profile_id: UUID | None, actor: str, batch: Batch
    ) -> int | Refused:
        """How many submissions went back to the queue, with their job's new profile if given."""
        found = await jobs.retryable(batch.connection, wanted)
        if profile_id is not None:
            refused = await self._edit(batch, found, profile_id)
            if refused is not None:
                return refused
        over = {row.job_id for row in found if row.job_state is JobState.COMPLETE}
        over |= {row.job_id for row in found if row.job_state is JobState.CANCELLED}
        if over:
            await queue.move_jobs(
                batch.connection, batch.epoch, list(over), JobEvent.REOPENED, actor
            )
        for job_id in over:
            # A pause that a job ended under says nothing about what is asked for now.
            await self._pausing.forget(job_id, batch)
            batch.after.append(partial(self._board.schedule.call_back, job_id))
        ids = [row.id for row in found]
        served = self._board.schedule.served
        await jobs.line_place(batch.connection, batch.epoch, served, ids)
        wishes = [Wish(id_, Event.REQUEUED, None) for id_ in ids]
        return len(await self._verbs.move(batch, wishes, actor))

    async def _edit(
        self, batch: Batch, found: Sequence[Retryable], profile_id: UUID
    ) -> Refused | None:
        """Gives the one job of *found* its new profile. Refused before anything is written."""
        job_ids = {row.job_id for row in found}
        if len(job_ids) != 1:
            return Refused(problem="Changed details belong to one job; name it in the filter.")
        job = await jobs.lock(batch.connection, job_ids.pop())
        if job is None:
            return Refused(problem="The job is gone.")
        given = await self._give_profile(batch, job, profile_id)
        return given if isinstance(given, Refused) else None

    async def prioritise(
        self, job_id: UUID, priority: int, actor: str, batch: Batch
    ) -> Refused | None:
        """The job's submissions that wait get turns by this weight, from where they began."""
        if priority not in PRIORITIES:
            return Refused(problem="A priority lies between 1 and 100.")
        job = await jobs.lock(batch.connection, job_id)
        if job is None:
            return Refused(problem=f"There is no job {job_id}.")
        if job.state is JobState.CANCELLED or job.state is JobState.COMPLETE:
            return Refused(problem=f"The job is {job.state}; nothing of it waits.")
        await jobs.prioritise(batch.connection, batch.epoch, job_id, priority, actor)
        line = await jobs.in_line(batch.connection, job)
        board = self._board
        # What it has waited so far stays its own.
        start = line[0].turn - 1 / job.priority if line else 0.0
        places = turns(start, None, priority, len(line))
        new = [(row.id, turn) for row, turn in zip(line, places, strict=True)]
        await jobs.move_up(batch.connection, batch.epoch, new)
        batch.changed.add(job_id)
        moved = [replace(row, turn=turn) for row, turn in zip(line, places, strict=True)]

        def learn() -> None:
            board.schedule.rejoin(moved, board.clock.now())
            board.stir()

        batch.after.append(learn)
        return None

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
        found = await jobs.cancellable(batch.connection, job_id)
        wishes = [Wish(id_, Event.CANCELLED, reason) for id_, reason in found.items()]
        moved = await self._verbs.move(batch, wishes, actor)
        batch.changed.add(job_id)
        board = self._board
        batch.after.append(partial(board.schedule.call_off, job_id))
        await self._pausing.forget(job_id, batch)
        for row in moved:
            if row.token is not None:
                batch.after.append(partial(board.let_go, [row.token]))
        return None

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


def _wish_of(submission_id: UUID, directory: Directory, profile: Profile) -> Wish | None:
    """Why this directory is not for the robot; None where it is."""
    found = fit(directory, business_of(profile))
    if directory.policy is not Policy.SKIP and found is not Fit.FITS:
        return Wish(submission_id, Event.SKIPPED, Reason.NOT_ELIGIBLE)
    return next(
        iter(not_for_robots([(submission_id, directory.slug)], {directory.slug: directory.policy})),
        None,
    )
