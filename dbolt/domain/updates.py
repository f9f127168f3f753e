"""Which listings have to be changed by hand because the business tells something else now?

A form is sent once and never again for this: a person changes the listing where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dbolt.domain.facts import outdated
from dbolt.domain.whole import WHOLE


class UpdateState(StrEnum):
    """How an update stands. `VOID`: there is nothing to change any more."""

    OPEN = "open"
    DONE = "done"
    IMPOSSIBLE = "impossible"
    VOID = "void"


class UpdateWord(BaseModel):
    """What a person says of an update: `done`, `impossible`, or `open` to take either back.

    `version`: the update's, as it was read. `reason`: told to the customer, with `impossible`.
    `note`: for staff alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: UpdateState
    version: Annotated[int, Field(ge=1, lt=2**31, strict=True), WHOLE]
    reason: Annotated[str, Field(max_length=500)] = ""
    note: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _says_why(self) -> UpdateWord:
        if self.state is UpdateState.VOID:
            raise ValueError("say done, impossible or open")
        if self.state is UpdateState.IMPOSSIBLE and len(self.reason.strip()) < 3:
            raise ValueError("say why it is not possible; the customer reads it")
        return self


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest update of a listing that is not void. `doc`: the profile that it asks for."""

    state: UpdateState
    facts: Sequence[str]
    doc: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A listing that was sent. `typed`: its fields.

    doc: the profile that it holds, with what was changed by hand since. holds: whether the
    directory still has what was sent.
    """

    holds: bool
    doc: Mapping[str, Any]
    typed: Collection[str]
    latest: Latest | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a listing's update. `facts`: to be open with; none: `close` says."""

    facts: Sequence[str] = ()
    close: bool = False
    """Whether the latest one is void."""


def judged(sent: Sent, now: Mapping[str, Any]) -> Verdict:
    """What follows for *sent* from the profile *now*; the same again where nothing changed."""
    latest = sent.latest
    facts = outdated(sent.doc, now, sent.typed) if sent.holds else []
    if not facts:
        return Verdict(close=latest is not None and latest.state is not UpdateState.DONE)
    if latest is not None and latest.state is UpdateState.IMPOSSIBLE:
        # Nothing new is asked for, and the answer is known.
        told = set(facts) <= set(latest.facts)
        if told and not set(facts) & set(outdated(latest.doc, now, sent.typed)):
            return Verdict()
    return Verdict(facts)
