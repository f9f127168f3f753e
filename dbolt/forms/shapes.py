"""Which fields can a control hold at all, and what does its mere shape say?

The layer of vetoes: a file never goes into a text box, a city never into a check box.
"""

from __future__ import annotations

import re

from dbolt.domain.fields import SOCIAL, Field
from dbolt.forms.page import Control, Label, LabelKind, Widget
from dbolt.forms.reading import Because

F = Field

FILES = frozenset({F.LOGO, F.PHOTO, F.VIDEO})
FLAGS = frozenset({F.TERMS, F.NEWSLETTER})
SECRETS = frozenset({F.ACCOUNT_PASSWORD, F.ACCOUNT_PASSWORD_CONFIRM})
PHONES = frozenset({F.PHONE, F.MOBILE, F.FAX, F.WHATSAPP})
LINKS = frozenset({F.WEBSITE, F.BOOKING_URL, F.VIDEO, *SOCIAL})
CHOICES = frozenset(
    {
        F.CATEGORY,
        F.KEYWORDS,
        F.CONTACT_TITLE,
        F.CONTACT_ROLE,
        F.CITY,
        F.COUNTY,
        F.STATE,
        F.COUNTRY,
        F.HOURS,
        F.YEAR_FOUNDED,
        F.EMPLOYEES,
        F.PRICE_RANGE,
        F.PAYMENT_METHODS,
        F.LANGUAGES,
        F.SERVICE_AREA,
        F.POSTAL_CODE,
        F.PLAN,
    }
)
GROUPS = frozenset(
    {F.CATEGORY, F.KEYWORDS, F.HOURS, F.PAYMENT_METHODS, F.LANGUAGES, F.SERVICE_AREA, *FLAGS}
)
LONG = frozenset(
    {
        F.DESCRIPTION,
        F.SHORT_DESCRIPTION,
        F.TAGLINE,
        F.KEYWORDS,
        F.ADDRESS,
        F.STREET,
        F.SERVICE_AREA,
        F.HOURS,
        F.PAYMENT_METHODS,
        F.LANGUAGES,
        F.CATEGORY,
        F.VIDEO,
    }
)
RICH = frozenset({F.DESCRIPTION, F.SHORT_DESCRIPTION, F.HOURS, F.SERVICE_AREA})
TAGS = frozenset({F.KEYWORDS, F.CATEGORY, F.LANGUAGES, F.SERVICE_AREA, F.PAYMENT_METHODS, F.CITY})
NUMBERS = frozenset(
    {
        F.YEAR_FOUNDED,
        F.EMPLOYEES,
        F.LATITUDE,
        F.LONGITUDE,
        F.POSTAL_CODE,
        F.HOUSE_NUMBER,
        F.UNIT,
        F.VAT_ID,
        F.PRICE_RANGE,
        F.CAPTCHA,
        *PHONES,
    }
)
TEXTS = frozenset(Field) - FILES - FLAGS - SECRETS - {F.PLAN} | {F.VIDEO}

_BY_WIDGET: dict[Widget, frozenset[Field]] = {
    Widget.TEXTAREA: LONG,
    Widget.SELECT: CHOICES,
    Widget.RADIO: CHOICES | {F.TERMS},
    Widget.CHECKBOX: GROUPS | {F.CAPTCHA},
    Widget.FILE: FILES,
    Widget.DROP_ZONE: FILES,
    Widget.COMBOBOX: CHOICES | {F.STREET, F.ADDRESS, F.PHONE},
    Widget.TAGS: TAGS,
    Widget.RICH_TEXT: RICH,
    Widget.DATE_TIME: frozenset({F.HOURS, F.YEAR_FOUNDED}),
    Widget.PHONE: PHONES,
    Widget.MAP: frozenset(),
    Widget.CAPTCHA: frozenset({F.CAPTCHA}),
}
_BY_TYPE: dict[str, frozenset[Field]] = {
    "password": SECRETS,
    "email": frozenset({F.EMAIL, F.EMAIL_CONFIRM, F.ACCOUNT_USERNAME}),
    "tel": PHONES
    | {F.POSTAL_CODE, F.VAT_ID, F.HOUSE_NUMBER, F.YEAR_FOUNDED, F.EMPLOYEES, F.CAPTCHA},
    "url": LINKS | {F.LOGO},
    "number": NUMBERS,
    "file": FILES,
    "time": frozenset({F.HOURS}),
    "date": frozenset({F.YEAR_FOUNDED}),
    "datetime-local": frozenset({F.HOURS}),
    "month": frozenset({F.YEAR_FOUNDED}),
    "range": frozenset({F.PRICE_RANGE, F.EMPLOYEES}),
    "hidden": frozenset(),
    "color": frozenset(),
    "button": frozenset(),
    "search": TEXTS,
}

