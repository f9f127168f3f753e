"""What do a control's neighbours and headings say about whom and what it asks?

Runs between the evidence of single controls and the assignment: words that mean several things
("Name", "Title") get their meaning from the form around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dbolt.domain.fields import Field
from dbolt.forms.contents import is_language, is_networks, is_payment
from dbolt.forms.evidence import Case
from dbolt.forms.foreign import leave_filters, leave_others, leave_translations
from dbolt.forms.lexicon import NAME, NONE, TITLE, WHOLE_SCOPES, Lexicon
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.parts import part_shared_words
from dbolt.forms.reading import Because, FormKind
from dbolt.forms.words import split_identifier, words
from dbolt.forms.wordsets import word_set

F = Field
PERSON = "person"
BUSINESS = "business"
ACCOUNT = "account"

_SURE = 3.5
_ENOUGH = 2.2
_PERSON_FIELDS = frozenset(
    {F.CONTACT_NAME, F.CONTACT_FIRST_NAME, F.CONTACT_LAST_NAME, F.CONTACT_ROLE, F.CONTACT_TITLE}
)
_ADDRESS = frozenset(
    {F.STREET, F.UNIT, F.CITY, F.STATE, F.POSTAL_CODE, F.COUNTRY, F.HOUSE_NUMBER, F.COUNTY}
)
_CHOSEN = frozenset({Widget.SELECT, Widget.RADIO, Widget.COMBOBOX})
_TYPED = frozenset({Widget.INPUT})
_NUMBER = frozenset({"no", "nr", "number", "num", "n", "numero", "nummer", "numer", "hnr"})


def resolve(cases: Sequence[Case], kind: FormKind, lexicon: Lexicon) -> None:
    """Settle scopes, ambiguous words and pairs, and let address parts support each other."""
    for case in cases:
        case.scope = _scope(case, lexicon)
    _blocks(cases)
    listing = kind is FormKind.LISTING
    if listing:
        leave_others(cases, lexicon)
        leave_filters(cases)
        leave_translations(cases, lexicon.languages[0])
        _shown_names(cases)
    _names(cases, listing=listing)
    _titles(cases, listing=listing)
    _second_passwords(cases)
    if listing:
        _log_ins(cases, lexicon)
        _only_ones(cases)
    _second_lines(cases)
    part_shared_words(cases, lexicon)
    _descriptions(cases)
    _addresses(cases, listing=listing)
    _socials(cases)
    _payments(cases)
    _consents(cases)
    if not listing:
        _outside_listings(cases)
    if kind is FormKind.NEWSLETTER:
        _lone_box(cases)
    if kind is FormKind.SEARCH:
        _looked_for(cases)


def _scope(case: Case, lexicon: Lexicon) -> str:
    if case.best()[0] in _PERSON_FIELDS:
        return PERSON
    for heading in case.control.section:
        found = [*lexicon.find("scopes", heading), *lexicon.find(WHOLE_SCOPES, heading)]
        hits = sorted(found, key=lambda h: -h.share)
        if hits and hits[0].share >= 0.3:
            return hits[0].meaning
    return ""


def _blocks(cases: Sequence[Case]) -> None:
    """Number the parts of the form in which a field may be used anew: owner's, billing address."""
    numbers: dict[tuple[str, str], int] = {}
    for case in cases:
        repeat = next(
            (
                w[:4]
                for text in (case.control.name, case.control.id, *case.control.section[:1])
                for w in split_identifier(text)
                if w in word_set("repeats")
            ),
            "",
        )
        scope = PERSON if case.scope == PERSON else ""
        case.block = numbers.setdefault((scope, repeat), len(numbers))


def _strong(cases: Sequence[Case], field: Field) -> list[int]:
    return [
        i for i, c in enumerate(cases) if c.scores.get(field, 0.0) >= _SURE and c.best()[0] == field
    ]


def _names(cases: Sequence[Case], *, listing: bool) -> None:
    firsts, lasts = _strong(cases, F.CONTACT_FIRST_NAME), _strong(cases, F.CONTACT_LAST_NAME)
    business = bool(_strong(cases, F.BUSINESS_NAME))
    for index, case in enumerate(cases):
        if case.scores.get(NAME, 0.0) <= 0:
            continue
        if _has_beside(index, lasts) and not firsts:
            field, why = F.CONTACT_FIRST_NAME, "a last name stands beside it"
        elif _has_beside(index, firsts) and not lasts:
            field, why = F.CONTACT_LAST_NAME, "a first name stands beside it"
        elif case.scope == PERSON:
            field, why = F.CONTACT_NAME, "the section is about a person"
        elif listing and not business and not _titled_before(cases, index):
            field, why = F.BUSINESS_NAME, "a listing form without another name of the business"
            business = True
        else:
            field, why = F.CONTACT_NAME, "whoever fills the form in"
        case.move(NAME, field, Because("neighbours", why, 0.3))


def _titled_before(cases: Sequence[Case], index: int) -> bool:
    """Whether the listing has its title further up, so that this name is of whoever hands it in."""
    return any(
        c.best()[0] == TITLE and c.control.widget is Widget.INPUT and c.scope != PERSON
        for c in cases[: max(index - 1, 0)]
    )


