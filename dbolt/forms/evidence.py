"""What speaks for each field at one control, before its neighbours are asked?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dbolt.domain.fields import Field
from dbolt.forms import autocomplete, contents, shapes
from dbolt.forms.lexicon import NAME, NONE, TITLE, Hit, Lexicon
from dbolt.forms.page import Control, Label, LabelKind, Widget
from dbolt.forms.reading import Because
from dbolt.forms.words import split_identifier, words

TRUST: dict[LabelKind, float] = {
    LabelKind.FOR: 1.0,
    LabelKind.WRAP: 0.95,
    LabelKind.ARIA: 0.95,
    LabelKind.TABLE_HEAD: 0.8,
    LabelKind.BEFORE: 0.8,
    LabelKind.NEAR: 0.65,
    LabelKind.PLACEHOLDER: 0.8,
    LabelKind.LEGEND: 0.5,
    LabelKind.TITLE: 0.75,
    LabelKind.AFTER: 0.35,
    LabelKind.HELP: 0.25,
}
NAME_TRUST = 0.85
ID_TRUST = 0.75
FULL = 5.0
"""Log-odds that a label gives which says nothing but the field's own words."""
WEAK = 0.45
AGREEMENT = 0.35
"""How much a second source of the same group still adds."""
_FOLLOWING = {LabelKind.AFTER: 0.9, LabelKind.BEFORE: 0.0, LabelKind.NEAR: 0.0}
_LEADING = re.compile(
    r"^\s*([(\[][^)\]]{0,30}[)\]]|\d{1,2}\s?[.)→➜])?\s*"
    r"((first|firstly|next|now|then|finally|lastly|great|okay|ok|and)[,!.:]\s)?",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\s*[(\[:;]|\s[–—-]\s|(?<=\w{4})\. |\be\.g\b|\bz\.b\b|\b(?:es|ej|ex|np|bijv|bv)\. "
)
_PROMPT = re.compile(
    r"\s*(type|write|enter) (in )?your (answer|response|reply|text)\b", re.IGNORECASE
)
_SILENT = 1.5
_BY_HEADING = frozenset(
    {
        Field.HOURS,
        Field.LOGO,
        Field.PHOTO,
        Field.VIDEO,
        Field.PAYMENT_METHODS,
        Field.LANGUAGES,
        Field.SERVICE_AREA,
        Field.CATEGORY,
        Field.KEYWORDS,
        Field.DESCRIPTION,
        Field.CAPTCHA,
        Field.BUSINESS_NAME,
    }
)
_TYPED = frozenset({Field.DESCRIPTION, Field.BUSINESS_NAME})
"""Of these, those that have words of their own wherever they stand among others."""
_NARROWER: dict[str, frozenset[str]] = {
    Field.EMAIL: frozenset({Field.EMAIL_CONFIRM, Field.ACCOUNT_USERNAME}),
    Field.PHONE: frozenset({Field.MOBILE, Field.FAX, Field.WHATSAPP}),
    Field.WEBSITE: shapes.LINKS - {Field.WEBSITE},
    Field.DESCRIPTION: frozenset({Field.SHORT_DESCRIPTION, Field.SERVICE_AREA}),
    Field.ACCOUNT_PASSWORD: frozenset({Field.ACCOUNT_PASSWORD_CONFIRM}),
    Field.BUSINESS_NAME: frozenset({Field.LEGAL_NAME, Field.TAGLINE}),
    Field.CONTACT_NAME: frozenset({Field.CONTACT_FIRST_NAME, Field.CONTACT_LAST_NAME}),
    NAME: frozenset(
        {
            Field.BUSINESS_NAME,
            Field.LEGAL_NAME,
            Field.CONTACT_NAME,
            Field.CONTACT_FIRST_NAME,
            Field.CONTACT_LAST_NAME,
            Field.ACCOUNT_USERNAME,
        }
    ),
    TITLE: frozenset({Field.CONTACT_ROLE, Field.BUSINESS_NAME, Field.CONTACT_TITLE}),
}
_AMBIGUOUS = frozenset({NAME, TITLE})
_CONSENT = frozenset({Field.TERMS, Field.NEWSLETTER})
_STRONG = frozenset({LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA})
_CHECKS = frozenset({Widget.CHECKBOX, Widget.RADIO})


@dataclass(slots=True)
class Case:
    """One control and all that speaks for what it asks. `scores` in log-odds by meaning."""

    control: Control
    words: frozenset[str]
    scores: dict[str, float] = field(default_factory=dict)
    because: dict[str, list[Because]] = field(default_factory=dict)
    part: str = ""
    scope: str = ""
    block: int = 0
    trap: str = ""

    def add(self, meaning: str, because: Because) -> None:
        """Count *because* for *meaning*."""
        self.scores[meaning] = self.scores.get(meaning, 0.0) + because.weight
        self.because.setdefault(meaning, []).append(because)

    def move(self, old: str, new: str, because: Because) -> None:
        """What spoke for *old* now speaks for *new*."""
        if old not in self.scores:
            return
        self.scores[new] = self.scores.get(new, 0.0) + self.scores.pop(old)
        self.because.setdefault(new, []).extend(self.because.pop(old, []))
        self.add(new, because)

    def best(self) -> tuple[str, float]:
        """The likeliest meaning and its score; ("", 0) where nothing speaks."""
        if not self.scores:
            return "", 0.0
        meaning = max(self.scores, key=lambda m: self.scores[m])
        return meaning, self.scores[meaning]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a form sets out its words.

    `labels_follow`: they stand behind their controls. `sole`: refs of controls that have a heading
    to themselves, which then is their label.
    """

    labels_follow: bool = False
    sole: frozenset[str] = frozenset()


def weigh(control: Control, lexicon: Lexicon, layout: Layout = Layout()) -> Case:
    """The case of *control*: layers in order, and vetoes over all of them."""
    case = Case(control, _all_words(control, lexicon))
    for meaning, because in autocomplete.autocomplete(control):
        case.add(meaning, because)
    labels = _count(case, list(_label_evidence(control, lexicon, layout)), share=1.0)
    names = _count(case, list(_name_evidence(control, lexicon)), share=0.9)
    _specialise(case, labels, names)
    if max(labels.values(), default=0.0) < (3.0 if control.ref in layout.sole else _SILENT):
        for meaning, because in _section_evidence(control, lexicon, layout):
            case.add(meaning, because)
    for meaning, because in contents.contents(control, lexicon):
        case.add(meaning, because)
    for found, because in shapes.shape(control):
        kin = [f for f in shapes.KIN.get(found, ()) if case.scores.get(f, 0.0) > 0.5]
        for member in kin or [found]:
            case.add(member, because)
    _veto(case)
    return case


def _specialise(case: Case, labels: Mapping[str, float], names: Mapping[str, float]) -> None:
    """The narrower meaning takes all: "Confirm e-mail" in a control named "email2" is no e-mail.

    The words that a person sees decide; names and ids only where labels are silent on both.
    """
    if labels.get(Field.EMAIL, 0.0) > 2 and Field.ACCOUNT_USERNAME not in labels:
        case.scores.pop(Field.ACCOUNT_USERNAME, None)
    for generic, narrower in _NARROWER.items():
        if generic not in case.scores:
            continue
        for source in (labels, names):
            told = [m for m in narrower if source.get(m, 0.0) > 0.5]
            if source is names and generic in labels:
                # "Name" over a control called "user_name": what people see is no user name.
                told = [m for m in told if m != Field.ACCOUNT_USERNAME]
            if told:
                best = max(told, key=lambda m: source[m])
                if source[best] >= source.get(generic, 0.0):
                    taken = case.scores.pop(generic)
                    case.because.pop(generic, None)
                    case.add(best, Because("narrower", generic, 0.6 * max(0.0, taken)))
                break
            if generic in source and generic not in _AMBIGUOUS:
                break


def _section_evidence(
    control: Control, lexicon: Lexicon, layout: Layout
) -> Iterator[tuple[str, Because]]:
    """A heading speaks for a control without words of its own ("Logo", then "Choose file")."""
    worded = any(x.kind in _STRONG or x.kind is LabelKind.BEFORE for x in control.labels)
    for heading in control.section[:1]:
        if control.ref in layout.sole:
            for meaning, weight, said in read_text(heading, lexicon):
                yield meaning, Because("section", said, FULL * 0.75 * weight)
            continue
        for hit in lexicon.hits("fields", lexicon.prepare(words(heading))):
            if worded and hit.meaning in _TYPED:
                continue
            if hit.meaning in _BY_HEADING and hit.share >= 0.5 and not hit.weak:
                yield hit.meaning, Because("section", hit.text, 2.8 * hit.share)


def _all_words(control: Control, lexicon: Lexicon) -> frozenset[str]:
    near = [x.text for x in control.labels if x.kind is not LabelKind.HELP]
    found = [w for text in near for w in words(text)]
    found += lexicon.prepare(split_identifier(control.name))
    found += lexicon.prepare(split_identifier(control.id))
    return frozenset(found)


def _count(case: Case, evidence: Sequence[tuple[str, Because]], share: float) -> dict[str, float]:
    """The best source counts in full, the next best a little: they are not independent."""
    counted: dict[str, float] = {}
    by_meaning: dict[str, list[Because]] = {}
    for meaning, because in evidence:
        by_meaning.setdefault(meaning, []).append(because)
    for meaning, all_because in by_meaning.items():
        ranked = sorted(all_because, key=lambda b: -b.weight)
        for rank, because in enumerate(ranked[:2]):
            factor = share * (AGREEMENT if rank else 1.0)
            weight = because.weight * factor
            case.add(meaning, Because(because.source, because.words, weight))
            counted[meaning] = counted.get(meaning, 0.0) + weight
    return counted


def _label_evidence(
    control: Control, lexicon: Lexicon, layout: Layout
) -> Iterator[tuple[str, Because]]:
    labelled = any(x.kind in _STRONG for x in control.labels)
    nearer = _says_itself(control, lexicon)
    for label in [*control.labels, *_first_option(control)]:
        if label.kind is LabelKind.PLACEHOLDER and _PROMPT.match(label.text):
            continue
        trust = TRUST[label.kind]
        if label.kind is LabelKind.TABLE_HEAD and nearer and label.text != nearer:
            trust *= 0.4  # the head of a row with several pairs of label and control
        if control.widget in _CHECKS and label.kind is LabelKind.AFTER:
            trust = 0.9
        if len(control.options) > 1 and label.kind is LabelKind.LEGEND:
            trust = 0.95
        if control.tag == "select" and label.kind is LabelKind.PLACEHOLDER and control.labels:
            trust = 0.45
        if layout.labels_follow:
            trust = _FOLLOWING.get(label.kind, trust)
        # Text nearby belongs to the neighbour where the control has a label of its own.
        if labelled and label.kind in {LabelKind.NEAR, LabelKind.BEFORE, LabelKind.AFTER}:
            trust *= 0.5
        for meaning, weight, said in read_text(label.text, lexicon):
            # Consent is asked for in whole sentences.
            whole = control.widget is Widget.CHECKBOX and meaning in _CONSENT
            counted = max(weight, 0.75) if whole else weight
            yield meaning, Because(label.kind.value, said, FULL * trust * counted)


def _says_itself(control: Control, lexicon: Lexicon) -> str:
    """The text right before a typed box, if that alone tells what is asked; "" if not."""
    if control.widget in _CHECKS:
        return ""
    before = (x.text for x in control.labels if x.kind is LabelKind.BEFORE)
    return next((t for t in before if any(w > 0.5 for _, w, _ in read_text(t, lexicon))), "")


def _first_option(control: Control) -> list[Label]:
    """The words of a select without labels often stand in its first option: "Your trade"."""
    if control.tag != "select" or control.labels or control.multiple or not control.options:
        return []
    return [Label(LabelKind.PLACEHOLDER, control.options[0].text)]


def read_text(text: str, lexicon: Lexicon) -> Iterator[tuple[str, float, str]]:
    """(meaning, weight 0 to 1, the words) of each phrase in a label.

    Its first part counts in full; what stands in brackets or after a colon explains it.
    """
    whole_meaning = lexicon.exact(words(text.strip(" *:")))
    if whole_meaning:
        yield whole_meaning, 1.0, text.strip(" *:")
        return
    text = _LEADING.sub("", text)
    main = _LATER.split(text.strip(" *:-–"), maxsplit=1)[0]
    whole_meaning = lexicon.exact(words(main))
    if whole_meaning:
        yield whole_meaning, 1.0, main
        return
    head = lexicon.prepare(words(main))
    whole = lexicon.prepare(words(text))
    hits = lexicon.hits("fields", head)
    yield from _rated(hits)
    if not hits and len(whole) > len(head):
        for meaning, weight, said in _rated(lexicon.hits("fields", whole)):
            yield meaning, weight * 0.8, said


def _rated(hits: Sequence[Hit]) -> Iterator[tuple[str, float, str]]:
    first = min((h.start for h in hits), default=0)
    for hit in hits:
        weight = 0.4 + 0.6 * min(1.0, hit.share)
        if hit.share < 0.25:
            weight *= 0.6
        if hit.start > first:
            weight *= 0.7
        yield hit.meaning, weight * (WEAK if hit.weak else 1.0), hit.text


def _name_evidence(control: Control, lexicon: Lexicon) -> Iterator[tuple[str, Because]]:
    for source, text, trust in (
        ("name", control.name, NAME_TRUST),
        ("id", control.id, ID_TRUST),
    ):
        found = lexicon.prepare(split_identifier(text))
        hits = lexicon.hits("fields", found)
        last = max((h.end for h in hits), default=0)
        for hit in hits:
            # In "owner_address_city" the last words are the ones that tell.
            weight = 0.55 + 0.45 * hit.share
            if hit.end < last:
                weight *= 0.45
            yield (
                hit.meaning,
                Because(source, hit.text, FULL * trust * weight * (WEAK if hit.weak else 1.0)),
            )


def _veto(case: Case) -> None:
    """Take away what the control cannot hold. Ambiguous words wait for their form."""
    allowed: set[str] = {*shapes.possible(case.control), NONE}
    if Field.BUSINESS_NAME in allowed:
        allowed |= {NAME, TITLE}
    if Field.CONTACT_TITLE in allowed:
        allowed.add(TITLE)
    for meaning in [m for m in case.scores if m not in allowed]:
        del case.scores[meaning]
        case.because.pop(meaning, None)
