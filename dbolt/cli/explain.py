"""`dbolt explain`: what does the form engine make of a page, and why?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.text import Text

from dbolt.cli.output import Exit, Trouble, emit_json, err, out, say, table
from dbolt.cli.single import LEASE, target_of
from dbolt.domain.directory import Directory
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import WORDS, Reason
from dbolt.domain.submission import Assignment, EvidenceKind, EvidenceRef, HandOver, Task
from dbolt.forms.page import Control, LabelKind, Page
from dbolt.forms.reading import FieldGuess, FormKind, Reading
from dbolt.settings import Settings

_STRANGER = {
    "business_name": "Nobody",
    "descriptions": ["Nothing is typed."],
    "category": "Nothing",
    "contact": {"first_name": "No", "last_name": "Body"},
    "email": "nobody@example.com",
    "phone": "+1 212 555 0142",
    "address": {"street": "1 Nowhere St", "city": "Albany", "state": "NY"},
}
"""An attempt is made for a business; looking at a page types nothing of it."""
_NAMING = (LabelKind.FOR, LabelKind.WRAP, LabelKind.ARIA, LabelKind.BEFORE, LabelKind.PLACEHOLDER)
_MOST_REASONS = 4


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(explain)


def explain(
    url: Annotated[str, typer.Argument(help="Address of a page with a form.")],
    screenshot: Annotated[
        Path | None,
        typer.Option("--screenshot", help="Draw what was understood on the page, into this PNG."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Say which form of a page lists a business and what each control asks for; types nothing."""
    directory = target_of(url)
    if screenshot is not None and not screenshot.resolve().parent.is_dir():
        raise Trouble(f"There is no folder {str(screenshot.resolve().parent)!r}; make it first.")
    seen = asyncio.run(_look(Settings(), directory, draw=screenshot is not None))
    if screenshot is not None:
        try:
            screenshot.write_bytes(seen.picture)
        except OSError as error:
            raise Trouble(f"{screenshot} cannot be written: {error.strerror}.") from error
    if as_json:
        emit_json(as_dict(seen))
        return
    _show(seen)
    if screenshot is not None:
        err.print(f"The page with its fields drawn on it: {screenshot}", soft_wrap=True)


@dataclass(slots=True)
class Seen:
    """What was found on the way to the form, and how the last page was read, best form first."""

    page: Page
    readings: list[Reading]
    visited: list[str]
    wall: Reason | None = None
    why_not: str = ""
    """Why no listing form was found; empty if one was."""
    picture: bytes = field(default=b"", repr=False)


class _NoEvidence:
    """Looking leaves nothing behind."""

    async def put(
        self, data: bytes, *, kind: EvidenceKind, media_type: str, taken_at: datetime
    ) -> EvidenceRef:
        raise AssertionError(f"{kind} was to be kept of {media_type}, {len(data)}, {taken_at}")


async def _look(settings: Settings, directory: Directory, *, draw: bool) -> Seen:
    from playwright.async_api import Error

    from dbolt.browser.arrive import arrive
    from dbolt.browser.chromium import NoBrowser, find_chromium
    from dbolt.browser.find import find_form
    from dbolt.browser.proof import Proof
    from dbolt.browser.run import Found, Run
    from dbolt.browser.session import Browser, first_line
    from dbolt.cli.drawing import draw_fields
    from dbolt.forms.classify import classify
    from dbolt.forms.walls import wall

    try:
        async with (
            Browser(find_chromium(settings.chromium)) as browser,
            browser.new_context(directory) as visit,
        ):
            run = Run(visit, _assignment(directory), _never, Proof(_NoEvidence()))
            with contextlib.nullcontext() if draw else err.status(f"{directory.name} …"):
                refused = await arrive(run, directory.submit_url)
                # Behind a wall there is a page to be shown, elsewhere none.
                if refused is not None and not isinstance(refused, HandOver):
                    raise Trouble(_unread(directory, refused.detail), code=Exit.UNREACHABLE)
                visited: list[str] = [visit.page.url]
                visit.page.on("framenavigated", lambda f: _note(visited, f.url, f.parent_frame))
                end = refused or await find_form(run)
            found = isinstance(end, Found)
            page = end.page if isinstance(end, Found) else await run.look()
            readings = classify(page)
            seen = Seen(page, readings, visited, wall(page))
            seen.why_not = "" if found or isinstance(end, Found) else end.detail
            if draw:
                seen.picture = await draw_fields(visit.newest(), readings)
            return seen
    except NoBrowser as missing:
        raise Trouble(str(missing), code=Exit.MISSING) from missing
    except (Error, TimeoutError) as error:
        raise Trouble(_unread(directory, first_line(error)), code=Exit.UNREACHABLE) from error


