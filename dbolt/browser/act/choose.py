"""How is something chosen in a widget: open it, type, wait for its choices, take the one meant?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import ElementHandle, Error, Page, Request

from dbolt.browser.act import keys
from dbolt.browser.act.compare import best, is_tag
from dbolt.browser.act.place import Place

WAIT_S = 2.5
"""How long a list may take to show what was searched for."""
STILL_S = 1.0
"""After how long without a change a list that shows others than the one meant is complete."""
SLOW_S = 8.0
"""How long a list may take while the site has not answered what the search asked of it."""
CASCADE_S = 6.0
"""How long a select may wait for the options that depend on another's."""
TAG_S = 0.5
"""How long a tag may take to be made of what was typed."""
SUGGEST_S = 0.2
"""How long a list of suggestions may take to open while a tag is typed."""
PAUSE_S = 0.06
BRANCH_S = 0.5
"""How long a branch of a list of lists may take to open."""
_MOST_BRANCHES = 30
_DATA = frozenset({"xhr", "fetch", "script"})


@dataclass(frozen=True, slots=True)
class _Open:
    """A widget that was clicked open. `known`: choices that others had on show before."""

    place: Place
    clicked: ElementHandle
    known: list[int]

    async def choices(self) -> list[dict[str, Any]]:
        """The number and text of each choice that the widget shows now."""
        given = {"number": self.place.number, "known": self.known}
        shown: list[dict[str, Any]] = await self.place.call("choices", given)
        return shown


async def choose(place: Place, wanted: Sequence[str]) -> str | None:
    """Chooses the first of *wanted* that the widget offers; the chosen text, None if none fits."""
    opened = await _open(place)
    if opened is None:
        return None
    try:
        if await place.call("typingBox", place.number) == 0:
            return await _take(opened, wanted, WAIT_S) or await _look_through(opened, wanted)
        quick = await _take(opened, wanted, 0.2)
        if quick is not None:
            return quick
        for search in _searches(wanted):
            with _asking(place.page) as asked:
                await _search(place, search)
                taken = await _take(opened, wanted, WAIT_S, asked)
            if taken is not None:
                return taken
        return None
    finally:
        await _close(opened)


async def offered(place: Place) -> list[str]:
    """What a list without a box to type into has to choose from; it is closed again after."""
    opened = await _open(place)
    if opened is None:
        return []
    try:
        if await place.call("typingBox", place.number) != 0:
            return []
        until = time.monotonic() + STILL_S
        texts: list[str] = []
        while time.monotonic() < until:
            choices = await opened.choices()
            shown = [choice["text"] for choice in choices]
            if shown and shown == texts:
                leads = any(choice["leads"] for choice in choices)
                return await _leaves(opened, choices) if leads else shown
            texts = shown
            await asyncio.sleep(PAUSE_S)
        return texts
    finally:
        await _close(opened)


async def _leaves(opened: _Open, choices: Sequence[dict[str, Any]]) -> list[str]:
    """What a list of lists has to choose from in the end: its branches are opened in turn."""
    leaves = [c["text"] for c in choices if not c["leads"]]
    known = {c["number"] for c in choices}
    for branch in [c for c in choices if c["leads"]][:_MOST_BRANCHES]:
        leader = await opened.place.handle("found", branch["number"])
        if leader is None:
            continue
        await keys.click(leader)
        until = time.monotonic() + BRANCH_S
        while time.monotonic() < until:
            fresh = [c for c in await opened.choices() if c["number"] not in known]
            if fresh:
                known.update(c["number"] for c in fresh)
                leaves += [c["text"] for c in fresh if not c["leads"]]
                break
            await asyncio.sleep(PAUSE_S)
    return leaves


def _searches(wanted: Sequence[str]) -> list[str]:
    """What to type, best first: each text, then first words for lists that match starts only."""
    texts = [w for w in wanted if w.strip()][:4]
    words = [w.split()[0] for w in texts if len(w.split()) > 1]
    return list(dict.fromkeys([*texts, *words[:2]]))


async def _open(place: Place) -> _Open | None:
    target = await place.handle("handle")
    if target is None:
        return None
    with contextlib.suppress(Error):
        await target.scroll_into_view_if_needed(timeout=keys.CLICK_MS)
    opened = _Open(place, target, await place.call("onShow", None))
    if not await opened.choices():
        await keys.click(target)
    return opened


async def _search(place: Place, text: str) -> None:
    number = await place.call("typingBox", place.number)
    box = await place.handle("found", number) if number else None
    if box is None:
        return
    await box.focus()
    await keys.clear(box)
    await box.type(text)


@contextlib.contextmanager
def _asking(page: Page) -> Iterator[set[Request]]:
    """What the page has asked the site for since now and has no answer to; changes by itself."""
    asked: set[Request] = set()

    def begun(request: Request) -> None:
        if request.resource_type in _DATA:
            asked.add(request)

    def ended(request: Request) -> None:
        asked.discard(request)

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    try:
        yield asked
    finally:
        page.remove_listener("request", begun)
        page.remove_listener("requestfinished", ended)
        page.remove_listener("requestfailed", ended)


