"""What does a small linear model, trained on labelled forms, make of a control?

It knows the common fields of contact and address forms, in many languages and bad habits; the
vocabulary knows the rest. Inference is a sum of rows; training is in `benchmarks/forms/train.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dbolt.domain.fields import Field
from dbolt.forms import shapes
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NONE
from dbolt.forms.page import LabelKind
from dbolt.forms.reading import Because, FormKind
from dbolt.forms.words import split_identifier, words

F = Field

FAMILIES: dict[str, tuple[Field, ...]] = {
    "organization": (F.BUSINESS_NAME, F.LEGAL_NAME),
    "name": (F.CONTACT_NAME,),
    "given-name": (F.CONTACT_FIRST_NAME,),
    "family-name": (F.CONTACT_LAST_NAME,),
    "email": (F.EMAIL, F.EMAIL_CONFIRM),
    "tel": (F.PHONE, F.MOBILE, F.WHATSAPP),
    "url": (F.WEBSITE, F.VIDEO, F.FACEBOOK, F.X, F.LINKEDIN, F.YOUTUBE, F.BOOKING_URL),
    "street-address": (F.STREET, F.ADDRESS),
    "address-line2": (F.UNIT,),
    "address-level2": (F.CITY,),
    "address-level1": (F.STATE,),
    "postal-code": (F.POSTAL_CODE,),
    "country": (F.COUNTRY,),
}
"""What the model tells apart, and our fields for each, the commonest first."""
LABEL_OF = {field: label for label, fields in FAMILIES.items() for field in fields}
LABELS = (NONE, *FAMILIES)

_STRONG = frozenset({LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA})
_MOST = 6.0
_PROPOSES = 0.6
_OVERRULES = 0.8
_SHARE = 0.8
_SHARE_LISTING = 0.3
_QUIET = 2.2
_SURELY_LISTING = 0.5


@dataclass(frozen=True)
class Model:
    """Weights by feature and label. Unknown features say nothing."""

    features: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def probabilities(self, features: Sequence[str]) -> dict[str, float]:
        """How likely each of LABELS is for a control with *features*."""
        rows = [self.features[f] for f in features if f in self.features]
        logits = self.bias + self.weights[rows].sum(axis=0)
        odds = np.exp(logits - logits.max())
        return dict(zip(LABELS, (odds / odds.sum()).tolist(), strict=True))


@cache
def shipped() -> Model | None:
    """The model that comes with the package; None before it was trained."""
    path = resources.files("dbolt.forms") / "data" / "model.npz"
    return load(Path(str(path))) if path.is_file() else None


def load(path: Path) -> Model:
    """The model in *path*, as `save` wrote it."""
    with np.load(path) as held:
        names = held["features"].tobytes().decode("utf-8").split("\n")
        return Model(
            {name: row for row, name in enumerate(names)},
            held["weights"].astype(np.float32),
            held["bias"].astype(np.float32),
        )


def save(model: Model, path: Path) -> None:
    """Write *model* for `load`."""
    names = "\n".join(sorted(model.features, key=model.features.__getitem__))
    np.savez_compressed(
        path,
        features=np.frombuffer(names.encode("utf-8"), dtype=np.uint8),
        weights=model.weights.astype(np.float16),
        bias=model.bias.astype(np.float32),
    )


def features_of(
    cases: Sequence[Case],
    index: int,
    kind: FormKind,
    *,
    names: bool = True,
    meanings: Sequence[str] = (),
) -> list[str]:
    """What the model is told of one control: its words, its shape, the rules' view, neighbours.

    names: False leaves out name and id, as a form with meaningless names would have it.
    meanings: the likeliest meaning of each case, where the caller has them at hand.
    """
    case = cases[index]
    control = case.control
    found = {f"type {control.type}", f"widget {control.widget.value}", f"kind {kind.value}"}
    for label in control.labels:
        found |= _label_features(label.kind, words(label.text))
    if names:
        for text in (control.name, control.id):
            parts = split_identifier(text)
            found |= {f"n {w}" for w in parts}
            found |= {f"n {a} {b}" for a, b in pairwise(parts)}
            found |= set(_grams("n", "".join(parts)))
    meaning, score = case.best()
    found.add(f"rule {meaning} {_step(score)}")
    found |= {f"has {m} {_step(s)}" for m, s in case.scores.items() if s > 1}
    found |= _around(meanings or _meanings(cases), index)
    if control.maxlength is not None:
        found.add(f"most {min(control.maxlength, 300).bit_length()}")
    return sorted(found)


def _label_features(kind: LabelKind, text: tuple[str, ...]) -> set[str]:
    if kind is LabelKind.HELP:
        return set()
    source = "l" if kind in _STRONG else "p" if kind is LabelKind.PLACEHOLDER else "b"
    found = {f"{source} {w}" for w in text[:8]}
    found |= {f"l {a} {b}" for a, b in pairwise(text[:7])}
    if len(text) <= 4:
        found |= {g for w in text for g in _grams("l", w)}
        found.add(f"{source}= {' '.join(text)}")
    return found


def _grams(source: str, word: str) -> Iterator[str]:
    """Pieces of four letters: related languages share them."""
    padded = f"^{word[:24]}$"
    for start in range(len(padded) - 3):
        yield f"{source}~{padded[start : start + 4]}"


def _meanings(cases: Sequence[Case]) -> list[str]:
    return [c.best()[0] for c in cases]


def _around(meanings: Sequence[str], index: int) -> set[str]:
    size = len(meanings)
    found = {f"size {min(size, 31).bit_length()}"}
    for step, name in ((-1, "before"), (1, "after")):
        at = index + step
        found.add(f"{name} {meanings[at] if 0 <= at < size else 'end'}")
    found.add(f"passwords {min(meanings.count(F.ACCOUNT_PASSWORD), 2)}")
    found.add(f"alike {min(meanings.count(meanings[index]), 3)}")
    return found


def _step(score: float) -> int:
    return max(-1, min(6, int(score / 1.5)))


def consult(cases: Sequence[Case], kind: FormKind, listing: float, model: Model | None) -> None:
    """Add the model's view to *cases*.

    It proposes where the rules are silent, and may reject what they found. On listing forms, which
    it was not trained on, it counts for less and overrules nothing.

    listing: how likely the form is one for listing a business, 0 to 1.
    """
    if model is None:
        return
    known = _meanings(cases)
    told = [
        model.probabilities(features_of(cases, i, kind, meanings=known)) for i in range(len(cases))
    ]
    for case, likely in zip(cases, told, strict=True):
        if not case.part:
            _weigh_in(case, likely, listing)


def _weigh_in(case: Case, likely: Mapping[str, float], listing: float) -> None:
    meaning, score = case.best()
    own = LABEL_OF.get(Field(meaning)) if meaning in F._value2member_map_ else None
    likeliest = max(FAMILIES, key=lambda label: likely[label])
    odds = _odds(likely, own) if own is not None else 0.0
    if own is not None and meaning != FAMILIES[own][0]:
        odds = max(0.0, odds)  # it saw the family's first field only: no reason to doubt another
    if own is not None and (odds > 0 or listing <= _SURELY_LISTING):
        share = _SHARE_LISTING * listing + _SHARE * (1 - listing)
        _tell(case, meaning, share * odds, own)
    silent = score < _QUIET
    if likeliest == own or (listing > _SURELY_LISTING and not silent):
        return
    least = _PROPOSES if silent else _OVERRULES
    if likely[likeliest] < least:
        return
    field = next((f for f in FAMILIES[likeliest] if f in case.scores), FAMILIES[likeliest][0])
    if field in shapes.possible(case.control):
        _tell(case, field, _odds(likely, likeliest), likeliest)


def _odds(likely: Mapping[str, float], label: str) -> float:
    """Log-odds of *label* against "none of these", at most 6 either way."""
    odds = math.log((likely[label] + 1e-6) / (likely[NONE] + 1e-6))
    return max(-_MOST, min(_MOST, odds))


def _tell(case: Case, meaning: str, weight: float, label: str) -> None:
    case.add(meaning, Because("model", label, round(weight, 2)))
