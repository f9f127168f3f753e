"""`dbolt submit`: one business, any page, no server: the tool's smallest use."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import uuid4

import typer
from rich.text import Text

from dbolt.cli.journal import Journal
from dbolt.cli.output import Exit, Trouble, emit_json, err, out, state_text, table
from dbolt.cli.profile_file import read_profile
from dbolt.domain.directory import Directory, Policy
from dbolt.domain.lifecycle import HANDED_IN, State, after
from dbolt.domain.profile import Profile
from dbolt.domain.protocol import Permit
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import (
    Assignment,
    HandOver,
    Known,
    Left,
    Looked,
    NotSent,
    Pressed,
    Result,
    Task,
    event_of_verdict,
)
from dbolt.settings import Settings

LEASE = timedelta(minutes=5)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(submit)


def submit(
    profile: Annotated[Path, typer.Argument(help="The business, as YAML or JSON.")],
    directory: Annotated[
        list[str], typer.Option("--directory", "-d", help="Address of an add-your-business page.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fill in and take pictures, press nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Press although this business was sent there before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Hand one business in to the pages given; exit 1 if one of them did not take it."""
    settings = Settings()
    business = read_profile(profile)
    targets = [target_of(url) for url in directory]
    ends = asyncio.run(_run(settings, business, targets, dry_run=dry_run, again=again))
    if as_json:
        emit_json([_as_dict(end) for end in ends])
    else:
        _show(ends)
    if not all(end.state in HANDED_IN or (dry_run and end.filled) for end in ends):
        raise typer.Exit(Exit.FAILED)


@dataclass(frozen=True, slots=True)
class End:
    """What became of one page."""

    directory: Directory
    state: State
    reason: Reason
    result: Result | None

    @property
    def filled(self) -> bool:
        """Whether the form was filled in and only the press was held back."""
        return isinstance(self.result, NotSent) and self.reason is Reason.PERMIT_REFUSED


def target_of(url: str) -> Directory:
    """A directory that is known by its address alone. Raises Trouble for what is no web address."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").encode("idna").decode("ascii")
        named = f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        parts, host, named = urlsplit(""), "", ""
    if parts.scheme not in {"http", "https"} or not host:
        raise Trouble(f"{url!r} is not a web address; write it like https://example.com/add.")
    slug = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:80]
    return Directory(
        slug=slug,
        name=named,
        home_url=f"{parts.scheme}://{named}/",
        submit_url=parts.geturl(),
        policy=Policy.AUTO,
        policy_source="named on the command line",
    )


async def _run(
    settings: Settings,
    profile: Profile,
    targets: list[Directory],
    *,
    dry_run: bool,
    again: bool,
) -> list[End]:
    from dbolt.browser.attempt import attempt
    from dbolt.browser.chromium import NoBrowser, find_chromium
    from dbolt.browser.session import Browser
    from dbolt.cli.way import Ways
    from dbolt.providers.evidence.folder import FolderEvidence

    try:
        chromium = find_chromium(settings.chromium)
    except NoBrowser as missing:
        raise Trouble(str(missing), code=Exit.MISSING) from missing
    ways = Ways(settings)
    await ways.open()
    journal = Journal(settings.home / "presses.jsonl")
    evidence = FolderEvidence(settings.home / "evidence")
    ends: list[End] = []
    browser = Browser(chromium)
    try:
        await browser.start()
    except NoBrowser as missing:
        raise Trouble(str(missing), code=Exit.MISSING) from missing
    async with contextlib.AsyncExitStack() as parts:
        parts.push_async_callback(browser.stop)
        for directory in targets:
            if not again and not dry_run and journal.knows(profile, directory):
                ends.append(End(directory, State.UNCERTAIN, Reason.PRESS_UNCONFIRMED, None))
                err.print(
                    f"{directory.submit_url}: this business was sent there before; look first, "
                    "then use --again.",
                    style="yellow",
                )
                continue
            with err.status(f"{directory.name} …"):
                assignment = _assignment(profile, directory)
                permit = _permit(journal, profile, directory, dry_run=dry_run, again=again)
                tried = partial(attempt, browser, assignment, permit=permit, evidence=evidence)
                result = await ways.take(assignment, tried)
            ends.append(_end(directory, result))
            if ends[-1].state not in HANDED_IN and isinstance(result, Pressed):
                journal.settle(profile, directory, result)
    return ends


def _permit(
    journal: Journal, profile: Profile, directory: Directory, *, dry_run: bool, again: bool
) -> Permit:
    async def permit(*, seen_absent: bool) -> bool:
        del seen_absent
        return not dry_run and journal.claim(profile, directory, again=again)

    return permit


def _assignment(profile: Profile, directory: Directory) -> Assignment:
    return Assignment(
        task=Task.SUBMIT,
        submission_id=uuid4(),
        job_id=uuid4(),
        attempt=1,
        token=uuid4(),
        epoch=0,
        deadline_at=datetime.now(UTC) + LEASE,
        directory=directory,
        profile=profile,
    )


def _end(directory: Directory, result: Result) -> End:
    match result:
        case Pressed():
            state = after(State.PRESSED, event_of_verdict(result.verdict)) or State.UNCERTAIN
            return End(directory, state, result.reason, result)
        case HandOver():
            return End(directory, State.NEEDS_PERSON, result.reason, result)
        case Known():
            return End(directory, State.DUPLICATE, Reason.ALREADY_LISTED, result)
        case Left():
            return End(directory, State.SKIPPED, result.reason, result)
        case NotSent():
            return End(directory, State.FAILED, result.reason, result)
        case Looked():
            raise AssertionError("an attempt to submit answered as a verification")


def _as_dict(end: End) -> dict[str, Any]:
    return {
        "directory": end.directory.submit_url,
        "outcome": end.state,
        "reason": end.reason,
        "result": end.result.model_dump(mode="json") if end.result else None,
    }


def _show(ends: list[End]) -> None:
    rows = [
        (e.directory.name, state_text(e.state), WORDS[e.reason].customer, _listing(e)) for e in ends
    ]
    table(["directory", "outcome", "why", "listing"], rows)
    for end in ends:
        if end.result is None or not end.result.typed:
            continue
        out.print()
        out.print(end.directory.name, style="bold")
        table(
            ["field", "control", "typed", "kept"],
            [
                (
                    f"{v.field}{'.' + v.part if v.part else ''}",
                    v.control,
                    v.typed if len(v.typed) <= 60 else v.typed[:59] + "…",
                    Text("yes", "green") if v.kept else Text("no", "red"),
                )
                for v in end.result.typed
            ],
        )
        if end.result.detail:
            out.print(end.result.detail, style="dim")


def _listing(end: End) -> str:
    return getattr(end.result, "listing_url", "") if end.result else ""
