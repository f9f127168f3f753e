"""What changed on the page between the moment before the press and the moment after?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import urlsplit

from dbolt.domain.submission import FieldError
from dbolt.forms.page import Control, Page, Widget
from dbolt.forms.reading import Reading
from dbolt.forms.values.text import fold
from dbolt.forms.verdict.complaints import field_errors, place_of
from dbolt.forms.verdict.phrases import ME, Topic, sentences, topics_of, words_of

MAX_SENTENCES = 400
_EARLY = 900
"""A sentence among the first so many new characters is said to whoever pressed."""
_SHORT = 1_500
"""A page with no more new characters than this is an answer, not a brochure."""
_STATE_WORDS = 3
_HEAD_PARTS = re.compile(r"\s[|\-\u2013\u2014\u00b7\u00bb]\s")
"""A title often ends with the site's name: "Thank you | Harbor Guide"."""
_TYPED = frozenset({Widget.INPUT, Widget.TEXTAREA, Widget.PHONE, Widget.RICH_TEXT})


@dataclass(frozen=True, slots=True)
class Said:
    """One new sentence that claims something. `strong`: it stands where an answer stands."""

    text: str
    topics: frozenset[Topic]
    place: str
    """message, alert, dialog, heading or text; success or error where the site marks it so."""
    strong: bool


@dataclass(frozen=True, slots=True)
class Change:
    """All that is compared. `emptied` and `kept` are about what was typed before the press."""

    said: tuple[Said, ...] = ()
    form_there: bool = False
    form_was: bool = False
    emptied: bool = False
    kept: bool = False
    sent_back: bool = False
    """The server has sent the form once more: none of its controls is the element it was."""
    lacking: bool = False
    """Something that was typed came back empty."""
    navigated: bool = False
    success_path: bool = False
    errors: tuple[FieldError, ...] = ()
    error_notice: bool = False
    submit_gone: bool = False
    password_asked: bool = False
    new_text: str = ""
    confirm: tuple[str, ...] = ()
    """The buttons that would confirm a preview and were not there before."""
    onward: tuple[str, ...] = ()
    """New buttons that could mean that, or anything else: "Send", "Continue"."""

    def about(self, *topics: Topic, strong: bool = False) -> list[Said]:
        """The new sentences about one of *topics*."""
        wanted = frozenset(topics)
        return [s for s in self.said if s.topics & wanted and (s.strong or not strong)]


def compare(before: Page, after: Page, reading: Reading, names: Sequence[str] = ()) -> Change:
    """What *after* has that *before* had not, and what became of the form of *reading*.

    names: how the page may call the business, its website's address included.
    """
    controls = _controls(before, reading)
    found = _same_form(controls, after)
    paired = _paired(controls, found)
    called = _Called(names)
    said = tuple(
        replace(s, text=s.text.replace(ME, names[0] if names else ""))
        for s in _said(called.page(before), called.page(after))
    )
    return Change(
        said=said,
        form_there=bool(found),
        form_was=bool(controls),
        emptied=_emptied(paired),
        kept=_kept(paired),
        sent_back=bool(paired) and all(b.ref != a.ref for b, a in paired),
        lacking=any(not now for _, now in _typed_pairs(paired)),
        navigated=_address(before.url) != _address(after.url),
        success_path=_success_path(before.url, after.url),
        errors=field_errors(before, after, reading, paired),
        error_notice=any(s.place == "error" for s in said),
        submit_gone=_submit_gone(before, after, reading),
        password_asked=_password_asked(before, after),
        new_text=_new_text(before, after),
        confirm=_new_buttons(before, after, words_of().confirm),
        onward=_new_buttons(before, after, words_of().onward),
    )


def form_again(before: Page, after: Page, reading: Reading) -> bool:
    """Whether *after* shows the form of *reading* once more, and asks for nothing further."""
    known = {signature(c) for c in _controls(before, reading)}
    found = _same_form(_controls(before, reading), after)
    shown = {
        signature(c) for c in after.controls if found and c.form == found[0].form and not _unseen(c)
    }
    return bool(shown) and shown <= known


def _controls(page: Page, reading: Reading) -> list[Control]:
    """The visible controls of the form that was filled in."""
    refs = {g.ref for g in reading.guesses if not g.trap}
    return [
        c for c in page.controls if (c.ref in refs or c.form == reading.form) and not _unseen(c)
    ]


def _unseen(control: Control) -> bool:
    return bool(control.hidden) or control.step_hidden or control.type == "hidden"


def signature(control: Control) -> str:
    """What tells a control apart on two versions of a page, where refs do not last."""
    label = next((x.text for x in control.labels), "")
    return f"{control.widget}|{control.name or control.id or fold(label)}"


def _same_form(controls: list[Control], after: Page) -> list[Control]:
    """The controls of the form on the page after that is the same one; empty if it is gone."""
    wanted = {signature(c) for c in controls}
    if not wanted:
        return []
    best: list[Control] = []
    for form in {c.form for c in after.controls}:
        shared = [
            c
            for c in after.controls
            if c.form == form and not _unseen(c) and signature(c) in wanted
        ]
        if len(shared) > len(best):
            best = shared
    return best if len(best) * 2 >= len(wanted) else []


def _paired(before: list[Control], after: list[Control]) -> list[tuple[Control, Control]]:
    by_signature: dict[str, list[Control]] = {}
    for control in after:
        by_signature.setdefault(signature(control), []).append(control)
    pairs: list[tuple[Control, Control]] = []
    for control in before:
        same = by_signature.get(signature(control))
        if same:
            pairs.append((control, same.pop(0)))
    return pairs


