"""Which of the business's own words fit a text control, and in what form?"""

from __future__ import annotations

import re

from dbolt.domain.fields import Field
from dbolt.forms.page import Widget
from dbolt.forms.values.ask import Ask, Offer
from dbolt.forms.values.fit import as_text, one_value, unique
from dbolt.forms.values.text import first_words, has, shortened

SHORT_CHARS = 160
"""How long a "short description" is where the form does not say."""
LINE_CHARS = 250
"""How much goes into a one-line box without a limit of its own."""


def description(ask: Ask) -> Offer | None:
    """The longest variant within the limits, else a shortened one that ends well.

    Never lengthened: where no variant reaches the form's minimum, there is no value.
    """
    variants = list(ask.profile.descriptions)
    if ask.field is Field.SHORT_DESCRIPTION:
        variants = _short_first(variants, ask)
    elif ask.control.widget is Widget.INPUT and not ask.limits.most:
        variants = [v for v in variants if len(v) <= LINE_CHARS] or [
            shortened(v, LINE_CHARS) for v in variants
        ]
    cuts = [_cut(ask, v) for v in variants]
    if ask.field is Field.SHORT_DESCRIPTION and ask.profile.tagline:
        cuts.append(_one_line(ask.profile.tagline))
    if ask.control.widget is not Widget.TEXTAREA and ask.control.widget is not Widget.RICH_TEXT:
        variants, cuts = [_one_line(v) for v in variants], [_one_line(c) for c in cuts]
    return as_text(ask, unique([*variants, *cuts]))


def _short_first(variants: list[str], ask: Ask) -> list[str]:
    """Variants of at most the usual short length (or the form's minimum), longest of them first."""
    most = max(ask.limits.most or SHORT_CHARS, ask.limits.least)
    short = [v for v in variants if len(v) <= most]
    cut = [s for v in variants if (s := shortened(v, most, ask.limits.least or 1))]
    return [*short, *cut]


def _cut(ask: Ask, text: str) -> str:
    limits = ask.limits
    if limits.most_words:
        text = first_words(text, limits.most_words)
    if limits.most:
        # Servers count a line break as two; a text near the limit has to have room for that.
        text = shortened(text, limits.most - text.count("\n"), max(limits.least, 1))
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def name(ask: Ask) -> Offer | None:
    """BUSINESS_NAME, LEGAL_NAME, TAGLINE, SERVICE_AREA or VAT_ID; names are never cut."""
    told = ask.profile
    ways: dict[Field, list[str]] = {
        Field.BUSINESS_NAME: [told.business_name],
        Field.LEGAL_NAME: [told.legal_name],
        Field.TAGLINE: [told.tagline, *_tagline_cuts(ask)],
        Field.SERVICE_AREA: [told.service_area],
        Field.VAT_ID: _tax_numbers(ask),
    }
    if ask.field is Field.LEGAL_NAME and ask.control.required:
        ways[Field.LEGAL_NAME].append(told.business_name)
    if ask.nth > 0:
        return None
    return one_value(ask, ways[ask.field])


def _tax_numbers(ask: Ask) -> list[str]:
    """The number as told, without marks, and without its country's letters."""
    told = ask.profile.vat_id
    bare = re.sub(r"[\s.-]", "", told)
    prefixes = {ask.profile.address.country, "EL" if ask.profile.address.country == "GR" else ""}
    national = bare[2:] if bare[:2].upper() in prefixes and bare[2:] else ""
    return [told, bare, national]


def _tagline_cuts(ask: Ask) -> list[str]:
    told = ask.profile
    if told.tagline:
        return [shortened(told.tagline, ask.limits.most)] if ask.limits.most else []
    if not ask.control.required:
        return []
    # A form that insists on a slogan gets the first sentence of the shortest description.
    return [shortened(told.descriptions[-1], ask.limits.most or 120)]


def keywords(ask: Ask) -> Offer | None:
    """The keywords as tags, one per numbered control, or joined as the control asks."""
    known = unique(ask.profile.keywords)
    most = said_count(ask.spoken)
    if not known:
        return None
    combobox = ask.control.widget is Widget.COMBOBOX
    # Keywords are several by nature: a list without options that takes them takes them one by one.
    if ask.control.widget is Widget.TAGS or (combobox and not ask.usable_options):
        fits = [k for k in known if not ask.limits.most or len(k) <= ask.limits.most]
        return Offer(tags=tuple(fits[:most])) if fits else None
    if ask.part.isdigit() or ask.nth:
        index = int(ask.part) - 1 if ask.part.isdigit() else ask.nth
        return one_value(ask, known[index : index + 1])
    lines = has(ask.words, "one per line", "each line", "eine pro zeile", "una por linea",
                "un par ligne", "uno per riga", "um por linha", "een per regel",
                "w osobnych liniach")  # fmt: skip
    separator = "\n" if lines and ask.control.widget is Widget.TEXTAREA else _separator(ask)
    wanted = known[:most]
    joined = [separator.join(wanted[:count]) for count in range(len(wanted), 0, -1)]
    return as_text(ask, joined)


def _separator(ask: Ask) -> str:
    spoken = ask.spoken
    if re.search(r"semicolon|semikolon|punto y coma|point-virgule|punto e virgola|srednik", spoken):
        return "; "
    if re.search(r"separated by (?:a )?spaces?|space[- ]separated|leerzeichen getrennt", spoken):
        return " "
    return ", "


def said_count(spoken: str) -> int | None:
    """How many choices the words allow ("up to 5 tags", "max. 3 Kategorien"); None if not said."""
    match = re.search(
        r"(?:up to|at most|max(?:imum|imal|imo|imum de)?\.?|bis zu|hasta|jusqu'a|fino a|ate|tot"
        r"|maks\.?|no more than)\s*(\d{1,2})\s*(?!\d|\s*(?:char|zeich|caract|caratt|sign|tek|znak"
        r"|kara|kb|mb|x))",
        spoken,
    )
    return int(match[1]) if match else None
