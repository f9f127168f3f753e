"""May this be tried again, and when? By reason: a cap of tries, and a back-off with full jitter.

A verdict of the directory itself is never retried by the machinery: asking again does not change
it, and could list a business twice.
*Source:* full jitter as in "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbolt.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Rule:
    """How often one reason may come before the submission fails, and how long to wait between.

    `tries`: 1 fails at the first. `counts` False: it says nothing about the directory, so it
    never fails a submission and always waits `base_s` at most.
    """

    tries: int
    base_s: float = 0.0
    longest_s: float = 3600.0
    counts: bool = True


RULES: dict[Reason, Rule] = {
    Reason.UNREACHABLE: Rule(4, 60.0),
    Reason.TIMEOUT: Rule(4, 60.0),
    Reason.SERVER_ERROR: Rule(4, 60.0),
    Reason.PROXY: Rule(5, 5.0, 300.0),
    Reason.NO_PROXY: Rule(1, 10.0, counts=False),
    Reason.BROWSER_CRASHED: Rule(4, 5.0, 300.0),
    Reason.WORKER_LOST: Rule(5, 5.0, 300.0),
    # Each expiry took a lease's whole time already.
    Reason.LEASE_EXPIRED: Rule(5, 5.0, 300.0),
    Reason.FILL_FAILED: Rule(2, 30.0),
    Reason.NO_FORM: Rule(2, 60.0),
    Reason.PERMIT_REFUSED: Rule(1, 5.0, counts=False),
    Reason.PRESS_UNCONFIRMED: Rule(3, 60.0),
}
"""What the machinery may try again. A reason that is not here fails at once."""


def counts(reason: Reason) -> bool:
    """Whether a try that ended by *reason* counts against the cap."""
    return reason not in RULES or RULES[reason].counts


def wait_before_next(reason: Reason, failures: int, chance: float) -> float | None:
    """Seconds to wait before the next try, or None where there is none.

    failures: tries that counted, this one included.
    chance: 0 to 1, drawn evenly; spreads what failed together over the whole wait.
    """
    rule = RULES.get(reason)
    if rule is None:
        return None
    if not rule.counts:
        return chance * rule.base_s
    if failures >= rule.tries:
        return None
    # Beyond 2**30 the longest wait rules anyway, and a float would overflow in the end.
    return chance * min(rule.longest_s, rule.base_s * 2.0 ** min(max(failures, 1) - 1, 30))