def _shown_names(cases: Sequence[Case]) -> None:
    """Where no password is asked for, the "display name" of a listing is nobody's user name."""
    if any(c.control.type == "password" for c in cases):
        return
    for case in cases:
        if (
            case.best()[0] == F.ACCOUNT_USERNAME
            and "name" in case.words
            and "display" in case.words
        ):
            case.move(F.ACCOUNT_USERNAME, NAME, Because("neighbours", "no account is made", 0.3))


def _only_ones(cases: Sequence[Case]) -> None:
    """What a listing form asks for in any case, if just one control is left that may ask for it."""
    for field, least, why in (
        (F.BUSINESS_NAME, 1.5, "nothing else asks for the business's name"),
        (F.PHONE, 1.9, "nothing else asks for a phone number"),
    ):
        if any(
            c.scores.get(field, 0.0) >= _ENOUGH or c.part for c in cases if c.best()[0] == field
        ):
            continue
        able = [c for c in cases if c.best()[0] == field and c.control.widget in _TYPED]
        able = [c for c in able if c.scores[field] >= least and not c.control.step_hidden]
        if len(able) == 1:
            able[0].add(field, Because("neighbours", why, 1.0))


def _has_beside(index: int, others: Sequence[int]) -> bool:
    return any(abs(index - other) == 1 for other in others)


def _titles(cases: Sequence[Case], *, listing: bool) -> None:
    names = {*_strong(cases, F.CONTACT_FIRST_NAME), *_strong(cases, F.CONTACT_LAST_NAME)}
    names |= {*_strong(cases, F.CONTACT_NAME)}
    for index, case in enumerate(cases):
        if case.scores.get(TITLE, 0.0) <= 0:
            continue
        if case.control.widget in _CHOSEN:
            case.move(TITLE, F.CONTACT_TITLE, Because("neighbours", "a title to choose", 0.3))
        elif listing and case.scope != PERSON and not _strong(cases, F.BUSINESS_NAME):
            why = "the title of a listing"
            case.move(TITLE, F.BUSINESS_NAME, Because("neighbours", why, 0.3))
        elif case.control.widget is Widget.INPUT and (case.scope == PERSON or index - 1 in names):
            why = "a person's title"
            case.move(TITLE, F.CONTACT_ROLE, Because("neighbours", why, 0.3))
        else:
            case.move(TITLE, NONE, Because("neighbours", "some other title", 0.3))


def _second_passwords(cases: Sequence[Case]) -> None:
    def is_password(case: Case) -> bool:
        return case.best()[0] == F.ACCOUNT_PASSWORD

    for before, case in _pairs(cases, reach=2):
        if not (is_password(before) and is_password(case)):
            continue
        if before.scores.get(NONE, 0.0) > 2:
            continue  # "current password" comes before the one to choose
        score = case.scores[F.ACCOUNT_PASSWORD]
        because = Because("neighbours", "the second password of two", score + 1.0)
        case.add(F.ACCOUNT_PASSWORD_CONFIRM, because)


def _pairs(cases: Sequence[Case], reach: int) -> list[tuple[Case, Case]]:
    return [
        (cases[i - d], cases[i]) for i in range(len(cases)) for d in range(1, reach + 1) if i >= d
    ]


def _second_lines(cases: Sequence[Case]) -> None:
    """An address box right after the street that says nothing new is its second line."""
    for index, case in enumerate(cases[1:], start=1):
        before = cases[index - 1]
        if before.best()[0] != F.STREET or case.control.widget not in _TYPED:
            continue
        meaning, score = case.best()
        again = not {"2", "ii", "second"}.isdisjoint(case.words)
        if meaning == F.STREET and not again and not word_set("roads").isdisjoint(case.words):
            continue  # "Address", then "Street": the first is a search on a map, or the whole
        silent = score < 2.0 or meaning == F.STREET
        follows = index + 1 < len(cases) and cases[index + 1].best()[0] in _ADDRESS
        if silent and case.block == before.block and (follows or meaning == F.STREET):
            why = "a second line below the street"
            case.add(F.UNIT, Because("neighbours", why, max(score, 0.0) + 1.5))


def _descriptions(cases: Sequence[Case]) -> None:
    """Of two descriptions the one with less room is the short one."""
    found = [c for c in cases if c.best()[0] == F.DESCRIPTION]
    if len(found) < 2 or any(c.best()[0] == F.SHORT_DESCRIPTION for c in cases):
        return
    shortest = min(found, key=_room)
    if _room(shortest) < max(map(_room, found)):
        score = shortest.scores[F.DESCRIPTION]
        because = Because("neighbours", "the description with less room", score + 0.5)
        shortest.add(F.SHORT_DESCRIPTION, because)


def _room(case: Case) -> tuple[int, int]:
    kinds = {Widget.INPUT: 0, Widget.TEXTAREA: 1, Widget.RICH_TEXT: 2}
    return (case.control.maxlength or 100_000, kinds.get(case.control.widget, 1))


