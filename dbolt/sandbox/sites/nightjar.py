"""A directory whose server is down: its port is taken and nobody listens."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import State
from dbolt.domain.reasons import Reason
from dbolt.sandbox.site import Expected, Site

site = Site(
    slug="nightjar",
    name="Nightjar Index",
    hard="The server is down: connections are refused.",
    submit="/add",
    columns={"name": Field.BUSINESS_NAME},
    expected=Expected(State.FAILED, Reason.UNREACHABLE),
    listens=False,
)