async def _take(
    opened: _Open, wanted: Sequence[str], at_most_s: float, asked: Collection[Request] = ()
) -> str | None:
    """Clicks the choice that is meant as soon as it is on show.

    asked: requests without an answer, which are waited for longer.
    """
    started = since = changed = time.monotonic()
    before: list[str] = []
    stood: set[int] = set()
    while True:
        shown = await opened.choices()
        if (texts := [s["text"] for s in shown]) != before:
            before, changed = texts, time.monotonic()
        index = best(wanted, texts)
        # Some draw their list anew after every key: a click would meet what is no longer there.
        stands = index is not None and shown[index]["number"] in stood
        stood = {s["number"] for s in shown}
        if index is not None and (stands or time.monotonic() - started > STILL_S):
            choice = await opened.place.handle("found", shown[index]["number"])
            if choice is not None and await keys.click(choice):
                return str(shown[index]["text"])
        now = time.monotonic()
        if asked and now - started < SLOW_S:
            since = changed = now
        elif now - since > at_most_s or (before and now - changed > STILL_S):
            return None
        await asyncio.sleep(PAUSE_S)


async def _look_through(opened: _Open, wanted: Sequence[str]) -> str | None:
    """Opens branch after branch of a list of lists, until one has what is meant."""
    for branch in [c for c in await opened.choices() if c["leads"]][:_MOST_BRANCHES]:
        leader = await opened.place.handle("found", branch["number"])
        if leader is None:
            continue
        await keys.click(leader)
        taken = await _take(opened, wanted, BRANCH_S)
        if taken is not None:
            return taken
    return None


async def _close(opened: _Open) -> None:
    """Leaves the widget. Escape only while its list is open: else it might close a dialogue."""
    place = opened.place
    with contextlib.suppress(Error, TimeoutError):
        if await opened.choices():
            await place.page.keyboard.press("Escape")
            # Some close only as they were opened; left open, it would cover what is below.
            if not await _closed_by_itself(opened):
                await keys.click(opened.clicked)
        number = await place.call("typingBox", place.number)
        box = await place.handle("found", number) if number else None
        await keys.leave(box or opened.clicked)


async def _closed_by_itself(opened: _Open) -> bool:
    """Whether the list fades away within a short while."""
    until = time.monotonic() + BRANCH_S
    while time.monotonic() < until:
        if not await opened.choices():
            return True
        await asyncio.sleep(PAUSE_S)
    return False


async def arrival(place: Place, values: Sequence[str]) -> bool:
    """Waits for a select's options, which may come from the network; whether they came."""
    until = time.monotonic() + CASCADE_S
    while not await place.call("arrived", {"number": place.number, "values": list(values)}):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(PAUSE_S)
    return True


async def add_tags(place: Place, tags: Sequence[str], have: Sequence[str]) -> None:
    """Makes a tag of each of *tags* that is not among *have*: by its choice, Enter or a comma."""
    opened = await _open(place)
    if opened is None:
        return
    await keys.click(opened.clicked)
    async with guarded(place):
        for tag in tags:
            if tag not in have:
                await _add_tag(opened, tag)
    await _close(opened)


async def _add_tag(opened: _Open, tag: str) -> None:
    place = opened.place
    number = await place.call("typingBox", place.number)
    box = await place.handle("found", number) if number else None
    if box is None:
        await _take(opened, [tag], TAG_S)
        return
    await box.focus()
    await box.type(tag)
    choice, others = await _suggested(opened, tag)
    if choice is not None:
        await keys.click(choice)
    # Enter takes whatever is highlighted, which need not be what was typed. Some make a tag at
    # once, some only when their list of suggestions has caught up.
    for key in () if choice else (",",) if others else ("Enter", "Enter", ","):
        await box.press(key)
        if await _is_taken(box, tag):
            return
    if not await _is_taken(box, tag):
        await keys.clear(box)


async def _suggested(opened: _Open, tag: str) -> tuple[ElementHandle | None, bool]:
    """The choice that is the tag or would make it, if there is one; whether there are others."""
    started = time.monotonic()
    while True:
        shown = await opened.choices()
        for choice in shown:
            if is_tag(choice["text"], tag, creates=choice["creates"]):
                return await opened.place.handle("found", choice["number"]), True
        if time.monotonic() - started > (TAG_S if shown else SUGGEST_S):
            return None, bool(shown)
        await asyncio.sleep(PAUSE_S)


async def _is_taken(box: ElementHandle, tag: str) -> bool:
    """Whether the text has left the box within a short while."""
    until = time.monotonic() + TAG_S
    while True:
        left = await box.evaluate("el => 'value' in el ? el.value : el.innerText")
        if str(left).strip(" ,\n") != tag:
            return True
        if time.monotonic() > until:
            return False
        await asyncio.sleep(PAUSE_S)


@contextlib.asynccontextmanager
async def guarded(place: Place) -> AsyncIterator[None]:
    """Within it, no key and no click sends the form: that would be a press without a permit."""
    await place.call("guard", True)
    try:
        yield
    finally:
        with contextlib.suppress(Error, TimeoutError):
            await place.call("guard", False)
