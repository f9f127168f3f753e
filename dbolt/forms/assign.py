"""Which reading of all controls together fits best?

One maximum-weight assignment: a field is used once per part of the form, unless many may hold it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from dbolt.domain.fields import SPECS, Field
from dbolt.forms.evidence import Case
from dbolt.forms.lexicon import NONE

ACCEPT = 2.2
"""The score (log-odds) below which the engine abstains."""
AGAIN = 2.5
"""What a second control for the same field in the same part of a form costs."""


def assign(cases: Sequence[Case]) -> list[Field | None]:
    """The field of each of *cases*, None where nothing is likely enough."""
    columns: dict[tuple[Field, int, int], int] = {}
    entries: list[tuple[int, int, float]] = []
    rivals = Counter((field, case.block) for case in cases for field in _fields(case))
    for row, case in enumerate(cases):
        against = max(0.0, case.scores.get(NONE, 0.0))
        for field in _fields(case):
            score = case.scores[field] - ACCEPT
            # Whatever speaks for "none of ours" has to be beaten, not only outnumbered.
            if score <= 0 or case.scores[field] <= against:
                continue
            for copy in range(len(cases) if SPECS[field].many else rivals[field, case.block]):
                benefit = score - (0 if SPECS[field].many else AGAIN * min(copy, 1))
                if benefit <= 0 or (SPECS[field].many and copy != row):
                    continue
                block = 0 if SPECS[field].many else case.block
                column = columns.setdefault((field, block, copy), len(columns))
                entries.append((row, column, benefit))
    return _solve(len(cases), columns, entries)


def _fields(case: Case) -> list[Field]:
    return [Field(m) for m in case.scores if m in Field._value2member_map_]


def _solve(
    rows: int,
    columns: dict[tuple[Field, int, int], int],
    entries: list[tuple[int, int, float]],
) -> list[Field | None]:
    found: list[Field | None] = [None] * rows
    if not entries:
        return found
    benefits = np.zeros((rows, len(columns)))
    for row, column, benefit in entries:
        benefits[row, column] = benefit
    names = list(columns)
    for row, column in zip(*linear_sum_assignment(benefits, maximize=True), strict=True):
        if benefits[row, column] > 0:
            found[row] = names[column][0]
    return found
