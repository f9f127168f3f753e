"""How does this control want a telephone number written?

*Source:* Google's libphonenumber data, through `phonenumbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.forms.page import LabelKind, Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer, matches_pattern
from dbolt.forms.values.fit import as_text, one_value, unique
from dbolt.forms.values.places import country_spellings
from dbolt.forms.values.text import digits, has

NANP = 1
"""The country prefix of the North American plan, the one with fixed 3-3-4 parts."""
_HOME: dict[str, frozenset[str]] = {
    "en": frozenset({"US", "CA", "GB", "IE", "AU", "NZ"}),
    "de": frozenset({"DE", "AT", "CH"}),
    "fr": frozenset({"FR", "BE", "CH", "LU"}),
    "es": frozenset({"ES", "MX", "AR", "CO", "CL", "PE"}),
    "it": frozenset({"IT", "CH"}),
    "pt": frozenset({"PT", "BR"}),
    "nl": frozenset({"NL", "BE"}),
    "pl": frozenset({"PL"}),
}
_DIGITS_ONLY = (
    "digits only", "only digits", "numbers only", "only numbers", "no spaces", "without spaces",
    "nur ziffern", "nur zahlen", "ohne leerzeichen", "solo numeros", "solo digitos", "sin espacios",
    "chiffres uniquement", "sans espaces", "solo cifre", "solo numeri", "senza spazi",
    "apenas numeros", "somente numeros", "sem espacos", "alleen cijfers", "zonder spaties",
    "tylko cyfry", "bez spacji",
)  # fmt: skip
_COUNTRY_CODE = (
    "country code", "international format", "intl", "include country", "with country",
    "landervorwahl", "landesvorwahl", "mit vorwahl 49", "indicatif", "prefijo internacional",
    "codigo de pais", "prefisso internazionale", "codigo do pais", "landcode", "kierunkowy kraju",
)  # fmt: skip


_TOLL_FREE = ("toll free", "tollfree", "freephone", "numero verde", "numero vert")


def _is_toll_free(number: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind == phonenumbers.PhoneNumberType.TOLL_FREE


def phone(ask: Ask) -> Offer | None:
    """The number for PHONE, MOBILE, FAX or WHATSAPP, or the piece of it that `part` names."""
    raw = number_of(ask)
    if not raw:
        return None
    number = phonenumbers.parse(raw)
    if ask.part in {"country_code", "country", "prefix_country"}:
        return _country_code(ask, number)
    if ask.part == "national":
        nsn = phonenumbers.national_significant_number(number)
        short = [s for s in spellings(number) if digits(s) in {nsn, f"0{nsn}"}]
        ranked = sorted(unique([*short, nsn]), key=lambda s: -_suits(ask, number, s))
        return as_text(ask, ranked)
    if ask.part:
        # Two boxes said to hold the area code: the second is the rest of the number.
        part = "number" if ask.part == "area_code" and ask.nth == 1 else ask.part
        piece = parts(number).get(part)
        return one_value(ask, [piece]) if piece else None
    if ask.control.widget in CHOICE_WIDGETS:
        return None
    ranked = sorted(unique(spellings(number)), key=lambda s: -_suits(ask, number, s))
    return as_text(ask, ranked)


def number_of(ask: Ask) -> str:
    """The E.164 number that the control is about; a second phone control takes the mobile."""
    told: Profile = ask.profile
    of_field = {
        Field.PHONE: (told.phone, told.mobile),
        Field.MOBILE: (told.mobile,),
        Field.FAX: (told.fax,),
        Field.WHATSAPP: (told.whatsapp,),
    }[ask.field]
    known = unique(of_field)
    if ask.control.required and ask.field is Field.MOBILE:
        # A form that insists on a mobile number takes the business's only number.
        known = unique((*known, told.phone))
    if ask.nth and has(ask.words, *_TOLL_FREE):
        # The business's mobile number is no number that customers call for nothing.
        known = tuple(n for n in known if _is_toll_free(n))
    whole = ask.nth if not ask.part else 0
    if whole >= len(known):
        return known[0] if known and ask.control.required else ""
    return known[whole]


def spellings(number: PhoneNumber) -> list[str]:
    """Every usual way to write *number*, all of them readable as the same number."""
    nsn = phonenumbers.national_significant_number(number)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    local = digits(national)
    grouped = re.sub(r"\D+", " ", national).strip()
    ways = [national, international, e164, local, grouped.replace(" ", "-")]
    if number.country_code == NANP and len(nsn) == 10:
        a, b, c = nsn[:3], nsn[3:6], nsn[6:]
        ways += [f"{a}.{b}.{c}", f"{a} {b} {c}", f"({a}){b}-{c}", f"1-{a}-{b}-{c}"]
        ways += [f"+1 ({a}) {b}-{c}", f"1{nsn}", f"+1-{a}-{b}-{c}", f"+1 {a} {b} {c}"]
    else:
        code = number.country_code
        ways += [grouped, f"00{code}{nsn}", f"{code}{nsn}", f"+{code} {nsn}"]
        ways += [re.sub(r"\D+", " ", international).strip().join(("+", ""))]
    return [way for way in ways if _same(way, number)]


def _same(way: str, number: PhoneNumber) -> bool:
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    try:
        read = phonenumbers.parse(way, region)
    except phonenumbers.NumberParseException:
        return False
    return read.country_code == number.country_code and (
        phonenumbers.national_significant_number(read)
        == phonenumbers.national_significant_number(number)
    )


def parts(number: PhoneNumber) -> dict[str, str]:
    """The pieces of split phone controls; "number" is all that follows the area code."""
    nsn = phonenumbers.national_significant_number(number)
    if number.country_code == NANP and len(nsn) == 10:
        area = 3
    else:
        area = phonenumbers.length_of_geographical_area_code(number)
        area = area or phonenumbers.length_of_national_destination_code(number)
    rest = nsn[area:]
    trunk = "0" if digits(_national(number)).startswith("0" + nsn[:1]) and area else ""
    pieces = {
        "area_code": trunk + nsn[:area],
        "number": rest,
        "subscriber": rest,
        "national": _national(number),
    }
    if number.country_code == NANP and len(nsn) == 10:
        pieces |= {"prefix": rest[:3], "exchange": rest[:3], "line": rest[3:], "suffix": rest[3:]}
    return {name: piece for name, piece in pieces.items() if piece}


def _national(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def region_of(number: PhoneNumber, home: str) -> str:
    """The country (alpha-2) of *number*; the address's own where several share a prefix."""
    shared = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    if home in shared:
        return home
    return phonenumbers.region_code_for_number(number) or next(iter(shared), home)