_WEB = re.compile(r"^\s*(https?:|www\.)", re.IGNORECASE)
_MAIL = re.compile(r"\S@\S+\.\w|\S+ ?\(at\) ?\S", re.IGNORECASE)
_PHONE_LIKE = re.compile(r"^[+(]?[\d\s().+\-/x_]{7,}$", re.IGNORECASE)
_SUM = re.compile(r"\b\d{1,2} ?([-–−] ?\d{1,2} ?[=?]|[+*×] ?\d{1,2}\b)")
_US_ZIP = re.compile(r"\\d\{5\}|\[0-9\]\{5\}")


def possible(control: Control) -> frozenset[Field]:
    """The fields that *control* could hold."""
    if control.widget in _BY_WIDGET and control.type != "hidden":
        allowed = _BY_WIDGET[control.widget]
        if control.widget is Widget.COMBOBOX and not control.options and control.tag == "input":
            # A list that suggests may take any name or place, but nobody writes prose into it.
            allowed = allowed | (TEXTS - RICH)
        if control.widget is Widget.DATE_TIME and control.tag == "input" and not control.type:
            allowed = allowed | NUMBERS
        return allowed
    return _BY_TYPE.get(control.type, TEXTS)


KIN: dict[Field, frozenset[Field]] = {
    F.EMAIL: frozenset({F.EMAIL, F.EMAIL_CONFIRM}),
    F.PHONE: PHONES,
    F.WEBSITE: LINKS,
    F.ACCOUNT_PASSWORD: SECRETS,
    F.DESCRIPTION: RICH,
    F.PHOTO: FILES,
}
"""Fields of one shape: what speaks for the first speaks for whichever of them words name."""


def shape(control: Control) -> list[tuple[Field, Because]]:
    """What type, limits, patterns and examples of *control* say.

    Each is told of the commonest field of its shape; `KIN` holds the others.
    """
    said: list[tuple[Field, float, str]] = []
    if control.type == "email" or control.inputmode == "email":
        said.append((F.EMAIL, 4.5 if control.type == "email" else 3.0, "type email"))
    if control.type == "tel" or control.widget is Widget.PHONE:
        said.append((F.PHONE, 2.0, "type tel"))
    if control.type == "url" or control.inputmode == "url":
        said.append((F.WEBSITE, 2.6, "type url"))
    if control.type == "password":
        said.append((F.ACCOUNT_PASSWORD, 5.0, "type password"))
    said += _by_widget(control)
    said += _examples(control)
    if _US_ZIP.search(control.pattern):
        said.append((F.POSTAL_CODE, 1.0, f"pattern {control.pattern}"))
    return [(field, Because("shape", words, weight)) for field, weight, words in said]


def _by_widget(control: Control) -> list[tuple[Field, float, str]]:
    said: list[tuple[Field, float, str]] = []
    if control.widget is Widget.RICH_TEXT:
        said.append((F.DESCRIPTION, 2.6, "rich text editor"))
    if control.widget is Widget.CAPTCHA:
        said.append((F.CAPTCHA, 8.0, "captcha widget"))
    if control.widget is Widget.INPUT and any(_SUM.search(x.text) for x in _own(control)):
        said.append((F.CAPTCHA, 4.0, "a sum to work out"))
    if control.widget is Widget.TAGS:
        said.append((F.KEYWORDS, 1.0, "tag input"))
    if control.type == "time":
        said.append((F.HOURS, 1.5, "type time"))
    if control.widget in {Widget.FILE, Widget.DROP_ZONE} and _takes_images(control):
        said.append((F.PHOTO, 2.2, "takes images"))
    return said


def _own(control: Control) -> list[Label]:
    """The labels that are surely the control's own."""
    return [x for x in control.labels if x.kind not in {LabelKind.NEAR, LabelKind.AFTER}]


def _takes_images(control: Control) -> bool:
    accept = control.accept.lower()
    return "image" in accept or any(x in accept for x in (".jpg", ".jpeg", ".png", ".webp"))


def _examples(control: Control) -> list[tuple[Field, float, str]]:
    shown = [x.text for x in control.labels if x.kind is LabelKind.PLACEHOLDER]
    shown += [control.value] if len(control.value) < 60 and control.widget is Widget.INPUT else []
    said = []
    for example in shown:
        if _WEB.search(example):
            said.append((F.WEBSITE, 1.6, f"example {example}"))
        elif _MAIL.search(example):
            said.append((F.EMAIL, 2.6, f"example {example}"))
        elif _PHONE_LIKE.match(example) and sum(c.isdigit() for c in example) >= 7:
            said.append((F.PHONE, 1.6, f"example {example}"))
    return said[:1]
