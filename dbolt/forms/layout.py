"""How does a form set out its words: labels before or behind, a heading for each control?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dbolt.forms.evidence import Layout, read_text
from dbolt.forms.lexicon import Lexicon
from dbolt.forms.page import Control, LabelKind, Widget
from dbolt.forms.shapes import possible, shape
from dbolt.forms.words import split_identifier

_CHECKS = frozenset({Widget.CHECKBOX, Widget.RADIO})
_LEAST = 4


def layout_of(controls: Sequence[Control], lexicon: Lexicon) -> Layout:
    """The layout of the form with *controls*."""
    headings = Counter(c.section[0] for c in controls if c.section)
    sole = frozenset(c.ref for c in controls if c.section and headings[c.section[0]] == 1)
    return Layout(_labels_follow(controls, lexicon), sole)


def _labels_follow(controls: Sequence[Control], lexicon: Lexicon) -> bool:
    """Whether the text behind a control, which also stands before the next one, is its label.

    The words' order alone cannot tell: whichever side agrees better with types, names and ids is
    the right one.
    """
    shown = [c for c in controls if c.widget not in _CHECKS]
    own = {LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA}
    if len(shown) < _LEAST or sum(any(x.kind in own for x in c.labels) for c in shown) > 1:
        return False
    before = [_text(c, LabelKind.BEFORE) for c in shown]
    after = [_text(c, LabelKind.AFTER) for c in shown]
    if sum(map(bool, after)) < 0.7 * len(shown):
        return False
    near = [_text(c, LabelKind.NEAR) for c in shown]
    close = sum(n == a != b for n, a, b in zip(near, after, before, strict=True) if n)
    if close > 0.6 * len(shown):
        return True  # what stands behind also stands nearest, or upon the box itself
    fits_before = sum(_fit(c, t, lexicon) for c, t in zip(shown, before, strict=True))
    fits_after = sum(_fit(c, t, lexicon) for c, t in zip(shown, after, strict=True))
    return fits_after > fits_before + 0.5


def _text(control: Control, kind: LabelKind) -> str:
    return next((x.text for x in control.labels if x.kind is kind), "")


def _meanings(text: str, lexicon: Lexicon) -> set[str]:
    return {meaning for meaning, weight, _ in read_text(text, lexicon) if weight > 0.5}


def _fit(control: Control, text: str, lexicon: Lexicon) -> float:
    """How well *text* goes with what the control's type, name and id say of it."""
    meanings = _meanings(text, lexicon)
    said = {str(field) for field, _ in shape(control)}
    for name in (control.name, control.id):
        prepared = lexicon.prepare(split_identifier(name))
        said |= {h.meaning for h in lexicon.hits("fields", prepared) if h.share > 0.5}
    if not said.isdisjoint(meanings):
        return 1.0
    if (control.widget is Widget.INPUT and control.type == "text") or not meanings:
        return 0.0
    return 0.5 if meanings & possible(control) else -0.5