def _country_code(ask: Ask, number: PhoneNumber) -> Offer | None:
    code = str(number.country_code)
    region = region_of(number, ask.profile.address.country)
    if ask.control.widget not in CHOICE_WIDGETS:
        # A plus that stands before the box is not typed into it.
        told = ask.label(LabelKind.BEFORE).rstrip().endswith("+")
        bare = [code] if told else []
        return one_value(ask, [*bare, f"+{code}", code, f"00{code}"])
    names = country_spellings(region, ask.language)
    dialled = [o for o in ask.usable_options if _dials(f"{o.value} {o.text}", code)]
    for option in dialled:
        shown = f"{option.text} {option.value} {option.group}"
        if any(has(_folded(shown), _folded(name)) for name in names):
            return Offer(options=(option,))
    if len(dialled) == 1:
        return Offer(options=(dialled[0],))
    return one_value(ask, [*names, f"+{code}", code])


def _folded(text: str) -> str:
    return re.sub(r"[^a-z]+", " ", text.lower()).strip()


def _dials(text: str, code: str) -> bool:
    return re.search(rf"(?<!\d)(?:00)?{code}(?!\d)", text) is not None


def _suits(ask: Ask, number: PhoneNumber, way: str) -> float:
    """How well a spelling goes with what the control shows; higher is better, ties keep order."""
    score = 0.0
    if ask.control.pattern and matches_pattern(ask.control, way):
        score += 8
    for example in _examples(ask):
        if shape(example) == shape(way):
            score += 6
        elif example.lstrip().startswith("+") == way.startswith("+"):
            score += 1
    bare = way.isdigit()
    only_digits = has(ask.words, *_DIGITS_ONLY) or ask.control.type == "number"
    score += 4 * (bare and (only_digits or ask.control.inputmode == "numeric"))
    if ask.control.widget is Widget.PHONE or has(ask.words, *_COUNTRY_CODE):
        score += 3 * way.startswith("+")
    if re.search(r"\+\d{0,3}\s*$", ask.label(LabelKind.BEFORE)):
        score += 3 * (not way.startswith(("+", "00")))
    at_home = region_of(number, ask.profile.address.country) in _HOME.get(ask.language, frozenset())
    score += 0.5 if way.startswith("+") != at_home else 0.0
    return score


def _examples(ask: Ask) -> Iterable[str]:
    """Numbers shown beside the control as an example."""
    for label in ask.control.labels:
        if label.kind in {LabelKind.PLACEHOLDER, LabelKind.HELP, LabelKind.AFTER, LabelKind.TITLE}:
            yield from examples_in(label.text)


def examples_in(text: str) -> list[str]:
    """The phone-like examples in a sentence: "(123) 456-7890", "+1 XXX XXX XXXX"."""
    found = re.findall(r"[+(]?[\dxX#_(][\dxX#_().\-/ ]{5,22}[\dxX#_]", text)
    return [f for f in found if sum(c.isdigit() or c in "xX#_" for c in f) >= 6]


def shape(text: str) -> str:
    """The punctuation of a number with its digits made alike: "(212) 555" → "(9) 9"."""
    return re.sub(r"[\dxX#_]+", "9", text.strip())
