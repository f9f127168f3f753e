"""Which links of a page lead to the form for a new listing?"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from dbolt.forms.fees import costs, says_free
from dbolt.forms.lexicon import Lexicon, languages_of, lexicon
from dbolt.forms.page import Button, Link, Page
from dbolt.forms.words import split_identifier, words

LEAST = 1.0
MOST = 8
_SCHEMES = frozenset({"http", "https", ""})


def entry_links(page: Page) -> list[Link]:
    """At most 8 links that promise a form to add a business with, best first.

    Links to other sites rank below the directory's own; the page itself is left out.
    """
    known = lexicon(languages_of(page))
    here = _address(page.url)
    rated: list[tuple[float, int, Link]] = []
    seen: set[str] = set()
    for index, link in enumerate(page.links):
        target = urljoin(page.url, link.href)
        address = _address(target) if link.href else link.ref
        leads_away = bool(link.href) and not link.href.startswith(("#", "javascript:"))
        if (leads_away and (address == here or address in seen)) or not _can_follow(target):
            continue
        score = rate(link, target, page.url, known)
        if score >= LEAST:
            seen.add(address)
            rated.append((-score, index, link))
    return [link for _, _, link in sorted(rated, key=lambda r: r[:2])[:MOST]]


def entry_buttons(page: Page) -> list[Button]:
    """At most 8 buttons that promise to open a form for a new listing, best first.

    Only buttons that can send nothing: none of a form that shows something to fill in.
    """
    known = lexicon(languages_of(page))
    open_forms = {c.form for c in page.controls if not c.hidden and c.type != "hidden"}
    rated: list[tuple[float, int, Button]] = []
    for index, button in enumerate(page.buttons):
        if button.hidden or button.disabled or button.type not in {"button", "link"}:
            continue
        if button.form and button.form in open_forms:
            continue
        score = _phrases(words(button.text), known) * 4.0 + _by_price(button.card)
        if score >= LEAST:
            rated.append((-score, index, button))
    return [button for _, _, button in sorted(rated, key=lambda r: r[:2])[:MOST]]


def _by_price(card: str) -> float:
    """Of plans in a row the free one leads on; one to pay for never does."""
    if says_free(card):
        return 4.0
    return -9.0 if costs(card) else 0.0


def rate(link: Link, target: str, url: str, known: Lexicon) -> float:
    """How much *link* promises a form for a new listing."""
    score = _phrases(words(link.text), known) * 4.0 + _by_price(link.card)
    score += _phrases(split_identifier(urlsplit(target).path.replace("-", " ")), known) * 1.6
    host, own = urlsplit(target).hostname or "", urlsplit(url).hostname or ""
    if host and own and host.split(".")[-2:] != own.split(".")[-2:]:
        score -= 2.0
    return score


def _phrases(text: tuple[str, ...], known: Lexicon) -> float:
    if not text:
        return 0.0
    wanted = max((0.4 + 0.6 * h.share for h in known.hits("entry", text)), default=0.0)
    unwanted = max((0.4 + 0.6 * h.share for h in known.hits("entry_not", text)), default=0.0)
    return wanted - 0.8 * unwanted if wanted else -0.5 * unwanted


def _can_follow(target: str) -> bool:
    return urlsplit(target).scheme in _SCHEMES or target.startswith("javascript:")


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/')}?{parts.query}"
