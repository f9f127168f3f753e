"""The directories that are built with software in use: a page each, and what has to be held."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.site import Answering, Asked, Said
from tests.support.working import held

HERE = Path(__file__).parent
PAGES = HERE / "pages"
SENT = "/api/listings"
_WAITS = ("pending_review", "moderation")
THANKS = "Your listing has been submitted and is now waiting for approval."
_SHELL = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Add your business</title>"
    "<meta name=viewport content='width=device-width'>{style}</head>"
    "<body><div id=app></div><script src='/made/{slug}.js'></script></body></html>"
)


@dataclass(frozen=True, slots=True)
class Built:
    """One directory: its slug, what it must hold after an attempt, and how that must end."""

    slug: str
    stored: dict[str, Any]
    empty: tuple[str, ...] = ()
    ends: tuple[str, str] = _WAITS
    not_yet: tuple[str, ...] = ()
    """What is known to be held otherwise."""
    long: bool = False


def built() -> list[Built]:
    """All of them, in the file's order."""
    told = yaml.safe_load((HERE / "works.yaml").read_text("utf-8"))
    return [
        Built(
            slug,
            one["stored"],
            tuple(one.get("empty", ())),
            tuple(one.get("ends", _WAITS)),
            tuple(one.get("not_yet", ())),
            one.get("long", False),
        )
        for slug, one in told.items()
    ]


def pages(one: Built, made: Path) -> Mapping[str, str | Said | Answering]:
    """The site of one directory. *made*: where the bundles are, as SLUG.js and SLUG.css."""
    own = PAGES / f"{one.slug}.html"
    has_style = (made / f"{one.slug}.css").is_file()
    style = f"<link rel=stylesheet href='/made/{one.slug}.css'>" if has_style else ""
    page = _SHELL.format(slug=one.slug, style=style)
    site: dict[str, str | Said | Answering] = {
        "GET /add": own.read_text("utf-8") if own.is_file() else page,
        f"POST {SENT}": Said(
            json.dumps({"message": THANKS}), headers={"Content-Type": "application/json"}
        ),
        "POST /submit": Said(f"<h1>Thank you</h1><p>{THANKS}</p>"),
        "/thanks": f"<h1>Thank you!</h1><p>{THANKS}</p>",
    }
    for kind, media in (("js", "text/javascript"), ("css", "text/css")):
        file = made / f"{one.slug}.{kind}"
        if file.is_file():
            site[f"/made/{file.name}"] = Said(file.read_bytes(), headers={"Content-Type": media})
    return site


def flat(asked: Asked) -> dict[str, Any]:
    """What was posted, by path: "address.city"; lists stay lists unless they hold objects."""
    if not asked.headers.get("content-type", "").startswith("application/json"):
        return {k: v[0] if len(v) == 1 else v for k, v in held(asked).items()}
    found: dict[str, Any] = {}
    _flatten("", json.loads(asked.body), found)
    return found


def _flatten(path: str, value: Any, found: dict[str, Any]) -> None:
    objects = isinstance(value, list) and any(isinstance(x, dict) for x in value)
    if isinstance(value, dict) or objects:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            _flatten(f"{path}.{key}" if path else str(key), inner, found)
    else:
        found[path] = value


def differences(one: Built, found: dict[str, Any]) -> list[str]:
    """What the directory holds otherwise than is known."""
    told = []
    for name, wanted in one.stored.items():
        right = _same(found.get(name), wanted)
        if right and name in one.not_yet:
            told.append(f"{name} is right now: take it from the list of what is not yet")
        elif not right and name not in one.not_yet:
            told.append(f"{name}: {found.get(name)!r} instead of {wanted!r}")
    return told + [f"{n}: {found[n]!r}, not empty" for n in one.empty if found.get(n)]


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list) and isinstance(value, list):
        return sorted(map(str, value)) == sorted(map(str, wanted))
    if isinstance(wanted, str) and wanted.startswith("~"):
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        return isinstance(one, str) and bool(re.fullmatch(wanted[1:], one, re.DOTALL))
    return type(value) is type(wanted) and value == wanted
