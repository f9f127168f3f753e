"""What do we write to customers? Facts of the moment, counted, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from dbolt.domain.lifecycle import HANDED_IN, State

_WORDS: dict[State, str] = {
    State.LIVE: "seen live on the directory",
    State.SUBMITTED: "handed in",
    State.IN_REVIEW: "in the directory's review",
    State.AWAITING_EMAIL: "waiting for you to follow the link in the directory's e-mail",
    State.AWAITING_CUSTOMER: "waiting for something that only you have, such as a PIN by post",
    State.DUPLICATE: "listed before we came",
    State.NEEDS_PERSON: "with our staff, because a robot may not or cannot do it",
    State.REJECTED: "refused by the directory",
    State.FAILED: "not possible: the directory's site did not work",
    State.SKIPPED: "left out, because the directory does not want it",
    State.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Complete:
    """A job of which nothing moves any more without outside help. `counts`: by state."""

    to: str
    business: str
    job_id: UUID
    counts: Mapping[State, int]


def complete(job: Complete, *, sender: str, key: UUID, url: str) -> EmailMessage:
    """The letter about it. key: the same for each try; url: the site's address, or empty."""
    total = sum(job.counts.values())
    sent = sum(n for state, n in job.counts.items() if state in HANDED_IN)
    # Names come from people: a line break in one must not begin another header.
    business = " ".join(job.business.split())
    lines = [f"{n:4d}  {_WORDS[state]}" for state in _WORDS if (n := job.counts.get(state))]
    closing = _links(f"{url}/jobs/{job.job_id}", job.counts) if url else []
    body = [
        f"We have worked through all {total} directories for {business}.",
        "",
        *lines,
        "",
        "Where a directory can be searched, we look for your listing over the next weeks.",
        "",
        *closing,
    ]
    subject = f"{business}: handed in to {sent} of {total} directories"
    letter = _addressed(job.to, subject, sender=sender, key=key)
    letter.set_content("\n".join(body))
    return letter


def _links(page: str, counts: Mapping[State, int]) -> list[str]:
    lines = [
        f"Each one with its proof: {page}",
        f"The report, also as PDF, Excel and CSV: {page}/report",
    ]
    if counts.get(State.AWAITING_EMAIL) or counts.get(State.AWAITING_CUSTOMER):
        lines.append(f"What waits for you, with what to do: {page}/inbox")
    return [*lines, ""]


def written(payload: Mapping[str, str], *, sender: str, key: UUID) -> EmailMessage:
    """A letter that was written where it was caused: `to`, `subject`, `text` and `html`.

    Raises KeyError where one of them is missing.
    """
    letter = _addressed(payload["to"], payload["subject"], sender=sender, key=key)
    letter.set_content(payload["text"])
    letter.add_alternative(payload["html"], subtype="html")
    return letter


def _addressed(to: str, subject: str, *, sender: str, key: UUID) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = f"<{key}@{sender.rpartition('@')[2].strip('<> ')}>"
    letter["Auto-Submitted"] = "auto-generated"
    return letter