def _typed_pairs(pairs: list[tuple[Control, Control]]) -> list[tuple[str, str]]:
    return [
        (b.value.strip(), a.value.strip())
        for b, a in pairs
        if b.widget in _TYPED and b.value.strip() and b.type != "password"
    ]


def _emptied(pairs: list[tuple[Control, Control]]) -> bool:
    typed = _typed_pairs(pairs)
    return bool(typed) and sum(not a for _, a in typed) * 10 >= len(typed) * 8


def _kept(pairs: list[tuple[Control, Control]]) -> bool:
    typed = _typed_pairs(pairs)
    return bool(typed) and sum(a == b for b, a in typed) * 2 >= len(typed)


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/')}?{parts.query}"


def _success_path(before: str, after: str) -> bool:
    old, new = (urlsplit(url) for url in (before, after))
    seen = set(fold(f"{old.path} {old.query}").split())
    words = fold(f"{new.path} {new.query}").split()
    return any(w in words_of().success_path and w not in seen for w in words)


class _Called:
    """Puts one word for the business's names, so that a sentence about it can be read."""

    def __init__(self, names: Sequence[str]) -> None:
        longest = sorted((n.strip() for n in names if len(n.strip()) > 2), key=len, reverse=True)
        alternatives = "|".join(re.escape(name) for name in longest)
        self._names = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)/?", re.IGNORECASE)
        self._empty = not longest

    def text(self, text: str) -> str:
        return text if self._empty else self._names.sub(ME, text)

    def page(self, page: Page) -> Page:
        """The page with its words, titles and notices so changed."""
        return replace(
            page,
            text=self.text(page.text),
            title=self.text(page.title),
            headings=tuple(self.text(h) for h in page.headings),
            messages=tuple(replace(m, text=self.text(m.text)) for m in page.messages),
        )


def _new_text(before: Page, after: Page) -> str:
    """Everything on the page after that was not there before, line by line."""
    old = _old_sentences(before)
    shown = [after.text, after.title, *after.headings, *(m.text for m in after.messages)]
    fresh = (s for text in shown for s in sentences(text) if fold(s) not in old)
    return "\n".join(dict.fromkeys(fresh))


def _said(before: Page, after: Page) -> tuple[Said, ...]:
    """The new sentences that claim something."""
    old = _old_sentences(before)
    found: dict[str, Said] = {}
    for message in after.messages:
        place = place_of(message.kind, message.css_class)
        for text in sentences(message.text):
            if fold(text) not in old:
                _note(found, text, place, strong=True)
    for text in _heads(after):
        if fold(text) not in old:
            _note(found, text, "heading", strong=True)
    fresh = [s for s in _rows(after.text) if fold(s) not in old]
    total, offset = sum(len(s) for s in fresh), 0
    for text in fresh[:MAX_SENTENCES]:
        _note(found, text, "text", strong=total <= _SHORT or offset <= _EARLY)
        offset += len(text)
    return tuple(found.values())


def _rows(text: str) -> list[str]:
    """The sentences of *text*; a list's name of the business goes with the word behind it.

    "Harbor Lane Bakery" and "Pending" stand in two cells of one row.
    """
    found = sentences(text)
    name = fold(ME)
    joined = [
        f"{ME} {after}"
        for before, after in pairwise(found)
        if fold(before) == name and len(after.split()) <= _STATE_WORDS
    ]
    return [*found, *joined]


def _heads(page: Page) -> list[str]:
    parts = (part for head in (page.title, *page.headings) for part in _HEAD_PARTS.split(head))
    return [s for part in parts for s in sentences(part)]


def _old_sentences(page: Page) -> frozenset[str]:
    texts = [page.text, *(m.text for m in page.messages)]
    return frozenset(fold(s) for s in [*_heads(page), *(s for t in texts for s in sentences(t))])


def _note(found: dict[str, Said], text: str, place: str, *, strong: bool) -> None:
    """Keep a sentence once, where it was met first: messages before headings before text."""
    key = fold(text)
    if key in found:
        return
    topics = topics_of(text)
    if topics or place in ("error", "alert"):
        found[key] = Said(text[:300], topics, place, strong)


def _submit_gone(before: Page, after: Page, reading: Reading) -> bool:
    """Whether the button that was pressed is no more there to be pressed."""
    pressed = next((b for b in before.buttons if b.ref == reading.submit), None)
    if pressed is None:
        return False
    return not any(
        fold(b.text) == fold(pressed.text) and not b.hidden and not b.disabled
        for b in after.buttons
    )


def _password_asked(before: Page, after: Page) -> bool:
    def asked(page: Page) -> bool:
        return any(c.type == "password" and not _unseen(c) for c in page.controls)

    return asked(after) and not asked(before)


def _new_buttons(before: Page, after: Page, words: frozenset[str]) -> tuple[str, ...]:
    old = {fold(b.text) for b in before.buttons if not b.hidden}
    shown = (b for b in after.buttons if not b.hidden and not b.disabled)
    return tuple(
        b.text for b in shown if _is_said_by(words, fold(b.text)) and fold(b.text) not in old
    )


def _is_said_by(phrases: frozenset[str], text: str) -> bool:
    """Whether *text* is one of *phrases*, or two of them at once: "Confirm and publish"."""
    if text in phrases:
        return True
    words = text.split()
    known = {word for phrase in phrases for word in phrase.split()}
    return 1 < len(words) <= 4 and words[0] in phrases and known.issuperset(words)
