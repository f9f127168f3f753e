"""Which kinds of business could somebody mean who has typed a few letters, in any language?"""

from __future__ import annotations

from functools import cache

from rapidfuzz import fuzz, process

from dbolt.forms.values.crosswalk import business_types
from dbolt.forms.values.text import fold

MOST = 8
_FLOOR = 74.0


@cache
def _index() -> dict[str, str]:
    """Folded word → the kind's usual English name; the usual names win over by-names."""
    index: dict[str, str] = {}
    for nth in range(20):
        for kind in business_types().values():
            name = kind.words["en"][0] if "en" in kind.words else kind.name
            for words in kind.words.values():
                if nth < len(words):
                    index.setdefault(fold(words[nth]), name)
    return index


def kinds_like(text: str) -> list[str]:
    """At most eight names, the nearest first; nothing for less than two letters."""
    wanted = fold(text[:80])
    if len(wanted) < 2:
        return []
    begins = [name for word, name in _index().items() if word.startswith(wanted)]
    inside = [name for word, name in _index().items() if f" {wanted}" in word]
    near: list[str] = []
    if len(wanted) >= 4:
        found = process.extract(wanted, _index().keys(), scorer=fuzz.ratio, limit=MOST)
        near = [_index()[word] for word, score, _ in found if score >= _FLOOR]
    return list(dict.fromkeys([*begins, *inside, *near]))[:MOST]
