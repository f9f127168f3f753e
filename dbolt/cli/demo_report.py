"""What do we say of each sandbox directory, and what does the directory itself hold?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from rich.text import Text

from dbolt.cli.output import out, state_text, table
from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import HANDED_IN, MOVING, State
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import Reason
from dbolt.sandbox.compare import matches, mismatches
from dbolt.sandbox.town import Town


@dataclass(frozen=True, slots=True)
class Line:
    """One directory at the end: what we say, and what the site holds.

    `stored`: the fields of each listing of the business that the site holds. `wrong`: fields whose
    stored value is not the profile's. `honest`: the outcome is what this site deserves.
    """

    slug: str
    name: str
    outcome: str
    reason: str | None
    expected: str
    typed: dict[str, str]
    stored: list[dict[str, Any]]
    wrong: list[str]
    honest: bool


def compare(
    town: Town, detail: dict[str, Any], profile: Profile, *, interrupted: bool
) -> list[Line]:
    """What we say of each directory beside what the directory itself holds.

    interrupted: the run was killed at least once. A press may have been cut off then, of which the
    truth is that a person has to look.
    """
    with httpx.Client(base_url=town.base_url, timeout=30) as http:
        sites = {site["slug"]: site for site in http.get("/_town/sites").json()}
        lines = []
        for submission in detail["submissions"]:
            site = sites[submission["directory"]]
            listings = http.get(f"/_town/{site['slug']}/listings").json()
            line = _line(submission, site, listings, profile)
            if interrupted and _cut_off(submission) and len(line.stored) <= 1:
                line = replace(line, honest=True)
            lines.append(line)
    return sorted(lines, key=lambda line: line.slug)


def _cut_off(submission: dict[str, Any]) -> bool:
    unconfirmed = submission.get("reason") == Reason.PRESS_UNCONFIRMED
    return submission["state"] == State.NEEDS_PERSON and unconfirmed


def _line(
    submission: dict[str, Any],
    site: dict[str, Any],
    listings: list[dict[str, Any]],
    profile: Profile,
) -> Line:
    mine = [
        listing["fields"]
        for listing in listings
        if matches(profile, Field.BUSINESS_NAME, listing["fields"].get(Field.BUSINESS_NAME, ""))
    ]
    right = site["right_categories"]
    # What stood there before we came is not ours to answer for.
    ours = mine if submission["state"] in HANDED_IN else []
    wrong = sorted({str(name) for stored in ours for name in mismatches(profile, stored, right)})
    state = submission["state"]
    expected = site["expected"]
    held = expected["state"] in HANDED_IN or expected["state"] == State.DUPLICATE
    once = len(mine) == int(held)
    return Line(
        slug=site["slug"],
        name=site["name"],
        outcome=state,
        reason=submission.get("reason"),
        expected=expected["state"],
        typed=_typed(submission),
        stored=mine,
        wrong=wrong,
        honest=state in {expected["state"], *expected["also"]} and once and not wrong,
    )


def _typed(submission: dict[str, Any]) -> dict[str, str]:
    typed: dict[str, str] = {}
    for value in submission.get("typed") or []:
        key = f"{value['field']}.{value['part']}" if value.get("part") else value["field"]
        typed[key] = value["typed"]
    return typed


def report_of(detail: dict[str, Any], lines: list[Line], seconds: float) -> dict[str, Any]:
    """What scripts read; `ok`: the job is complete and every outcome is what its site deserves."""
    moving = [line.slug for line in lines if line.outcome in MOVING]
    return {
        "job_id": detail["id"],
        "state": detail["state"],
        "seconds": round(seconds, 1),
        "ok": detail["state"] == "complete" and not moving and all(x.honest for x in lines),
        "directories": [asdict(line) for line in lines],
    }


def show(lines: list[Line], report: dict[str, Any], path: Path) -> None:
    """Prints the table, and one line that sums it up. path: where the report is."""

    def verdict(line: Line) -> Text:
        if line.wrong:
            return Text(f"wrong: {', '.join(line.wrong)}", "red")
        if not line.honest:
            return Text(f"should be {line.expected}", "red")
        if not line.stored:
            return Text("nothing", "green")
        if line.outcome == State.DUPLICATE:
            return Text("1 listing, there before", "green")
        fields = sum(len(listing) for listing in line.stored)
        return Text(f"1 listing, {fields} fields right", "green")

    table(
        ["directory", "outcome", "reason", "typed", "asked of the site itself"],
        [
            (line.name, state_text(line.outcome), line.reason or "", len(line.typed), verdict(line))
            for line in lines
        ],
    )
    submitted = sum(line.outcome in {State.SUBMITTED, State.LIVE} for line in lines)
    good = sum(line.honest for line in lines)
    out.print(
        f"{len(lines)} directories, {submitted} submitted, {good} outcomes borne out by the sites, "
        f"{report['seconds']:.0f} s. Report: {path}",
        style="bold" if report["ok"] else "bold red",
        soft_wrap=True,
    )
