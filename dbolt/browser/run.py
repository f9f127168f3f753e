"""What does an attempt carry from step to step?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from playwright.async_api import Page as Tab

from dbolt.browser.observe import observe
from dbolt.browser.proof import MASK, Proof
from dbolt.browser.robots import Kept, Robots
from dbolt.browser.settle import settled
from dbolt.browser.visit import Visit
from dbolt.domain.captcha import Answered, Captcha, Solver, WidgetKind
from dbolt.domain.fields import Field
from dbolt.domain.protocol import Permit
from dbolt.domain.submission import (
    Assignment,
    HandOver,
    Known,
    Left,
    NotSent,
    Pressed,
    TypedValue,
    VerdictKind,
)
from dbolt.forms.page import Page
from dbolt.forms.reading import Action, FillPlan, Reading, VerdictReading
from dbolt.forms.repair import Tried
from dbolt.forms.verdict import read_verdict

PRESS_MARGIN_S = 20.0
"""No press with less than this left of the lease: its answer could not be reported in time."""

HANDED_IN = frozenset(
    {
        VerdictKind.ACCEPTED,
        VerdictKind.PENDING_EMAIL,
        VerdictKind.PENDING_REVIEW,
        VerdictKind.PENDING_CUSTOMER,
    }
)
"""Verdicts by which the directory holds what was sent."""

Ended = Pressed | NotSent | HandOver | Known | Left
"""How an attempt can end. A step returns it instead of what the next step would need."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page and the form on it that matters."""

    page: Page
    reading: Reading


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that holds what it should, as seen just now."""

    page: Page
    reading: Reading
    plan: FillPlan


@dataclass(frozen=True, slots=True)
class Token:
    """A captcha's answer that was bought. `sends`: handing it to the page sends the form."""

    answer: Answered
    kind: WidgetKind
    sends: bool = False
    at: float = field(default_factory=time.monotonic)

    def age_s(self) -> float:
        """Seconds since it came."""
        return time.monotonic() - self.at


@dataclass(slots=True)
class Run:
    """One attempt under way. `permitted`: the press is recorded, so that the end is a `Pressed`."""

    visit: Visit
    assignment: Assignment
    permit: Permit
    proof: Proof
    began: float = field(default_factory=time.monotonic)
    permitted: bool = False
    robots: dict[str, Robots] = field(default_factory=dict)
    rules: Kept = field(default_factory=Kept)
    """Rules of robots.txt files that earlier attempts have read."""
    typed: dict[tuple[Field, str, str], TypedValue] = field(default_factory=dict)
    account_used: bool = False
    seen_absent: bool = False
    """The directory was looked at before the press, and did not show the business."""
    stepped_at: float | None = None
    """When a "next" was pressed of which it is not known yet that it led to a mere step."""
    typing_since: float | None = None
    """Since when a form was worked on that has not been seen to stand there after it."""
    looked_at: float = 0.0
    """When the page was last looked at; what it did after that has not been seen."""
    fixes: dict[tuple[Field, str, str], Action] = field(default_factory=dict)
    """Values that a complaint of the page led to, by field, part and control."""
    insisted: set[str] = field(default_factory=set)
    """Names of the controls that a complaint asked for although nothing marks them as required."""
    waited: set[frozenset[str]] = field(default_factory=set)
    """Lists whose options did not come, by their refs."""
    explored: set[str] = field(default_factory=set)
    """Lists whose options have all been looked behind, by their refs."""
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What lists that show their choices only when open have to choose from, by their refs."""
    unfolded: set[str] = field(default_factory=set)
    """What was pressed to open closed sections, by its refs."""
    picked: bool = False
    """A trade was looked for among things to click, which is done once."""
    tried: set[Tried] = field(default_factory=set)
    captchas: list[Captcha] = field(default_factory=list)
    """Those that were met and came to an end."""
    solver: Solver | None = None
    """Whom to ask for a captcha's answer, where the directory's file allows a service."""
    token: Token | None = None
    """An answer that is still to be handed to the page."""
    given: Token | None = None
    """One that the page has and has not judged yet."""
    computed: set[str] = field(default_factory=set)
    """Answers to proofs of work that were seen."""

    @property
    def today(self) -> date:
        """The date on the machine, in UTC."""
        return datetime.now(UTC).date()

    def time_left_s(self) -> float:
        """Seconds until the lease runs out."""
        return (self.assignment.deadline_at - datetime.now(UTC)).total_seconds()

    def may_have_sent(self) -> bool:
        """Whether a step's press, or a form that sends itself, may have handed the listing in."""
        if self.typing_since is not None and self.visit.carried_since(self.typing_since):
            return True
        return self.stepped_at is not None and self.visit.sent_since(self.stepped_at)

    def read(
        self, filled: Filled, after: Page, moment: float, tab: Tab | None = None
    ) -> VerdictReading:
        """The verdict on *after*, as it stands, for whatever was done to *filled* at *moment*.

        tab: where *after* was seen; by default the page that the form was on.
        """
        return read_verdict(
            filled.page,
            after,
            filled.reading,
            status=self.visit.status_since(moment, tab or self.visit.page),
            recipe=self.assignment.directory.recipe,
            profile=self.assignment.profile,
        )

    def sent_itself(self, filled: Filled, after: Page, moment: float) -> bool:
        """Whether *after* answers a form that a choice in it has sent, and not just drawn anew."""
        if not self.visit.carried_since(moment):
            return False
        return self.read(filled, after, moment).kind in HANDED_IN

    async def look(self, at_most_s: float = 5.0, *, pressed: bool = False) -> Page:
        """The page once it has come to rest, or after *at_most_s*; `pressed` as in `settled`."""
        await settled(self.visit, at_most_s, pressed=pressed)
        self.looked_at = time.monotonic()
        return await observe(self.visit.page)

    def note_typed(self, actions: Sequence[Action], values: Sequence[TypedValue]) -> None:
        """Remembers what was typed; the last word on a control counts. Secrets are covered."""
        self.account_used |= any(a.field is Field.ACCOUNT_PASSWORD for a in actions)
        secret = {(a.field, a.part) for a in actions if a.secret}
        for value in values:
            covered = value
            if (value.field, value.part) in secret:
                read_back = MASK if value.read_back else ""
                covered = value.model_copy(update={"typed": MASK, "read_back": read_back})
            self.typed[value.field, value.part, value.control] = covered
        self.proof.secrets.update(v for a in actions if a.secret for v in a.values if v)
