"""Which state may follow which? The one table that SQL guards, docs and tests are held to."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a submission (one job on one directory) stands."""

    QUEUED = "queued"
    LEASED = "leased"
    PRESSED = "pressed"
    SUBMITTED = "submitted"
    LIVE = "live"
    UNCERTAIN = "uncertain"
    AWAITING_EMAIL = "awaiting_email"
    AWAITING_CUSTOMER = "awaiting_customer"
    IN_REVIEW = "in_review"
    NEEDS_PERSON = "needs_person"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happened to a submission."""

    LEASED = "leased"
    LEASE_EXPIRED = "lease_expired"
    PERMITTED = "permitted"
    ACCEPTED = "accepted"
    PENDING_EMAIL = "pending_email"
    PENDING_CUSTOMER = "pending_customer"
    PENDING_REVIEW = "pending_review"
    ALREADY_LISTED = "already_listed"
    REJECTED = "rejected"
    UNCLEAR = "unclear"
    PERSON_NEEDED = "person_needed"
    RETRY_LATER = "retry_later"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    REQUEUED = "requeued"
    FOUND = "found"
    FOUND_LIVE = "found_live"
    ABSENT = "absent"
    HAND_DONE = "hand_done"
    CUSTOMER_DONE = "customer_done"
    CUSTOMER_ANSWERED = "customer_answered"


_S, _E = State, Event

TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.QUEUED, _E.LEASED): _S.LEASED,
    (_S.QUEUED, _E.SKIPPED): _S.SKIPPED,
    (_S.QUEUED, _E.PERSON_NEEDED): _S.NEEDS_PERSON,
    (_S.QUEUED, _E.CANCELLED): _S.CANCELLED,
    # Nothing was sent: the submission may be tried again without risk.
    (_S.LEASED, _E.LEASE_EXPIRED): _S.QUEUED,
    (_S.LEASED, _E.RETRY_LATER): _S.QUEUED,
    (_S.LEASED, _E.PERMITTED): _S.PRESSED,
    (_S.LEASED, _E.PERSON_NEEDED): _S.NEEDS_PERSON,
    (_S.LEASED, _E.ALREADY_LISTED): _S.DUPLICATE,
    # The look before a press shows what an earlier press of ours has brought about.
    (_S.LEASED, _E.FOUND): _S.SUBMITTED,
    (_S.LEASED, _E.FAILED): _S.FAILED,
    (_S.LEASED, _E.SKIPPED): _S.SKIPPED,
    (_S.LEASED, _E.CANCELLED): _S.CANCELLED,
    # The form may have gone through; a blind second press could list the business twice.
    (_S.PRESSED, _E.LEASE_EXPIRED): _S.UNCERTAIN,
    (_S.PRESSED, _E.UNCLEAR): _S.UNCERTAIN,
    (_S.PRESSED, _E.ACCEPTED): _S.SUBMITTED,
    (_S.PRESSED, _E.PENDING_EMAIL): _S.AWAITING_EMAIL,
    (_S.PRESSED, _E.PENDING_CUSTOMER): _S.AWAITING_CUSTOMER,
    (_S.PRESSED, _E.PENDING_REVIEW): _S.IN_REVIEW,
    (_S.PRESSED, _E.ALREADY_LISTED): _S.DUPLICATE,
    (_S.PRESSED, _E.REJECTED): _S.REJECTED,
    (_S.PRESSED, _E.PERSON_NEEDED): _S.NEEDS_PERSON,
    # Only a look at the directory itself moves an uncertain submission.
    (_S.UNCERTAIN, _E.FOUND): _S.SUBMITTED,
    (_S.UNCERTAIN, _E.FOUND_LIVE): _S.LIVE,
    (_S.UNCERTAIN, _E.ABSENT): _S.QUEUED,
    (_S.UNCERTAIN, _E.PERSON_NEEDED): _S.NEEDS_PERSON,
    (_S.SUBMITTED, _E.FOUND_LIVE): _S.LIVE,
    (_S.AWAITING_EMAIL, _E.ACCEPTED): _S.SUBMITTED,
    (_S.AWAITING_EMAIL, _E.FOUND_LIVE): _S.LIVE,
    (_S.AWAITING_CUSTOMER, _E.ACCEPTED): _S.SUBMITTED,
    (_S.AWAITING_CUSTOMER, _E.FOUND_LIVE): _S.LIVE,
    # What only the customer can do, and says of it. A PIN is entered by a person, so the directory
    # still waits until that was done; one that is refused is asked for again.
    (_S.AWAITING_EMAIL, _E.CUSTOMER_DONE): _S.SUBMITTED,
    (_S.AWAITING_EMAIL, _E.SKIPPED): _S.SKIPPED,
    (_S.AWAITING_CUSTOMER, _E.CUSTOMER_DONE): _S.SUBMITTED,
    (_S.AWAITING_CUSTOMER, _E.CUSTOMER_ANSWERED): _S.AWAITING_CUSTOMER,
    (_S.AWAITING_CUSTOMER, _E.PENDING_CUSTOMER): _S.AWAITING_CUSTOMER,
    (_S.AWAITING_CUSTOMER, _E.SKIPPED): _S.SKIPPED,
    (_S.IN_REVIEW, _E.FOUND_LIVE): _S.LIVE,
    (_S.IN_REVIEW, _E.REJECTED): _S.REJECTED,
    (_S.NEEDS_PERSON, _E.HAND_DONE): _S.SUBMITTED,
    (_S.NEEDS_PERSON, _E.CUSTOMER_DONE): _S.SUBMITTED,
    (_S.NEEDS_PERSON, _E.REQUEUED): _S.QUEUED,
    (_S.NEEDS_PERSON, _E.SKIPPED): _S.SKIPPED,
    (_S.NEEDS_PERSON, _E.CANCELLED): _S.CANCELLED,
    (_S.FAILED, _E.REQUEUED): _S.QUEUED,
    (_S.REJECTED, _E.REQUEUED): _S.QUEUED,
    (_S.SKIPPED, _E.REQUEUED): _S.QUEUED,
    (_S.CANCELLED, _E.REQUEUED): _S.QUEUED,
}

MOVING: frozenset[State] = frozenset({_S.QUEUED, _S.LEASED, _S.PRESSED, _S.UNCERTAIN})
"""States that the machinery can still change by itself; a job with none of them is complete."""

HANDED_IN: frozenset[State] = frozenset(
    {_S.SUBMITTED, _S.LIVE, _S.AWAITING_EMAIL, _S.AWAITING_CUSTOMER, _S.IN_REVIEW}
)
"""States in which the directory holds what was sent."""

RETRYABLE: frozenset[State] = frozenset(
    state for (state, event) in TRANSITIONS if event is Event.REQUEUED
)
"""States from which staff may send a submission back to the queue."""


def after(state: State, event: Event) -> State | None:
    """The state that follows, or None where the event does not apply (a late worker, say)."""
    return TRANSITIONS.get((state, event))


class JobState(StrEnum):
    """Where a paid order stands."""

    AWAITING_PROFILE = "awaiting_profile"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class JobEvent(StrEnum):
    """What happened to a job."""

    PROFILE_COMPLETED = "profile_completed"
    STARTED = "started"
    SETTLED = "settled"
    REOPENED = "reopened"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"


_J, _V = JobState, JobEvent

JOB_TRANSITIONS: dict[tuple[JobState, JobEvent], JobState] = {
    (_J.AWAITING_PROFILE, _V.PROFILE_COMPLETED): _J.QUEUED,
    (_J.AWAITING_PROFILE, _V.CANCELLED): _J.CANCELLED,
    (_J.QUEUED, _V.STARTED): _J.RUNNING,
    (_J.QUEUED, _V.SETTLED): _J.COMPLETE,
    (_J.QUEUED, _V.PAUSED): _J.PAUSED,
    (_J.QUEUED, _V.CANCELLED): _J.CANCELLED,
    (_J.RUNNING, _V.SETTLED): _J.COMPLETE,
    (_J.RUNNING, _V.PAUSED): _J.PAUSED,
    (_J.RUNNING, _V.CANCELLED): _J.CANCELLED,
    # What was on its way when the pause came still settles, and may be the last of the job.
    (_J.PAUSED, _V.SETTLED): _J.COMPLETE,
    (_J.PAUSED, _V.RESUMED): _J.QUEUED,
    (_J.PAUSED, _V.CANCELLED): _J.CANCELLED,
    (_J.COMPLETE, _V.REOPENED): _J.QUEUED,
    (_J.CANCELLED, _V.REOPENED): _J.QUEUED,
}
