"""Are retries bounded, spread, and never given to what a directory has decided?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbolt.domain.reasons import Reason
from dbolt.domain.retry import RULES, counts, wait_before_next

VERDICTS = {
    Reason.ACCEPTED,
    Reason.CONFIRM_EMAIL,
    Reason.MODERATION,
    Reason.CONFIRM_BY_CUSTOMER,
    Reason.ALREADY_LISTED,
    Reason.VALIDATION,
    Reason.REFUSED,
    Reason.ROBOT_WALL,
    Reason.CAPTCHA,
    Reason.LOGIN_REQUIRED,
    Reason.PAYMENT_REQUIRED,
    Reason.ROBOTS_TXT,
    Reason.POLICY_SKIP,
    Reason.POLICY_MANUAL,
    Reason.NOT_ELIGIBLE,
    Reason.CANCELLED,
}

reasons = st.sampled_from(sorted(Reason))
chances = st.floats(0, 1)


def test_what_a_directory_has_decided_is_never_retried() -> None:
    tried_again = {one for one in VERDICTS if wait_before_next(one, 1, 0.5) is not None}
    assert tried_again == set()


@given(reasons, chances)
def test_every_counted_reason_ends_after_its_tries(reason: Reason, chance: float) -> None:
    tries = 1
    while counts(reason) and wait_before_next(reason, tries, chance) is not None:
        tries += 1
        assert tries <= 10
    if reason in RULES and counts(reason):
        assert tries == RULES[reason].tries


@given(reasons, st.integers(0, 10_000), chances)
def test_a_wait_lies_within_its_bounds(reason: Reason, failures: int, chance: float) -> None:
    wait_s = wait_before_next(reason, failures, chance)
    if wait_s is not None:
        assert 0 <= wait_s <= RULES[reason].longest_s


@given(reasons, st.integers(1, 20))
def test_waits_are_spread_from_nothing_to_a_longest_that_grows(
    reason: Reason, failures: int
) -> None:
    now, later = (wait_before_next(reason, number, 1.0) for number in (failures, failures + 1))
    if now is not None:
        assert wait_before_next(reason, failures, 0.0) == 0
        assert wait_before_next(reason, failures, 0.5) == now / 2
    if now is not None and later is not None:
        assert later >= now


def test_an_attempt_that_was_called_off_never_fails_a_submission() -> None:
    assert not counts(Reason.PERMIT_REFUSED)
    assert (
        wait_before_next(Reason.PERMIT_REFUSED, 1_000, 1.0) == RULES[Reason.PERMIT_REFUSED].base_s
    )
