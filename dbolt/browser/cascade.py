"""Lists that fill when another one is set: waiting for them, and finding the way down a tree."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dbolt.browser import act
from dbolt.browser.run import Filled, Run
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


def dead_end(run: Run, form: Filled) -> tuple[Control, Control] | None:
    """A list of categories that says nothing by itself, and the one that waits for it.

    "Production", "Retail" and "Hospitality" do not tell where the bakeries are. None where there
    is no such list that has not been looked behind.
    """
    pair = next(_dead_ends(form.page, form.reading, form.plan), None)
    return None if pair is None or pair[0].ref in run.explored else pair


async def explored(run: Run, form: Filled, upper: Control, lower: Control) -> Action | None:
    """The choice in the *upper* list that leads to the business's category in the *lower* one.

    Each is chosen in turn until the list below has it. None where there is no way, and where the
    form did not outlive a choice, after which nothing more is touched.
    """
    run.explored.add(upper.ref)
    until = time.monotonic() + _EXPLORE_S
    best = (FLOOR, "")
    for option in choices(upper)[:_MOST_WAYS]:
        if time.monotonic() > until:
            break
        moment = time.monotonic()
        await act.perform(run.visit.page, [_choice(upper, option.value)])
        score = await _score_below(run, form, lower, moment)
        if score is None:
            return None
        best = max(best, (score, option.value), key=lambda found: found[0])
        if score >= FIRM:
            return _choice(upper, option.value)
    prompt = next((o.value for o in upper.options if o not in choices(upper)), "")
    await act.perform(run.visit.page, [_choice(upper, best[1] or prompt)])
    return _choice(upper, best[1]) if best[1] else None


async def _score_below(run: Run, form: Filled, lower: Control, moment: float) -> float | None:
    """How well the best option of the list below fits; 0 where it does not fill.

    None where the form is gone, or was sent by the choice that was made at *moment*.
    """
    before = [o.text for o in lower.options]
    until = time.monotonic() + _ARRIVE_S
    while True:
        page = await run.look()
        now = next((c for c in page.controls if c.ref == lower.ref), None)
        if now is None or run.sent_itself(form, page, moment):
            return None
        if not is_waiting(now) and [o.text for o in now.options] != before:
            language = form.reading.language
            ranked = ranking(choices(now), run.assignment.profile.category, language)
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
