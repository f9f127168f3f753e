"""How are actions carried out on a page, and what does the page hold afterwards?

One batched fill per frame first; what a control did not keep is set by hand; every value is read
back. *Source:* the HTML standard's input, change and blur events for scripted changes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Error, Page

from dbolt.browser.act import choose
from dbolt.browser.act.drive import LIMIT_S, drive
from dbolt.browser.act.held import Held, is_kept, typed_value
from dbolt.browser.act.place import call, element, place
from dbolt.browser.act.press import How, Press, is_fit, press, rehearse
from dbolt.browser.frames import frame_at, split
from dbolt.domain.submission import TypedValue
from dbolt.forms.reading import Act, Action

__all__ = [
    "How",
    "Press",
    "adder",
    "element",
    "is_fit",
    "offered",
    "opener",
    "perform",
    "press",
    "read_back",
    "read_to_the_end",
    "rehearse",
    "span",
    "unfold",
]

_BATCHED = frozenset({Act.TEXT, Act.SELECT, Act.CHECK, Act.UNCHECK, Act.RICH_TEXT, Act.DATE_TIME})
_UNFOLD_MS = 4_000
_GONE: Held = {"found": False}


async def perform(page: Page, actions: Sequence[Action]) -> list[TypedValue]:
    """Carries *actions* out in order; what each control holds at the end, in the same order.

    A control that is gone, refuses, or changes its value is not kept. Never raises for what a page
    does. Raises ValueError if an action's ref is none.
    """
    batch = [a for a in actions if a.act in _BATCHED]
    await _run(page, batch, "fill")
    held = await _run(page, actions, "read")
    driven = False
    for action, before in zip(actions, held, strict=True):
        if is_kept(action, before, strict=True):
            continue
        driven = True
        where = place(page, action.ref)
        if where is not None:
            # What was set meanwhile may have brought this one's options, or taken its value.
            fresh = (await _run(page, [action], "read"))[0]
            if not is_kept(action, fresh, strict=True) and fresh.get("found"):
                await drive(where, action, fresh)
    if driven:
        return await read_back(page, actions)
    return [typed_value(a, h) for a, h in zip(actions, held, strict=True)]


async def read_back(page: Page, actions: Sequence[Action]) -> list[TypedValue]:
    """What the controls of *actions* hold now, in the same order; touches nothing."""
    held = await _run(page, actions, "read")
    return [typed_value(a, h) for a, h in zip(actions, held, strict=True)]


async def offered(page: Page, ref: str) -> list[str]:
    """The choices of a list that shows them only while it is open; [] if there are none."""
    where = place(page, ref)
    if where is None:
        return []
    try:
        async with asyncio.timeout(LIMIT_S):
            return await choose.offered(where)
    except (Error, TimeoutError):
        return []


async def read_to_the_end(page: Page, refs: Sequence[str]) -> bool:
    """Scrolls the texts of the forms of *refs* to their end; whether there were any."""
    read = False
    for ref in refs:
        where = place(page, ref)
        if where is None:
            continue
        try:
            read = bool(await where.call("readToTheEnd", [where.number])) or read
        except (Error, TimeoutError):
            continue
    return read


async def span(page: Page, refs: Sequence[str]) -> tuple[float, float] | None:
    """Where those of *refs* that are in the page itself stand, in CSS pixels from its top.

    From the head of the first to the foot of the last; None if none of them is there.
    """
    numbers = [number for frame, number in map(split, refs) if frame == 0]
    try:
        found = await call(page, page.main_frame, "spanOf", numbers) if numbers else None
    except (Error, TimeoutError):
        return None
    return (found[0], found[1]) if found else None


async def opener(page: Page, refs: Sequence[str], known: Sequence[str]) -> str | None:
    """What opens the closed section that one of *refs* is in, but none of *known*; None if none."""
    for number in dict.fromkeys(split(ref)[0] for ref in refs):
        frame = frame_at(page, number)
        if frame is None:
            continue
        own = [split(ref)[1] for ref in refs if split(ref)[0] == number]
        tried = [split(ref)[1] for ref in known if split(ref)[0] == number]
        try:
            found = await call(page, frame, "openerOf", {"numbers": own, "known": tried})
        except (Error, TimeoutError):
            continue
        if found:
            return f"{number}:{found}"
    return None


async def adder(page: Page, ref: str, words: Sequence[str]) -> str | None:
    """What adds another row like the one that *ref* is in: a "+", or one of *words*; None if none.

    words: folded, as "add".
    """
    number, one = split(ref)
    frame = frame_at(page, number)
    if frame is None:
        return None
    try:
        found = await call(page, frame, "adderOf", {"number": one, "words": list(words)})
    except (Error, TimeoutError):
        return None
    return f"{number}:{found}" if found else None


async def unfold(page: Page, ref: str) -> None:
    """Clicks what opens a section, if it can; a click cannot submit the form meanwhile."""
    where = place(page, ref)
    header = await element(page, ref)
    if where is None or header is None:
        return
    with contextlib.suppress(Error, TimeoutError):
        async with choose.guarded(where):
            await header.click(timeout=_UNFOLD_MS)


async def _run(page: Page, actions: Sequence[Action], function: str) -> list[Held]:
    """Calls fill.js once a frame; what each control holds, in order."""
    found: list[Held] = [_GONE] * len(actions)
    by_frame: dict[int, list[int]] = {}
    for index, action in enumerate(actions):
        by_frame.setdefault(split(action.ref)[0], []).append(index)
    for number, indices in by_frame.items():
        frame = frame_at(page, number)
        if frame is None:
            continue
        try:
            held = await call(page, frame, function, [_item(actions[i]) for i in indices])
        except (Error, TimeoutError):
            continue
        for index, one in zip(indices, held, strict=True):
            found[index] = one
    return found


def _item(action: Action) -> dict[str, Any]:
    checks = action.act in (Act.CHECK, Act.UNCHECK)
    return {
        "number": split(action.ref)[1],
        "act": action.act.value,
        "values": [] if checks else list(action.values),
        "option": split(action.values[0])[1] if checks and action.values else 0,
    }
