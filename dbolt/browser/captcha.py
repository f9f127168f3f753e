"""Does a widget want a token before the form may be sent, and who gets it?

The directory's file decides: `never` and `human` end the attempt before anything is typed, and with
`service` a token is asked for once the form holds everything. It is handed to the page after the
permit, because the page's own callback may send the form. The page is told nothing else about us.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error
from pydantic import ValidationError

from dbolt.browser import act, scripts
from dbolt.browser.act.place import PATIENCE_S, Place, place
from dbolt.browser.run import HANDED_IN, PRESS_MARGIN_S, Ended, Run, Token
from dbolt.browser.settle import settled
from dbolt.domain.captcha import (
    Answered,
    Captcha,
    CaptchaKind,
    CaptchaOutcome,
    Challenge,
    Unanswered,
    WidgetKind,
)
from dbolt.domain.directory import CaptchaPolicy
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import HandOver, Left, NotSent, VerdictKind
from dbolt.forms.reading import Reading, VerdictReading

OWN_S = 6.0
"""Turnstile mostly answers by itself, for a browser that says what it is."""
LONGEST_S = 120.0
"""For how long a token is waited for where the lease has more time."""
AGAIN_S = 60.0
"""The same after a press, whose answer has to be told in time."""
LEAST_S = 15.0
GOOD_S = 105.0
"""Tokens are good for two minutes; the page and its server need some of it."""
_TELL_S = 5.0
_CALLBACK_S = 2.0


@dataclass(frozen=True, slots=True)
class _Widget:
    """One that wants a token. `value`: what its field holds. `takes`: it can be given a token."""

    kind: WidgetKind
    told: dict[str, Any]
    value: str
    takes: bool
    calls: bool
    shown: bool
    invisible: bool

    @classmethod
    def of(cls, raw: dict[str, Any]) -> _Widget:
        own = {name: raw.pop(name) for name in ("value", "takes", "calls", "shown")}
        return cls(WidgetKind(raw["kind"]), raw, invisible=raw["invisible"], **own)

    @property
    def is_shown(self) -> bool:
        """Whether somebody has to do something; what stays invisible judges by itself."""
        return self.shown and not self.invisible

    @property
    def sends(self) -> bool:
        """Whether giving it the token is what sends the form: its button only begins the check."""
        return self.kind is WidgetKind.RECAPTCHA_V2 and self.invisible

    @property
    def is_for_us(self) -> bool:
        """Whether a bought token could be given to it."""
        return self.takes and (self.is_shown or (self.calls if self.sends else self.invisible))


async def barred(run: Run, reading: Reading) -> Ended | None:
    """Why the form is not to be filled in at all: a widget wants a person. None where it may be."""
    widget = next((w for w in await _open(run, reading) if w.is_shown), None)
    if widget is None or await _answers_itself(run, reading, widget):
        return None
    problem = _not_by_service(run, widget)
    return HandOver(reason=Reason.CAPTCHA, detail=problem) if problem else None


def by_policy(run: Run, end: Ended) -> Ended:
    """*end*, or the directory left alone where its file says so of captchas."""
    never = run.assignment.directory.captcha is CaptchaPolicy.NEVER
    if never and isinstance(end, HandOver) and end.reason is Reason.CAPTCHA:
        detail = "It asks for a captcha, and its file says to leave the directory alone then."
        return Left(reason=end.reason, detail=detail)
    return end


def _not_by_service(run: Run, widget: _Widget) -> str:
    """Why no service is to be asked for the widget's token; empty where one is."""
    assignment = run.assignment
    if assignment.directory.captcha is not CaptchaPolicy.SERVICE:
        return WORDS[Reason.CAPTCHA].customer
    if not assignment.captcha_service:
        return "A captcha: the plan does not cover a service that solves it."
    if run.solver is None:
        return "A captcha: this worker cannot ask a service."
    if not widget.takes:
        return f"A captcha ({widget.kind}) that cannot be given an answer from outside."
    return ""


async def awaited(run: Run, reading: Reading) -> bool:
    """Whether a token is to be bought for the form before its button is of use."""
    return run.token is None and await _to_buy(run, reading) is not None


async def bought(run: Run, reading: Reading, longest_s: float | None = None) -> Ended | None:
    """Gets the token that the form wants into `run.token`; why there is none, else None.

    Without a service the checks that stay invisible are left to judge by themselves.
    """
    if run.token is not None:
        return None
    widget = await _to_buy(run, reading)
    if widget is None:
        return None
    within_s = min(longest_s or LONGEST_S, run.time_left_s() - PRESS_MARGIN_S - LEAST_S)
    if within_s < LEAST_S:
        return NotSent(reason=Reason.TIMEOUT, detail="Too little time was left for a captcha.")
    where = _place(run, reading)
    challenge = _challenge(widget, where) if where is not None else None
    if challenge is None:
        return _without(widget, "A captcha whose key or page cannot be told to a service.")
    began = time.monotonic()
    got = await _asked(run, challenge, within_s)
    seconds = round(time.monotonic() - began, 3)
    if isinstance(got, Unanswered):
        if got.asked:
            _note(run, CaptchaOutcome.FAILED, seconds, got.cost_cents)
        return _without(widget, f"A captcha: {got.problem}")
    _note(run, CaptchaOutcome.SOLVED, seconds, got.cost_cents)
    run.proof.secrets.add(got.token.get_secret_value())
    run.token = Token(got, widget.kind, sends=widget.sends)
    return None


