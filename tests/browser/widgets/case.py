"""What is meant for each library's page, how its controls should be seen, and what is sent then.

A page that comes twice is asked for what it refuses the second time.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from dbolt.domain.fields import Field
from dbolt.forms.page import Widget
from dbolt.forms.reading import Act, FileValue


def picture() -> FileValue:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(drawn, "PNG")
    return FileValue("logo.png", "image/png", drawn.getvalue())


PICTURE = picture()
TEXT = "Bread, baked by hand.\nOpen every day."


@dataclass(frozen=True, slots=True)
class Want:
    """One control: how it should be seen, what is done to it, and what the page should hold."""

    label: str
    widget: Widget
    act: Act
    values: tuple[str, ...]
    sent: str | list[str] | None = None
    """What the server gets under `name`; None if the page's state tells it otherwise."""
    name: str = ""
    field: Field = Field.BUSINESS_NAME
    kept: bool = True
    held: str | None = None
    """What read_back should say where that is not what was typed."""
    file: FileValue | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """A page under `pages/`. `state`: a script that gives the page's own view, and what it says."""

    page: str
    wants: tuple[Want, ...]
    state: str = ""
    says: object = None
    until: str = ""
    """What is waited for before the form is sent, as a patient person would: uploads."""


BOX, TAGS, RICH, DATE = Widget.COMBOBOX, Widget.TAGS, Widget.RICH_TEXT, Widget.DATE_TIME
BAKERY = ("Bakery", "Bar")
CITY = ("Portland, ME",)
WORDS = ("bread", "wedding cakes")
HOURS = Field.HOURS


PAY = Want("Payment methods", BOX, Act.TAGS, ("Cash", "Amex"), ["c", "a"], "pay")


def choice(name: str, label: str, values: tuple[str, ...], sent: str) -> Want:
    return Want(label, BOX, Act.COMBOBOX, values, sent, name)


def none_fits(name: str, label: str, sent: str | None = "") -> Want:
    return Want(label, BOX, Act.COMBOBOX, ("Springfield",), sent, name, kept=False, held="")


def rich(page: str, sent: str) -> Library:
    want = Want("Description", RICH, Act.RICH_TEXT, (TEXT,), sent, "about", Field.DESCRIPTION)
    return Library(page, (want,))
