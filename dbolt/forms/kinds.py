"""What is a form for: to list a business, or to log in, search, subscribe, write a message?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import urlsplit

from dbolt.domain.fields import SOCIAL, Field
from dbolt.forms.autocomplete import token
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NAME, Lexicon
from dbolt.forms.page import Form, Page, Widget
from dbolt.forms.reading import FormKind
from dbolt.forms.words import split_identifier, words
from dbolt.forms.wordsets import word_set

F = Field

BUSINESS: dict[Field, float] = {
    F.BUSINESS_NAME: 2.5,
    F.LEGAL_NAME: 1.0,
    F.CATEGORY: 2.5,
    F.WEBSITE: 1.0,
    F.DESCRIPTION: 1.5,
    F.SHORT_DESCRIPTION: 1.0,
    F.TAGLINE: 1.5,
    F.KEYWORDS: 0.7,
    F.HOURS: 2.0,
    F.LOGO: 2.0,
    F.PHOTO: 0.7,
    F.VIDEO: 0.5,
    F.STREET: 0.7,
    F.ADDRESS: 1.5,
    F.CITY: 0.5,
    F.POSTAL_CODE: 0.4,
    F.PHONE: 0.5,
    F.FAX: 0.5,
    F.YEAR_FOUNDED: 1.5,
    F.EMPLOYEES: 1.5,
    F.PRICE_RANGE: 1.5,
    F.PAYMENT_METHODS: 1.0,
    F.SERVICE_AREA: 1.5,
    F.VAT_ID: 0.7,
    F.LATITUDE: 1.0,
    F.LANGUAGES: 0.7,
    F.BOOKING_URL: 1.0,
    **dict.fromkeys(SOCIAL, 0.5),
}
"""How much a field speaks for a listing form."""
_KINDS = tuple(k.value for k in FormKind if k is not FormKind.OTHER)
_SEEN = 2.0
_QUERY = 3
"""A search has no more boxes than this."""


def kind_of(
    page: Page, form: Form, cases: Sequence[Case], lexicon: Lexicon
) -> tuple[FormKind, float]:
    """The kind of *form*, and how likely (0 to 1) it is the form to list a business with."""
    scores = dict.fromkeys(_KINDS, 0.0)
    scores["other"] = 1.0
    _by_words(page, cases, form, lexicon, scores)
    _by_fields(cases, scores)
    _by_shape(form, cases, scores)
    if len(cases) == 1 and cases[0].best()[0] == F.EMAIL and _leads_on(page, form, lexicon):
        scores["login"] += 2.5  # the first step of a log-in that asks for the password next
    if form.hidden:
        scores["listing"] -= 3.0
    if _looks_up(page, form, cases, lexicon):
        scores["search"] += 4.0
        scores["listing"] -= 4.0
    best = max(scores, key=lambda k: scores[k])
    rival = max(v for k, v in scores.items() if k != "listing")
    # At 0.5 a listing form and its likeliest alternative are level.
    return FormKind(best), 1 / (1 + math.exp(-(scores["listing"] - max(rival, 2.0)) / 1.5))


def _leads_on(page: Page, form: Form, lexicon: Lexicon) -> bool:
    """Whether the form's button says "Continue" or "Next"."""
    texts = [b.text for b in page.buttons_of(form.ref) if not b.hidden and b.text]
    hits = [h for t in texts for h in lexicon.hits("buttons", words(t))]
    return any(h.meaning == "next" and h.share > 0.6 for h in hits)


def _looks_up(page: Page, form: Form, cases: Sequence[Case], lexicon: Lexicon) -> bool:
    """Whether the form only asks whether a business is there: "Name, town, [Search]"."""
    if form.method != "get" or len(cases) > _QUERY:
        return False
    texts = [b.text for b in page.buttons_of(form.ref) if not b.hidden and b.text]
    hits = [h for t in texts for h in lexicon.hits("forms", words(t))]
    return any(h.meaning == "search" and h.share > 0.6 for h in hits)


def _names(cases: Sequence[Case]) -> str:
    """The words in names and ids that are no field's: "signup_email" tells of the form."""
    found = [w for c in cases for t in (c.control.name, c.control.id) for w in split_identifier(t)]
    return " . ".join(w for w in dict.fromkeys(found) if w in word_set("forms"))


