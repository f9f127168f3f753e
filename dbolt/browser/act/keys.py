"""How is a control set by hand: clicks and key strokes, where the page did not take a value?"""

from __future__ import annotations

import contextlib

from playwright.async_api import ElementHandle, Error

from dbolt.browser.act.place import Place

CLICK_MS = 2_000
_PARTED = frozenset({"date", "time", "datetime-local", "month", "week", "color", "range", "file"})
"""Inputs in parts, in the order of the browser's language: key strokes would make another value."""

_CLICK_EVENTS = """el => {
  if (!el.isConnected) return false;
  for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
    el.dispatchEvent(new MouseEvent(type, {bubbles: true, cancelable: true, composed: true}));
  return true;
}"""


async def click(target: ElementHandle) -> bool:
    """A real click, or, where something lies over the element, the events of one.

    False where the element was taken off the page first.
    """
    try:
        await target.click(timeout=CLICK_MS, no_wait_after=True)
    except Error:
        return bool(await target.evaluate(_CLICK_EVENTS))
    return True


async def clear(target: ElementHandle) -> None:
    """Empties a text box or editor that has the focus."""
    await target.press("ControlOrMeta+a")
    await target.press("Delete")


async def type_text(place: Place, text: str) -> None:
    """Types *text* into a text control key by key, in place of what stood there."""
    target = await place.handle()
    if target is None:
        return
    kind = await target.evaluate("el => el.localName === 'input' ? el.type : ''")
    # Keys do nothing in a read-only box, but the focus would open its calendar.
    if kind in _PARTED or await target.evaluate("el => el.readOnly"):
        return
    await target.scroll_into_view_if_needed(timeout=CLICK_MS)
    await target.focus()
    await clear(target)
    await target.type(" ".join(text.split("\n")) if kind else text)
    await leave(target)


async def type_rich(place: Place, text: str) -> None:
    """Writes *text* into an editor by way of the keyboard."""
    target = await place.handle()
    if target is None:
        return
    inner = await target.content_frame()
    if inner is not None:
        body = await inner.query_selector("body")
        if body is None:
            return
        target = body
    await click(target)
    await target.press("ControlOrMeta+a")
    await place.page.keyboard.insert_text(text)
    await leave(target)


async def tick(place: Place) -> None:
    """Clicks a check box or radio as a person would: on its label where the box is not drawn."""
    target = await place.handle()
    if target is None:
        return
    if await target.is_visible():
        await click(target)
        return
    label = await target.evaluate_handle(
        "el => (el.labels && el.labels[0]) || el.closest('label, [role=checkbox], [role=switch],"
        " [role=radio]') || el.parentElement"
    )
    drawn = label.as_element()
    if drawn is not None:
        # At its beginning: further on there may be a link to the terms.
        with contextlib.suppress(Error):
            await drawn.click(timeout=CLICK_MS, no_wait_after=True, position={"x": 3, "y": 3})


async def leave(target: ElementHandle) -> None:
    """Takes the focus away, so that the page checks what was typed."""
    with contextlib.suppress(Error):
        await target.evaluate("el => el.blur()")
