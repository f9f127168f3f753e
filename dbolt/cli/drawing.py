"""How is what was understood drawn on the page? Boxes with words, in each frame's own document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from playwright.async_api import Error, Page

from dbolt.browser import frames
from dbolt.forms.reading import FieldGuess, FormKind, Reading

_STYLES = {
    "field": ("#0a7d33", "solid"),
    "alone": ("#8a6100", "dashed"),
    "trap": ("#b3001b", "double"),
}
"""Colour and line of a box. Its words tell the same."""
_DRAW = """boxes => {
  const known = window[Symbol.for("dbolt.refs")];
  if (!known) return 0;
  const layer = document.createElement("div");
  layer.setAttribute("aria-hidden", "true");
  Object.assign(layer.style, {position: "absolute", left: "0", top: "0", width: "0", height: "0",
    zIndex: "2147483647", pointerEvents: "none"});
  document.documentElement.append(layer);
  const origin = layer.getBoundingClientRect();
  let drawn = 0;
  for (const [number, text, colour, line] of boxes) {
    const held = known.elements.get(number);
    const el = held && held.deref();
    const box = el && el.getBoundingClientRect();
    if (!box || !box.width || !box.height) continue;
    const frame = document.createElement("div");
    Object.assign(frame.style, {position: "absolute", boxSizing: "border-box",
      left: `${box.left - origin.left - 3}px`, top: `${box.top - origin.top - 3}px`,
      width: `${box.width + 6}px`, height: `${box.height + 6}px`, border: `3px ${line} ${colour}`});
    const words = document.createElement("div");
    words.textContent = text;
    Object.assign(words.style, {position: "absolute", right: "0", top: "-3px",
      font: "bold 11px/14px sans-serif", color: "#fff", background: colour, padding: "1px 4px",
      whiteSpace: "nowrap", letterSpacing: "normal", textTransform: "none"});
    frame.append(words);
    layer.append(frame);
    drawn += 1;
  }
  return drawn;
}"""


async def draw_fields(page: Page, readings: Sequence[Reading]) -> bytes:
    """A PNG of the whole *page* with a box and its field's name on each control of each form."""
    by_frame: dict[int, list[list[Any]]] = defaultdict(list)
    for reading in readings:
        for guess in _worth_a_box(reading):
            frame, number = frames.split(guess.ref)
            by_frame[frame].append([number, *_box(guess)])
    for frame, boxes in by_frame.items():
        inside = frames.frame_at(page, frame)
        if inside is None:
            continue
        try:
            await inside.evaluate(_DRAW, boxes)
        except Error:
            continue  # the frame has gone since it was read
    return await page.screenshot(full_page=True, type="png", animations="disabled")


def _worth_a_box(reading: Reading) -> Iterable[FieldGuess]:
    if reading.kind is FormKind.LISTING:
        return reading.guesses
    return [g for g in reading.guesses if g.field is not None]


def _box(guess: FieldGuess) -> tuple[str, str, str]:
    """Words, colour and line for one control."""
    if guess.trap:
        return ("trap: left empty", *_STYLES["trap"])
    if guess.field is None:
        return ("left alone", *_STYLES["alone"])
    part = f".{guess.part}" if guess.part else ""
    return (f"{guess.field}{part} {guess.confidence:.0%}", *_STYLES["field"])
