"""How are the workers' calls carried out, many in one transaction?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from actors.batch import Batch, Handler, MustBeAlone, Verb
from actors.board import Board
from actors.replacing import lost, replace_lost
from actors.storable import stored
from actors.updating import follow_profile
from dbolt.domain.breaker import Breaker
from dbolt.domain.directory import Policy
from dbolt.domain.lifecycle import HANDED_IN, Event, State
from dbolt.domain.outcome import Looking, Move, first_look_s, of_look, of_result
from dbolt.domain.pacing import Pacer
from dbolt.domain.protocol import Ack, Settlement
from dbolt.domain.reasons import Reason
from dbolt.domain.retry import RULES
from dbolt.domain.submission import Known, Looked, NotSent, Pressed, Result, Task
from dbolt.store import directories, jobs, leases, queue, verifications
from dbolt.store.leases import Asked, Patience, Settling
from dbolt.store.plain import plain_text
from dbolt.store.queue import Moved, Wish
from dbolt.store.verifications import LookEnd

MACHINE = "orchestrator"
EXPIRE_AT_MOST = 500
ASK_AGAIN_S = 0.25
"""When to ask again for a permit that waits for another one on the same directory."""

LOOK_AGAIN_S = 60.0
"""When to look again where a proxy failed or none was free."""
_NO_WAY = frozenset({Reason.PROXY, Reason.NO_PROXY})


@dataclass(frozen=True, slots=True)
class NotYet:
    """The directory's pace does not allow the press yet; ask again in `wait_s`."""

    wait_s: float


def _once_each(said: Sequence[UUID], answers: Mapping[UUID, bool | NotYet]) -> list[bool | NotYet]:
    """The answers in order; who asked twice for a press gets one permit."""
    permitted: set[UUID] = set()
    given: list[bool | NotYet] = []
    for token in said:
        given.append(False if token in permitted else answers[token])
        if answers[token] is True:
            permitted.add(token)
    return given


def not_for_robots(rows: Sequence[tuple[UUID, str]], policies: Mapping[str, Policy]) -> list[Wish]:
    """Of submissions with their directories, where those go that are not for the robot."""
    found: list[Wish] = []
    for id_, slug in rows:
        match policies[slug]:
            case Policy.SKIP:
                found.append(Wish(id_, Event.SKIPPED, Reason.POLICY_SKIP))
            case Policy.MANUAL | Policy.ASSISTED:
                found.append(Wish(id_, Event.PERSON_NEEDED, Reason.POLICY_MANUAL))
            case Policy.AUTO:
                pass
    return found


