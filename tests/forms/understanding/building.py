"""Hand-built page models, as short as the tests that use them."""

from __future__ import annotations

from typing import Any

from dbolt.forms.classify import classify
from dbolt.forms.page import Button, Control, Form, Label, LabelKind, Option, Page, Widget
from dbolt.forms.reading import FieldGuess, Reading

FORM = "0:1"


class Builder:
    """Controls of one form, numbered as they are added."""

    def __init__(self, lang: str = "en", heading: str = "Add your business") -> None:
        self.lang = lang
        self.heading = heading
        self.controls: list[Control] = []
        self.buttons: list[Button] = []

    def add(self, label: str = "", name: str = "", **more: Any) -> str:
        """A text input unless *more* says otherwise; its ref."""
        ref = f"0:{len(self.controls) + 10}"
        kind = more.pop("kind", LabelKind.FOR)
        labels = (Label(kind, label),) if label else ()
        known: dict[str, Any] = {
            "tag": "input",
            "type": "text",
            "widget": Widget.INPUT,
            "form": FORM,
            "labels": labels,
        }
        self.controls.append(Control(ref=ref, name=name, **{**known, **more}))
        return ref

    def select(self, label: str, *texts: str, **more: Any) -> str:
        """A select with the options *texts*."""
        options = tuple(Option(t, t) for t in texts)
        return self.add(
            label, tag="select", type="select-one", widget=Widget.SELECT, options=options, **more
        )

    def area(self, label: str, **more: Any) -> str:
        """A text area."""
        return self.add(label, tag="textarea", type="textarea", widget=Widget.TEXTAREA, **more)

    def check(self, label: str, **more: Any) -> str:
        """A single check box."""
        more.setdefault("kind", LabelKind.WRAP)
        return self.add(label, type="checkbox", widget=Widget.CHECKBOX, **more)

    def file(self, label: str, **more: Any) -> str:
        """A file input for images."""
        return self.add(label, type="file", widget=Widget.FILE, accept="image/*", **more)

    def press(self, text: str, kind: str = "submit") -> str:
        """A button; its ref."""
        ref = f"0:{len(self.buttons) + 900}"
        self.buttons.append(Button(ref, text, kind, FORM))
        return ref

    def page(self, **more: Any) -> Page:
        """The page with the one form."""
        form = Form(FORM, native=True, heading=self.heading)
        told: dict[str, Any] = {"url": "https://directory.example/add", "lang": self.lang}
        return Page(
            **{**told, **more},
            forms=(form,),
            controls=tuple(self.controls),
            buttons=tuple(self.buttons),
        )

    def read(self) -> Reading:
        """The engine's reading of the form."""
        return classify(self.page())[0]


def guess(reading: Reading, ref: str) -> FieldGuess:
    """The guess for one control."""
    return next(g for g in reading.guesses if g.ref == ref)


def said(reading: Reading, ref: str) -> str:
    """The field of one control by name; "" where the engine abstained."""
    field = guess(reading, ref).field
    return field.value if field else ""
