"""`dbolt demo`: a business signs up, pays and is listed in a town of sandbox directories.

The town is asked at the end what it stored; what is told comes from there and not from us. A run
that was killed is taken up again where it stood: the same job, the same town.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dbolt.cli.client import Client
from dbolt.cli.output import Trouble, err, out, state_text, table
from dbolt.cli.stack import Stack, running
from dbolt.cli.town import open_town
from dbolt.domain.fields import Field
from dbolt.domain.lifecycle import HANDED_IN, MOVING, State
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from dbolt.sandbox.compare import matches, mismatches
from dbolt.sandbox.demo import load_demo_profile
from dbolt.sandbox.town import Town
from dbolt.settings import Settings

POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """Which order the demo is about, on disk so that a killed run can be taken up again."""

    order_id: str
    plan: str
    complete: bool = False


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


def run_demo(plan: PlanName, *, once: bool, json_file: Path | None, timeout_s: float) -> bool:
    """Carries one job out and shows it; whether every line was honest. See the module."""
    began = time.monotonic()
    settings = Settings()
    home = settings.home / "demo"
    settings = settings.model_copy(update={"home": home})
    mark = _read_mark(home)
    if mark is not None and mark.complete:
        _forget(home)
        mark = None
    with (
        open_town(home / "town") as town,
        running(settings, directories=town.directories(), database="dbolt_demo") as stack,
    ):
        client = Client(stack.url, stack.secrets.staff_token)
        profile = load_demo_profile()
        if mark is None:
            mark = _order(client, plan, profile, home)
        else:
            out.print("Taking up the job of the run before.", style="cyan")
        job = _job_of(client, stack, mark, profile)
        out.print(f"Job {job}   live: {stack.url}/jobs/{job}", soft_wrap=True)
        detail = _watch(client, job, timeout_s)
        lines = compare(town, detail, profile)
        _write_mark(home, Mark(mark.order_id, mark.plan, complete=detail["state"] == "complete"))
        seconds = time.monotonic() - began
        report = _report(detail, lines, seconds)
        for path in (home / "report.json", json_file):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(report, indent=2, ensure_ascii=False, default=str))
        _show(lines, report, json_file or home / "report.json")
        if not once:
            _linger(stack, town, job)
        return bool(report["ok"])


def _order(client: Client, plan: PlanName, profile: Profile, home: Path) -> Mark:
    made = client.post("/api/v1/orders", {"email": profile.email, "plan": plan.value})
    mark = Mark(made["order_id"], plan.value)
    _write_mark(home, mark)
    return mark


def _job_of(client: Client, stack: Stack, mark: Mark, profile: Profile) -> UUID:
    """The order's job. Each step may be repeated: the payment, and the profile."""
    plan = PLANS[PlanName(mark.plan)]
    order = CheckoutOrder(
        order_id=UUID(mark.order_id),
        plan=plan.name,
        amount_cents=plan.price_cents,
        currency=CURRENCY,
        email=profile.email,
    )
    body, signature = signed_event(order, stack.secrets.stripe_webhook_secret)
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    client.post_raw("/webhooks/stripe", body, headers)
    jobs = client.get("/api/v1/jobs", {"limit": 200})["items"]
    found = [job for job in jobs if job["order_id"] == mark.order_id]
    if not found:
        raise Trouble("The payment was taken, but no job came of it; see the log.")
    if found[0]["state"] == "awaiting_profile":
        told = profile.model_dump(mode="json")
        client.put(f"/api/v1/jobs/{found[0]['id']}/profile", told)
    return UUID(found[0]["id"])


def _watch(client: Client, job: UUID, timeout_s: float) -> dict[str, Any]:
    """The job as it stands when it is complete, with a progress bar meanwhile."""
    until = time.monotonic() + timeout_s
    columns = (
        TextColumn("[bold]submitting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("", total=None)
        while True:
            detail: dict[str, Any] = client.get(f"/api/v1/jobs/{job}")
            busy = [s["directory"] for s in detail["submissions"] if s["state"] in _AT_WORK]
            progress.update(
                bar,
                total=detail["total"],
                completed=detail["settled"],
                description=", ".join(busy[:3]),
            )
            if detail["state"] in {"complete", "cancelled"}:
                return detail
            if time.monotonic() > until:
                raise Trouble(
                    f"The job is not complete after {timeout_s:.0f} s; run the demo again to go on."
                )
            time.sleep(POLL_S)


_AT_WORK = {State.LEASED, State.PRESSED, State.UNCERTAIN}


def compare(town: Town, detail: dict[str, Any], profile: Profile) -> list[Line]:
    """What we say of each directory beside what the directory itself holds."""
    with httpx.Client(base_url=town.base_url, timeout=30) as http:
        sites = {site["slug"]: site for site in http.get("/_town/sites").json()}
        lines = []
        for submission in detail["submissions"]:
            site = sites[submission["directory"]]
            listings = http.get(f"/_town/{site['slug']}/listings").json()
            lines.append(_line(submission, site, listings, profile))
    return sorted(lines, key=lambda line: line.slug)


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


def _report(detail: dict[str, Any], lines: list[Line], seconds: float) -> dict[str, Any]:
    moving = [line.slug for line in lines if line.outcome in MOVING]
    return {
        "job_id": detail["id"],
        "state": detail["state"],
        "seconds": round(seconds, 1),
        "ok": detail["state"] == "complete" and not moving and all(x.honest for x in lines),
        "directories": [asdict(line) for line in lines],
    }


def _show(lines: list[Line], report: dict[str, Any], path: Path) -> None:
    def verdict(line: Line) -> Text:
        if line.wrong:
            return Text(f"wrong: {', '.join(line.wrong)}", "red")
        if not line.honest:
            return Text(f"should be {line.expected}", "red")
        count = len(line.stored)
        fields = sum(len(listing) for listing in line.stored)
        return Text(f"{count} listing, {fields} fields as typed" if count else "nothing", "green")

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


def _linger(stack: Stack, town: Town, job: UUID) -> None:
    import signal

    out.print(
        f"\nStill up for a look around (Ctrl-C ends):\n"
        f"  the job, live    {stack.url}/jobs/{job}\n"
        f"  staff queue      {stack.url}/staff\n"
        f"  staff token      in {stack.settings.home}/run/secrets.json\n"
        f"  the town         {town.base_url}/\n"
        f"  Ray dashboard    {stack.ray_dashboard}",
        soft_wrap=True,
    )
    signal.pause()


def _mark_path(home: Path) -> Path:
    return home / "demo.json"


def _read_mark(home: Path) -> Mark | None:
    try:
        return Mark(**json.loads(_mark_path(home).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write_mark(home: Path, mark: Mark) -> None:
    home.mkdir(parents=True, exist_ok=True)
    fresh = _mark_path(home).with_suffix(".new")
    fresh.write_text(json.dumps(asdict(mark)))
    fresh.replace(_mark_path(home))


def _forget(home: Path) -> None:
    """A finished demo makes room: a second order would list the business a second time."""
    for path in (home / "town").glob("*"):
        path.unlink()
    _mark_path(home).unlink(missing_ok=True)
