"""Can an override only ever ask for less than the file, unless somebody gave a permission?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dbolt.domain.directory import Directory, Pace, Policy
from dbolt.domain.override import RULES, Override, Rules, laid_over, looser

ORDER = list(Policy)
paces = st.builds(
    Pace,
    concurrency=st.integers(1, 50),
    spacing_s=st.floats(0, 86_400),
    per_day=st.integers(1, 100_000),
)
files = st.builds(
    Directory,
    slug=st.just("a"),
    name=st.just("A"),
    home_url=st.just("http://a.example/"),
    submit_url=st.just("http://a.example/add"),
    policy=st.sampled_from(Policy),
    pace=paces,
)
rules = st.builds(
    Rules,
    concurrency=st.none() | st.integers(1, 50),
    spacing_s=st.none() | st.floats(0, 86_400),
    per_day=st.none() | st.integers(1, 100_000),
    policy=st.none() | st.sampled_from(Policy),
)


def no_looser(one: Directory, other: Directory) -> bool:
    """Whether *one* permits nothing that *other* does not."""
    return (
        one.pace.concurrency <= other.pace.concurrency
        and one.pace.spacing_s >= other.pace.spacing_s
        and one.pace.per_day <= other.pace.per_day
        and ORDER.index(one.policy) >= ORDER.index(other.policy)
    )


@given(
    file=files, then=files, wanted=rules, off=st.booleans(), permission=st.sampled_from(["", "p"])
)
def test_only_a_permission_loosens_and_only_while_the_file_says_the_same(
    file: Directory, then: Directory, wanted: Rules, *, off: bool, permission: str
) -> None:
    if not (wanted.given or off):
        return
    override = Override(rules=wanted, off=off, reason="a reason", permission=permission)
    holds = laid_over(file, override, Rules.of(then))
    if not permission:
        assert no_looser(holds, file)
    said, before, now = (Rules.of(one).given for one in (file, then, holds))
    for name in RULES:
        asked = override.wanted.get(name, said[name])
        assert now[name] in {asked, said[name]}
        if name in looser(file, override):
            held = permission != "" and before[name] == said[name]
            assert (now[name] == asked) is held
        else:
            assert now[name] == asked
    same = {"policy", "pace"}
    assert holds.model_dump(exclude=same) == file.model_dump(exclude=same)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"rules": {"per_day": 5}, "reason": "  "},
        {"rules": {"per_day": 0}, "reason": "too few"},
        {"rules": {"per_day": "5"}, "reason": "no number"},
        {"rules": {"per_day": 5}, "reason": "a line\nand another"},
        {"rules": {"speed": 5}, "reason": "no such rule"},
        {"rules": {"per_day": 5}, "reason": "no time zone", "until": datetime(2027, 1, 1)},  # noqa: DTZ001 - that is what is refused
        {"rules": {"per_day": 5}, "reason": "no moment", "until": 5},
    ],
)
def test_what_means_nothing_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Override.model_validate(values)


def test_a_pace_alone_is_harmless() -> None:
    assert Override(rules=Rules(per_day=5), reason="they are slow").harmless
    for more in ({"off": True}, {"permission": "their mail"}, {"rules": Rules(policy=Policy.SKIP)}):
        values: dict[str, Any] = {"rules": Rules(per_day=5), "reason": "they are slow", **more}
        assert not Override(**values).harmless
