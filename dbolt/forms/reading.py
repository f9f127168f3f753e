"""What does the engine make of a page? The values passed between its stages.

classify: Page → Reading · values + plan: Reading, Profile → FillPlan · browser acts ·
verdict: before, after → VerdictReading.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import FieldError, VerdictKind


@dataclass(frozen=True, slots=True)
class Because:
    """Evidence for or against a field. `weight` in log-odds; a negative one speaks against."""

    source: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """What one control asks for.

    `field` None: nothing of ours (or not sure enough). `part`: a piece of the field, such as
    "mon.opens", "area_code". `confidence`: 0 to 1, calibrated. `trap`: a honeypot; never filled.
    """

    ref: str
    field: Field | None
    confidence: float
    part: str = ""
    trap: bool = False
    because: tuple[Because, ...] = ()


class FormKind(StrEnum):
    """What a form is for."""

    LISTING = "listing"
    REGISTRATION = "registration"
    LOGIN = "login"
    SEARCH = "search"
    NEWSLETTER = "newsletter"
    CONTACT = "contact"
    COMMENT = "comment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reading:
    """The engine's reading of one form of a page, guesses in document order."""

    form: str
    kind: FormKind
    score: float
    guesses: tuple[FieldGuess, ...]
    submit: str = ""
    """Ref of the button that sends the form, or moves a wizard on; empty if none was found."""
    submit_is_next: bool = False
    """Whether that button only leads to a further step, so that pressing it hands nothing in."""
    language: str = "en"

    def of(self, field: Field) -> tuple[FieldGuess, ...]:
        """The guesses for one field."""
        return tuple(g for g in self.guesses if g.field is field)


class Act(StrEnum):
    """How a control is to be set."""

    TEXT = "text"
    SELECT = "select"
    CHECK = "check"
    UNCHECK = "uncheck"
    FILE = "file"
    COMBOBOX = "combobox"
    TAGS = "tags"
    RICH_TEXT = "rich_text"
    DATE_TIME = "date_time"


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file to upload, already within the control's limits."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Action:
    """Set one control to one value.

    `values`: the text for TEXT/RICH_TEXT (one item), option values for SELECT (one or more),
    texts to look for in order of preference for COMBOBOX, tags for TAGS, the option's own ref
    for CHECK of a radio or a check box in a group.
    `alternates`: other spellings to try when the page complains about the first, best first.
    """

    ref: str
    field: Field
    act: Act
    values: tuple[str, ...] = ()
    part: str = ""
    file: FileValue | None = None
    alternates: tuple[str, ...] = ()
    control: str = ""
    """How a person would name the control."""
    secret: bool = False
    """Never into logs, evidence or results: a password."""


@dataclass(frozen=True, slots=True)
class FillPlan:
    """What to do with one form, or why not to.

    `missing`: required controls for which the profile has nothing. `unsure`: required controls
    whose meaning stayed below the threshold. `stop`: a reason to hand over before anything is
    typed (captcha, login wall, terms not agreed).
    """

    actions: tuple[Action, ...]
    missing: tuple[Field, ...] = ()
    unsure: tuple[str, ...] = ()
    stop: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VerdictReading:
    """What came of a press, and what shows it."""

    kind: VerdictKind
    reason: Reason
    detail: str
    field_errors: tuple[FieldError, ...] = ()
    listing_url: str = ""
    preview: bool = False
    """A further button ("Confirm", "Publish") has to be pressed before anything is handed in."""
    because: tuple[Because, ...] = ()
