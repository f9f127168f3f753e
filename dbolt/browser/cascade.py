"""Lists that fill when another one is set: waiting for them, and finding the way down a tree."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dbolt.browser import act
from dbolt.browser.run import Run
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.forms.page import Control, Page, Widget
from dbolt.forms.reading import Act, Action, FillPlan, Reading
from dbolt.forms.values.categories import FIRM, FLOOR, ranking
from dbolt.forms.values.levels import choices, is_unset, is_waiting, unnamed_levels
from dbolt.forms.values.signs import control_name

_ARRIVE_S = 2.5
"""How long a list may take to fill after the one above it was set."""
_EXPLORE_S = 20.0
_MOST_WAYS = 15
_DEPENDENT = frozenset({Field.CATEGORY, Field.STATE, Field.COUNTY, Field.CITY, Field.COUNTRY})


async def arrived(run: Run, page: Page, reading: Reading) -> Page:
    """The page once a list that waits for its options has them, or has not got them in time."""
    waiting = _waiting(page, reading)
    if not waiting or waiting in run.waited:
        return page
    until = time.monotonic() + _ARRIVE_S
    while (left := until - time.monotonic()) > 0:
        if await changed(run.visit.page, left):
            page = await run.look()
        if _waiting(page, reading) != waiting:
            return page
    # Once is enough: it may wait for something that will not be chosen.
    run.waited.add(waiting)
    return page


async def explored(run: Run, page: Page, reading: Reading, plan: FillPlan) -> Action | None:
    """The choice in a list that says nothing by itself and leads to the business's category.

    "Production", "Retail" and "Hospitality" do not tell where the bakeries are: each is chosen
    in turn until the list below has them. None where there is no such list, or no way.
    """
    pair = next(_dead_ends(page, reading, plan), None)
    if pair is None or pair[0].ref in run.explored:
        return None
    upper, lower = pair
    run.explored.add(upper.ref)
    until = time.monotonic() + _EXPLORE_S
    best = (FLOOR, "")
    for option in choices(upper)[:_MOST_WAYS]:
        if time.monotonic() > until:
            break
        await act.perform(run.visit.page, [_choice(upper, option.value)])
        score = await _score_below(run, lower, reading)
        best = max(best, (score, option.value), key=lambda found: found[0])
        if score >= FIRM:
            return _choice(upper, option.value)
    if not best[1]:
        prompt = next((o.value for o in upper.options if o not in choices(upper)), "")
        await act.perform(run.visit.page, [_choice(upper, prompt)])
        return None
    await act.perform(run.visit.page, [_choice(upper, best[1])])
    return _choice(upper, best[1])


async def _score_below(run: Run, lower: Control, reading: Reading) -> float:
    """How well the best option of the list below fits; 0 where it does not fill."""
    before = [o.text for o in lower.options]
    until = time.monotonic() + _ARRIVE_S
    while True:
        page = await run.look()
        now = next((c for c in page.controls if c.ref == lower.ref), None)
        if now is None:
            return 0.0
        if not is_waiting(now) and [o.text for o in now.options] != before:
            ranked = ranking(choices(now), run.assignment.profile.category, reading.language)
            return ranked[0][0] if ranked else 0.0
        if not await changed(run.visit.page, until - time.monotonic()):
            return 0.0


def _lists(page: Page, reading: Reading) -> list[Control]:
    """The form's visible lists of what may depend on one another, in order."""
    shown = [
        c for c in page.controls if c.form == reading.form and not c.hidden and not c.step_hidden
    ]
    fields = _fields(shown, reading)
    return [c for c in shown if fields.get(c.ref) in _DEPENDENT and c.widget is Widget.SELECT]


def _fields(controls: Sequence[Control], reading: Reading) -> dict[str, Field | None]:
    fields = {g.ref: g.field for g in reading.guesses if not g.trap}
    return {**fields, **dict.fromkeys(unnamed_levels(controls, fields), Field.CATEGORY)}


def _waiting(page: Page, reading: Reading) -> frozenset[str]:
    return frozenset(c.ref for c in _lists(page, reading) if is_waiting(c))


def _dead_ends(page: Page, reading: Reading, plan: FillPlan) -> Iterator[tuple[Control, Control]]:
    """Lists of categories that could be set but are not, each with the one that waits for it."""
    planned = {action.ref for action in plan.actions}
    lists = _lists(page, reading)
    fields = _fields([c for c in page.controls if c.form == reading.form], reading)
    levels = [c for c in lists if fields.get(c.ref) is Field.CATEGORY]
    for upper, lower in pairwise(levels):
        able = not is_waiting(upper) and is_unset(upper) and upper.ref not in planned
        if able and is_waiting(lower):
            yield upper, lower


def _choice(control: Control, value: str) -> Action:
    return Action(
        ref=control.ref,
        field=Field.CATEGORY,
        act=Act.SELECT,
        values=(value,),
        part="level",
        control=control_name(control),
    )
