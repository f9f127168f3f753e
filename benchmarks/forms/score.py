"""How right are the readings? Precision, recall and F1 per label, by the corpora's own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dbolt.domain.fields import Field

F = Field

SCORED = (
    "organization",
    "name",
    "given-name",
    "family-name",
    "email",
    "tel",
    "url",
    "street-address",
    "address-line2",
    "address-level2",
    "address-level1",
    "postal-code",
    "country",
)
NOT_LABELLED = {"duckduckgo": frozenset({"organization", "url"})}
AS_LABEL: dict[Field, str] = {
    F.BUSINESS_NAME: "organization",
    F.LEGAL_NAME: "organization",
    F.CONTACT_NAME: "name",
    F.CONTACT_FIRST_NAME: "given-name",
    F.CONTACT_LAST_NAME: "family-name",
    F.EMAIL: "email",
    F.EMAIL_CONFIRM: "email",
    F.PHONE: "tel",
    F.MOBILE: "tel",
    F.WHATSAPP: "tel",
    F.WEBSITE: "url",
    F.VIDEO: "url",
    F.FACEBOOK: "url",
    F.INSTAGRAM: "url",
    F.X: "url",
    F.LINKEDIN: "url",
    F.YOUTUBE: "url",
    F.BOOKING_URL: "url",
    F.STREET: "street-address",
    F.ADDRESS: "street-address",
    F.UNIT: "address-line2",
    F.CITY: "address-level2",
    F.STATE: "address-level1",
    F.POSTAL_CODE: "postal-code",
    F.COUNTRY: "country",
}


@dataclass
class Tally:
    """Counts of right, wrong and missed labels."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def count(self, label: str, said: str) -> None:
        """One control labelled *label* of which *said* was said; "" stands for neither."""
        if label and label == said:
            self.right[label] += 1
            return
        if said:
            self.wrong[said] += 1
        if label:
            self.missed[label] += 1

    def figures(self, label: str | None = None) -> tuple[float, float, float]:
        """Precision, recall and F1 of one label, or of all together."""
        right, wrong, missed = (
            c[label] if label else sum(c.values()) for c in (self.right, self.wrong, self.missed)
        )
        precision = right / (right + wrong) if right + wrong else 1.0
        recall = right / (right + missed) if right + missed else 1.0
        f1 = 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0
        return precision, recall, f1


def tally(
    corpus: str, labels: Iterable[Mapping[str, str]], said: Iterable[Mapping[str, str]]
) -> Tally:
    """Score what was said of each page's controls, by their numbers, in one of the corpora."""
    found = Tally()
    ignored = NOT_LABELLED.get(corpus, frozenset())
    for true, guessed in zip(labels, said, strict=True):
        for fid, label in true.items():
            guess = guessed.get(fid, "")
            found.count(label if label in SCORED else "", "" if guess in ignored else guess)
    return found
