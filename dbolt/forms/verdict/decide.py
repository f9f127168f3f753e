"""Which verdict do the changes support? One word is never enough, and a conflict is unclear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbolt.domain.reasons import Reason
from dbolt.domain.submission import VerdictKind
from dbolt.forms.reading import Because, VerdictReading
from dbolt.forms.verdict.compare import Change, Said
from dbolt.forms.verdict.phrases import GOOD, Topic

_CHALLENGES = ("challenge", "robot_wall", "cloudflare", "datadome", "perimeterx", "incapsula")
_PENDING: tuple[tuple[Topic, VerdictKind, Reason], ...] = (
    (Topic.PENDING_CUSTOMER, VerdictKind.PENDING_CUSTOMER, Reason.CONFIRM_BY_CUSTOMER),
    (Topic.PENDING_EMAIL, VerdictKind.PENDING_EMAIL, Reason.CONFIRM_EMAIL),
    (Topic.PENDING_REVIEW, VerdictKind.PENDING_REVIEW, Reason.MODERATION),
)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a verdict rests on. `facts`: names of the profile's facts shown as new text.

    `recipe_text`: the recipe's words of success, if they are new on the page; `recipe_url`:
    whether its address of success was reached by the press.
    """

    change: Change
    status: int | None = None
    facts: frozenset[str] = frozenset()
    listing: bool = False
    listing_url: str = ""
    recipe_text: str = ""
    recipe_url: bool = False
    new_markers: tuple[str, ...] = ()


def decide(case: Case) -> VerdictReading:
    """The verdict, from the surest signs of trouble to those of success."""
    for judge in (_server_failed, _trouble, _preview, _success):
        reading = judge(case)
        if reading is not None:
            return reading
    if not case.change.navigated and case.change.kept and not case.change.said:
        return _unclear("After the press the page looked as before.", _signs(case))
    return _unclear("Nothing on the page shows what became of the submission.", _signs(case))


def _server_failed(case: Case) -> VerdictReading | None:
    if case.status is not None and case.status >= 500:
        return _unclear(f"The server answered with an error ({case.status}).", _signs(case))
    return None


def _trouble(case: Case) -> VerdictReading | None:
    """Blocked, already listed or rejected; unclear where the page also claims success."""
    change = case.change
    found = _blocked(case) or _known(case) or _rejected(case)
    hard = change.errors or change.error_notice or (case.status or 0) >= 400
    claims = change.about(*GOOD)
    faults = [
        s
        for s in change.about(Topic.FAILED, Topic.REFUSED, Topic.CAPTCHA, strong=True)
        # "Not published yet" is what a preview says of itself.
        if Topic.PREVIEW not in s.topics
    ]
    contradicts = bool(claims) and (bool(hard) or any(s not in claims for s in faults))
    if contradicts or (found is not None and claims):
        return _unclear("The page claims success and trouble at once.", _signs(case))
    if found is not None:
        return found
    if faults or hard:
        what = faults[0].text if faults else f"status {case.status}" if hard else ""
        return _unclear(f"The page reports a fault: {what}", _signs(case))
    return None


def _blocked(case: Case) -> VerdictReading | None:
    """A captcha, a login, a robot wall or a payment stands between us and the listing."""
    change = case.change
    wrong = change.about(Topic.CAPTCHA, strong=True)
    if wrong and (change.form_there or change.error_notice):
        return _blocked_by(Reason.CAPTCHA, wrong, case)
    walls = [m for m in case.new_markers if any(c in m.lower() for c in _CHALLENGES)]
    robots = change.about(Topic.ROBOT, strong=True)
    refused = case.status in {403, 429}
    if not change.form_there and (bool(walls) + bool(robots) + refused >= 2):
        return _blocked_by(Reason.ROBOT_WALL, robots, case)
    taken = change.about(Topic.ACCOUNT_EXISTS, strong=True)
    if taken and (change.errors or change.error_notice or change.form_there):
        return _blocked_by(Reason.LOGIN_REQUIRED, taken, case)
    login = change.about(Topic.LOGIN, strong=True)
    barred = change.password_asked or case.status == 401
    if not change.form_there and login and barred and not change.about(Topic.ACCEPTED):
        return _blocked_by(Reason.LOGIN_REQUIRED, login, case)
    pay = change.about(Topic.PAYMENT, strong=True)
    if not change.form_there and pay and change.navigated:
        return _blocked_by(Reason.PAYMENT_REQUIRED, pay, case)
    return None


def _known(case: Case) -> VerdictReading | None:
    """The directory says that it has the business already, and nothing looks like thanks."""
    change = case.change
    said = [
        s
        for s in change.about(Topic.ALREADY_LISTED, strong=True)
        if Topic.ACCOUNT_EXISTS not in s.topics
    ]
    complained = bool(change.errors) or change.error_notice or case.status == 409
    if not said or (change.form_there and change.emptied and not complained):
        return None
    return VerdictReading(
        VerdictKind.ALREADY_LISTED,
        Reason.ALREADY_LISTED,
        f"The directory says that it is listed already: {said[0].text}",
        listing_url=case.listing_url,
        because=_signs(case),
    )


def _rejected(case: Case) -> VerdictReading | None:
    """The form came back with complaints, or the directory refused in so many words."""
    change = case.change
    complaints = change.about(Topic.INVALID, strong=True)
    if change.form_there and not change.emptied and not change.success_path:
        noticed = complaints and (change.error_notice or case.status in {400, 409, 422})
        marked = _marked(change) if change.kept else []
        # A dialog that asks for more, and nothing was sent: the page itself held the form back.
        held = [s for s in complaints if s.place == "dialog" and case.status is None]
        if change.errors or noticed or marked or (held and change.kept):
            words = change.errors[0].message if change.errors else (complaints or marked)[0].text
            return VerdictReading(
                VerdictKind.REJECTED,
                Reason.VALIDATION,
                f"The form came back with a complaint: {words}",
                field_errors=change.errors,
                because=_signs(case),
            )
    refused = change.about(Topic.REFUSED, strong=True)
    if refused and not change.form_there:
        return VerdictReading(
            VerdictKind.REJECTED,
            Reason.REFUSED,
            f"The directory refused the listing: {refused[0].text}",
            because=_signs(case),
        )
    return None


