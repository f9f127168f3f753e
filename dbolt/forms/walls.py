"""Does something stand between a visitor and the form: captcha, log-in, robot wall, payment?"""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.forms.classify import classify
from dbolt.forms.lexicon import Lexicon, languages_of, lexicon
from dbolt.forms.page import Page, Widget
from dbolt.forms.reading import FormKind, Reading

_CHALLENGES = (
    "cf-challenge",
    "challenge-platform",
    "cf_chl",
    "cloudflare-challenge",
    "datadome",
    "perimeterx",
    "px-captcha",
    "incapsula",
    "imperva",
    "akamai-bot",
    "distil",
    "kasada",
    "aws-waf",
    "challenge:",
)
_SOLVES_ITSELF = ("altcha", "friendly", "mcaptcha", "proof-of-work")
_CAPTCHAS = ("recaptcha", "hcaptcha", "turnstile", "geetest", "arkose", "funcaptcha", "captcha")
_SHORT_PAGE = 1500


def wall(page: Page) -> Reason | None:
    """What keeps the listing form of *page* from being handed in by us; None if nothing does."""
    known = lexicon(languages_of(page))
    readings = classify(page)
    listing = next((r for r in readings if r.kind is FormKind.LISTING and r.score >= 0.5), None)
    if listing is None:
        return _robot_wall(page, known) or _login_wall(page, readings, known) or _bill(page, known)
    if _has_captcha(page, listing):
        return Reason.CAPTCHA
    return None


def _has_captcha(page: Page, listing: Reading) -> bool:
    """Whether the form asks for one that does not solve itself."""
    if listing.of(Field.CAPTCHA):
        return not _solves_itself(page, listing)
    for control in page.controls:
        if control.widget is Widget.CAPTCHA and not control.hidden:
            return not _solves_itself(page, listing)
    return any(
        name in marker.lower() and "invisible" not in marker.lower()
        for marker in page.markers
        for name in _CAPTCHAS
        if not any(x in marker.lower() for x in _SOLVES_ITSELF)
    )


def _solves_itself(page: Page, listing: Reading) -> bool:
    refs = {g.ref for g in listing.of(Field.CAPTCHA)}
    for control in page.controls:
        if control.ref in refs or (control.widget is Widget.CAPTCHA and not control.hidden):
            said = f"{control.tag} {control.css_class} {control.name} {control.id}".lower()
            if not any(x in said for x in _SOLVES_ITSELF):
                return False
    return True


def _robot_wall(page: Page, known: Lexicon) -> Reason | None:
    if any(sign in marker.lower() for marker in page.markers for sign in _CHALLENGES):
        return Reason.ROBOT_WALL
    # A long page that mentions "security check" somewhere is an ordinary page.
    if len(page.text) > _SHORT_PAGE or len(page.controls) > 4:
        return None
    return Reason.ROBOT_WALL if _says(page, known, "robot_wall") else None


def _login_wall(page: Page, readings: list[Reading], known: Lexicon) -> Reason | None:
    if _says(page, known, "login_required"):
        return Reason.LOGIN_REQUIRED
    main = max(readings, key=lambda r: len(r.guesses), default=None)
    asks = main is not None and main.kind in {FormKind.LOGIN, FormKind.REGISTRATION}
    return Reason.LOGIN_REQUIRED if asks and main is not None and main.submit else None


def _bill(page: Page, known: Lexicon) -> Reason | None:
    hits = {
        h.text for h in known.find("walls", page.text[:6000]) if h.meaning == "payment_required"
    }
    return Reason.PAYMENT_REQUIRED if len(hits) >= 2 else None


def _says(page: Page, known: Lexicon, meaning: str) -> bool:
    said = " . ".join(
        [page.title, *page.headings, *(m.text for m in page.messages), page.text[:4000]]
    )
    return any(h.meaning == meaning for h in known.find("walls", said))
