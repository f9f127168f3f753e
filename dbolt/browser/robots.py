"""May a robot of our name visit this address? Rules of robots.txt files.

Source: RFC 9309 (Robots Exclusion Protocol): groups by product token, `*` and `$` in paths, the
longest match wins, and permission wins a tie.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from dbolt.browser.chromium import ROBOT_NAME

MAX_BYTES = 512_000
"""What is read of a robots.txt; the RFC asks for at least 500 KiB."""

_MAX_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One `Allow` or `Disallow` line. `length` decides between rules that match."""

    allow: bool
    pieces: tuple[str, ...]
    """What stands between the stars."""
    anchored: bool
    length: int

    def matches(self, path: str) -> bool:
        """Whether *path* falls under the rule; in time that grows with their lengths only."""
        first, *further = self.pieces
        if not path.startswith(first):
            return False
        at = len(first)
        last = further.pop() if self.anchored and further else None
        for piece in further:
            found = path.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return not self.anchored or at == len(path)


class Kept:
    """Rules that were read lately, by origin; forgotten after *for_s*, the oldest first.

    RFC 9309, 2.4, allows up to 24 hours. Nothing of a visitor is in them.
    """

    def __init__(self, for_s: float = 0.0, most: int = 1_000) -> None:
        self._for_s = for_s
        self._most = most
        self._rules: dict[str, tuple[float, Robots]] = {}

    def get(self, origin: str) -> Robots | None:
        """The origin's rules, if they are fresh."""
        read_at, rules = self._rules.get(origin, (-math.inf, None))
        return rules if time.monotonic() - read_at < self._for_s else None

    def put(self, origin: str, rules: Robots) -> None:
        """Keeps what was just read."""
        self._rules.pop(origin, None)
        self._rules[origin] = time.monotonic(), rules
        if len(self._rules) > self._most:
            del self._rules[next(iter(self._rules))]


class Robots:
    """The rules of one host that apply to us."""

    def __init__(self, text: str = "", robot: str = ROBOT_NAME) -> None:
        groups = _groups(text[:MAX_BYTES])
        self._rules = groups.get(robot.lower(), groups.get("*", []))

    def allows(self, url: str) -> bool:
        """Whether we may visit *url*, whose host is the rules' own."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = [rule for rule in self._rules if rule.matches(path)]
        best = max(matching, key=lambda rule: (rule.length, rule.allow), default=None)
        return best is None or best.allow


def _groups(text: str) -> dict[str, list[Rule]]:
    """Rules by product token in lower case. Groups of one name are one group."""
    groups: dict[str, list[Rule]] = {}
    names: list[str] = []
    in_rules = False
    budget = _MAX_RULES
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            names = [_token(value)] if in_rules else [*names, _token(value)]
            in_rules = False
            groups.setdefault(names[-1], [])
        elif key in ("allow", "disallow") and budget:
            in_rules = True
            if value:
                budget -= 1
                for name in names:
                    groups[name].append(_rule(key == "allow", value))
    return groups


def _token(value: str) -> str:
    """The name without version and notes: "directorybolt" for "DirectoryBolt/0.1"."""
    found = re.match(r"[A-Za-z_-]+|\*", value)
    return found.group().lower() if found else ""


def _rule(allow: bool, value: str) -> Rule:  # noqa: FBT001 - the line's own first word
    anchored = value.endswith("$")
    pieces = tuple(_normal(value.removesuffix("$")).split("*"))
    return Rule(allow, pieces, anchored, len(value.encode()))


def _normal(path: str) -> str:
    """One spelling for percent-encoded paths, so that "/a%7Eb" and "/a~b" are the same."""
    return quote(unquote(path), safe="/*$?=&;:@!+,'()~-._")
