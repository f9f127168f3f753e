"""The whole chain on every site of the town: what the site holds is what the profile says, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.browser.attempt import attempt
from dbolt.browser.session import Browser
from dbolt.browser.verify import verify
from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import HANDED_IN, State, after
from dbolt.domain.submission import (
    HandOver,
    Known,
    Left,
    Looked,
    NotSent,
    Pressed,
    Result,
    VerdictKind,
    event_of_verdict,
)
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.sandbox.compare import mismatches
from dbolt.sandbox.demo import load_demo_profile
from dbolt.sandbox.sites import discover
from tests.support.listing import an_assignment
from tests.support.town import RunningTown

SITES = discover()
TRIES = 3
"""As the queue would: an attempt that sent nothing for want of a good network is made again."""

CORE = {Field.BUSINESS_NAME, Field.PHONE, Field.EMAIL, Field.WEBSITE}


def _state(result: Result) -> State:
    """What the queue would make of the result, if it is the last."""
    match result:
        case Pressed():
            state = after(State.PRESSED, event_of_verdict(result.verdict))
            assert state is not None
            return state
        case NotSent():
            return State.FAILED
        case HandOver():
            return State.NEEDS_PERSON
        case Known():
            return State.DUPLICATE
        case Left():
            return State.SKIPPED
        case Looked():
            raise AssertionError("a submission does not look")


async def _is_the_last(
    browser: Browser, town: RunningTown, slug: str, result: Result, folder: Path
) -> bool:
    """Whether the queue would not try again: what was unclear is looked for first."""
    if isinstance(result, NotSent):
        return False
    if not isinstance(result, Pressed) or result.verdict is not VerdictKind.UNCLEAR:
        return True
    assignment = an_assignment(town.directory(slug), load_demo_profile(), task="verify")
    looked = await verify(browser, assignment, evidence=FolderEvidence(folder))
    assert looked.found in (None, bool(town.listings(slug))), looked
    return looked.found is not False


@pytest.mark.parametrize("slug", sorted(SITES))
async def test_a_site_holds_the_business_once_and_rightly(
    browser: Browser, town: RunningTown, tmp_path: Path, slug: str
) -> None:
    site = SITES[slug]
    profile = load_demo_profile()
    seeded = {row["id"] for row in town.listings(slug)}
    permits: list[int] = []

    async def permit(*, seen_absent: bool) -> bool:
        del seen_absent
        permits.append(len(town.listings(slug)) - len(seeded))
        return True

    result: Result | None = None
    for number in range(1, TRIES + 1):
        result = await attempt(
            browser,
            an_assignment(town.directory(slug), profile, attempt=number),
            permit=permit,
            evidence=FolderEvidence(tmp_path),
        )
        if await _is_the_last(browser, town, slug, result, tmp_path):
            break
    assert result is not None

    held = [row for row in town.listings(slug) if row["id"] not in seeded]
    told = f"{result.kind} {result.detail!r} {getattr(result, 'field_errors', '')}"
    assert (_state(result), getattr(result, "reason", None) or site.expected.reason) == (
        site.expected.state,
        site.expected.reason,
    ), told
    assert set(permits) <= {0}, "nothing is stored before the permit"
    assert bool(permits) is isinstance(result, Pressed)
    assert town.decoys(slug) == [], "no other form of the page was sent"
    assert result.evidence or isinstance(result, Left | NotSent) or not result.page_url

    if site.expected.state not in HANDED_IN:
        assert held == []
        return
    assert len(held) == 1, "one listing for one press"
    fields = held[0]["fields"]
    assert mismatches(profile, fields, site.right_categories) == [], fields
    wanted = {f.value for f in CORE if f in site.columns.values()}
    assert wanted <= set(fields), "what the site has a column for, and everybody looks for"
    assert isinstance(result, Pressed)
    assert result.verdict is not VerdictKind.UNCLEAR
    assert all(value.kept for value in result.typed), [v for v in result.typed if not v.kept]
