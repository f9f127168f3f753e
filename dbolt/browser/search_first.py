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
from dbolt.forms.page import Page
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import FormKind, Reading

_PRESS_S = 4.0
_SHOWN_S = 4.0


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
    target = next(f.action for f in page.forms if f.ref == asks.form)
    refused = await permitted(run, urljoin(page.url, target or page.url))
    if refused is not None:
        return refused
    if run.visit.page.url != page.url or not await _searched(run, page, asks):
        return found
    return await find_form(run)


def _lookup(page: Page, readings: list[Reading]) -> Reading | None:
    """The form that asks for a business's name only to look for it; None if there is none."""
    reading = {form.ref for form in page.forms if form.method == "get" and form.native}
    return next(
        (
            r
            for r in readings
            if r.kind is FormKind.SEARCH
            and r.form in reading
            and r.submit
            and r.of(Field.BUSINESS_NAME)
        ),
        None,
    )


async def _searched(run: Run, page: Page, asks: Reading) -> bool:
    """Fills the search in and sends it; whether it could be sent."""
    plan = plan_fill(page, asks, run.assignment.profile, today=run.today)
    await act.perform(run.visit.page, list(plan.actions))
    button = await act.element(run.visit.page, asks.submit)
    if button is None:
        return False
    try:
        await button.click(timeout=_PRESS_S * 1000)
    except Error:
        return False
    await changed(run.visit.page, _SHOWN_S)
    return True
