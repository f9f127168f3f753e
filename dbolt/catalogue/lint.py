"""Which directory files are valid YAML and yet cannot be meant?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pycountry

from dbolt.catalogue.loader import Catalogue, Fault
from dbolt.domain.directory import Directory, Evidence, Policy

_PLACEHOLDERS = {"name", "phone", "city", "website"}


def lint(catalogue: Catalogue) -> list[Fault]:
    """Every fault of every file: unreadable ones first, then doubtful facts, by file."""
    faults = list(catalogue.faults)
    for directory in catalogue.directories:
        file = f"{directory.slug}.yaml"
        faults.extend(Fault(file, problem) for problem in _problems(directory))
    faults.extend(_doubles(catalogue.directories))
    return faults


def _problems(directory: Directory) -> Iterator[str]:
    yield from _address_problems(directory)
    yield from _policy_problems(directory)
    yield from _recipe_problems(directory)


def _address_problems(directory: Directory) -> Iterator[str]:
    for name in ("home_url", "submit_url"):
        parts = urlsplit(getattr(directory, name))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield f"{name}: {getattr(directory, name)!r} is not an http(s) address."
    for code in directory.market.split("|"):
        if code != "global" and pycountry.countries.get(alpha_2=code.upper()) is None:
            yield f"market: {code!r} is neither `global` nor an ISO 3166-1 country code."


def _policy_problems(directory: Directory) -> Iterator[str]:
    if directory.policy is Policy.AUTO and not directory.policy_source:
        yield "policy: `auto` needs a policy_source that shows that robots are permitted."
    if directory.policy is Policy.AUTO and directory.evidence is Evidence.FORBIDDEN:
        yield "policy: `auto` contradicts evidence `forbidden`."


def _recipe_problems(directory: Directory) -> Iterator[str]:
    search = directory.recipe.search
    if search is not None:
        for placeholder in re.findall(r"\{(\w*)\}", search.url):
            if placeholder not in _PLACEHOLDERS:
                known = ", ".join(sorted(_PLACEHOLDERS))
                yield f"recipe.search.url: {{{placeholder}}} is unknown; use one of {known}."
    for hint in directory.recipe.hints:
        if not hint.selector.strip():
            yield "recipe.hints: a hint without a selector fits nothing."


def _doubles(directories: Iterable[Directory]) -> Iterator[Fault]:
    homes = Counter(_host(d.home_url) + urlsplit(d.home_url).path.rstrip("/") for d in directories)
    for directory in directories:
        key = _host(directory.home_url) + urlsplit(directory.home_url).path.rstrip("/")
        if homes[key] > 1:
            yield Fault(f"{directory.slug}.yaml", f"home_url: {key} is in another file as well.")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
