"""How is it said? States, events, times and numbers in the words of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from dbolt.domain.captcha import Captcha, CaptchaKind, CaptchaOutcome
from dbolt.domain.fields import SPECS, Field
from dbolt.domain.lifecycle import HANDED_IN, MOVING, JobState, State
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import TypedValue
from serve_app.records import HistoryEvent, Job


@dataclass(frozen=True, slots=True)
class Pill:
    """A state in a word or two; `tone` is one of blue, green, amber, red, grey, violet."""

    text: str
    tone: str
    moving: bool = False


_SUBMISSION: dict[State, Pill] = {
    State.QUEUED: Pill("waiting", "grey"),
    State.LEASED: Pill("filling in", "blue", moving=True),
    State.PRESSED: Pill("sending", "blue", moving=True),
    State.UNCERTAIN: Pill("checking", "amber", moving=True),
    State.SUBMITTED: Pill("handed in", "violet"),
    State.IN_REVIEW: Pill("in review", "violet"),
    State.AWAITING_EMAIL: Pill("confirm e-mail", "amber"),
    State.AWAITING_CUSTOMER: Pill("needs you", "amber"),
    State.LIVE: Pill("live", "green"),
    State.NEEDS_PERSON: Pill("needs a person", "amber"),
    State.DUPLICATE: Pill("already listed", "grey"),
    State.REJECTED: Pill("rejected", "red"),
    State.FAILED: Pill("failed", "red"),
    State.SKIPPED: Pill("left out", "grey"),
    State.CANCELLED: Pill("cancelled", "grey"),
}

_JOB: dict[JobState, Pill] = {
    JobState.AWAITING_PROFILE: Pill("needs profile", "amber"),
    JobState.QUEUED: Pill("queued", "grey"),
    JobState.RUNNING: Pill("running", "blue", moving=True),
    JobState.PAUSED: Pill("paused", "amber"),
    JobState.COMPLETE: Pill("done", "green"),
    JobState.CANCELLED: Pill("cancelled", "grey"),
}


_ORDER = {
    "open": Pill("not paid", "amber"),
    "paid": Pill("paid", "green"),
    "expired": Pill("expired", "grey"),
    "refunded": Pill("refunded", "grey"),
}


_PIN_GIVEN = Pill("PIN with us", "blue")


def submission_pill(state: State, reason: Reason | None = None) -> Pill:
    """A submission's state. *reason*: tells apart whose turn it is where the directory waits."""
    return _PIN_GIVEN if reason is Reason.PIN_GIVEN else _SUBMISSION[state]


def job_pill(state: JobState) -> Pill:
    """A job's state."""
    return _JOB[state]


@dataclass(frozen=True, slots=True)
class Group:
    """States that a customer need not tell apart, in the order of the ring."""

    key: str
    title: str
    tone: str
    states: frozenset[State]


GROUPS: tuple[Group, ...] = (
    Group("live", "Live", "green", frozenset({State.LIVE})),
    Group("sent", "Handed in", "violet", HANDED_IN - {State.LIVE}),
    Group("person", "Needs a person", "amber", frozenset({State.NEEDS_PERSON})),
    Group("known", "Already listed", "slate", frozenset({State.DUPLICATE})),
    Group("failed", "Not possible", "red", frozenset({State.FAILED, State.REJECTED})),
    Group("left", "Left out", "dim", frozenset({State.SKIPPED, State.CANCELLED})),
    Group("working", "Still to do", "track", MOVING),
)


def order_pill(state: str) -> Pill:
    """An order that has no job, in words."""
    return _ORDER[state]


def job_name(job_id: UUID) -> str:
    """The short name of a job that people read out: "J-3F2A91"."""
    return f"J-{job_id.hex[:6].upper()}"


def plan_name(plan: PlanName) -> str:
    """A plan with its size: "Growth 100"."""
    return f"{PLANS[plan].title} {PLANS[plan].directories}"


def why(reason: Reason | None) -> str:
    """A reason in plain words, or nothing."""
    return WORDS[reason].customer if reason else ""


def remedy(reason: Reason | None) -> str:
    """What somebody can do about a reason, or nothing."""
    return WORDS[reason].remedy if reason else ""


def field_label(value: TypedValue) -> str:
    """What was typed: the field, and which part of it."""
    label = SPECS[value.field].label
    return f"{label} ({value.part.replace('.', ' ')})" if value.part else label


def listing_field(field: Field) -> str:
    """What a directory's form asks for, in words."""
    return SPECS[field].label


def host(url: str | None) -> str:
    """The host of an address, as people call a site; empty where it is none."""
    return ((parts.hostname or "") if (parts := _parts(url)) else "").removeprefix("www.")


def web_url(url: str | None) -> str:
    """*url* if a browser may be sent there. A directory's page could name a `javascript:` one."""
    parts = _parts(url)
    return url if url and parts and parts.scheme in {"http", "https"} else ""


