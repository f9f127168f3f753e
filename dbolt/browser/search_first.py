"""Does a directory want to know first whether it has the business already? Then it is searched."""

from __future__ import annotations

from urllib.parse import urljoin

from playwright.async_api import Error

from dbolt.browser import act
from dbolt.browser.arrive import permitted
from dbolt.browser.find import find_form
from dbolt.browser.run import Ended, Found, Run
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import NotSent
from dbolt.forms.classify import classify
from dbolt.forms.lexicon import Lexicon, languages_of, lexicon
from dbolt.forms.page import Control, Page, Widget
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import Act, Action, FormKind, Reading
from dbolt.forms.words import words

_PRESS_S = 4.0
_SHOWN_S = 4.0
_MOSTLY = 0.5


async def found_behind_search(run: Run, found: Found | Ended) -> Found | Ended:
    """The form behind a search for the business's name, where *found* is that there is none.

    Only a form that reads is sent (method GET), so that nothing can be handed in by it.
    """
    if not (isinstance(found, NotSent) and found.reason is Reason.NO_FORM):
        return found
    page = await run.look()
    asks = _lookup(page, classify(page, recipe=run.assignment.directory.recipe))
    if asks is None:
        return found
    reading, name = asks
    target = next(f.action for f in page.forms if f.ref == reading.form)
    refused = await permitted(run, urljoin(page.url, target or page.url))
    if refused is not None:
        return refused
    if run.visit.page.url != page.url or not await _searched(run, page, reading, name):
        return found
    return await find_form(run)


def _lookup(page: Page, readings: list[Reading]) -> tuple[Reading, str] | None:
    """The form that asks for a business's name only to look for it, and the box for the name."""
    reading = {form.ref for form in page.forms if form.method == "get" and form.native}
    known = lexicon(languages_of(page))
    for one in readings:
        if one.kind is FormKind.SEARCH and one.form in reading and one.submit:
            own = (c for c in page.controls_of(one.form) if not c.hidden)
            box = next((c for c in own if _asks_name(c, known)), None)
            if box is not None:
                return one, box.ref
    return None


def _asks_name(control: Control, known: Lexicon) -> bool:
    """Whether a box says that it is for the name of a business."""
    return control.widget is Widget.INPUT and any(
        h.meaning == Field.BUSINESS_NAME and h.share > _MOSTLY
        for label in control.labels
        for h in known.hits("fields", known.prepare(words(label.text)))
    )


async def _searched(run: Run, page: Page, asks: Reading, name: str) -> bool:
    """Fills the search in and sends it; whether it could be sent."""
    profile = run.assignment.profile
    plan = plan_fill(page, asks, profile, today=run.today)
    typed = [action for action in plan.actions if action.ref != name]
    named = Action(name, Field.BUSINESS_NAME, Act.TEXT, (profile.business_name,))
    await act.perform(run.visit.page, [named, *typed])
    button = await act.element(run.visit.page, asks.submit)
    if button is None:
        return False
    try:
        await button.click(timeout=_PRESS_S * 1000)
    except Error:
        return False
    await changed(run.visit.page, _SHOWN_S)
    return True
