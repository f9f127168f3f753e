"""`dbolt pool`: who works in the browser pool of a running DirectoryBolt, and why so many?"""

from __future__ import annotations

import typer
from rich.text import Text

from dbolt.cli.client import Client
from dbolt.cli.output import emit_json, out, table
from dbolt.cli.remote import ApiKey, AsJson, Url
from dbolt.domain.browsers import BrowserState, BrowserStatus, PoolStatus

_COLOURS = {
    BrowserState.IDLE: "dim",
    BrowserState.BUSY: "green",
    BrowserState.PENDING: "yellow",
    BrowserState.DRAINING: "cyan",
    BrowserState.RECYCLING: "cyan",
    BrowserState.SILENT: "bold red",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(pool)


def pool(as_json: AsJson = False, url: Url = None, api_key: ApiKey = None) -> None:
    """Show the browsers: how many and why, what each slot does, memory, recycling."""
    found = Client.find(url, api_key).get("/api/v1/pool")
    if as_json:
        emit_json(found)
        return
    status = PoolStatus.model_validate(found)
    out.print(f"{status.target} browsers", style="bold", end="  ")
    out.print(f"(of {status.least} to {status.most})  {status.reason}", markup=False)
    if status.crashed:
        out.print(f"{status.crashed} of {status.hired} died without having been told to.")
    if status.browsers:
        columns = ["browser", "state", "slots", "doing", "done", "recycled", "MB", "age", "node"]
        table(columns, [_row(one) for one in status.browsers])


def _row(one: BrowserStatus) -> tuple[object, ...]:
    doing = "\n".join(f"{s.directory}: {s.stage}, {_span(s.since_s)}" for s in one.doing)
    return (
        one.name,
        Text(one.state, style=_COLOURS.get(one.state, "")),
        f"{len(one.doing)}/{one.slots}" if one.slots else "",
        doing,
        one.done,
        one.recycled,
        one.memory_mb or "",
        _span(one.age_s),
        f"{one.host} {one.node[-6:]}".strip(),
    )


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
