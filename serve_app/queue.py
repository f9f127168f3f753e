"""How does the web reach the orchestrator? A typed client with bounded waits and one clear problem.

The apps know the `Queue` protocol alone, so they run without Ray too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar
from uuid import UUID

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from dbolt.domain.override import Override
from dbolt.domain.protocol import (
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
)
from dbolt.domain.submission import Account
from dbolt.domain.updates import UpdateWord

log = logging.getLogger(__name__)

T = TypeVar("T")

NAMESPACE = "dbolt"
ACTOR = "orchestrator"
WAIT_S = 10.0
STATUS_WAIT_S = 3.0


class QueueAway(Exception):
    """The orchestrator did not answer in time; whether a command was carried out is not known."""

    def __init__(self) -> None:
        super().__init__("The orchestrator does not answer at the moment; try again shortly.")


class QueueFailed(Exception):
    """The orchestrator answered with a defect of its own; the command was not carried out."""


class Queue(Protocol):
    """The orchestrator's commands as the web uses them. Each raises `QueueAway`."""

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Recorded: ...

    async def payment_changed(self, change: PaymentChange) -> None: ...

    async def checkout_changed(self, change: CheckoutChange) -> None: ...

    async def attended(self, attention_id: int, actor: str) -> Refused | None: ...

    async def exchange(self, said: Exchange) -> Reply: ...

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None: ...

    async def retry(
        self, wanted: RetryFilter, *, dry_run: bool, actor: str, profile_id: UUID | None = None
    ) -> int | Refused: ...

    async def prioritise(self, job_id: UUID, priority: int, actor: str) -> Refused | None: ...

    async def pause(self, scope: PauseScope, actor: str) -> Refused | None: ...

    async def resume(self, scope: PauseScope, actor: str) -> Refused | None: ...

    async def cancel(self, job_id: UUID, actor: str) -> Refused | None: ...

    async def cancel_submissions(self, ids: list[UUID], actor: str) -> int: ...

    async def hand_done(
        self, submission_id: UUID, listing_url: str, actor: str
    ) -> Refused | None: ...

    async def override(self, slug: str, wanted: Override, actor: str) -> Refused | None: ...

    async def take_back(self, slug: str, actor: str) -> Refused | None: ...

    async def answer(
        self, submission_id: UUID, said: CustomerAnswer, actor: str
    ) -> Refused | None: ...

    async def pin_used(
        self, submission_id: UUID, *, accepted: bool, actor: str
    ) -> Refused | None: ...

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str
    ) -> Changed | Refused: ...

    async def say_update(self, update_id: int, word: UpdateWord, actor: str) -> Refused | None: ...

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str
    ) -> dict[str, Account] | Refused: ...

    async def status(self) -> dict[str, Any]: ...

    async def figures(self) -> dict[str, Any]: ...


class ActorLine:
    """The way to a named Ray actor, which may be another process at each call."""

    def __init__(self, *, name: str = ACTOR, namespace: str = NAMESPACE) -> None:
        self._name, self._namespace = name, namespace
        self._handle: Any = None

    async def _call(self, wait_s: float, verb: str, *args: object, **named: object) -> Any:
        try:
            async with asyncio.timeout(wait_s):
                return await self._ask(verb, args, named)
        except (TimeoutError, GetTimeoutError) as error:
            raise QueueAway from error
        except RayTaskError as error:
            # It is there and broke over this one command: no reason to look it up anew, and none
            # to tell anybody to try again.
            raise QueueFailed(f"{verb} failed in the {self._name}") from error
        except (RayError, ValueError) as error:
            # ValueError is what Ray says for a name that nobody has. The handle of a dead actor
            # stays dead, so the next call looks the name up anew. Nothing is repeated here: the
            # command may have been carried out.
            self._handle = None
            log.warning("%s was not answered: %s", verb, type(error).__name__)
            raise QueueAway from error

    async def _ask(self, verb: str, args: tuple[object, ...], named: dict[str, object]) -> Any:
        if self._handle is None:
            # The look-up asks Ray's head and blocks, so it gets a thread.
            self._handle = await asyncio.to_thread(
                ray.get_actor, self._name, namespace=self._namespace
            )
        return await getattr(self._handle, verb).remote(*args, **named)


class RayQueue(ActorLine):
    """The `Queue` behind a named Ray actor."""

    async def fulfil(self, paid: PaidOrder) -> Fulfilled | Recorded:
        answer: Fulfilled | Recorded = await self._call(WAIT_S, "fulfil", paid)
        return answer

    async def payment_changed(self, change: PaymentChange) -> None:
        await self._call(WAIT_S, "payment_changed", change)

    async def checkout_changed(self, change: CheckoutChange) -> None:
        await self._call(WAIT_S, "checkout_changed", change)

    async def attended(self, attention_id: int, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "attended", attention_id, actor)
        return answer

    async def exchange(self, said: Exchange) -> Reply:
        answer: Reply = await self._call(WAIT_S + said.wait_s, "exchange", said)
        return answer

    async def profile_completed(self, job_id: UUID, profile_id: UUID) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "profile_completed", job_id, profile_id)
        return answer

    async def retry(
        self, wanted: RetryFilter, *, dry_run: bool, actor: str, profile_id: UUID | None = None
    ) -> int | Refused:
        answer: int | Refused = await self._call(
            WAIT_S, "retry", wanted, dry_run=dry_run, actor=actor, profile_id=profile_id
        )
        return answer

    async def prioritise(self, job_id: UUID, priority: int, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "prioritise", job_id, priority, actor)
        return answer

    async def pause(self, scope: PauseScope, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "pause", scope, actor)
        return answer

    async def resume(self, scope: PauseScope, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "resume", scope, actor)
        return answer

    async def cancel(self, job_id: UUID, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "cancel", job_id, actor)
        return answer

    async def cancel_submissions(self, ids: list[UUID], actor: str) -> int:
        answer: int = await self._call(WAIT_S, "cancel_submissions", ids, actor)
        return answer

    async def hand_done(self, submission_id: UUID, listing_url: str, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(
            WAIT_S, "hand_done", submission_id, listing_url, actor
        )
        return answer

    async def override(self, slug: str, wanted: Override, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "override", slug, wanted, actor)
        return answer

    async def take_back(self, slug: str, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "take_back", slug, actor)
        return answer

    async def answer(self, submission_id: UUID, said: CustomerAnswer, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "answer", submission_id, said, actor)
        return answer

    async def pin_used(self, submission_id: UUID, *, accepted: bool, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(
            WAIT_S, "pin_used", submission_id, accepted=accepted, actor=actor
        )
        return answer

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str
    ) -> Changed | Refused:
        answer: Changed | Refused = await self._call(
            WAIT_S, "profile_changed", job_id, profile_id, what, actor
        )
        return answer

    async def say_update(self, update_id: int, word: UpdateWord, actor: str) -> Refused | None:
        answer: Refused | None = await self._call(WAIT_S, "say_update", update_id, word, actor)
        return answer

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str
    ) -> dict[str, Account] | Refused:
        answer: dict[str, Account] | Refused = await self._call(
            WAIT_S, "reveal", customer_id, directory, actor
        )
        return answer

    async def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self._call(STATUS_WAIT_S, "status")
        return answer

    async def figures(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self._call(STATUS_WAIT_S, "figures")
        return answer


async def answer_or_away(call: Coroutine[Any, Any, T]) -> T | None:
    """What *call* answers, or None where nothing comes: for pages that do without."""
    try:
        return await call
    except (QueueAway, QueueFailed):
        return None
