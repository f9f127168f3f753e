"""May staff change a directory's rules without its file? Stricter at will, looser by permission.

The file stays what is known of the directory. An override is laid over it, rule by rule: where it
asks for less than the file permits, it holds; where it asks for more, it holds only with a written
permission, and only as long as the file says what it said when the permission was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)

from dbolt.domain.directory import Directory, Pace, Policy
from dbolt.domain.whole import WHOLE

RULES = ("concurrency", "spacing_s", "per_day", "policy")
"""What may be overridden, in the order of pages."""
_STRICTNESS = (Policy.AUTO, Policy.ASSISTED, Policy.MANUAL, Policy.SKIP)


def _written(moment: object) -> object:
    if isinstance(moment, int | float):
        raise ValueError("Write the moment as 2026-03-02T09:30:00Z")  # noqa: TRY004 - pydantic's way
    return moment


Said = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One paragraph that somebody wrote."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rules(_Model):
    """Rules of one directory; null: as its file says. The units are those of its pace."""

    concurrency: Annotated[int, Field(ge=1, le=50, strict=True), WHOLE] | None = None
    spacing_s: Annotated[float, Field(ge=0, le=86_400, strict=True)] | None = None
    per_day: Annotated[int, Field(ge=1, le=100_000, strict=True), WHOLE] | None = None
    policy: Policy | None = None

    @classmethod
    def of(cls, directory: Directory) -> Self:
        """All that *directory* says."""
        pace = directory.pace
        return cls(
            concurrency=pace.concurrency,
            spacing_s=pace.spacing_s,
            per_day=pace.per_day,
            policy=directory.policy,
        )

    @property
    def given(self) -> dict[str, Any]:
        """Those that are not null, by name."""
        return {name: value for name in RULES if (value := getattr(self, name)) is not None}


class Override(_Model):
    """What is to hold instead of the file.

    off: nothing is handed in there, as by the policy skip. permission: who allowed more than the
    file does, and where that is written; empty where nothing is loosened. until: when it ends by
    itself; null for never.
    """

    rules: Rules = Rules()
    off: StrictBool = False
    reason: Annotated[
        str,
        StringConstraints(
            min_length=3,
            max_length=500,
            pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
        ),
    ]
    permission: Said = ""
    until: Annotated[AwareDatetime, BeforeValidator(_written)] | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        """The rules by name, as they are to be."""
        return self.rules.given | ({"policy": Policy.SKIP} if self.off else {})

    @property
    def harmless(self) -> bool:
        """Whether it touches the pace alone, and loosens nothing on somebody's word."""
        return "policy" not in self.wanted and not self.permission


def looser(file: Directory, override: Override) -> list[str]:
    """The rules by which *override* asks for more than *file* permits."""
    said = Rules.of(file).given
    return [name for name, value in override.wanted.items() if _permits_more(name, value, said)]


def laid_over(file: Directory, override: Override, base: Rules) -> Directory:
    """The directory with the rules that hold. base: what the file said when it was overridden."""
    said, then = Rules.of(file).given, base.given
    rules = dict(said)
    for name, value in override.wanted.items():
        allowed = bool(override.permission) and then.get(name) == said[name]
        if allowed or not _permits_more(name, value, said):
            rules[name] = value
    policy = rules.pop("policy")
    return file.model_copy(update={"policy": policy, "pace": Pace(**rules)})


def _permits_more(name: str, value: Any, said: Mapping[str, Any]) -> bool:
    weigh = _LOOSENESS[name]
    return weigh(value) > weigh(said[name])


_LOOSENESS: Mapping[str, Callable[[Any], float]] = {
    "concurrency": float,
    "spacing_s": lambda seconds: -seconds,
    "per_day": float,
    "policy": lambda policy: -_STRICTNESS.index(policy),
}
