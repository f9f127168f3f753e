"""What does a choice cost: a plan to pay for, one that is free, a card that is asked for?"""

from __future__ import annotations

import re

from dbolt.forms.autocomplete import token
from dbolt.forms.page import Control, Option, Widget
from dbolt.forms.words import fold, split_identifier, words
from dbolt.forms.wordsets import word_set

_CURRENCY = r"(?:us\$|a\$|c\$|r\$|[$€£¥]|usd|eur|euros?|gbp|chf|pln|zł|zl|brl|cad|aud|kr)"
_AMOUNT = re.compile(
    rf"(?:{_CURRENCY}\s?(?P<before>\d[\d.,]*))|(?:(?P<after>\d[\d.,]*)\s?{_CURRENCY}(?!\w))",
    re.IGNORECASE,
)
_MOST = 12
_WIDGETS = frozenset({Widget.RADIO, Widget.SELECT})


def amounts(text: str) -> list[float]:
    """The sums of money that *text* names."""
    return [_number(m["before"] or m["after"]) for m in _AMOUNT.finditer(text)]


def _number(text: str) -> float:
    """The sum, whether it is written "1.250,00" or "1,250.00"."""
    whole = re.sub(r"[.,]\d{1,2}$", lambda m: "." + m[0][1:], text.rstrip(".,"))
    head, point, cents = whole.rpartition(".")
    if point and len(cents) <= 2:
        return float(re.sub(r"[.,]", "", head) + "." + cents)
    return float(re.sub(r"[.,]", "", whole))


def costs(text: str) -> bool:
    """Whether *text* names a sum to pay."""
    return any(amount > 0 for amount in amounts(text))


def says_free(text: str) -> bool:
    """Whether *text* says that nothing is to be paid, now or later."""
    said = set(words(fold(text)))
    if costs(text) or not said.isdisjoint(word_set("trials")):
        return False
    return not said.isdisjoint(word_set("free")) or any(a == 0 for a in amounts(text))


def is_free(option: Option) -> bool:
    """Whether choosing *option* costs nothing."""
    return says_free(f"{option.text} {option.beside}")


def has_strings(option: Option) -> bool:
    """Whether a free option wants a link in return."""
    return not set(words(f"{option.text} {option.beside}")).isdisjoint(word_set("in_return"))


def plans(control: Control) -> str:
    """Why *control* is a choice of plans, some of which cost money; "" if it is not.

    A price alone is not enough: "Admission: free, $5" is a fact about the business.
    """
    if control.widget not in _WIDGETS or not 2 <= len(control.options) <= _MOST:
        return ""
    told = [f"{o.text} {o.beside}" for o in control.options]
    priced = sum(map(costs, told))
    if not priced or priced + sum(map(says_free, told)) < 2:
        return ""
    around = [x.text for x in control.labels] + [*control.section[:1], *told]
    said = {w for text in around for w in words(text)}
    said |= {*split_identifier(control.name), *split_identifier(control.id)}
    named = sorted(said & word_set("plans"))
    return f"prices of plans ({named[0]})" if named else ""


def is_card(control: Control) -> bool:
    """Whether *control* asks for the number of a card to charge."""
    if token(control).startswith("cc-"):
        return True
    said = [" ".join(words(x.text)) for x in control.labels]
    return any(phrase in text for text in said for phrase in word_set("card_numbers"))