def _unread(directory: Directory, detail: str) -> str:
    # Chromium names the address once more, and Playwright its own function.
    cause = detail.removeprefix("Page.goto: ").partition(" at http")[0].rstrip(".")
    return f"{directory.submit_url} was not read: {cause}; check the address in a browser."


def _note(visited: list[str], url: str, parent: object | None) -> None:
    if parent is None and url not in visited and not url.endswith("/robots.txt"):
        visited.append(url)


async def _never(*, seen_absent: bool) -> bool:
    del seen_absent
    return False


def _assignment(directory: Directory) -> Assignment:
    nobody = UUID(int=0)
    return Assignment(
        task=Task.SUBMIT,
        submission_id=nobody,
        job_id=nobody,
        attempt=1,
        token=nobody,
        epoch=0,
        deadline_at=datetime.now(UTC) + LEASE,
        directory=directory,
        profile=Profile.model_validate(_STRANGER),
    )


def as_dict(seen: Seen) -> dict[str, Any]:
    """What `--json` prints."""
    controls = {c.ref: c for c in seen.page.controls}
    return {
        "url": seen.page.url,
        "title": seen.page.title,
        "visited": seen.visited,
        "wall": seen.wall,
        "listing_form": bool(seen.readings) and seen.readings[0].kind is FormKind.LISTING,
        "why_not": seen.why_not,
        "forms": [_form_as_dict(r, controls, seen.page) for r in seen.readings],
    }


def _form_as_dict(reading: Reading, controls: dict[str, Control], page: Page) -> dict[str, Any]:
    return {
        "kind": reading.kind,
        "score": reading.score,
        "language": reading.language,
        "button": _button(reading, page),
        "button_only_leads_on": reading.submit_is_next,
        "controls": [
            {
                "control": called(controls[g.ref]),
                "name": controls[g.ref].name,
                "id": controls[g.ref].id,
                "widget": controls[g.ref].widget,
                "required": controls[g.ref].required,
                "field": g.field,
                "part": g.part,
                "confidence": g.confidence,
                "trap": g.trap,
                "because": [
                    {"source": b.source, "words": b.words, "weight": round(b.weight, 2)}
                    for b in g.because
                ],
            }
            for g in reading.guesses
        ],
    }


def called(control: Control) -> str:
    """How a person would name *control*: its label, else its name."""
    for kind in _NAMING:
        text = next((x.text for x in control.labels if x.kind is kind and x.text), "")
        if text:
            return text
    return control.name or control.id or f"({control.widget} without a name)"


def _show(seen: Seen) -> None:
    for url in seen.visited[:-1]:
        say(f"{url}  led on to", "dim")
    say(seen.page.url, "bold")
    if seen.wall is not None:
        say(f"In the way: {WORDS[seen.wall].customer}", "yellow")
    if seen.why_not:
        say(f"No listing form: {seen.why_not}", "yellow")
    controls = {c.ref: c for c in seen.page.controls}
    for number, reading in enumerate(seen.readings, start=1):
        chosen = number == 1 and reading.kind is FormKind.LISTING
        out.print()
        head = f"Form {number} of {len(seen.readings)}: {reading.kind}"
        told = f", {reading.score:.0%} likely for listings, language {reading.language}"
        say(head + told + (", chosen" if chosen else ""), "bold" if chosen else "dim")
        button = _button(reading, seen.page)
        leads = "only leads to a further step" if reading.submit_is_next else "hands it in"
        say(f"Button: {button!r}, {leads}" if button else "No button found", "dim")
        rows = [_row(controls[g.ref], g) for g in reading.guesses if _is_shown(controls[g.ref])]
        table(["control", "field", "sure", "because"], rows)


def _is_shown(control: Control) -> bool:
    return control.type != "hidden"


def _button(reading: Reading, page: Page) -> str:
    return next((b.text for b in page.buttons if b.ref == reading.submit), "")


def _row(control: Control, guess: FieldGuess) -> Sequence[Any]:
    name = called(control) + (" *" if control.required and "*" not in called(control) else "")
    return (
        name if len(name) <= 50 else name[:49] + "…",
        field_text(guess),
        f"{guess.confidence:.0%}" if guess.field else "",
        reasons(guess),
    )


def field_text(guess: FieldGuess) -> Text:
    """The field with its part, or that the control is a trap or not understood."""
    if guess.trap:
        return Text("trap, left empty", "red")
    if guess.field is None:
        return Text("left alone", "yellow")
    return Text(guess.field + (f".{guess.part}" if guess.part else ""), "green")


def reasons(guess: FieldGuess) -> str:
    """The weightiest evidence in words: `for "Business name" +5.0`."""
    told = [f'{b.source} "{b.words}" {b.weight:+.1f}' for b in guess.because[:_MOST_REASONS]]
    more = len(guess.because) - len(told)
    return "; ".join(told) + (f"; {more} more" if more > 0 else "")