def _by_words(
    page: Page, cases: Sequence[Case], form: Form, lexicon: Lexicon, scores: dict[str, float]
) -> None:
    path = " ".join(split_identifier(urlsplit(page.url).path))
    action = " ".join(split_identifier(urlsplit(form.action).path))
    own = " ".join(split_identifier(f"{form.id} {form.name}"))
    buttons = page.buttons_of(form.ref)
    pressed = [b.text for b in buttons if not b.hidden and b.type != "reset"]
    if word_set("remembered") & set(words(form.text)):
        scores["login"] += 1.5
    sources: list[tuple[str, float]] = [
        (form.heading, 2.5),
        (page.title, 0.8),
        (path, 0.8),
        (action, 1.0),
        (own, 1.2),
        (_names(cases), 1.0),
        (" ".join(page.headings[:2]), 0.8),
        (form.text[:150], 0.5),
        *((text, 2.0) for text in pressed[:6]),
    ]
    for text, weight in sources:
        best: dict[str, float] = {}
        for hit in lexicon.hits("forms", words(text)):
            length = hit.end - hit.start
            strength = (0.5 if length == 1 and hit.meaning == "listing" else 1.0) * (
                0.4 + 0.6 * hit.share
            )
            best[hit.meaning] = max(best.get(hit.meaning, 0.0), strength)
        for meaning, strength in best.items():
            scores[meaning] += weight * strength


def _by_fields(cases: Sequence[Case], scores: dict[str, float]) -> None:
    found = {m for c in cases for m, s in [c.best()] if s >= _SEEN}
    scores["listing"] += min(9.0, sum(w for f, w in BUSINESS.items() if f in found))
    places = len({F.STREET, F.CITY, F.POSTAL_CODE, F.STATE, F.COUNTRY} & found)
    scores["listing"] += 0.5 if places >= 3 else 0.0
    passwords = sum(c.best()[0] == F.ACCOUNT_PASSWORD for c in cases)
    named = {F.CONTACT_FIRST_NAME, F.CONTACT_LAST_NAME, F.CONTACT_NAME, NAME} & found
    if passwords:
        _by_passwords(cases, scores, named=bool(named))
    if F.EMAIL in found and len(cases) <= 3 and not passwords:
        scores["newsletter"] += 2.0
    areas = [c for c in cases if c.control.widget is Widget.TEXTAREA]
    silent = [c for c in areas if c.best()[0] not in BUSINESS]
    if silent and len(cases) <= 9 and (F.EMAIL in found or named):
        scores["contact"] += 2.5
        scores["comment"] += 1.0


def _by_passwords(cases: Sequence[Case], scores: dict[str, float], *, named: bool) -> None:
    secrets = [c for c in cases if c.control.type == "password"]
    tokens = {token(c.control) for c in secrets}
    told = {c.best()[0] for c in cases}
    # Logging in takes one of the two.
    both = F.EMAIL in told and F.ACCOUNT_USERNAME in told and "current-password" not in tokens
    signing_up = len(secrets) > 1 or "new-password" in tokens or both
    if len(cases) <= 6 and not signing_up:
        scores["login"] += 3.0
    if "current-password" in tokens:
        scores["login"] += 2.0
    scores["registration"] += 1.5 + (2.0 if signing_up else 0.0) + (1.5 if named else 0.0)
    scores["contact"] -= 2.0
    scores["newsletter"] -= 3.0


def _by_shape(form: Form, cases: Sequence[Case], scores: dict[str, float]) -> None:
    typed = [c for c in cases if c.control.widget in {Widget.INPUT, Widget.COMBOBOX}]
    # Lists that one searches for a country or a trade are questions like others.
    search = any(c.control.type == "search" and c.control.widget is Widget.INPUT for c in typed)
    queries = any(c.control.name.lower() in {"q", "s", "query", "search", "keyword"} for c in typed)
    if form.role == "search" or (search and len(cases) <= 6):
        scores["search"] += 3.0
    if queries and len(typed) <= 4:
        scores["search"] += 2.5
    if form.method == "get" and form.native and form.action and len(cases) <= 6:
        scores["search"] += 0.5
    if len(cases) <= 2:
        scores["listing"] -= 1.5
    if len(cases) >= 8:
        scores["listing"] += 1.0
        scores["search"] -= 1.0