def _parts(url: str | None) -> SplitResult | None:
    """The parts of an address; None where it cannot be one, as `http://[your-site]`."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return None


def money(cents: int) -> str:
    """Dollars, without cents where there are none."""
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def captcha_words(captcha: Captcha) -> str:
    """What became of a captcha and what it cost."""
    cost = money(captcha.cost_cents) if captcha.cost_cents else "no cost"
    computed = captcha.kind is CaptchaKind.PROOF_OF_WORK
    match captcha.outcome:
        case CaptchaOutcome.HANDED_OVER:
            return "left to a person" + (f", {cost}" if captcha.cost_cents else "")
        case CaptchaOutcome.LEFT:
            return "left alone, as the directory's file says"
        case CaptchaOutcome.FAILED:
            did = "the browser computed" if computed else "tried"
            return f"{did} for {captcha.seconds:.1f} s without an answer, {cost}"
        case CaptchaOutcome.SOLVED if not computed:
            return f"solved in {captcha.seconds:.1f} s, {cost}"
        case CaptchaOutcome.SOLVED if captcha.seconds:
            return f"the browser computed for {captcha.seconds:.1f} s, {cost}"
    return f"the browser had computed it before it was waited for, {cost}"


def clock(at: datetime) -> str:
    """The time of day in UTC; the pages' script turns it into the reader's own."""
    return at.astimezone(UTC).strftime("%H:%M:%S")


def day(at: datetime) -> str:
    """Date and time in UTC."""
    return at.astimezone(UTC).strftime("%d %b %Y, %H:%M UTC")


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, as one says it; an em dash for never."""
    if at is None:
        return "—"
    seconds = max(0, int((now - at).total_seconds()))
    return "just now" if seconds < 10 else f"{span(seconds)} ago"


def day_s(at: datetime) -> str:
    """Date and time to the second, in UTC."""
    return at.astimezone(UTC).strftime("%d %b %Y, %H:%M:%S")


def date(at: datetime) -> str:
    """The day in UTC."""
    return at.astimezone(UTC).strftime("%d %b %Y")


def span(seconds: int, *, exact: bool = False) -> str:
    """A length of time in its largest unit; *exact* adds the minutes to hours."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest and exact else f"{hours} h"
    days = minutes // (24 * 60)
    return f"{days} day" if days == 1 else f"{days} days"


_WHERE = "{where}"
_EVENT: dict[str, str] = {
    "created": "{where} is on the list",
    "added": "{where} takes the place of one that came to nothing",
    "leased": "Opened {where}",
    "lease_expired": "Ran out of time on {where}",
    "permitted": "Sent the form on {where}",
    "accepted": "{where} took the listing",
    "pending_email": "{where} asks to confirm by e-mail",
    "pending_customer": "{where} wants to check with the owner",
    "pending_review": "{where} reviews the listing",
    "already_listed": "{where} lists the business already",
    "rejected": "{where} did not accept the listing",
    "unclear": "{where} gave no clear answer; checking",
    "person_needed": "{where} needs a person",
    "retry_later": "{where} will be tried again",
    "failed": "{where} failed",
    "skipped": "{where} is left out",
    "cancelled": "{where} was cancelled",
    "requeued": "{where} is queued again",
    "found": "Found the listing on {where}",
    "found_live": "The listing on {where} is live",
    "absent": "No listing on {where}; trying again",
    "hand_done": "{where} was done by hand",
    "customer_done": "You finished {where} yourself",
    "customer_answered": "You gave us the PIN of {where}",
    "profile_changed": "The details of the business changed",
    "listing_updated": "A listing was changed to the new details",
    "listing_stays": "A listing cannot be changed",
    "listing_reopened": "A listing waits to be changed again",
    "revealed": "A password was shown",
    "looked": "Looked for the listing on {where}",
    "profile_completed": "The profile is complete",
    "started": "Work began",
    "settled": "All directories are done",
    "reopened": "Work goes on",
    "paused": "Paused",
    "resumed": "Resumed",
}


_ABOUT = frozenset(
    {"profile_changed", "revealed", "listing_updated", "listing_stays", "listing_reopened"}
)
"""Events of a job whose detail says what they are about, in words for customers."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """An event in words, around the directory's name where it has one."""

    before: str
    where: str
    after: str


def sentence(event: HistoryEvent) -> Sentence:
    """*event* as one says it."""
    text = _EVENT.get(event.event, event.event.replace("_", " ").capitalize())
    if event.event in _ABOUT and event.detail:
        return Sentence(f"{text}: ", event.detail, "")
    if event.event == "created" and event.directory is None:
        return Sentence("The order was paid", "", "")
    if event.directory is None:
        return Sentence(text.replace(_WHERE, "The job").strip(), "", "")
    if _WHERE not in text:
        text += f" ({_WHERE})"
    before, _, after = text.partition(_WHERE)
    return Sentence(before, event.directory_name or event.directory, after)


def percent(part: int, whole: int) -> int:
    """A share in whole percent that is 0 and 100 only where it is nothing and everything."""
    if whole == 0:
        return 0
    share = round(100 * part / whole)
    return min(99, max(1, share)) if 0 < part < whole else share


def job_title(job: Job) -> str:
    """What a job is called on pages: the business, else the customer's address."""
    return job.business_name or job.email
