"""Who hands out the work, and believes nobody's word without a token? The queue's only writer.

A plain class: `actors.ray_actors` wraps it. Everything it says was committed before.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from actors import keeper, metrics, updating
from actors.answering import Answering
from actors.assignments import Assembler
from actors.batch import Verb
from actors.board import Board, Terms
from actors.clock import DatabaseClock
from actors.commands import Commands
from actors.commit import GroupCommitter
from actors.counting import Counting
from actors.granting import Granted, Granting, Want
from actors.keeper import Keeper
from actors.pausing import Pausing
from actors.paying import Paying
from actors.post import Post, Postman
from actors.proxies import keep_proxies
from actors.rulebook import Rulebook
from actors.selecting import Selecting
from actors.solving import Solving
from actors.verbs import NotYet, Verbs
from dbolt.domain.browsers import Demand
from dbolt.domain.captcha import Answered, Challenge, Unanswered
from dbolt.domain.directory import Directory
from dbolt.domain.override import Override
from dbolt.domain.protocol import (
    Ack,
    Changed,
    CheckoutChange,
    CustomerAnswer,
    Exchange,
    Fulfilled,
    PaidOrder,
    PauseScope,
    PaymentChange,
    Recorded,
    Refused,
    Reply,
    RetryFilter,
    Settlement,
)
from dbolt.domain.submission import Account, Assignment
from dbolt.domain.updates import UpdateWord
from dbolt.providers.captcha import CaptchaService
from dbolt.providers.proxies import ProxySource
from dbolt.store import jobs, queue
from dbolt.store.leases import Asked
from dbolt.store.pool import Role, close_pool, is_lost, open_pool

log = logging.getLogger(__name__)

SERVER = {
    # Every statement here goes by keys; a plan made while a table was small must not scan it later.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    # A transaction holds the epoch's row. If its orchestrator hangs, or its machine goes away
    # without a word, whoever takes over waits no longer than this.
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
"""Settings of each connection."""


class Orchestrator:
    """One epoch's orchestrator, from `open` to `close`."""

    def __init__(
        self,
        board: Board,
        pool: asyncpg.Pool[asyncpg.Record],
        vault_key: SecretStr | None,
        captchas: CaptchaService | None = None,
    ) -> None:
        """Use `open`."""
        self._board = board
        self._pool = pool
        self._verbs = Verbs(board)
        self._committer = GroupCommitter(
            pool,
            board.epoch,
            {**self._verbs.handlers(), Verb.LEASE: Granting(board).lease},
            lambda: board.schedule.served,
        )
        self._pausing = Pausing(board)
        self._commands = Commands(board, self._verbs, self._pausing)
        self._rules = Rulebook(board, self._verbs)
        self._selecting = Selecting(board, self._verbs)
        self._paying = Paying(board, self._commands, self._pausing)
        self._answering = Answering(self._verbs, self._commands, vault_key)
        self._assembler = Assembler(board, pool, vault_key)
        self._solving = Solving(board, self._committer, captchas)
        self._tasks: list[asyncio.Task[None]] = []
        self._figures = metrics.Figures()
        self.fenced = False
        """Whether another orchestrator has taken over."""

    @classmethod
    async def open(
        cls,
        url: SecretStr | str,
        terms: Terms | None = None,
        *,
        vault_key: SecretStr | None = None,
        post: Post | None = None,
        proxies: ProxySource | None = None,
        captchas: CaptchaService | None = None,
    ) -> Orchestrator:
        """Takes over from whoever was before, and starts. Raises DatabaseUnreachable.

        vault_key: what accounts on directories follow from; without it none are made.
        post: how messages leave; without it they wait in the outbox.
        proxies: where to learn which there are; without it there are none.
        captchas: whom to ask for tokens, where that is allowed; without it nobody is asked.
        """
        pool = await open_pool(url, Role.ORCHESTRATOR, max_size=6, settings=SERVER)
        try:
            async with pool.acquire() as connection, connection.transaction():
                epoch = await queue.take_over(connection)
            clock = DatabaseClock()
            clock.set(epoch.now)
            board = Board(epoch.number, clock, terms or Terms())
            board.schedule.served = epoch.turn
            board.book.read = proxies is None
            await keeper.rebuild(board, pool)
        except BaseException:
            await close_pool(pool)
            raise
        orchestrator = cls(board, pool, vault_key, captchas)
        orchestrator._start(proxies, Postman(pool, epoch.number, post) if post else None)
        log.info("orchestrator of epoch %s: %s leases are out", epoch.number, len(board.held))
        return orchestrator

    def _start(self, proxies: ProxySource | None, postman: Postman | None) -> None:
        work = Keeper(self._board, self._pool, self._committer)
        parts = {"commit": self._committer.run(), "tend": work.tend(), "reap": work.reap()}
        parts["rules"] = self._rules.keep(self._committer.command)
        counting = Counting(self._pool)
        parts["count"] = counting.keep(self._committer.command, self._board.terms.count_s)
        if proxies is not None:
            parts["proxies"] = keep_proxies(self._board, proxies)
        if postman is not None:
            parts["post"] = postman.run()
        for name, coroutine in parts.items():
            self._tasks.append(asyncio.create_task(self._watched(name, coroutine), name=name))

    async def _watched(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except queue.Fenced:
            self.fenced = True
            log.warning("another orchestrator has taken over; this one serves no more")
        except Exception:
            # Without one of its parts it would hang and look alive.
            log.exception("the orchestrator's part %r broke", name)
            raise
        finally:
            for task in self._tasks:
                # Who is on the way out is let go in peace: the writers give their connections back.
                if task is not asyncio.current_task() and not task.cancelling():
                    task.cancel()
            self._board.stir()

    @property
    def epoch(self) -> int:
        """The number of its time."""
        return self._board.epoch

    @property
    def serving(self) -> bool:
        """Whether all its parts work and no other orchestrator has taken over."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def close(self) -> None:
        """Stops serving; what is not committed was not acknowledged."""
        self._figures.close()
        for task in self._tasks:
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._solving.close()
        await close_pool(self._pool)

    # What workers say.

    async def exchange(self, said: Exchange) -> Reply:
        """Carries out all that a worker says and wants in as few commits as possible.

        Raises Fenced where another orchestrator has taken over.
        """
        self._heard(said.worker)
        permits: dict[UUID, bool] = {}
        later: dict[UUID, float] = {}
        submit = partial(self._committer.submit_all, by=said.worker)
        settled = submit(Verb.SETTLE, said.settled) if said.settled else None
        absent = set(said.seen_absent)
        asked = [Asked(token, token in absent) for token in said.press]
        pressed = submit(Verb.PRESS, asked) if asked else None
        beat = self._beat(said)
        granted = self._lease(said) if said.want else None
        answers: list[bool | NotYet] = await pressed if pressed is not None else []
        for token, answer in zip(said.press, answers, strict=True):
            if isinstance(answer, NotYet):
                later[token] = answer.wait_s
            else:
                permits[token] = answer
        acks: list[Ack] = await settled if settled is not None else []
        assignments: list[Assignment] = []
        if granted is not None:
            assignments = await self._assigned([one for given in await granted for one in given])
        # All of it was made here; checking it once more costs as much as reading it.
        return Reply.model_construct(
            epoch=self._board.epoch,
            permits=permits,
            later=later,
            acks={one.token: ack for one, ack in zip(said.settled, acks, strict=True)},
            revoked=await self._revoked(said.alive, beat),
            assignments=assignments,
            drain=said.worker in self._board.draining,
            lease_s=self._board.terms.lease_s,
        )

    async def solve_captcha(
        self, token: UUID, challenge: Challenge, within_s: float
    ) -> Answered | Unanswered:
        """A service's token for a widget that the lease *token* has met, or why there is none."""
        return await self._solving.solve(token, challenge, within_s)

    async def captcha_judged(self, token: UUID, ref: str, *, accepted: bool) -> None:
        """The site took the service's token, or said that it is wrong."""
        await self._solving.judged(token, ref, accepted=accepted)

    def _heard(self, worker: str) -> None:
        if not self.serving:
            raise queue.Fenced
        self._board.heard(worker)

    def _beat(self, said: Exchange) -> asyncio.Future[list[set[UUID]]] | None:
        """Extends the leases of which a third has passed; the others need no write."""
        board = self._board
        due = board.clock.now() - board.terms.lease_s / 3
        old = [
            token
            for token in said.alive
            if token in board.held and board.held[token].extended_at <= due
        ]
        return self._committer.submit_all(Verb.BEAT, [old], said.worker) if old else None

    async def _revoked(
        self, alive: Sequence[UUID], beat: asyncio.Future[list[set[UUID]]] | None
    ) -> list[UUID]:
        if beat is not None:
            await beat
        return [token for token in alive if token not in self._board.held]

    def _lease(self, said: Exchange) -> asyncio.Future[list[list[Granted]]]:
        """The leases for a worker; waits for work only where nothing else was said."""
        board = self._board
        want = Want(said.worker, said.want)
        if said.worker in board.draining:
            return asyncio.ensure_future(_nothing())
        if said.settled or said.press or said.alive:
            if not board.may_lease:
                return asyncio.ensure_future(_nothing())
            return self._committer.submit_all(Verb.LEASE, [want], want.worker)
        return asyncio.ensure_future(self._wait_for_work(want, said.wait_s))

    async def _wait_for_work(self, want: Want, wait_s: float) -> list[list[Granted]]:
        board = self._board
        deadline = time.monotonic() + wait_s
        while True:
            if board.may_lease:
                granted: list[Granted] = await self._committer.submit(Verb.LEASE, want, want.worker)
                if granted:
                    return [granted]
            left = deadline - time.monotonic()
            if left <= 0 or want.worker in board.draining or not self.serving:
                return []
            if not board.may_lease:
                await board.news(left)

    async def _assigned(self, granted: Sequence[Granted]) -> list[Assignment]:
        """The assignments of new leases; the leases are out, so trying goes on."""
        while granted:
            try:
                built = await self._assembler.build(granted)
                break
            except Exception as error:
                if not is_lost(error):
                    raise
                await asyncio.sleep(0.2)
        else:
            return []
        for token, ended in built.items():
            if not isinstance(ended, Assignment):
                await self._committer.submit(Verb.SETTLE, Settlement(token=token, result=ended))
        return [one for one in built.values() if isinstance(one, Assignment)]

    # What the web and the staff ask.

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Recorded:
        """The one job of a paid order; safe to repeat."""
        return await self._committer.command(partial(self._paying.fulfil, paid))

    async def payment_changed(self, change: PaymentChange) -> None:
        """The job of a payment that was taken back ends, one of a disputed payment waits."""
        await self._committer.command(partial(self._paying.changed, change))

    async def checkout_changed(self, change: CheckoutChange) -> None:
        """A checkout is under way, failed or expired; safe to repeat."""
        await self._committer.command(partial(self._paying.checkout_changed, change))

    async def attended(self, attention_id: int, actor: str) -> Refused | None:
        """A person has seen to a payment that was put before staff."""
        return await self._committer.command(partial(self._paying.attended, attention_id, actor))

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        """The job starts with this profile, or goes on with it."""
        return await self._committer.command(
            partial(self._commands.profile_completed, job_id, profile_id)
        )

    async def retry(
        self, wanted: RetryFilter, *, dry_run: bool, actor: str, profile_id: UUID | None = None
    ) -> int | Refused:
        """How many submissions go back to the queue; with *dry_run*, how many would.

        profile_id: what their one job uses from now on.
        """
        if dry_run:
            return len(await jobs.retryable(self._pool, wanted))
        return await self._committer.command(
            partial(self._commands.retry, wanted, profile_id, actor)
        )

    async def prioritise(self, job_id: UUID, priority: int, actor: str) -> Refused | None:
        """The job weighs *priority* (1 to 100) in the fair line from now on."""
        return await self._committer.command(
            partial(self._commands.prioritise, job_id, priority, actor)
        )

    async def pause(self, scope: PauseScope, actor: str) -> Refused | None:
        """Nothing of *scope* starts or presses once this has returned."""
        return await self._committer.command(partial(self._pausing.pause, scope, actor))

    async def resume(self, scope: PauseScope, actor: str) -> Refused | None:
        """*scope* goes on."""
        return await self._committer.command(partial(self._pausing.resume, scope, actor))

    async def cancel(self, job_id: UUID, actor: str) -> Refused | None:
        """Nothing more of the job is sent once this has returned."""
        return await self._committer.command(partial(self._commands.cancel, job_id, actor))

    async def cancel_submissions(self, ids: list[UUID], actor: str) -> int:
        """How many of *ids* were called off; those that were sent are not among them."""
        return await self._committer.command(partial(self._selecting.cancel, ids, actor))

    async def sync_directories(self, entries: list[Directory]) -> None:
        """*entries* are the catalogue from now on."""
        await self._committer.command(partial(self._rules.sync, entries))

    async def override(self, slug: str, wanted: Override, actor: str) -> Refused | None:
        """*wanted* holds over what the directory's file says, from the commit on."""
        return await self._committer.command(partial(self._rules.override, slug, wanted, actor))

    async def take_back(self, slug: str, actor: str) -> Refused | None:
        """The directory's file alone holds again."""
        return await self._committer.command(partial(self._rules.take_back, slug, actor))

    async def hand_done(self, submission_id: UUID, listing_url: str, actor: str) -> Refused | None:
        """A person has handed the listing in."""
        return await self._committer.command(
            partial(self._commands.hand_done, submission_id, listing_url, actor)
        )

    async def answer(self, submission_id: UUID, said: CustomerAnswer, actor: str) -> Refused | None:
        """The customer has said something to a task that only they can do."""
        return await self._committer.command(
            partial(self._answering.answer, submission_id, said, actor)
        )

    async def pin_used(self, submission_id: UUID, *, accepted: bool, actor: str) -> Refused | None:
        """A person has entered the customer's PIN."""
        return await self._committer.command(
            partial(self._answering.pin_used, submission_id, accepted=accepted, actor=actor)
        )

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str
    ) -> Changed | Refused:
        """The job goes on with this profile; what failed for a detail is tried again."""
        return await self._committer.command(
            partial(self._answering.profile_changed, job_id, profile_id, what, actor)
        )

    async def say_update(self, update_id: int, word: UpdateWord, actor: str) -> Refused | None:
        """A listing was changed by hand, cannot be, or waits for it again."""
        return await self._committer.command(partial(updating.say, update_id, word, actor))

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str
    ) -> dict[str, Account] | Refused:
        """The customer's accounts with their passwords, once the log says that they were shown."""
        return await self._committer.command(
            partial(self._answering.reveal, customer_id, directory, actor)
        )

    async def drain(self, worker: str) -> None:
        """*worker* gets no more work; its next reply says so."""
        self._board.draining.add(worker)
        self._board.stir()

    async def forget(self, worker: str) -> None:
        """*worker* is gone, or is new under an old name: what was said of it before is void."""
        self._board.draining.discard(worker)
        self._board.workers.pop(worker, None)

    async def demand(self) -> Demand:
        """What could start at this moment and what is under way, for who hires workers."""
        board = self._board
        return Demand(
            startable=board.startable(),
            held=dict(Counter(hold.worker for hold in board.held.values())),
            service_s=board.service.mean_s,
        )

    async def status(self) -> dict[str, Any]:
        """What goes on, for pages and metrics; also while the database is away."""
        return await self._figures.snapshot(self._board, self._committer, self._pool)

    async def figures(self) -> dict[str, Any]:
        """`status` with what the tables say in all, for metrics."""
        return await self.status() | await self._figures.totals(self._committer, self._pool)


async def _nothing() -> list[list[Granted]]:
    return []
