"""What can a customer buy?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlanName(StrEnum):
    """The four plans, by the name used in orders and Stripe lookup keys."""

    STARTER = "starter"
    GROWTH = "growth"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. `priority` weighs the fair share of the queue: 2 gets twice the turns of 1."""

    name: PlanName
    title: str
    directories: int
    price_cents: int
    priority: int
    captcha_service: bool = False

    @property
    def lookup_key(self) -> str:
        """The Stripe price's lookup key."""
        return f"directorybolt_{self.name}"


PLANS: dict[PlanName, Plan] = {
    plan.name: plan
    for plan in (
        Plan(PlanName.STARTER, "Starter", 50, 14_900, 1),
        Plan(PlanName.GROWTH, "Growth", 100, 29_900, 2),
        Plan(PlanName.PROFESSIONAL, "Professional", 300, 49_900, 3),
        Plan(PlanName.ENTERPRISE, "Enterprise", 500, 79_900, 4, captcha_service=True),
    )
}
CURRENCY = "usd"
