"""How is one control set that did not take its value at once? A driver for each kind of act."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Sequence
from typing import assert_never

from playwright.async_api import Error, FilePayload

from dbolt.browser.act import choose, keys
from dbolt.browser.act.compare import best
from dbolt.browser.act.held import Held, is_kept
from dbolt.browser.act.place import Place
from dbolt.browser.frames import split
from dbolt.forms.reading import Act, Action, FileValue

LIMIT_S = 15.0
"""For one control, whatever it does."""
_SHOWN_S = 1.5
"""How long an uploader may take to show a file's name."""


async def drive(place: Place, action: Action, held: Held) -> None:
    """Sets one control by hand. What came of it is for the page to tell afterwards."""
    with contextlib.suppress(Error, TimeoutError):
        async with asyncio.timeout(LIMIT_S):
            await _drive(place, action, held)


async def _drive(place: Place, action: Action, held: Held) -> None:
    kind = held.get("kind")
    match action.act:
        case Act.CHECK | Act.UNCHECK:
            await keys.tick(_option(place, action))
        case Act.FILE:
            await _give_file(place, action.file, kind)
            await _arrived(place, action)
        case Act.SELECT | Act.COMBOBOX:
            await _choose(place, action, held)
        case Act.TAGS:
            await _tag(place, action, held)
        case Act.RICH_TEXT if kind == "rich":
            await keys.type_rich(place, "\n".join(action.values))
        case Act.TEXT | Act.RICH_TEXT | Act.DATE_TIME:
            await _type(place, action, held)
        case _:
            assert_never(action.act)


def _option(place: Place, action: Action) -> Place:
    """A box of a group has a ref of its own among the values."""
    if not action.values:
        return place
    return Place(place.page, place.frame, split(action.values[0])[1])


async def _type(place: Place, action: Action, held: Held) -> None:
    text = ", ".join(action.values)
    if held.get("kind") == "widget":
        await choose.choose(place, action.values)
    else:
        await keys.type_text(place, text)


async def _choose(place: Place, action: Action, held: Held) -> None:
    if held.get("kind") != "select":
        await _choose_by_hand(place, action.values)
        return
    if action.act is Act.SELECT and held.get("waits"):
        await choose.arrival(place, action.values)
    if await _set_select(place, action):
        return
    texts = list(held.get("names") or ()) or list(action.values)
    if action.act is Act.SELECT and len(texts) > 1:
        for text in texts:
            await choose.choose(place, [text])
    else:
        await choose.choose(place, texts)


async def _set_select(place: Place, action: Action) -> bool:
    """Sets the select behind a skin, or one whose options have come; whether its skin shows it."""
    values: Sequence[str] = action.values
    if action.act is not Act.SELECT:
        options: list[list[str]] = await place.call("optionsOf", place.number)
        names = [text for _, text in options]
        # Tags are all meant, the texts of a combobox are one thing in several spellings.
        wanted = [[tag] for tag in action.values] if action.act is Act.TAGS else [action.values]
        found = [best(texts, names) for texts in wanted]
        indices = [index for index in found if index is not None]
        if not indices or len(indices) < len(found):
            return False
        values = tuple(options[index][0] for index in indices)
    item = {"number": place.number, "act": "select", "values": list(values)}
    held: Held = (await place.call("fill", [item]))[0]
    select = Action(ref=action.ref, field=action.field, act=Act.SELECT, values=tuple(values))
    return is_kept(select, held, strict=True)


async def _choose_by_hand(place: Place, wanted: Sequence[str]) -> None:
    if await choose.choose(place, wanted) is not None or not wanted:
        return
    # A box that suggests, but takes any text: say it as the profile does.
    if await place.call("isTextBox", place.number):
        await keys.type_text(place, wanted[0])


async def _tag(place: Place, action: Action, held: Held) -> None:
    if held.get("kind") == "text":
        await keys.type_text(place, ", ".join(action.values))
        return
    if held.get("kind") == "select" and await _set_select(place, action):
        return
    single = [Action(action.ref, action.field, Act.TAGS, (tag,)) for tag in action.values]
    have = [a.values[0] for a in single if is_kept(a, held)]
    await choose.add_tags(place, action.values, have)


async def _arrived(place: Place, action: Action) -> None:
    """Waits for the page to show a file that it was given; an uploader takes it over first."""
    until = time.monotonic() + _SHOWN_S
    while time.monotonic() < until:
        held: Held = (await place.call("read", [{"number": place.number, "values": []}]))[0]
        on_its_way = held.get("zone") and held["values"]
        if is_kept(action, held) and not on_its_way:
            return
        await asyncio.sleep(choose.PAUSE_S)


async def _give_file(place: Place, file: FileValue | None, kind: object) -> None:
    if file is None:
        return
    if kind == "file":
        target = await place.handle()
        if target is not None:
            payload = FilePayload(name=file.name, mimeType=file.media_type, buffer=file.data)
            await target.set_input_files(payload)
        return
    await place.call(
        "drop",
        {
            "number": place.number,
            "name": file.name,
            "type": file.media_type,
            "base64": base64.b64encode(file.data).decode(),
        },
    )