def _addresses(cases: Sequence[Case], *, listing: bool) -> None:
    """A part of an address is likelier where others stand beside it."""
    for before, case in [*pairwise(cases), *pairwise(reversed(cases))] if listing else ():
        said = {w for label in before.control.labels for w in words(label.text)}
        if case.best()[0] == F.STREET and said and said <= _NUMBER and not before.scores:
            before.scores.pop(NONE, None)
            before.add(F.HOUSE_NUMBER, Because("neighbours", "a number beside a street", 4.0))
    supported: list[tuple[Case, str]] = []
    for index, case in enumerate(cases):
        meaning, score = case.best()
        if meaning not in _ADDRESS or score <= 0:
            continue
        near = [c for c in cases[max(0, index - 2) : index + 3] if c is not case]
        others = {c.best()[0] for c in near if c.best()[1] > 2} & _ADDRESS - {Field(meaning)}
        if others:
            supported.append((case, meaning))
    for case, meaning in supported:
        case.add(meaning, Because("neighbours", "other parts of an address beside it", 0.8))


def _socials(cases: Sequence[Case]) -> None:
    """A lone "X" means the network only among other networks; a network to choose is no website."""
    for before, case in pairwise(cases):
        if is_networks(before.control) and case.control.widget in _TYPED:
            why = "the address of whichever network is chosen"
            case.add(NONE, Because("neighbours", why, 12.0))
    others = {F.FACEBOOK, F.INSTAGRAM, F.LINKEDIN, F.YOUTUBE, F.TIKTOK}
    among = any(c.best()[0] in others for c in cases)
    for case in cases:
        if (
            not among
            and case.scores.get(F.X, 0.0) > 0
            and {"twitter", "tweet"}.isdisjoint(case.words)
        ):
            case.add(F.X, Because("neighbours", "no other network on the form", -4.0))


def _payments(cases: Sequence[Case]) -> None:
    """Check boxes in a row that are each called a way to pay, or a language."""
    for meaning, test in ((F.PAYMENT_METHODS, is_payment), (F.LANGUAGES, is_language)):
        named = [i for i, c in enumerate(cases) if _is_box(c) and any(map(test, _called(c)))]
        for index in named:
            if _has_beside(index, named) or meaning in cases[index].scores:
                why = "check boxes of one kind in a row"
                cases[index].scores.pop(NONE, None)
                cases[index].add(meaning, Because("neighbours", why, 3.5))


def _consents(cases: Sequence[Case]) -> None:
    """Whoever "agrees to receive offers" is asked about a newsletter, not about terms."""
    for case in cases:
        if case.scores.get(F.NEWSLETTER, 0.0) > 1 and F.TERMS in case.scores:
            score = case.scores[F.TERMS]
            case.add(F.TERMS, Because("neighbours", "advertising is mentioned", -score))


def _is_box(case: Case) -> bool:
    return case.control.widget is Widget.CHECKBOX and len(case.control.options) < 2


def _called(case: Case) -> list[str]:
    kinds = {LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA, LabelKind.AFTER}
    own = [x.text for x in case.control.labels if x.kind in kinds]
    return [*own, " ".join(split_identifier(case.control.name))]


def _outside_listings(cases: Sequence[Case]) -> None:
    """On other forms, a long text is a message and a keyword is something to search for."""
    rather_not = {
        F.KEYWORDS: 4.0,
        F.CATEGORY: 2.0,
        F.DESCRIPTION: 2.0,
        F.TAGLINE: 3.0,
        F.PHOTO: 1.0,
    }
    for case in cases:
        for field, weight in rather_not.items():
            if field in case.scores:
                case.add(field, Because("neighbours", "no listing form", -weight))


def _lone_box(cases: Sequence[Case]) -> None:
    """The one text box of a newsletter form is for an e-mail address, whatever it is called."""
    typed = [c for c in cases if c.control.widget is Widget.INPUT]
    if len(typed) == 1 and not any(c.best()[0] == F.EMAIL for c in cases):
        typed[0].scores.pop(NONE, None)
        because = Because("neighbours", "the one box of a newsletter form", 3.5)
        typed[0].add(F.EMAIL, because)


def _looked_for(cases: Sequence[Case]) -> None:
    """Who searches for a name, an address or a number does not tell their own."""
    for case in cases:
        for field in (F.BUSINESS_NAME, F.CONTACT_NAME, F.WEBSITE, F.STREET, F.PHONE):
            if field in case.scores:
                case.add(field, Because("neighbours", "something to search for", -4.0))


def _log_ins(cases: Sequence[Case], lexicon: Lexicon) -> None:
    """A "Member log-in" in the same form element is for those who have an account already."""
    for before, case in pairwise(cases):
        if case.best()[0] != F.ACCOUNT_PASSWORD or F.ACCOUNT_PASSWORD_CONFIRM in case.scores:
            continue
        said = [x.text for c in (before, case) for x in c.control.labels]
        said += [x for c in (before, case) for x in c.control.section[:1]]
        hits = [h for text in said for h in lexicon.find("forms", text)]
        if any(h.meaning == "login" and h.end - h.start > 1 for h in hits):
            for each in (before, case):
                each.add(NONE, Because("neighbours", "a log-in beside the form", 12.0))