class Verbs:
    """The handlers of the group committer."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def handlers(self) -> Mapping[Verb, Handler]:
        """For each verb but the lease, which is `granting`'s."""
        return {
            Verb.SETTLE: self.settle,
            Verb.BEAT: self.beat,
            Verb.PRESS: self.press,
            Verb.EXPIRE: self.expire,
        }

    async def settle(self, batch: Batch, said: list[Settlement]) -> list[Ack]:
        """SETTLED for what is durable now or was before, STALE for leases that have passed on."""
        board, by_token = self._board, {one.token: one for one in said}
        ours = await self._ours(batch, by_token)
        settlings = [self._settling(one, ours=token in ours) for token, one in by_token.items()]
        moved = await leases.settle(batch.connection, batch.epoch, settlings)
        await self._keep_accounts(batch, moved, by_token)
        await self.follow(batch, moved)
        batch.last.append(partial(self._judge, batch, moved, by_token))
        known = {row.token for row in moved if row.token is not None}
        rest = [token for token in by_token if token not in known]
        if rest:
            known |= await self._settle_looks(batch, rest, by_token)
            known |= await leases.settled_before(batch.connection, rest)
            late = [(token, stored(by_token[token].result)) for token in rest if token not in known]
            if late:
                # It moves nothing; but whoever finds out what became of the press should see it.
                batch.changed.update(await leases.keep_late(batch.connection, batch.epoch, late))
        if board.book.in_use:
            results = [(token, one.result) for token, one in by_token.items()]
            batch.after.append(partial(board.proxies_did, results))
        # A stale one is not in memory any more, or should not be.
        batch.after.append(partial(board.let_go, list(by_token)))
        return [Ack.SETTLED if one.token in known else Ack.STALE for one in said]

    async def _ours(self, batch: Batch, said: Mapping[UUID, Settlement]) -> set[UUID]:
        """Of attempts that found the business listed, those that found their own listing."""
        held = self._board.held
        known = {
            token: held[token].submission_id
            for token, one in said.items()
            if type(one.result) is Known and token in held
        }
        if not known:
            return set()
        ours = await leases.ours(batch.connection, list(known.values()))
        return {token for token, id_ in known.items() if id_ in ours}

    def _settling(self, one: Settlement, *, ours: bool) -> Settling:
        terms, hold = self._board.terms, self._board.held.get(one.token)
        failures = hold.failures if hold else 0
        return Settling(
            one.token,
            of_result(one.result, failures, terms.chance(), terms.backoff, ours=ours),
            stored(one.result),
        )

    async def _keep_accounts(
        self, batch: Batch, moved: Sequence[Moved], said: Mapping[UUID, Settlement]
    ) -> None:
        for row in moved:
            result = said[row.token].result if row.token is not None else None
            if isinstance(result, Pressed) and result.account is not None:
                await directories.keep_account(batch.connection, row.id, result.account.username)

    async def _judge(
        self, batch: Batch, moved: Sequence[Moved], said: Mapping[UUID, Settlement]
    ) -> None:
        """What the results say about their directories."""
        board, now = self._board, self._board.clock.now()
        judged: dict[str, Breaker] = {}
        for row in moved:
            if row.token is None:
                continue
            before = judged.get(row.directory, board.schedule.lanes[row.directory].pacer.breaker)
            after = before.after(said[row.token].result, now, board.terms.backoff)
            if after is not before and after != before:
                judged[row.directory] = after
        if judged:
            await directories.keep_health(batch.connection, batch.epoch, judged)
        for slug, breaker in judged.items():
            batch.after.append(partial(board.judge, slug, breaker))
        dead = {slug: breaker for slug, breaker in judged.items() if breaker.hopeless}
        if dead:
            if not batch.alone:
                # What waits for them is nobody's lease yet, and could be leased meanwhile.
                raise MustBeAlone
            await self._let_wait_no_longer(batch, dead, moved)

    async def _let_wait_no_longer(
        self, batch: Batch, dead: Mapping[str, Breaker], moved: Sequence[Moved]
    ) -> None:
        """Skips who waits for directories that do not come back, by the reason seen last."""
        reasons = {row.directory: row.reason for row in moved}
        wishes = [
            Wish(
                id_,
                Event.SKIPPED,
                reasons[slug],
                f"The directory failed {dead[slug].failures} times in a row.",
            )
            for id_, slug in await jobs.queued_on(batch.connection, list(dead))
        ]
        await self.move(batch, wishes)

    async def _settle_looks(
        self, batch: Batch, tokens: Sequence[UUID], said: Mapping[UUID, Settlement]
    ) -> set[UUID]:
        board = self._board
        held = await verifications.held(batch.connection, tokens)
        if not held:
            return set()
        ends: list[LookEnd] = []
        wishes: list[Wish] = []
        ours = await leases.ours(batch.connection, [look.submission_id for look in held])
        for look in held:
            result = said[look.token].result
            if isinstance(result, NotSent) and result.reason in _NO_WAY:
                # Nobody looked, so it is no try.
                again_s = LOOK_AGAIN_S * board.terms.backoff
                ends.append(LookEnd(look.token, None, again_s, stored(result), counted=False))
                batch.after.append(partial(board.want_looks, again_s))
                continue
            answer = result if isinstance(result, Looked) else None
            looking = Looking(
                look.state,
                board.directories[look.directory],
                look.tries,
                look.failures,
                ours=look.submission_id in ours,
            )
            meant = of_look(answer, looking, board.terms.backoff)
            found = answer.found if answer else None
            ends.append(LookEnd(look.token, found, meant.again_s, stored(result)))
            if meant.again_s is not None:
                batch.after.append(partial(board.want_looks, meant.again_s))
            if meant.move is not None:
                wishes.append(self._wish(look.submission_id, meant.move, result))
        done = await verifications.settle(batch.connection, batch.epoch, ends)
        await self.move(batch, wishes)
        return set(done)

    def _wish(self, submission_id: UUID, meant: Move, result: Result) -> Wish:
        return Wish(
            submission_id,
            meant.event,
            meant.reason,
            plain_text(result.detail)[:2000],
            plain_text(getattr(result, "listing_url", ""))[:2000],
        )

    async def move(self, batch: Batch, wishes: Sequence[Wish], actor: str = MACHINE) -> list[Moved]:
        """Carries out *wishes* that fit, with all that follows from them."""
        if not wishes:
            return []
        moved = await queue.move(batch.connection, batch.epoch, wishes, actor)
        await self.follow(batch, moved)
        return moved

    async def follow(self, batch: Batch, moved: Sequence[Moved]) -> None:
        """What moves bring with them: looks, the way back into the line, or a person."""
        board = self._board
        batch.moved.extend(moved)
        looks: dict[UUID, float] = {}
        wishes: list[Wish] = []
        for row in moved:
            directory = board.directories[row.directory]
            wait_s = first_look_s(row.to_state, directory, row.listing_url)
            if wait_s is not None:
                if row.event is Event.LEASE_EXPIRED:
                    # The worker that was lost, or its site, may still be at it.
                    wait_s += directory.timeout_s * board.terms.backoff
                looks[row.id] = wait_s
            elif row.to_state is State.UNCERTAIN:
                # Nobody but a person can tell whether the form went through.
                wishes.append(Wish(row.id, Event.PERSON_NEEDED, Reason.PRESS_UNCONFIRMED))
        if looks:
            await verifications.add(batch.connection, batch.epoch, looks)
            soonest = min(looks.values())
            batch.after.append(lambda: board.want_looks(soonest))
        if old := self._maybe_old(moved):
            batch.last.append(partial(follow_profile, batch, old))
        if gone := lost(moved):
            batch.last.append(partial(replace_lost, board, batch, gone))
        await self._back_in_line(batch, moved)
        await self.move(batch, wishes)

    def _maybe_old(self, moved: Sequence[Moved]) -> set[UUID]:
        """Jobs of which a listing came or went, and whose details changed under way."""
        return {
            row.job_id
            for row in moved
            if row.job_id in self._board.changed_jobs
            and (row.to_state in HANDED_IN) != (row.from_state in HANDED_IN)
        }

    async def _back_in_line(self, batch: Batch, moved: Sequence[Moved]) -> None:
        board = self._board
        back = [row for row in moved if row.to_state is State.QUEUED]
        if not back:
            return
        # The catalogue may have changed its mind about robots meanwhile.
        policies = {row.directory: board.directories[row.directory].policy for row in back}
        stop = not_for_robots([(row.id, row.directory) for row in back], policies)
        await self.move(batch, stop)
        absent = [row.id for row in back if row.event is Event.ABSENT]
        if absent:
            off = await jobs.queued_in_cancelled(batch.connection, absent)
            await self.move(batch, [Wish(id_, Event.CANCELLED, Reason.CANCELLED) for id_ in off])
        joins = [(row.directory, row.not_before or -math.inf) for row in back]
        batch.after.append(lambda: board.joins_later(joins))

    async def beat(self, batch: Batch, said: list[list[UUID]]) -> list[set[UUID]]:
        """Of each call's tokens, those that still hold a lease."""
        board, lease_s = self._board, self._board.terms.lease_s
        tokens = {token for one in said for token in one}
        alive: set[UUID] = set()
        for task, beat in ((Task.SUBMIT, leases.beat), (Task.VERIFY, verifications.beat)):
            mine = [t for t in tokens if t in board.held and board.held[t].task is task]
            if mine:
                alive |= await beat(batch.connection, batch.epoch, mine, lease_s)

        def extended() -> None:
            for token in alive:
                if token in board.held:
                    board.held[token].extended_at = board.clock.now()

        batch.after.append(extended)
        return [alive.intersection(one) for one in said]

    async def press(self, batch: Batch, said: list[Asked]) -> list[bool | NotYet]:
        """True once the press is durable, False where it must not be, NotYet by the pace."""
        board, now = self._board, self._board.clock.now()
        answers: dict[UUID, bool | NotYet] = {}
        asked: list[Asked] = []
        asking: list[Pacer] = []

        def refused() -> None:
            for pacer in asking:
                pacer.answer(None)

        batch.undo.append(refused)
        absent = {one.token for one in said if one.seen_absent}
        for token in dict.fromkeys(one.token for one in said):
            hold = board.held.get(token)
            if hold is None or hold.task is not Task.SUBMIT or hold.pressed:
                answers[token] = False
                continue
            if board.directories[hold.directory].policy is not Policy.AUTO:
                # Robots were told off while the form was being filled in.
                answers[token] = False
                continue
            pacer = board.schedule.lanes[hold.directory].pacer
            at = pacer.may_press_at(now)
            if at > now:
                answers[token] = NotYet(min(at - now, 60.0) if at < math.inf else ASK_AGAIN_S)
                continue
            pacer.ask()
            asking.append(pacer)
            asked.append(Asked(token, token in absent))
        if asked:
            permits = await leases.press(batch.connection, batch.epoch, asked, board.terms.lease_s)
            pressed = {permit.token: permit.pressed_at for permit in permits}
            batch.changed.update(permit.job_id for permit in permits)
            tokens = [one.token for one in asked]
            answers.update({token: token in pressed for token in tokens})
            batch.after.append(lambda: self._pressed(tokens, pressed))
        return _once_each([one.token for one in said], answers)

    def _pressed(self, asked: Sequence[UUID], pressed: Mapping[UUID, float]) -> None:
        # A pace that goes by the database's presses must not meet a clock that is behind them.
        self._board.clock.at_least(max(pressed.values(), default=-math.inf))
        for token in asked:
            hold = self._board.held[token]
            hold.pressed = token in pressed
            self._board.schedule.lanes[hold.directory].pacer.answer(pressed.get(token))

    async def expire(self, batch: Batch, said: list[float]) -> list[int]:
        """How many leases were lost. said: the grace of each call, in seconds."""
        board, rule = self._board, RULES[Reason.LEASE_EXPIRED]
        wait_s = rule.base_s * board.terms.backoff
        patience = Patience(rule.tries, wait_s, max(said))
        moved = await leases.expire(batch.connection, batch.epoch, patience, EXPIRE_AT_MOST)
        await self.follow(batch, moved)
        looks = await verifications.expire(batch.connection, batch.epoch, wait_s, patience.grace_s)
        tokens = [row.token for row in moved if row.token is not None]
        tokens += [token for token, _ in looks]

        def lost() -> None:
            board.let_go(tokens)
            if looks:
                board.want_looks(wait_s)

        batch.after.append(lost)
        return [len(tokens)] * len(said)
