"""Builders for the pages, readings and profiles that the value and verdict tests speak of."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, time
from typing import Any

from PIL import Image as Pixels

from dbolt.domain.fields import Field
from dbolt.domain.profile import Day, Image, Profile, Span
from dbolt.forms.page import Button, Control, Form, Label, LabelKind, Option, Page, Widget
from dbolt.forms.reading import FieldGuess, FormKind, Reading
from dbolt.forms.values import Ask, Offer, value_for

TODAY = date(2026, 11, 23)

_KINDS = {
    "label": LabelKind.FOR,
    "placeholder": LabelKind.PLACEHOLDER,
    "help": LabelKind.HELP,
    "before": LabelKind.BEFORE,
}


def picture(width: int, height: int, file_format: str = "PNG", *, noisy: bool = False) -> bytes:
    """The bytes of a picture; a noisy one is large."""
    if noisy:
        pixels = Pixels.effect_noise((width, height), 90).convert("RGB")
    else:
        pixels = Pixels.new("RGBA", (width, height), (180, 90, 20, 255))
    out = io.BytesIO()
    (pixels if file_format == "PNG" else pixels.convert("RGB")).save(out, file_format)
    return out.getvalue()


def nine_to_five(*days: Day) -> dict[Day, list[Span]]:
    """Those days open from 9 to 5, the rest of the week closed."""
    open_ = [Span(opens=time(9), closes=time(17))]
    return {day: open_ if day in days else [] for day in Day}


def bakery(**more: Any) -> Profile:
    """Harbor Lane Bakery of New York, with everything told; *more* replaces facts."""
    facts: dict[str, Any] = {
        "business_name": "Harbor Lane Bakery",
        "legal_name": "Harbor Lane Bakery LLC",
        "tagline": "Sourdough, baked before dawn",
        "descriptions": [
            (
                "Harbor Lane Bakery bakes sourdough, rye and sweet buns every morning. "
                "We have stood by the harbor since 2009. Everything is made by hand, with flour "
                "from two mills upstate. Come early: the cardamom buns rarely see noon. "
                "We cater for offices and weddings too."
            ),
            "A small bakery by the harbor: sourdough, rye and sweet buns, made by hand since 2009.",
        ],
        "category": "Bakery",
        "categories": ["Cafe"],
        "keywords": ["bread", "sourdough", "cakes", "catering"],
        "contact": {"title": "Ms", "first_name": "Nora", "last_name": "Field", "role": "Owner"},
        "email": "hello@harborlane.com",
        "phone": "+12125550142",
        "mobile": "+12125550143",
        "website": "https://www.harborlane.com/",
        "address": {
            "street": "12 Harbor Lane",
            "unit": "Suite 4",
            "city": "New York",
            "state": "NY",
            "postal_code": "10001",
            "country": "US",
        },
        "latitude": 40.7128,
        "longitude": -74.006,
        "hours": nine_to_five(Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI),
        "year_founded": 2009,
        "employees": 12,
        "price_range": 2,
        "payment_methods": ["Cash", "Visa", "Apple Pay"],
        "languages": ["en", "es"],
        "logo": Image(name="logo.png", media_type="image/png", data=picture(400, 200)),
        "social": {
            "facebook": "https://www.facebook.com/harborlane",
            "instagram": "https://www.instagram.com/harborlane/",
            "linkedin": "https://www.linkedin.com/company/harbor-lane",
        },
        "terms_agreed": True,
    }
    return Profile.model_validate({**facts, **more})


def control(widget: Widget = Widget.INPUT, **more: Any) -> Control:
    """One control.

    `label`, `placeholder`, `help` and `before` become labels; `options` may be texts or
    (value, text) pairs.
    """
    told = [(kind, more.pop(name, None)) for name, kind in _KINDS.items()]
    labels = [Label(kind, text) for kind, text in told if text is not None]
    options = tuple(
        o if isinstance(o, Option) else Option(*(o if isinstance(o, tuple) else (o, o)))
        for o in more.pop("options", ())
    )
    if widget in {Widget.CHECKBOX, Widget.RADIO}:
        options = tuple(replace(o, ref=o.ref or f"0:o{i}") for i, o in enumerate(options))
    tag = {Widget.TEXTAREA: "textarea", Widget.SELECT: "select"}.get(widget, "input")
    defaults: dict[str, Any] = {"ref": "0:1", "tag": tag, "type": "text", "form": "0:f"}
    return Control(
        **{**defaults, **more},
        widget=widget,
        labels=tuple(labels),
        options=options,
        options_total=len(options),
    )


def offer_for(
    asked: Control,
    field: Field,
    profile: Profile | None = None,
    part: str = "",
    **more: Any,
) -> Offer | None:
    """What the value rules offer to one control."""
    return value_for(Ask(asked, field, profile or bakery(), TODAY, part, **more))


def text_for(
    asked: Control, field: Field, profile: Profile | None = None, part: str = "", **more: Any
) -> str | None:
    """The text, or the chosen option's text, that is offered first."""
    offer = offer_for(asked, field, profile, part, **more)
    if offer is None:
        return None
    if offer.options:
        return offer.options[0].text
    return offer.texts[0] if offer.texts else None


def form_page(controls: list[Control], **more: Any) -> Page:
    """A page with one form of those controls and a button."""
    facts: dict[str, Any] = {"url": "http://directory.example/add", "lang": "en"}
    return Page(
        **{
            **facts,
            "forms": (Form(ref="0:f", native=True),),
            "controls": tuple(controls),
            "buttons": (Button(ref="0:b", text="Submit", type="submit", form="0:f"),),
            **more,
        }
    )


def reading_of(pairs: list[tuple[Control, Field | None]], **more: Any) -> Reading:
    """The reading that takes each control for that field."""
    facts: dict[str, Any] = {"form": "0:f", "kind": FormKind.LISTING, "score": 1.0}
    guesses = tuple(FieldGuess(c.ref, field, 0.95) for c, field in pairs)
    return Reading(**{**facts, "guesses": guesses, "submit": "0:b", **more})
