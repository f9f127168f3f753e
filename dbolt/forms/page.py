"""What was seen on a page? The model that `browser/observe.js` fills in, one round trip a frame.

Plain slotted dataclasses: a page is read thousands of times, and its shape is checked once by
`page_from_json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LabelKind(StrEnum):
    """Where a control's words come from, kept apart because they deserve different trust."""

    FOR = "for"
    WRAP = "wrap"
    ARIA = "aria"
    LEGEND = "legend"
    TABLE_HEAD = "table_head"
    BEFORE = "before"
    NEAR = "near"
    AFTER = "after"
    PLACEHOLDER = "placeholder"
    TITLE = "title"
    HELP = "help"


class Widget(StrEnum):
    """What a control really is, whatever its tag."""

    INPUT = "input"
    TEXTAREA = "textarea"
    SELECT = "select"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    FILE = "file"
    DROP_ZONE = "drop_zone"
    COMBOBOX = "combobox"
    TAGS = "tags"
    RICH_TEXT = "rich_text"
    DATE_TIME = "date_time"
    PHONE = "phone"
    MAP = "map"
    CAPTCHA = "captcha"


@dataclass(frozen=True, slots=True)
class Label:
    """Words about a control. `text` is white-space folded, at most 300 characters."""

    kind: LabelKind
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, a listbox, or one radio or check box of a group."""

    value: str
    text: str
    group: str = ""
    disabled: bool = False
    selected: bool = False
    ref: str = ""
    """The radio or check box that stands for the option; empty in a select."""
    beside: str = ""
    """Of a radio, the words around it that name a sum of money, beyond its own label."""


@dataclass(frozen=True, slots=True)
class Rect:
    """CSS pixels from the top left of the frame's document."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that can be filled in. Radios (and check boxes) of one name are one control.

    `ref` names the element for as long as it lives: "<frame>:<number>". `hidden` tells why a
    person would not see it, and is empty if one would.
    """

    ref: str
    tag: str
    type: str
    widget: Widget
    name: str = ""
    id: str = ""
    css_class: str = ""
    autocomplete: str = ""
    labels: tuple[Label, ...] = ()
    section: tuple[str, ...] = ()
    """Headings and legends above it, nearest first."""
    caption: str = ""
    """A line that heads its part of the form without being a heading."""
    options: tuple[Option, ...] = ()
    options_total: int = 0
    required: bool = False
    disabled: bool = False
    readonly: bool = False
    multiple: bool = False
    checked: bool = False
    hidden: str = ""
    value: str = ""
    minlength: int | None = None
    maxlength: int | None = None
    min: str = ""
    max: str = ""
    step: str = ""
    pattern: str = ""
    inputmode: str = ""
    accept: str = ""
    tabindex: int = 0
    rect: Rect = Rect(0, 0, 0, 0)
    form: str = ""
    """The ref of its form or form-like group."""
    step_hidden: bool = False
    """Invisible only because it belongs to a later step or a closed part of the form."""
    error: str = ""
    """The page's own complaint about it, if one is shown."""
    attributes: tuple[tuple[str, str], ...] = ()
    """data-* and aria-* attributes that a fingerprint or widget driver may want; bounded."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `type` is submit, button, reset, image or link."""

    ref: str
    text: str
    type: str
    form: str = ""
    name: str = ""
    disabled: bool = False
    hidden: str = ""
    rect: Rect = Rect(0, 0, 0, 0)
    card: str = ""
    """The words of the box that it has to itself, where the page tells of prices."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form element, or a group of controls that acts as one (`native` False)."""

    ref: str
    native: bool
    action: str = ""
    method: str = "get"
    name: str = ""
    id: str = ""
    css_class: str = ""
    role: str = ""
    heading: str = ""
    text: str = ""
    """Its visible words, at most 2,000 characters."""
    hidden: str = ""
    rect: Rect = Rect(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Message:
    """A notice region: alert, status, error summary, toast. `near`: the control it stands by."""

    text: str
    kind: str
    """alert, status, error, success or dialog."""
    near: str = ""
    css_class: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a button-like element that leads elsewhere."""

    ref: str
    text: str
    href: str
    section: str = ""
    card: str = ""
    """As a button's."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything seen in all readable frames. Lists are in document order."""

    url: str
    title: str = ""
    lang: str = ""
    text: str = ""
    """Visible words, at most 20,000 characters."""
    headings: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    controls: tuple[Control, ...] = ()
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    messages: tuple[Message, ...] = ()
    markers: tuple[str, ...] = ()
    """Signs of software and walls: meta generator, captcha providers, challenge pages."""
    truncated: bool = False
    """Whether a bound (size, depth, time) cut the observation short."""

    def controls_of(self, form: str) -> tuple[Control, ...]:
        """The controls of one form, in document order."""
        return tuple(c for c in self.controls if c.form == form)

    def buttons_of(self, form: str) -> tuple[Button, ...]:
        """The buttons of one form, in document order."""
        return tuple(b for b in self.buttons if b.form == form)


def page_from_json(raw: Mapping[str, Any]) -> Page:
    """A page from observe.js's object (keys as the dataclasses' fields; unknown keys refused).

    Raises KeyError, TypeError or ValueError where the object is not of that shape.
    """
    return Page(
        url=raw["url"],
        title=raw.get("title", ""),
        lang=raw.get("lang", ""),
        text=raw.get("text", ""),
        headings=tuple(raw.get("headings", ())),
        forms=tuple(_form(f) for f in raw.get("forms", ())),
        controls=tuple(_control(c) for c in raw.get("controls", ())),
        buttons=tuple(_button(b) for b in raw.get("buttons", ())),
        links=tuple(Link(**link) for link in raw.get("links", ())),
        messages=tuple(Message(**m) for m in raw.get("messages", ())),
        markers=tuple(raw.get("markers", ())),
        truncated=bool(raw.get("truncated", False)),
    )


def _form(raw: Mapping[str, Any]) -> Form:
    return Form(**{**raw, "rect": Rect(**raw["rect"])} if "rect" in raw else raw)


def _button(raw: Mapping[str, Any]) -> Button:
    return Button(**{**raw, "rect": Rect(**raw["rect"])} if "rect" in raw else raw)


def _control(raw: Mapping[str, Any]) -> Control:
    known = dict(raw)
    known["widget"] = Widget(known["widget"])
    known["labels"] = tuple(Label(LabelKind(x["kind"]), x["text"]) for x in raw.get("labels", ()))
    known["section"] = tuple(raw.get("section", ()))
    known["options"] = tuple(Option(**o) for o in raw.get("options", ()))
    known["attributes"] = tuple((k, v) for k, v in raw.get("attributes", ()))
    if "rect" in raw:
        known["rect"] = Rect(**raw["rect"])
    return Control(**known)


def merged(pages: Sequence[Page]) -> Page:
    """Several frames' pages read as one: the main frame (first) gives address and title."""
    main = pages[0]
    return Page(
        url=main.url,
        title=main.title,
        lang=main.lang or next((p.lang for p in pages if p.lang), ""),
        text="\n".join(p.text for p in pages if p.text)[:20_000],
        headings=tuple(h for p in pages for h in p.headings),
        forms=tuple(f for p in pages for f in p.forms),
        controls=tuple(c for p in pages for c in p.controls),
        buttons=tuple(b for p in pages for b in p.buttons),
        links=tuple(x for p in pages for x in p.links),
        messages=tuple(m for p in pages for m in p.messages),
        markers=tuple(dict.fromkeys(m for p in pages for m in p.markers)),
        truncated=any(p.truncated for p in pages),
    )
