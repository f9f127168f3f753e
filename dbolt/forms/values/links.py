"""How does this control want a link: with the scheme, without, or only the name behind it?"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.forms.page import LabelKind
from dbolt.forms.values.ask import Ask, Offer, matches_pattern
from dbolt.forms.values.fit import one_value
from dbolt.forms.values.text import has

_HANDLE_WORDS = (
    "handle", "username", "user name", "screen name", "benutzername", "nutzername", "usuario",
    "nombre de usuario", "nom d utilisateur", "pseudo", "identifiant", "nome utente",
    "nome de usuario", "gebruikersnaam", "nazwa uzytkownika",
)  # fmt: skip
_NO_SCHEME = (
    "without http", "without https", "no http", "no https", "ohne http", "ohne https",
    "sin http", "sans http", "senza http", "sem http", "zonder http", "bez http",
    "domain", "domain name", "domain only",
)  # fmt: skip
_PREFIX_KINDS = (LabelKind.BEFORE, LabelKind.NEAR, LabelKind.PLACEHOLDER, LabelKind.HELP)
_GENERIC_PATH = frozenset({"", "in", "company", "channel", "c", "user", "pages", "pg", "profile"})


def link_of(profile: Profile, field: Field) -> str:
    """The profile's link for *field*; empty if it has none."""
    if field in {Field.WEBSITE, Field.BOOKING_URL, Field.VIDEO}:
        return str(getattr(profile, field.value) or "")
    return str(getattr(profile.social, field.value) or "")


def website(ask: Ask) -> Offer | None:
    """WEBSITE, BOOKING_URL or VIDEO as the control's hints ask for it."""
    url = link_of(ask.profile, ask.field)
    if not url or ask.nth > 0:
        return None
    full = [url, url.rstrip("/"), _other_scheme(url)]
    bare = [re.sub(r"^https?://", "", u) for u in (url.rstrip("/"), url)]
    if has(ask.words, "domain", "domain name", "domain only"):
        bare.insert(0, urlsplit(url).netloc.removeprefix("www."))
    ways = [*bare, *full] if _wants_bare(ask) else [*full, *bare]
    return one_value(ask, ways)


def social(ask: Ask) -> Offer | None:
    """A link to a social network, or the name alone where the control asks for that."""
    url = link_of(ask.profile, ask.field)
    if not url or ask.nth > 0:
        return None
    after_host = urlsplit(url).path.strip("/")
    name = handle(url)
    bare = re.sub(r"^https?://", "", url.rstrip("/"))
    full = [url, url.rstrip("/"), _other_scheme(url), bare]
    prefix = _prefix(ask)
    if prefix is not None:
        tail = after_host.removeprefix(prefix).lstrip("/")
        wanted = [tail if prefix else after_host, name, *full]
    elif _wants_handle(ask):
        at = _at_shown(ask)
        wanted = [f"@{name}", name, *full] if at else [name, f"@{name}", *full]
    elif _wants_bare(ask):
        wanted = [bare, *full, name]
    else:
        wanted = [*full, f"@{name}", name]
    return one_value(ask, wanted if name else full)


def handle(url: str) -> str:
    """The account's name in a social link: "https://instagram.com/@harbor/" → "harbor"."""
    pieces = [p for p in urlsplit(url).path.split("/") if p]
    named = [p for p in pieces if p.lower() not in _GENERIC_PATH]
    return named[0].lstrip("@") if named else ""


def _other_scheme(url: str) -> str:
    if url.startswith("https://"):
        return "http://" + url.removeprefix("https://")
    return "https://" + url.removeprefix("http://")


def _wants_bare(ask: Ask) -> bool:
    """Whether the scheme is to be left away."""
    if ask.control.type == "url":
        return False
    if ask.control.pattern:
        return not matches_pattern(ask.control, "https://www.example.com/")
    if has(ask.words, *_NO_SCHEME):
        return True
    before = ask.label(LabelKind.BEFORE).rstrip()
    if before.endswith("://"):
        return True
    shown = ask.placeholder.strip().lower()
    return bool(re.search(r"(?:^|\s)(?:www\.)?[a-z0-9-]+\.[a-z]{2,}", shown)) and "://" not in shown


def _prefix(ask: Ask) -> str | None:
    """The path that stands printed before the box ("linkedin.com/company/"); None without one."""
    for kind in _PREFIX_KINDS[:2]:
        match = re.search(r"[\w-]+\.(?:com|net|org)/([\w/@]*)$", ask.label(kind).strip().lower())
        if match and (match[1].endswith("/") or not match[1] or match[1].endswith("@")):
            return match[1].rstrip("/").rstrip("@")
    return None


def _wants_handle(ask: Ask) -> bool:
    if ask.control.type == "url":
        return False
    spoken = [x.text.lower() for x in ask.control.labels if x.kind is not LabelKind.PLACEHOLDER]
    shown = ask.placeholder.strip()
    return (
        shown.startswith("@")
        or ask.label(LabelKind.BEFORE).strip().endswith("@")
        or (has(ask.words, *_HANDLE_WORDS) and "://" not in " ".join([*spoken, shown]))
        or re.search(r"(?:^|\s)@\w+", shown) is not None
    )


def _at_shown(ask: Ask) -> bool:
    """Whether the example carries the "@" (and does not stand before the box already)."""
    before = ask.label(LabelKind.BEFORE).strip().endswith("@")
    hints = [x.text for x in ask.control.labels if x.kind is not LabelKind.BEFORE]
    return not before and any(re.search(r"(?:^|[\s(\"'])@\w*", h) for h in hints)
