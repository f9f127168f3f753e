"""Directories whose forms work: a site a page, which keeps what is handed in, and what is held."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
import yaml
from pydantic import SecretStr

from dbolt.browser.session import Browser
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Account, Pressed, Result
from tests.browser.attempt.support import posts, try_at
from tests.support.beside import Ended, beside_one_another
from tests.support.site import Answering, Asked, Said, Site

ADD = "/add"
ACCOUNT = Account(username="the-account", password=SecretStr("a-Long-secret-91"))
_BUSINESSES = Path(__file__).parent / "businesses.yaml"

Held = dict[str, list[str]]
"""What was posted: name → values, in their order; of a file its name."""


def business(country: str) -> dict[str, Any]:
    """The facts of the invented business of *country* ("us", "de", …)."""
    told: dict[str, dict[str, Any]] = yaml.safe_load(_BUSINESSES.read_text("utf-8"))
    return told[country]


@dataclass(frozen=True)
class Working:
    """One page that works, its directory's answers, and what has to come of an attempt."""

    folder: Path
    slug: str
    business: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    ends: tuple[str, str]
    stored: dict[str, str | list[str]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    account: bool = False
    steps: tuple[str, ...] = ()
    """Posts that come before the one that hands in, any number of times."""
    not_yet: tuple[str, ...] = ()
    """What is known to be held otherwise; "end" and "posts" for how the attempt ends."""
    long: bool = False

    def site(self) -> dict[str, str | Said | Answering]:
        """The pages of its site, by method and path."""
        paths = {key.partition("?")[0] for key in self.answers}
        answering = {path: self._answering(path) for path in paths}
        return {f"GET {ADD}": self._page(self.slug)} | answering

    def _page(self, name: str) -> str:
        return (self.folder / "pages" / f"{name}.html").read_text("utf-8")

    def _answering(self, path: str) -> Callable[[Asked], Said]:
        def answer(asked: Asked) -> Said:
            query = "&".join(f"{k}={v}" for k, v in asked.query.items())
            known = self.answers.get(f"{path}?{query}") or self.answers.get(path)
            return Said("[]", 404) if known is None else self._said(known)

        return answer

    def _said(self, known: dict[str, Any]) -> Said:
        if "location" in known:
            return Said("", 303, {"Location": known["location"]})
        if "json" in known:
            return Said(json.dumps(known["json"]), headers={"Content-Type": "application/json"})
        if "page" in known:
            return Said(self._page(f"{self.slug}.{known['page']}"))
        return Said(f"<!doctype html><title>.</title>{known['html']}", known.get("status", 200))


def working(folder: Path) -> list[Working]:
    """All pages of *folder* that work, in the order of its works.yaml."""
    told = yaml.safe_load((folder / "works.yaml").read_text("utf-8"))
    return [
        Working(
            folder=folder,
            slug=slug,
            business=business(one.pop("business")),
            ends=tuple(one.pop("ends")),
            **{key: tuple(one.pop(key, ())) for key in ("empty", "steps", "not_yet")},
            **one,
        )
        for slug, one in told.items()
    ]


async def wrong_at(browser: Browser, folder: Path, page: Working) -> list[str]:
    """All that was wrong with one whole attempt at *page*, and was not known. *folder*: evidence.

    What is known to be wrong and was right is told too: the list has to be edited then.
    """
    async with Site(page.site()) as site:
        result, permit = await try_at(
            browser,
            site,
            folder,
            profile=Profile.model_validate(page.business),
            account=ACCOUNT if page.account else None,
            language=page.slug.rsplit("-", 1)[1],
        )
        sent = posts(site)
    wrong = _ended(page, result) | _sent(page, sent, permit.asked)
    if page.stored:
        wrong |= differences(page, _held_in_all(sent))
    better = [f"{name} is right now" for name in page.not_yet if name not in wrong]
    return [told for name, told in wrong.items() if name not in page.not_yet] + better


def _ended(page: Working, result: Result) -> dict[str, str]:
    end = result.verdict.value if isinstance(result, Pressed) else result.kind
    ends = (end, str(getattr(result, "reason", "")))
    return {} if ends == page.ends else {"end": f"ended as {ends}: {result.detail}"}


def _sent(page: Working, sent: Sequence[Asked], permits: int) -> dict[str, str]:
    """Whether each post that hands in came once, and with one permit at most."""
    came = [f"POST {asked.path}" for asked in sent]
    once = [key for key in page.answers if key.startswith("POST ") and key not in page.steps]
    right = not came
    if page.stored:
        right = sorted(key for key in came if key not in page.steps) == sorted(once)
    if right and permits <= 1:
        return {}
    return {"posts": f"posts: {came}; permits: {permits}"}


def _held_in_all(sent: Sequence[Asked]) -> Held:
    """What the directory holds after all posts: a later one writes over an earlier one."""
    found: Held = {}
    for asked in sent:
        found |= held(asked)
    return found


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


def differences(page: Working, found: Held) -> dict[str, str]:
    """What the directory holds otherwise than it should: name → in words."""
    told = {}
    for name, wanted in page.stored.items():
        values = found.get(name, [])
        if isinstance(wanted, list):
            right = values == wanted
        elif wanted.startswith("~"):
            right = len(values) == 1 and bool(re.fullmatch(wanted[1:], values[0]))
        else:
            right = values == [wanted]
        if not right:
            told[name] = f"{name}: {values} instead of {wanted!r}"
    filled = (name for name in page.empty if any(found.get(name, [])))
    return told | {name: f"{name}: {found[name]}, not empty" for name in filled}


def attempts(pages: Mapping[str, Working]) -> Any:
    """A module's fixture `ended`: all that went wrong with each attempt at one of *pages*.

    The chosen ones run beside one another.
    """

    @pytest_asyncio.fixture(scope="module", loop_scope="session")
    async def ended(
        browser: Browser, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
    ) -> AsyncIterator[Ended]:
        async def wrong(slug: str) -> list[str]:
            return await wrong_at(browser, tmp_path_factory.mktemp(slug), pages[slug])

        async with beside_one_another(request, pages, wrong) as tasks:
            yield tasks

    return ended