def _marked(change: Change) -> list[Said]:
    """What is said as an error; an alert above a form that came back for more is one, too.

    A site may also show what it has stored, to be edited, below words that we do not know: only
    what is missing, or words that ask for it, make an alert a complaint.
    """
    alerts = [
        s
        for s in change.said
        if s.place == "alert"
        and change.sent_back
        and (change.lacking or Topic.INVALID in s.topics)
        and not s.topics & {*GOOD, Topic.THANKS}
    ]
    return [s for s in change.said if s.place == "error"] + alerts


def _preview(case: Case) -> VerdictReading | None:
    """The values are shown back with a button to confirm, and nothing says that they are stored."""
    change = case.change
    says = bool(change.about(Topic.PREVIEW, strong=True))
    # "Send" and "Continue" stand on many pages: they need words that speak of a preview.
    buttons = (*change.confirm, *(change.onward if says else ()))
    if not buttons or change.about(*GOOD, strong=True) or change.kept:
        return None
    if len(case.facts) < (2 if says else 3):
        return None
    return VerdictReading(
        VerdictKind.UNCLEAR,
        Reason.PRESS_UNCONFIRMED,
        f"The page shows a preview and waits for {buttons[0]!r}.",
        preview=True,
        because=_signs(case),
    )


def _success(case: Case) -> VerdictReading | None:
    """Accepted or pending: a sentence where an answer stands, and something else that agrees."""
    change = case.change
    if change.about(Topic.PREVIEW, strong=True) and case.facts and change.confirm:
        return None
    accepted = change.about(Topic.ACCEPTED, strong=True)
    agree = len(_agreeing(case))
    for topic, kind, reason in _PENDING:
        said = change.about(topic, strong=True)
        # "Will be reviewed" alone is also what a help page says: it needs more beside it.
        needed = 1 if accepted or topic is not Topic.PENDING_REVIEW else 2
        if said and agree >= needed:
            return _good(kind, reason, said[0].text, case)
    told = accepted[0].text if accepted else case.recipe_text
    if not (told and agree):
        told = _shown_without_words(case)
    return _good(VerdictKind.ACCEPTED, Reason.ACCEPTED, told, case) if told else None


def _shown_without_words(case: Case) -> str:
    """What shows the success where no sentence tells it; empty if nothing does."""
    change = case.change
    # A preview's form has a button and nothing to fill in.
    if not (change.form_was or change.submit_gone) or change.form_there:
        return ""
    thanks = change.about(Topic.THANKS, strong=True)
    if thanks and change.success_path:
        return thanks[0].text
    if case.recipe_url:
        return "the recipe's address of success"
    drafted = change.about(Topic.PREVIEW, Topic.PAYMENT, Topic.LOGIN) or change.confirm
    return "the listing itself" if case.listing and change.navigated and not drafted else ""


def _agreeing(case: Case) -> list[str]:
    """Kinds of evidence, other than words, that the form went in."""
    change = case.change
    marked = any(s.place == "success" and s.topics & GOOD for s in change.said)
    answered = any(
        s.place in ("message", "alert", "dialog") and s.topics & GOOD for s in change.said
    )
    landed = case.status is not None and 200 <= case.status < 400
    kinds = {
        "the form is gone": change.form_was and not change.form_there,
        "the form was emptied": change.emptied,
        "the address changed": change.navigated,
        "the site marks the notice as success": marked,
        "a new notice came with a good answer of the server": answered and landed,
        "the button is gone": change.submit_gone and not change.errors,
        "the listing is shown": case.listing,
        "the recipe's address was reached": case.recipe_url,
    }
    return [name for name, holds in kinds.items() if holds]


def _signs(case: Case) -> tuple[Because, ...]:
    """Everything that was seen, for the person who asks why."""
    change = case.change
    signs = [Because(f"words:{s.place}", s.text, _weight(s)) for s in change.said[:12]]
    signs += [Because("error", f"{e.control}: {e.message}", -2.0) for e in change.errors]
    signs += [Because("page", name, 1.0) for name in _agreeing(case)]
    if change.kept:
        signs.append(Because("page", "the form still holds what was typed", -0.5))
    if case.status is not None:
        good = case.status < 400
        signs.append(Because("status", str(case.status), 0.5 if good else -2.0))
    return tuple(signs)


def _weight(said: Said) -> float:
    weight = 1.0 if said.strong else 0.3
    return weight if said.topics & GOOD else -weight


def _good(kind: VerdictKind, reason: Reason, words: str, case: Case) -> VerdictReading:
    return VerdictReading(
        kind,
        reason,
        f"The page says so ({words[:160]}), and {' and '.join(_agreeing(case)[:2])}.",
        listing_url=case.listing_url,
        because=_signs(case),
    )


def _blocked_by(reason: Reason, said: Sequence[Said], case: Case) -> VerdictReading:
    words = said[0].text if said else "a wall"
    return VerdictReading(
        VerdictKind.BLOCKED,
        reason,
        f"The page asks for something that only a person can give: {words}",
        because=_signs(case),
    )


def _unclear(detail: str, because: tuple[Because, ...]) -> VerdictReading:
    return VerdictReading(
        VerdictKind.UNCLEAR, Reason.PRESS_UNCONFIRMED, detail[:300], because=because
    )
