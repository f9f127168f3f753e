"""May a service be asked for a captcha's answer? Then it is asked here, where its key is.

A worker holds no key: it says under which lease it met which widget. Directory, plan and budgets
are looked up, and the most that it can cost is written down before anything is spent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from uuid import UUID

from actors.batch import Batch
from actors.board import Board, Hold
from actors.commit import GroupCommitter
from dbolt.domain.captcha import Answered, Challenge, Unanswered
from dbolt.domain.directory import CaptchaPolicy
from dbolt.domain.submission import Task
from dbolt.providers.captcha import MICROS_IN_CENT, CaptchaService, Failure, Fault, Solution
from dbolt.store import captchas
from dbolt.store.captchas import Purchase

log = logging.getLogger(__name__)

LONGEST_S = 150.0
"""For how long a token is waited for, whatever the worker has time for."""
MOST_OF_A_LEASE = 3
"""A form that comes back with complaints wants a fresh token with each press."""
CLOSED_S = 300.0
"""For how long a service is left alone that does not know the key or has no money."""
_CLOSING = frozenset({Fault.BAD_KEY, Fault.NO_MONEY})


class Solving:
    """The one who asks."""

    def __init__(
        self, board: Board, committer: GroupCommitter, service: CaptchaService | None
    ) -> None:
        """service: None where none is set up."""
        self._board = board
        self._committer = committer
        self._service = service
        self._closed_until = 0.0
        self._closed_for = ""
        self._reports: set[asyncio.Task[None]] = set()

    async def solve(
        self, token: UUID, challenge: Challenge, within_s: float
    ) -> Answered | Unanswered:
        """A token for the lease *token*, or why there is none; never more than the budgets allow.

        within_s: what the worker can wait. Raises Fenced where another orchestrator took over.
        """
        service = self._service
        if service is None:
            return Unanswered(problem="No captcha service is set up.")
        hold = self._board.held.get(token)
        if (problem := self._barred(hold)) or hold is None or hold.job_id is None:
            return Unanswered(problem=problem)
        most = service.most_micros(challenge.kind)
        if most is None:
            return Unanswered(problem=f"{service.name} does not solve {challenge.kind}.")
        wanted = Purchase(
            hold.job_id, hold.submission_id, token, service.name, challenge.kind, most
        )
        number = await self._committer.command(partial(self._reserve, wanted))
        if isinstance(number, Unanswered):
            return number
        return await self._bought(service, challenge, within_s, number)

    def _barred(self, hold: Hold | None) -> str:
        """Why that lease may not ask at all; empty where it may."""
        if hold is None or hold.task is not Task.SUBMIT:
            return "The lease has passed on."
        directory = self._board.directories.get(hold.directory)
        if directory is None or directory.captcha is not CaptchaPolicy.SERVICE:
            return "The directory's file does not let a service solve its captchas."
        if time.monotonic() < self._closed_until:
            return self._closed_for
        return ""

    async def _reserve(self, wanted: Purchase, batch: Batch) -> int | Unanswered:
        """The purchase's number. Commands are carried out one at a time, so no two pass a limit."""
        terms = self._board.terms
        known = await captchas.spent(batch.connection, wanted.job_id, wanted.token)
        if known is None:
            return Unanswered(problem="The job is gone.")
        if known.plan not in terms.captcha_plans:
            return Unanswered(problem=f"The plan {known.plan} does not cover a captcha service.")
        if known.by_lease >= MOST_OF_A_LEASE:
            return Unanswered(problem=f"This attempt has asked {MOST_OF_A_LEASE} times already.")
        if known.by_job + wanted.most_micros > terms.captcha_job_cents * MICROS_IN_CENT:
            return Unanswered(problem="The job's budget for captchas is used up.")
        if known.by_day + wanted.most_micros > terms.captcha_day_cents * MICROS_IN_CENT:
            return Unanswered(problem="The day's budget for captchas is used up.")
        return await captchas.begin(batch.connection, batch.epoch, wanted)

    async def _bought(
        self, service: CaptchaService, challenge: Challenge, within_s: float, number: int
    ) -> Answered | Unanswered:
        got = await service.solve(challenge, min(max(within_s, 0.0), LONGEST_S))
        await self._committer.command(partial(self._settle, number, got))
        cents = -(-got.cost_micros // MICROS_IN_CENT)
        if isinstance(got, Solution):
            return Answered(token=got.token, ref=got.ref, cost_cents=cents)
        log.warning("a captcha was not solved: %s", got.problem)
        if got.fault in _CLOSING:
            self._closed_until = time.monotonic() + CLOSED_S
            self._closed_for = got.problem
        return Unanswered(problem=got.problem, asked=True, cost_cents=cents)

    async def _settle(self, number: int, got: Solution | Failure, batch: Batch) -> None:
        await captchas.settle(
            batch.connection,
            batch.epoch,
            number,
            cost_micros=got.cost_micros,
            solved=isinstance(got, Solution),
            ref=got.ref,
        )

    async def judged(self, token: UUID, ref: str, *, accepted: bool) -> None:
        """The site took the token or refused it; the service is told once, and not waited for."""
        first = await self._committer.command(partial(self._judge, token, ref, accepted=accepted))
        if first and self._service is not None:
            task = asyncio.create_task(self._service.report(ref, accepted=accepted))
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _judge(self, token: UUID, ref: str, batch: Batch, *, accepted: bool) -> bool:
        return await captchas.judge(batch.connection, batch.epoch, token, ref, accepted=accepted)

    async def close(self) -> None:
        """Ends reports and connections."""
        for task in self._reports:
            task.cancel()
        await asyncio.gather(*self._reports, return_exceptions=True)
        if self._service is not None:
            await self._service.close()
