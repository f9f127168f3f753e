"""Which button sends a form, and does it only lead to a further step?"""

from __future__ import annotations

from collections.abc import Sequence

from dbolt.forms.lexicon import Lexicon, languages_of, lexicon
from dbolt.forms.page import Button, Control, Page
from dbolt.forms.words import words

_TYPES = {"submit": 2.0, "image": 1.5, "button": 0.0, "link": -1.5, "reset": -9.0}
LEAST = 0.5
_MERE = frozenset({"ok", "okay"})


def submit_button(
    buttons: Sequence[Button], controls: Sequence[Control], lexicon: Lexicon
) -> tuple[str, bool]:
    """(ref, leads only to a next step) of the button to press; ("", False) if none will do."""
    last = max((c.rect.y for c in controls if not c.hidden), default=0.0)
    best: tuple[float, str, bool] = (LEAST, "", False)
    rated = [(b, *_rate(b, lexicon)) for b in buttons if not b.hidden]
    # Beside a "next" that can be pressed, a locked button is for a later step.
    later = any(is_next and score >= LEAST and not b.disabled for b, score, is_next in rated)
    for index, (button, rating, is_next) in enumerate(rated):
        score = rating
        score += 0.3 if button.rect.y >= last else 0.0
        score += 0.05 * index  # of two alike, the later one
        score -= (3.0 if later else 0.5) if button.disabled else 0.0
        if score > best[0]:
            best = (score, button.ref, is_next or _is_turn(button, buttons, controls))
    if not best[1]:
        # The only button that sends at all is the one, whatever it is called: "Preview", say.
        sending = [b for b in buttons if not b.hidden and b.type in ("submit", "image")]
        if len(sending) == 1:
            return sending[0].ref, False
    return best[1], best[2]


def doing(page: Page) -> set[str]:
    """The refs of buttons that send, save or fetch something: never what opens a section."""
    known = lexicon(languages_of(page))
    return {
        b.ref
        for b in page.buttons
        if b.type in ("submit", "image", "reset")
        or any(h.share >= 0.5 for h in known.hits("buttons", words(b.text)))
    }


def _is_turn(button: Button, buttons: Sequence[Button], controls: Sequence[Control]) -> bool:
    """Whether a mere "OK" closes one question of several: the next ones have one of their own."""
    if not _MERE.issuperset(words(button.text)) or not any(c.step_hidden for c in controls):
        return False
    return any(b.hidden and b.text == button.text for b in buttons)


def _rate(button: Button, lexicon: Lexicon) -> tuple[float, bool]:
    text = words(button.text)
    score = _TYPES.get(button.type, 0.0)
    hits = lexicon.hits("buttons", text)
    strength = {"submit": 0.0, "next": 0.0, "preview": 0.0, "other": 0.0}
    for hit in hits:
        # The first words of a button are its verb: "Submit and preview" submits.
        weight = (0.4 + 0.6 * hit.share) * (1.0 if hit.start == 0 else 0.6)
        strength[hit.meaning] = max(strength[hit.meaning], weight)
    # A preview comes before the real thing where both are offered, and instead of it where not.
    forward = max(strength["submit"], strength["next"], 0.2 * strength["preview"])
    score += 3.0 * forward
    if strength["other"] > forward:
        score -= 4.0 * strength["other"]
    for hit in lexicon.hits("forms", text):
        if hit.meaning == "listing":
            score += 1.5
        elif hit.meaning in {"search", "login", "newsletter"} and hit.share > 0.6:
            score -= 1.5
    # "Save & next" goes on, however it begins.
    leaves = any(h.meaning == "next" and h.start > 0 and h.end == len(text) for h in hits)
    return score, leaves or strength["next"] > strength["submit"]
