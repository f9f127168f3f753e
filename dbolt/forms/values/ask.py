"""What does one control ask, and what can be offered to it? The values the modules here share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Account
from dbolt.forms.page import Control, LabelKind, Option, Widget
from dbolt.forms.reading import FileValue
from dbolt.forms.values.limits import Limits, limits_of
from dbolt.forms.values.text import fold, plain

CHOICE_WIDGETS = frozenset({Widget.SELECT, Widget.RADIO, Widget.CHECKBOX})


@dataclass(frozen=True, slots=True)
class Ask:
    """One control with all that its value depends on.

    `nth`: how many controls of the same field and part come before it. `beside`: the fields that
    the same form asks for elsewhere, so that an address line does not repeat the city.
    """

    control: Control
    field: Field
    profile: Profile
    today: date
    part: str = ""
    nth: int = 0
    beside: frozenset[Field] = frozenset()
    language: str = "en"
    account: Account | None = None

    @property
    def words(self) -> str:
        """All words about the control, folded."""
        return fold(" ".join(label.text for label in self.control.labels))

    @property
    def spoken(self) -> str:
        """All words about the control, lower case, with their punctuation."""
        return plain(" ".join(label.text for label in self.control.labels))

    @property
    def placeholder(self) -> str:
        """The placeholder, as it is written."""
        return self.label(LabelKind.PLACEHOLDER)

    @property
    def limits(self) -> Limits:
        """How long the text may be."""
        return limits_of(self.control)

    @property
    def usable_options(self) -> tuple[Option, ...]:
        """The options a person could choose: no disabled ones, no "please choose"."""
        return tuple(o for o in self.control.options if not o.disabled and not is_prompt(o))

    def label(self, kind: LabelKind) -> str:
        """The first words of that kind, or none."""
        return next((x.text for x in self.control.labels if x.kind is kind), "")


@dataclass(frozen=True, slots=True)
class Offer:
    """A value for one control, in the shape its widget takes; only one of the shapes is set.

    `texts`: spellings, best first, all within the limits. `options`: what to choose.
    `unchecked`: a box that must not stay ticked. `sure`: below 0.5, a person should look.
    """

    texts: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    others: tuple[Option, ...] = ()
    """Options to try when the page refuses the chosen one."""
    tags: tuple[str, ...] = ()
    file: FileValue | None = None
    ticked: bool = False
    unchecked: bool = False
    secret: bool = False
    sure: float = 1.0


_PROMPT = re.compile(
    r"^(?:(?:loading|please wait|wird geladen|cargando|chargement|caricamento|carregando|laden"
    r"|bezig met laden|wczytywanie|ladowanie)\b.*|$"
    r"|-+$|--.*--$|[.…]+$|\W*(?:please )?(?:select|choose|pick)\b.*|\W*bitte\b.*|\W*auswahl\w*"
    r"|\W*wahlen\b.*|\W*(?:selecciona|seleccione|elige|elija|escoge|escoja)\b.*"
    r"|\W*(?:choisi|selectionne)\w*\b.*|\W*(?:seleziona|scegli)\w*\b.*"
    r"|\W*(?:selecione|escolha)\b.*|\W*(?:kies|selecteer|maak een keuze)\b.*|\W*(?:wybierz)\b.*)"
)


@lru_cache(maxsize=8192)
def _reads_as_prompt(text: str) -> bool:
    return _PROMPT.match(plain(text)) is not None


def is_prompt(option: Option) -> bool:
    """Whether an option only says that one should choose ("-- Select --", empty)."""
    if option.ref and option.text.strip():
        return False
    return (not option.text.strip() and not option.value.strip()) or (
        _reads_as_prompt(option.text) and len(option.text) <= 60
    )


def matches_pattern(control: Control, text: str) -> bool:
    """Whether *text* satisfies the control's `pattern` attribute; true if it has none."""
    if not control.pattern:
        return True
    compiled = _compiled(control.pattern)
    return compiled is None or compiled.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None where Python cannot read what JavaScript can.

    Long patterns are not tried: a hostile one could keep the matcher busy for ever.
    """
    if len(pattern) > 300 or re.search(r"[+*}]\)[+*{]", pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None
