"""`dbolt jobs|job|retry|pause|resume`: steer a running DirectoryBolt over its API."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer
from rich.prompt import Confirm

from dbolt.cli.client import Client
from dbolt.cli.output import Exit, Trouble, emit_json, out, state_text, table
from dbolt.domain.lifecycle import RETRYABLE, JobState, State
from dbolt.domain.protocol import PauseLevel
from dbolt.domain.reasons import WORDS, Reason

Url = Annotated[
    str | None,
    typer.Option("--url", envvar="DBOLT_URL", help="The server; without it, the one running here."),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        envvar=["DBOLT_API_KEY", "DBOLT_STAFF_TOKEN"],
        help="A key from `dbolt keys create`, or the staff token.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(jobs)
    app.command()(job)
    app.command()(retry)
    app.command()(pause)
    app.command()(resume)


def jobs(
    state: Annotated[JobState | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """List jobs, newest first."""
    params: dict[str, Any] = {"limit": limit} | ({"state": state.value} if state else {})
    page = Client.find(url, api_key).get("/api/v1/jobs", params)
    if as_json:
        emit_json(page["items"])
        return
    if not page["items"]:
        out.print(
            "There are no jobs yet. A paid order makes one; `dbolt demo` shows the whole way."
        )
        return
    table(
        ["job", "customer", "plan", "state", "done", "created"],
        [
            (
                j["id"],
                j.get("business_name") or j.get("email") or "",
                j["plan"],
                state_text(j["state"]),
                f"{j['settled']}/{j['total']}",
                j["created_at"][:19].replace("T", " "),
            )
            for j in page["items"]
        ],
    )


def job(
    job_id: Annotated[UUID, typer.Argument(help="The job's id, from `dbolt jobs`.")],
    ids: Annotated[
        bool, typer.Option("--ids", help="With the submissions' ids, as `dbolt retry` takes them.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Show one job: a row for each directory, with its state and the reason."""
    found = Client.find(url, api_key).get(f"/api/v1/jobs/{job_id}")
    if as_json:
        emit_json(found)
        return
    name = found.get("business_name") or found.get("email") or found["id"]
    out.print(name, style="bold", end="  ")
    out.print(found["plan"], state_text(found["state"]), f"{found['settled']}/{found['total']}")
    rows = [
        (
            *([s["id"]] if ids else []),
            s["directory"],
            state_text(s["state"]),
            _words(s.get("reason")),
            s.get("listing_url") or "",
        )
        for s in found["submissions"]
    ]
    table([*(["id"] if ids else []), "directory", "state", "why", "listing"], rows)


def _words(reason: str | None) -> str:
    try:
        return WORDS[Reason(reason)].customer if reason else ""
    except ValueError:
        return reason or ""


def retry(
    ids: Annotated[
        list[UUID] | None, typer.Argument(help="Submission ids; or use filters.")
    ] = None,
    job_id: Annotated[UUID | None, typer.Option("--job", help="Only of this job.")] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only in these states; failed, if not said.")
    ] = None,
    reason: Annotated[list[Reason] | None, typer.Option(help="Only for these reasons.")] = None,
    directory: Annotated[str | None, typer.Option(help="Only on this directory.")] = None,
    absent_checked: Annotated[
        bool,
        typer.Option(
            "--absent-checked",
            help="You have looked: the listing is not there. Needed for unconfirmed presses.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Send submissions back to the queue; shows the count first."""
    states = state or ([State.FAILED] if not ids else sorted(RETRYABLE))
    for wrong in (s for s in states if s not in RETRYABLE):
        known = ", ".join(sorted(RETRYABLE))
        raise Trouble(f"A submission that is {wrong} cannot be retried; choose among {known}.")
    wanted = {
        "submission_ids": [str(i) for i in ids or []],
        "job_id": str(job_id) if job_id else None,
        "states": [s.value for s in states],
        "reasons": [r.value for r in reason or []],
        "directory": directory,
        "absent_checked": absent_checked,
    }
    client = Client.find(url, api_key)
    count = client.post("/api/v1/jobs/retry", {"filter": wanted, "dry_run": True})["count"]
    if count and not yes and not as_json and not Confirm.ask(f"Retry {_submissions(count)}?"):
        out.print("Nothing was retried.")
        raise typer.Exit(Exit.FAILED)
    if count:
        count = client.post("/api/v1/jobs/retry", {"filter": wanted, "dry_run": False})["count"]
    if as_json:
        emit_json({"retried": count})
    else:
        told = f"In the queue again: {_submissions(count)}." if count else "Nothing to retry."
        out.print(told)


def _submissions(count: int) -> str:
    return "1 submission" if count == 1 else f"{count} submissions"


Level = Annotated[PauseLevel, typer.Argument(help="global, plan, directory or job.")]
Key = Annotated[str, typer.Argument(help="The plan's name, directory's slug or job's id.")]


def pause(
    level: Level = PauseLevel.GLOBAL,
    key: Key = "",
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Stop sending: what is not pressed yet goes back to the queue, what is pressed is finished."""
    scope = _switch("pause", level, key, Client.find(url, api_key))
    if as_json:
        emit_json({"paused": scope})
    else:
        out.print(f"Paused: {level} {key}".rstrip())


def resume(
    level: Level = PauseLevel.GLOBAL,
    key: Key = "",
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Take a pause back."""
    scope = _switch("resume", level, key, Client.find(url, api_key))
    if as_json:
        emit_json({"resumed": scope})
    else:
        out.print(f"Resumed: {level} {key}".rstrip())


def _switch(verb: str, level: PauseLevel, key: str, client: Client) -> dict[str, str]:
    if (level is PauseLevel.GLOBAL) != (not key):
        raise Trouble(
            "Give a key with plan, directory or job, and none with global: "
            f"`dbolt {verb} directory SLUG`."
        )
    scope = {"level": level.value, "key": key}
    client.post(f"/api/v1/{verb}", scope)
    return scope
