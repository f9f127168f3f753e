"""Why did an attempt end as it did? The one closed list shared by results, pages and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The cause behind a state. Each has plain words for a customer in `WORDS`."""

    # The listing went in.
    ACCEPTED = "accepted"
    CONFIRM_EMAIL = "confirm_email"
    MODERATION = "moderation"
    CONFIRM_BY_CUSTOMER = "confirm_by_customer"
    FOUND_LIVE = "found_live"
    DONE_BY_HAND = "done_by_hand"
    DONE_BY_CUSTOMER = "done_by_customer"
    PIN_GIVEN = "pin_given"

    # The directory said no.
    ALREADY_LISTED = "already_listed"
    VALIDATION = "validation"
    REFUSED = "refused"

    # A person has to take over.
    CAPTCHA = "captcha"
    LOGIN_REQUIRED = "login_required"
    ROBOT_WALL = "robot_wall"
    PAYMENT_REQUIRED = "payment_required"
    POLICY_MANUAL = "policy_manual"
    MISSING_VALUE = "missing_value"
    UNSURE_OF_FORM = "unsure_of_form"
    PRESS_UNCONFIRMED = "press_unconfirmed"
    MAYBE_OLDER = "maybe_older"

    # The machinery or the network failed before anything was sent.
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    PAGE_GONE = "page_gone"
    NO_FORM = "no_form"
    FILL_FAILED = "fill_failed"
    PROXY = "proxy"
    NO_PROXY = "no_proxy"
    CERTIFICATE = "certificate"
    BROWSER_CRASHED = "browser_crashed"
    PERMIT_REFUSED = "permit_refused"
    LEASE_EXPIRED = "lease_expired"
    WORKER_LOST = "worker_lost"

    # It was never tried.
    POLICY_SKIP = "policy_skip"
    ROBOTS_TXT = "robots_txt"
    NOT_ELIGIBLE = "not_eligible"
    LEFT_BY_CUSTOMER = "left_by_customer"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Words:
    """How a reason is told: to the customer, and what somebody can do about it."""

    customer: str
    remedy: str = ""


WORDS: dict[Reason, Words] = {
    Reason.ACCEPTED: Words("The directory confirmed the listing."),
    Reason.CONFIRM_EMAIL: Words(
        "The directory sent a confirmation e-mail.", "Open the link in that e-mail."
    ),
    Reason.MODERATION: Words("The directory's editors will review the listing."),
    Reason.CONFIRM_BY_CUSTOMER: Words(
        "The directory wants to check with you by phone or post.",
        "Follow the steps in your task inbox.",
    ),
    Reason.FOUND_LIVE: Words("We found the listing on the directory's own pages."),
    Reason.DONE_BY_HAND: Words("One of our people handed the listing in."),
    Reason.DONE_BY_CUSTOMER: Words("You told us that you finished it yourself."),
    Reason.PIN_GIVEN: Words("You gave us the PIN; one of our people enters it at the directory."),
    Reason.ALREADY_LISTED: Words(
        "Your business is already in this directory.", "Claim or update the listing instead."
    ),
    Reason.VALIDATION: Words(
        "The directory did not accept some of the details.", "Correct the details and retry."
    ),
    Reason.REFUSED: Words("The directory refused the listing."),
    Reason.CAPTCHA: Words(
        "The directory asks for a captcha, which a person has to solve.",
        "Solve it from the prepared page.",
    ),
    Reason.LOGIN_REQUIRED: Words(
        "The directory wants an account first.", "Sign in or create the account by hand."
    ),
    Reason.ROBOT_WALL: Words(
        "The directory turns automated visitors away.", "Hand the listing in by hand."
    ),
    Reason.PAYMENT_REQUIRED: Words("The directory asks for a payment of its own."),
    Reason.POLICY_MANUAL: Words(
        "The directory wants listings handed in by a person.",
        "Use the prepared packet to hand it in.",
    ),
    Reason.MISSING_VALUE: Words(
        "The directory requires a detail that your profile does not have.",
        "Add the missing detail and retry.",
    ),
    Reason.UNSURE_OF_FORM: Words(
        "The form could not be read with enough certainty, so nothing was sent.",
        "Check the form by hand.",
    ),
    Reason.PRESS_UNCONFIRMED: Words(
        "The form was sent, but the directory's answer was not clear.",
        "Look the business up on the directory before doing anything else.",
    ),
    Reason.MAYBE_OLDER: Words(
        "The directory shows a listing, but it may have been there before the form was sent.",
        "Compare the listing with the details that were sent.",
    ),
    Reason.UNREACHABLE: Words("The directory's site could not be reached."),
    Reason.TIMEOUT: Words("The directory's site took too long to answer."),
    Reason.SERVER_ERROR: Words("The directory's site reported an error of its own."),
    Reason.PAGE_GONE: Words("The directory's page for new listings no longer exists."),
    Reason.NO_FORM: Words("No form for new listings was found on the directory's page."),
    Reason.FILL_FAILED: Words("The form did not keep what was typed, so nothing was sent."),
    Reason.PROXY: Words("The network route to the directory failed."),
    Reason.NO_PROXY: Words("The network route that this directory needs was not free."),
    Reason.CERTIFICATE: Words("The directory's site has an invalid certificate."),
    Reason.BROWSER_CRASHED: Words("The browser crashed before anything was sent."),
    Reason.PERMIT_REFUSED: Words("The attempt was called off before anything was sent."),
    Reason.LEASE_EXPIRED: Words("The attempt ran out of time before anything was sent."),
    Reason.WORKER_LOST: Words("The machine doing the work stopped before anything was sent."),
    Reason.POLICY_SKIP: Words("This directory is left out by policy."),
    Reason.ROBOTS_TXT: Words("The directory's robots rules do not allow automated visits."),
    Reason.NOT_ELIGIBLE: Words("Your business does not fit this directory's rules."),
    Reason.LEFT_BY_CUSTOMER: Words("You chose to leave this directory out."),
    Reason.CANCELLED: Words("Cancelled."),
}
