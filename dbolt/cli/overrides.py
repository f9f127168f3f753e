"""`dbolt directories override list|set|undo`: lay rules over a directory's file, over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from dbolt.cli.client import Client
from dbolt.cli.output import Trouble, emit_json, out, say, table
from dbolt.cli.remote import ApiKey, AsJson, Url
from dbolt.domain.directory import Policy

group = typer.Typer(
    help="What holds on a running server instead of a directory's file.", no_args_is_help=True
)

Slug = Annotated[str, typer.Argument(help="The directory, as `dbolt directories list` names it.")]

_TITLES = {
    "concurrency": "at a time",
    "spacing_s": "seconds apart",
    "per_day": "a day",
    "policy": "policy",
}


def register(directories: typer.Typer) -> None:
    """Adds the commands to `dbolt directories`."""
    directories.add_typer(group, name="override")


@group.command("list")
def list_(as_json: AsJson = False, url: Url = None, api_key: ApiKey = None) -> None:
    """List the directories whose rules staff have changed, with why and until when."""
    client, found = Client.find(url, api_key), []
    asked: dict[str, Any] = {"overridden": True, "limit": 200}
    while True:
        page = client.get("/api/v1/directories", asked)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    if as_json:
        emit_json(found)
        return
    if not found:
        out.print("Every directory goes by its file.")
        return
    table(["directory", "holds", "why", "until", "by"], [_row(one) for one in found])


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    override = record["override"]
    until = override["until"]
    return (
        record["slug"],
        _rules(record),
        override["reason"],
        until[:16].replace("T", " ") + " UTC" if until else "taken back",
        override["actor"],
    )


def _rules(record: dict[str, Any]) -> str:
    """What holds where it differs from the file, as in "60.0 seconds apart (file: 5.0)"."""
    if record["override"]["off"]:
        return "off"
    said = [
        f"{record['holds'][name]} {title} (file: {record['file'][name]})"
        for name, title in _TITLES.items()
        if record["holds"][name] != record["file"][name]
    ]
    return ", ".join(said) or "as its file"


@group.command("set")
def set_(
    slug: Slug,
    reason: Annotated[str, typer.Option(help="Why; staff read it on the directory's page.")],
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=50, help="So many at a time.")
    ] = None,
    spacing: Annotated[
        float | None, typer.Option(min=0, max=86_400, help="So many seconds apart.")
    ] = None,
    per_day: Annotated[int | None, typer.Option(min=1, max=100_000, help="So many a day.")] = None,
    policy: Annotated[Policy | None, typer.Option(help="Who hands in there.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Hand nothing in there.")] = False,
    permission: Annotated[
        str, typer.Option(help="Who allowed more than the file does, and where that is written.")
    ] = "",
    until: Annotated[
        str | None,
        typer.Option(help="When it ends: 2026-03-02 or 2026-03-02T09:30, this machine's time."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="It ends in so many.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Lay rules over a directory's file, at once. They take the place of an earlier override."""
    rules = {
        "concurrency": concurrency,
        "spacing_s": spacing,
        "per_day": per_day,
        "policy": policy.value if policy else None,
    }
    if not off and set(rules.values()) == {None}:
        raise Trouble(
            "Say what is to hold: --concurrency, --spacing, --per-day, --policy or --off; "
            "`dbolt directories override undo` takes everything back."
        )
    body = {
        "rules": rules,
        "off": off,
        "reason": reason,
        "permission": permission,
        "until": _end(until, days),
    }
    record = Client.find(url, api_key).put(f"/api/v1/directories/{_slug(slug)}/override", body)
    if as_json:
        emit_json(record)
        return
    _, holds, _, end, _ = _row(record)
    say(f"{slug}: {holds}, until {end}.")


def _end(until: str | None, days: int | None) -> str | None:
    """The moment as the API takes it; None for no end."""
    if until and days:
        raise Trouble("Give --until or --days, not both.")
    if days:
        return (datetime.now(UTC) + timedelta(days=days)).isoformat()
    if not until:
        return None
    try:
        # What names no zone is meant as the clock on the wall here.
        return datetime.fromisoformat(until).astimezone().isoformat()
    except (ValueError, OverflowError) as error:
        raise Trouble(
            f"{until!r} is no moment; write 2026-03-02, 2026-03-02T09:30 or with +01:00."
        ) from error


@group.command()
def undo(slug: Slug, as_json: AsJson = False, url: Url = None, api_key: ApiKey = None) -> None:
    """Take an override back: the file alone holds again."""
    client, path = Client.find(url, api_key), f"/api/v1/directories/{_slug(slug)}"
    client.delete(f"{path}/override")
    if as_json:
        emit_json(client.get(path))
    else:
        say(f"{slug}: as its file says.")


def _slug(text: str) -> str:
    """*text* where it may stand in an address."""
    if not text.isascii() or not text.replace("-", "").isalnum():
        raise Trouble(f"{text!r} is no directory; `dbolt directories list` names them.")
    return text
