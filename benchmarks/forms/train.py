"""Train the linear model of `dbolt/forms/model.py` on the labelled corpora.

`python -m benchmarks.forms.train --corpora DIR` writes `dbolt/forms/data/model.npz`.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.forms.corpora import DEFAULT, ROOT, Labelled, load
from benchmarks.forms.observed import Seen, look_all
from dbolt.domain.directory import Recipe
from dbolt.domain.fields import Field
from dbolt.forms.classify import forms_of, weigh_form
from dbolt.forms.lexicon import NONE, languages_of, lexicon
from dbolt.forms.model import LABELS, Model, features_of, save

C = 0.3
"""Inverse strength of the L2 penalty."""
LEAST_DOMAINS = 3
MOST_FEATURES = 6000
_UNLABELLED = frozenset({Field.BUSINESS_NAME, Field.LEGAL_NAME, Field.WEBSITE})


@dataclass(frozen=True)
class Row:
    """One labelled control as the model sees it."""

    domain: str
    label: str
    features: tuple[str, ...]


def rows_of(page: Labelled, seen: Seen) -> list[Row]:
    """The training rows of one page, each with and without its names."""
    known = lexicon(languages_of(seen.page))
    rows: list[Row] = []
    for form in forms_of(seen.page):
        weighed = weigh_form(seen.page, form, known, Recipe(), fingerprints=False)
        cases = weighed.open
        for index, case in enumerate(cases):
            native = page.labels.get(seen.fids.get(case.control.ref, ""))
            if native is None or native.startswith("_") or _unfit(page, native, case.best()[0]):
                continue
            label = native if native in LABELS else NONE
            for names in (True, False):
                told = features_of(cases, index, weighed.kind, names=names)
                rows.append(Row(page.domain, label, tuple(told)))
    return rows


def _unfit(page: Labelled, native: str, meaning: str) -> bool:
    """Rows in which the corpora contradict each other, or leave a label out."""
    if page.corpus != "duckduckgo":
        return False
    return meaning in _UNLABELLED or (native == "username" and meaning == Field.EMAIL)


def train(rows: Sequence[Row]) -> Model:
    """A model of the features that several domains share."""
    domains: dict[str, set[str]] = {}
    for row in rows:
        for feature in row.features:
            domains.setdefault(feature, set()).add(row.domain)
    counts = Counter({f: len(d) for f, d in domains.items() if len(d) >= LEAST_DOMAINS})
    names = [f for f, _ in sorted(counts.most_common(), key=lambda c: (-c[1], c[0]))]
    index = {name: column for column, name in enumerate(names[:MOST_FEATURES])}
    fitted = _fit(rows, index)
    weights = np.zeros((len(index), len(LABELS)), np.float32)
    bias = np.full(len(LABELS), -20.0, np.float32)
    for position, label in enumerate(fitted.classes_):
        weights[:, LABELS.index(label)] = fitted.coef_[position]
        bias[LABELS.index(label)] = fitted.intercept_[position]
    return Model(index, weights, bias)


def _fit(rows: Sequence[Row], index: dict[str, int]) -> LogisticRegression:
    columns = [[index[f] for f in row.features if f in index] for row in rows]
    starts = np.cumsum([0, *(len(c) for c in columns)])
    flat = np.array([c for column in columns for c in column], dtype=np.int32)
    matrix = csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(rows), len(index)))
    return LogisticRegression(C=C, max_iter=400).fit(matrix, [row.label for row in rows])


def folds(domains: Sequence[str], count: int) -> Callable[[str], int]:
    """A fold for each domain, the same in each run."""
    order = {d: n % count for n, d in enumerate(sorted(set(domains)))}
    return order.__getitem__


def main() -> None:
    """Train on both corpora and write the model into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("DBOLT_CORPORA", str(DEFAULT))
    parser.add_argument("--corpora", type=Path, default=Path(default))
    corpora: Path = parser.parse_args().corpora
    pages = [p for n in ("formasaurus", "duckduckgo") for p in load(corpora / n, n)]
    seen = look_all(pages)
    rows = [row for p in pages if p.path in seen for row in rows_of(p, seen[p.path])]
    model = train(rows)
    path = ROOT / "dbolt" / "forms" / "data" / "model.npz"
    save(model, path)
    print(f"{len(rows)} rows, {len(model.features)} features, {path.stat().st_size} bytes.")


if __name__ == "__main__":
    main()
