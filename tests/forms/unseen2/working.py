"""The directories behind the pages that work: a site a page, which keeps what is handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml

from tests.support.site import Answering, Asked, Said

HERE = Path(__file__).parent
ADD = "/add"

Held = dict[str, list[str]]
"""What was posted: name → values, in their order; of a file its name."""


@dataclass(frozen=True)
class Working:
    """One page that works, its directory's answers, and what has to come of an attempt."""

    slug: str
    business: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    ends: tuple[str, str]
    stored: dict[str, str | list[str]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    account: bool = False

    def site(self) -> dict[str, str | Said | Answering]:
        """The pages of its site, by method and path."""
        page = (HERE / "pages" / f"{self.slug}.html").read_text("utf-8")
        paths = {key.partition("?")[0] for key in self.answers}
        return {f"GET {ADD}": page} | {path: self._answering(path) for path in paths}

    def _answering(self, path: str) -> Callable[[Asked], Said]:
        def answer(asked: Asked) -> Said:
            query = "&".join(f"{k}={v}" for k, v in asked.query.items())
            known = self.answers.get(f"{path}?{query}") or self.answers.get(path)
            return Said("[]", 404) if known is None else _said(known)

        return answer


def working() -> list[Working]:
    """All pages that work, in the file's order."""
    businesses = yaml.safe_load((HERE / "businesses.yaml").read_text("utf-8"))
    told = yaml.safe_load((HERE / "works.yaml").read_text("utf-8"))
    return [
        Working(
            slug=slug,
            business=businesses[one.pop("business")],
            ends=tuple(one.pop("ends")),
            empty=tuple(one.pop("empty", ())),
            **one,
        )
        for slug, one in told.items()
    ]


def _said(known: dict[str, Any]) -> Said:
    if "location" in known:
        return Said("", 303, {"Location": known["location"]})
    if "json" in known:
        return Said(json.dumps(known["json"]), headers={"Content-Type": "application/json"})
    return Said(f"<!doctype html><title>.</title>{known['html']}", known.get("status", 200))


def held(asked: Asked) -> Held:
    """A posted form, in whichever of the three usual encodings it came."""
    kind = asked.headers.get("content-type", "")
    found: Held = {}
    if kind.startswith("application/json"):
        pairs = [
            (k, v if isinstance(v, str) else str(v)) for k, v in json.loads(asked.body).items()
        ]
    elif kind.startswith("multipart/form-data"):
        pairs = _parts(kind, asked.body)
    else:
        pairs = parse_qsl(asked.body.decode(), keep_blank_values=True)
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _parts(kind: str, body: bytes) -> list[tuple[str, str]]:
    message = message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=policy.HTTP
    )
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        value = part.get_filename() if part.get_filename() is not None else None
        text = part.get_payload(decode=True).decode("utf-8", "replace")
        found.append((str(name), text if value is None else value))
    return found


def differences(page: Working, found: Held) -> list[str]:
    """What the directory holds otherwise than it should."""
    told = []
    for name, wanted in page.stored.items():
        values = found.get(name, [])
        if isinstance(wanted, list):
            right = values == wanted
        elif wanted.startswith("~"):
            right = len(values) == 1 and bool(re.fullmatch(wanted[1:], values[0]))
        else:
            right = values == [wanted]
        if not right:
            told.append(f"{name}: {values} instead of {wanted!r}")
    told += [f"{name}: {found[name]}, not empty" for name in page.empty if any(found.get(name, []))]
    return told
