"""Is the trade chosen by clicking: in a tree, a dialogue, columns, or on tiles before the form?"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from playwright.async_api import Error

from dbolt.browser import act
from dbolt.browser.act.picker import Clickable, clickables
from dbolt.browser.arrive import permitted
from dbolt.browser.run import Filled, Run
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.domain.submission import TypedValue
from dbolt.forms.lexicon import Lexicon, languages_of, lexicon
from dbolt.forms.page import Option, Page
from dbolt.forms.values.categories import FIRM, ranking
from dbolt.forms.words import words

_OPENS_S = 1.0
_CLICK_MS = 3_000
_MOST_TURNS = 12
_DEPTH = 4
_FEWEST = 2
"""A choice has no fewer things to click."""


@dataclass(slots=True)
class _Search:
    """Looking for a trade among what can be clicked. `seen`: what was there or tried before."""

    run: Run
    wanted: str
    language: str
    known: Lexicon
    seen: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    async def fresh(self) -> list[Clickable]:
        """What can be clicked now and could not before."""
        found = await clickables(self.run.visit.page)
        return [c for c in found if c.ref not in self.seen]

    def ranked(self, items: Sequence[Clickable]) -> list[tuple[float, Clickable]]:
        """Those that name the trade or a broader one with their scores, best first."""
        options = [Option(str(i), item.text) for i, item in enumerate(items)]
        found = ranking(options, self.wanted, self.language)
        return [(score, items[int(option.value)]) for score, option in found]

    async def click(self, item: Clickable) -> None:
        """Clicks it with the form held fast; nothing more once a click has sent something."""
        if self.run.visit.carried_since(self.began):
            return
        await act.unfold(self.run.visit.page, item.ref)
        await changed(self.run.visit.page, _OPENS_S)


async def picked(run: Run, form: Filled) -> bool:
    """Chooses the trade in a picker of the form that is no control; whether one was opened.

    Only where the form has taken no trade yet, and once an attempt.
    """
    if run.picked or any(value.field is Field.CATEGORY for value in run.typed.values()):
        return False
    search = _search(run, form.page, form.reading.language)
    items = await search.fresh()
    opener = next((c for c in items if c.in_form and _asks_trade(c, search.known)), None)
    if opener is None:
        return False
    run.picked = True
    before = _kept_unseen(form.page)
    search.seen.update(c.ref for c in items)
    await search.click(opener)
    chosen = await _found(search)
    if chosen is None:
        return True
    await _agreed(search, chosen, {c.ref for c in items})
    after = _kept_unseen(await run.look())
    kept = any(value and value != before.get(ref) for ref, value in after.items())
    run.typed[Field.CATEGORY, "", opener.text] = TypedValue(
        field=Field.CATEGORY,
        control=opener.text[:100],
        typed=chosen.text,
        read_back=chosen.text if kept else "",
        kept=kept,
    )
    return True


async def picked_before(run: Run, page: Page) -> bool:
    """Chooses the trade on a page that asks for it before it shows a form; whether it went on."""
    known = lexicon(languages_of(page))
    asked = any(_says_trade(text, known) for text in (page.title, *page.headings))
    if not asked or run.picked:
        return False
    search = _search(run, page, languages_of(page)[0])
    items = await search.fresh()
    found = search.ranked(items)
    if len(items) < _FEWEST or not found:
        return False
    run.picked = True
    if found[0][1].away:
        return await _followed(run, page, found[0][1])
    search.seen.update(c.ref for c in items if c is not found[0][1])
    chosen = await _found(search)
    if chosen is None:
        return False
    onward = [c for c in await clickables(run.visit.page) if _is_button(c, known, {"next"})]
    if onward:
        await search.click(onward[0])
    return True


def _search(run: Run, page: Page, language: str) -> _Search:
    return _Search(run, run.assignment.profile.category, language, lexicon(languages_of(page)))


async def _found(search: _Search) -> Clickable | None:
    """Clicks down the tree to the trade, or to the nearest broader one; what was clicked last."""
    last: Clickable | None = None
    turns = 0
    for _ in range(_DEPTH):
        items = [c for c in await search.fresh() if not c.away]
        ranked = search.ranked(items)
        if ranked:
            last = ranked[0][1]
            search.seen.update(c.ref for c in items)
            await search.click(last)
            if ranked[0][0] >= FIRM:
                return last
            continue
        # None of the branches tells by its name: look behind one after the other.
        for branch in items:
            turns += 1
            search.seen.add(branch.ref)
            if turns > _MOST_TURNS or _is_button(branch, search.known, {"submit", "next", "other"}):
                continue
            await search.click(branch)
            if any(score >= FIRM for score, _ in search.ranked(await search.fresh())):
                break
        else:
            return last
    return last


async def _agreed(search: _Search, chosen: Clickable, there: Collection[str]) -> None:
    """Presses the picker's own "Add" or "OK", where there is one; nothing that was *there* before.

    What stood on the page before the picker was opened may send the form.
    """
    items = await clickables(search.run.visit.page)
    own = (c for c in items if c.ref not in there and c.ref != chosen.ref and not c.away)
    button = next((c for c in own if _is_button(c, search.known, {"submit"})), None)
    if button is not None:
        await search.click(button)


async def _followed(run: Run, page: Page, item: Clickable) -> bool:
    """Clicks a link to the form for one trade, as a visitor would; whether it could."""
    link = next((x for x in page.links if x.text.strip() == item.text), None)
    if link is not None and await permitted(run, urljoin(page.url, link.href)) is not None:
        return False
    clickable = await act.element(run.visit.page, item.ref)
    if clickable is None:
        return False
    try:
        await clickable.click(timeout=_CLICK_MS)
    except Error:
        return False
    await changed(run.visit.page, _OPENS_S)
    return True


def _asks_trade(item: Clickable, known: Lexicon) -> bool:
    """Whether a thing to click opens the choice of a trade: by its words, or those before it."""
    return not item.away and (_says_trade(item.text, known) or _says_trade(item.around, known))


def _says_trade(text: str, known: Lexicon) -> bool:
    hits = known.hits("fields", known.prepare(words(text)[:8]))
    return any(h.meaning == Field.CATEGORY and not h.weak for h in hits)


def _is_button(item: Clickable, known: Lexicon, meanings: Collection[str]) -> bool:
    hits = known.hits("buttons", words(item.text))
    return any(h.meaning in meanings and h.share > 0.6 for h in hits)


def _kept_unseen(page: Page) -> dict[str, str]:
    """What the controls hold that nobody sees: where a picker puts its choice."""
    return {c.ref: c.value for c in page.controls if c.hidden or c.type == "hidden"}
