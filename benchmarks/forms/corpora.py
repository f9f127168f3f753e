"""Which labelled forms are there to measure with, and where?

Two corpora from outside (not part of the repository) and three sets of listing forms under
tests/forms.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT.parent / "shared" / "corpora"
OWN = {name: ROOT / "tests" / "forms" / name for name in ("listings", "unseen", "unseen2")}
"""Listing forms of our own: those that the engine grew up with, and those held out."""
SCRIPTED = frozenset({"unseen2"})
"""Sets some of whose pages build their forms themselves."""
TWO_PART = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})


_COMMON_PARTS = frozenset(
    {
        "account",
        "accounts",
        "address",
        "app",
        "auth",
        "checkout",
        "co",
        "com",
        "contact",
        "customer",
        "id",
        "identity",
        "login",
        "members",
        "my",
        "net",
        "newsletter",
        "org",
        "portal",
        "register",
        "registration",
        "secure",
        "signup",
        "sso",
        "user",
        "web",
        "www",
    }
)


@dataclass
class Labelled:
    """One page and the labels of its controls, by the number in `data-fid`."""

    corpus: str
    path: Path
    labels: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    language: str = ""


class NoCorpora(RuntimeError):
    """The folder of labelled pages is not there; the message says what to do."""


def load(folder: Path, name: str) -> list[Labelled]:
    """The labelled pages of one corpus, in order of name. Raises NoCorpora."""
    rows = folder / "labels.jsonl"
    if not rows.is_file():
        raise NoCorpora(
            f"No labelled pages in {folder}; give their folder with --corpora or DBOLT_CORPORA."
        )
    pages: dict[str, Labelled] = {}
    for line in rows.read_text("utf-8").splitlines():
        row = json.loads(line)
        page = pages.setdefault(row["page"], Labelled(name, folder / "pages" / row["page"]))
        if row.get("url"):
            page.domain = registered(row["url"])
        page.language = row.get("lang", page.language)
        if row["fid"] is not None and "label" in row:
            page.labels[str(row["fid"])] = row["label"]
            page.parts[str(row["fid"])] = row.get("part", "")
    for page in pages.values():
        page.domain = page.domain or _site(page.path.stem)
    return [pages[name] for name in sorted(pages)]


def _site(stem: str) -> str:
    """The site in a file's name: "www_amazon_com_login" and "amazon_address" are one."""
    parts = [p for p in stem.lower().replace("-", "_").split("_") if p not in _COMMON_PARTS]
    return max(parts[:3], key=len) if parts else stem


def registered(url: str) -> str:
    """A good enough registered domain to keep pages of one site together."""
    host = (urlsplit(url).hostname or url).split(".")
    size = 3 if len(host) > 2 and host[-2] in TWO_PART and len(host[-1]) == 2 else 2
    return ".".join(host[-size:])


def by_page(pages: list[Labelled]) -> dict[str, list[Labelled]]:
    """*pages* grouped by corpus."""
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for page in pages:
        groups[page.corpus].append(page)
    return groups
