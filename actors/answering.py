"""What does a customer change about a job under way? Answers to tasks, details, accounts shown."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from pydantic import SecretStr

from actors.batch import Batch
from actors.commands import Commands
from actors.verbs import Verbs
from dbolt.domain.credentials import password_for
from dbolt.domain.inbox import answers_to
from dbolt.domain.lifecycle import Event, State
from dbolt.domain.protocol import AnswerKind, Changed, CustomerAnswer, Refused, RetryFilter
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account
from dbolt.store import answers
from dbolt.store.plain import plain_text
from dbolt.store.queue import Wish

NOT_OPEN = Refused(problem="This task is not open any more; reload the page to see how it stands.")
NO_VAULT = Refused(problem="This server keeps no accounts: no vault key is set.")


class Answering:
    """The commands of customers beside their orders, to be run as transactions of their own."""

    def __init__(self, verbs: Verbs, commands: Commands, vault_key: SecretStr | None) -> None:
        """vault_key: what the accounts' passwords follow from; without it none can be shown."""
        self._verbs = verbs
        self._commands = commands
        self._vault_key = vault_key

    async def answer(
        self, submission_id: UUID, said: CustomerAnswer, actor: str, batch: Batch
    ) -> Refused | None:
        """Carries out what the customer said; said twice, the second time finds nothing open."""
        stands = await answers.standing(batch.connection, submission_id)
        if stands is None or said.kind not in answers_to(stands.state, stands.reason):
            return NOT_OPEN
        match said.kind:
            case AnswerKind.PIN:
                return await self._pin(submission_id, said.pin, actor, batch)
            case AnswerKind.DONE:
                wish = Wish(
                    submission_id,
                    Event.CUSTOMER_DONE,
                    Reason.DONE_BY_CUSTOMER,
                    listing_url=plain_text(said.listing_url)[:2000],
                )
            case AnswerKind.LEAVE:
                wish = Wish(submission_id, Event.SKIPPED, Reason.LEFT_BY_CUSTOMER)
            case _:
                assert_never(said.kind)
        await answers.forget(batch.connection, batch.epoch, submission_id)
        return None if await self._verbs.move(batch, [wish], actor) else NOT_OPEN

    async def _pin(
        self, submission_id: UUID, pin: SecretStr, actor: str, batch: Batch
    ) -> Refused | None:
        text = plain_text(pin.get_secret_value()).strip()
        if not text:
            return Refused(problem="Type the PIN that the directory sent.")
        wish = Wish(submission_id, Event.CUSTOMER_ANSWERED, Reason.PIN_GIVEN)
        if not await self._verbs.move(batch, [wish], actor):
            return NOT_OPEN
        await answers.keep(batch.connection, batch.epoch, submission_id, SecretStr(text))
        return None

    async def pin_used(
        self, submission_id: UUID, batch: Batch, *, accepted: bool, actor: str
    ) -> Refused | None:
        """A person has entered the PIN; the directory took it, or the customer is asked again."""
        stands = await answers.standing(batch.connection, submission_id)
        if stands is None or (stands.state, stands.reason) != (
            State.AWAITING_CUSTOMER,
            Reason.PIN_GIVEN,
        ):
            return Refused(problem="No PIN waits there any more.")
        wish = Wish(submission_id, Event.ACCEPTED, Reason.DONE_BY_HAND)
        if not accepted:
            told = "The directory did not take the PIN."
            wish = Wish(submission_id, Event.PENDING_CUSTOMER, Reason.CONFIRM_BY_CUSTOMER, told)
        await self._verbs.move(batch, [wish], actor)
        await answers.forget(batch.connection, batch.epoch, submission_id)
        return None

    async def profile_changed(
        self, job_id: UUID, profile_id: UUID, what: str, actor: str, batch: Batch
    ) -> Changed | Refused:
        """The job goes on with this profile; what failed for a detail is tried again.

        what: which details changed, in words, for the log.
        """
        refused = await self._commands.profile_completed(job_id, profile_id, batch)
        if refused is not None:
            return refused
        told = plain_text(what)[:500]
        await answers.note_change(batch.connection, batch.epoch, job_id, told, actor)
        wanted = RetryFilter(
            job_id=job_id,
            states=[State.NEEDS_PERSON, State.REJECTED],
            reasons=[Reason.MISSING_VALUE, Reason.VALIDATION],
        )
        again = await self._commands.retry(wanted, None, actor, batch)
        return again if isinstance(again, Refused) else Changed(requeued=again)

    async def reveal(
        self, customer_id: UUID, directory: str | None, actor: str, batch: Batch
    ) -> dict[str, Account] | Refused:
        """The customer's accounts by directory, with their passwords; the log says so first."""
        if self._vault_key is None:
            return NO_VAULT
        names = await answers.reveal(batch.connection, batch.epoch, customer_id, directory, actor)
        batch.everything = bool(names)
        return {
            slug: Account(
                username=username, password=password_for(self._vault_key, customer_id, slug)
            )
            for slug, username in names.items()
        }
