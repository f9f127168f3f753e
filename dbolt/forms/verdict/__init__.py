"""What came of the press? The page before and the page after, compared."""

from __future__ import annotations

import re

from dbolt.domain.directory import Recipe
from dbolt.domain.profile import Profile
from dbolt.forms.page import Page
from dbolt.forms.reading import Reading, VerdictReading
from dbolt.forms.values.text import fold
from dbolt.forms.verdict.compare import compare, form_again
from dbolt.forms.verdict.decide import Case, decide
from dbolt.forms.verdict.shown import facts_shown, listing_shown, listing_url

__all__ = ["form_again", "read_verdict"]


def read_verdict(
    before: Page,
    after: Page,
    reading: Reading,
    *,
    status: int | None,
    recipe: Recipe,
    profile: Profile,
) -> VerdictReading:
    """The verdict on a press, with what shows it.

    before: observed when everything was typed, just before the press. after: when the page had
    settled. status: of the answer to the press (document or AJAX), None if it is not known.
    ACCEPTED and the PENDING kinds need two independent kinds of evidence; a conflict is UNCLEAR.
    """
    change = compare(before, after, reading, _names(profile))
    new = fold(change.new_text)
    reached = bool(recipe.success_url) and recipe.success_url in after.url
    return decide(
        Case(
            change=change,
            status=status,
            facts=facts_shown(change.new_text, profile),
            listing=listing_shown(before, after, change.new_text, profile),
            listing_url=listing_url(before, after, profile),
            recipe_text=next((t for t in recipe.success_text if fold(t) and fold(t) in new), ""),
            recipe_url=reached and recipe.success_url not in before.url,
            new_markers=tuple(m for m in after.markers if m not in before.markers),
        )
    )


def _names(profile: Profile) -> tuple[str, ...]:
    """What a page may call the business by."""
    site = re.sub(r"^https?://", "", profile.website or "").rstrip("/")
    names = (profile.business_name, profile.legal_name, profile.website or "", f"https://{site}")
    return (*names, f"http://{site}", site, site.removeprefix("www.")) if site else names[:2]