def _without(widget: _Widget, problem: str) -> HandOver | None:
    return HandOver(reason=Reason.CAPTCHA, detail=problem) if widget.is_shown else None


async def _asked(run: Run, challenge: Challenge, within_s: float) -> Answered | Unanswered:
    assert run.solver is not None
    try:
        async with asyncio.timeout(within_s + LEAST_S / 2):
            return await run.solver.solve(challenge, within_s)
    except TimeoutError:
        # What was asked for may be charged for, which whoever asked knows.
        return Unanswered(problem="The service did not answer in time.", asked=True, cost_cents=1)


async def given(run: Run, reading: Reading) -> act.Press | None:
    """Hands the token over to the page; None where the button is to be pressed then.

    Where the page's own callback sends the form, that was the press.
    """
    token, where = run.token, _place(run, reading)
    if token is None:
        return None
    run.token = None
    if token.age_s() > GOOD_S:
        return act.Press(act.How.NOT, "The captcha's answer ran out before it could be used.")
    moment = time.monotonic()
    secret = token.answer.token.get_secret_value()
    try:
        said = None
        if where is not None:
            value = {"number": where.number, "kind": token.kind.value, "token": secret}
            async with asyncio.timeout(PATIENCE_S):
                said = await scripts.call(
                    where.page, where.frame, scripts.ANSWERING, "giveToken", value
                )
    except (Error, TimeoutError) as error:
        return act.Press(act.How.UNSURE, str(error).splitlines()[0] if str(error) else "")
    if said is None:
        return act.Press(act.How.NOT, "The captcha has vanished from the page.")
    run.given = token
    if said["called"]:
        await settled(run.visit, _CALLBACK_S, pressed=True)
        if token.sends or run.visit.carried_since(moment):
            return act.Press(act.How.SCRIPT, "The page sends the form once the captcha is solved.")
    return None


async def judged(run: Run, verdict: VerdictReading) -> None:
    """Tells whoever made the token what the page said to it. A token is good for one press."""
    token, run.given = run.given, None
    if token is None or run.solver is None:
        return
    wrong = verdict.kind is VerdictKind.BLOCKED and verdict.reason is Reason.CAPTCHA
    if wrong:
        last = max(i for i, c in enumerate(run.captchas) if c.kind is CaptchaKind.CHALLENGE)
        refused = {"outcome": CaptchaOutcome.FAILED}
        run.captchas[last] = run.captchas[last].model_copy(update=refused)
    if wrong or verdict.kind in HANDED_IN:
        try:
            async with asyncio.timeout(_TELL_S):
                await run.solver.judged(token.answer.ref, accepted=not wrong)
        except TimeoutError:
            return


async def _to_buy(run: Run, reading: Reading) -> _Widget | None:
    if run.solver is None or not run.assignment.captcha_service:
        return None
    if run.assignment.directory.captcha is not CaptchaPolicy.SERVICE:
        return None
    return next((w for w in await _open(run, reading) if w.is_for_us), None)


async def _answers_itself(run: Run, reading: Reading, widget: _Widget) -> bool:
    if widget.kind is not WidgetKind.TURNSTILE:
        return False
    until = time.monotonic() + OWN_S
    while time.monotonic() < until:
        # A field's value changes without a change of the document: looked at now and then.
        await asyncio.sleep(0.25)
        if not any(w.kind is widget.kind for w in await _open(run, reading)):
            return True
    return False


async def _open(run: Run, reading: Reading) -> list[_Widget]:
    """The form's widgets that hold no token, or one that was used up."""
    where = _place(run, reading)
    if where is None:
        return []
    try:
        async with asyncio.timeout(PATIENCE_S):
            told = await scripts.call(
                where.page, where.frame, scripts.ANSWERING, "tokenWidgets", where.number, again=True
            )
    except (Error, TimeoutError):
        return []
    widgets = [_Widget.of(raw) for raw in told]
    return [w for w in widgets if not w.value or w.value in run.proof.secrets]


def _place(run: Run, reading: Reading) -> Place | None:
    refs = (reading.submit, *(guess.ref for guess in reading.guesses))
    ref = next(filter(None, refs), "")
    return place(run.visit.page, ref) if ref else None


def _challenge(widget: _Widget, where: Place) -> Challenge | None:
    told = {name: value for name, value in widget.told.items() if name != "shown"}
    try:
        return Challenge(page_url=where.frame.url.partition("#")[0], **told)
    except ValidationError:
        return None


def _note(run: Run, outcome: CaptchaOutcome, seconds: float, cost_cents: int) -> None:
    run.captchas.append(
        Captcha(kind=CaptchaKind.CHALLENGE, outcome=outcome, seconds=seconds, cost_cents=cost_cents)
    )
