"""`dbolt demo`: a business signs up, pays and is listed in a town of sandbox directories.

The town is asked at the end what it stored; what is told comes from there and not from us. A run
that was killed is taken up again where it stood: the same job, the same town.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dbolt.cli.client import Client
from dbolt.cli.demo_report import compare, report_of, show
from dbolt.cli.output import Exit, Trouble, err, out, state_text
from dbolt.cli.stack import Stack, running
from dbolt.cli.town import open_town
from dbolt.domain.lifecycle import MOVING, State
from dbolt.domain.plan import CURRENCY, PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.providers.payments import CheckoutOrder
from dbolt.providers.payments.standin import signed_event
from dbolt.sandbox.demo import load_demo_profile
from dbolt.sandbox.town import Town
from dbolt.settings import Settings

POLL_S = 0.5
PATIENCE_S = 60.0
BACKOFF = 0.02
"""The town's sites are our own: waiting minutes between tries is kind to nobody."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which order the demo is about, on disk so that a killed run can be taken up again."""

    order_id: str
    plan: str
    session_token: str | None = None
    complete: bool = False

    def __repr__(self) -> str:
        """Without the token."""
        return f"Mark(order_id={self.order_id!r}, plan={self.plan!r}, complete={self.complete})"


def run_demo(plan: PlanName, *, once: bool, json_file: Path | None, timeout_s: float) -> bool:
    """Carries one job out and shows it; whether every line was honest. See the module."""
    began = time.monotonic()
    settings = Settings()
    home = settings.home / "demo"
    settings = settings.model_copy(update={"home": home})
    before = _read_mark(home)
    if before is not None and before.complete:
        _clear(home)
    with (
        open_town(home / "town") as town,
        running(
            settings, directories=town.directories(), database="dbolt_demo", backoff=BACKOFF
        ) as stack,
    ):
        client = Client(stack.url, stack.secrets.staff_token)
        profile = load_demo_profile()
        if before is None or before.complete:
            mark = _order(client, plan, profile, home, before)
        else:
            mark = before
            out.print("Taking up the job of the run before.", style="cyan")
        job = _job_of(client, stack, mark, profile)
        out.print(f"Watch it: {_job_page(stack, mark, job)}", soft_wrap=True)
        detail = _watch(client, job, town, timeout_s)
        lines = compare(town, detail, profile, interrupted=mark is before)
        _write_mark(home, replace(mark, complete=detail["state"] == "complete"))
        seconds = time.monotonic() - began
        report = report_of(detail, lines, seconds)
        for path in (home / "report.json", json_file):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(report, indent=2, ensure_ascii=False, default=str))
        show(lines, report, json_file or home / "report.json")
        if not once:
            _linger(stack, town, _job_page(stack, mark, job))
        return bool(report["ok"])


def _order(
    client: Client, plan: PlanName, profile: Profile, home: Path, before: Mark | None
) -> Mark:
    made = client.post("/api/v1/orders", {"email": profile.email, "plan": plan.value})
    # A customer who is known already gets no second session; the first demo's serves on.
    token = made["session_token"] or (before.session_token if before else None)
    mark = Mark(made["order_id"], plan.value, token)
    _write_mark(home, mark)
    return mark


def _job_page(stack: Stack, mark: Mark, job: UUID) -> str:
    """The customer's own page, signed in where we hold a session. After the # nothing is sent."""
    page = f"/jobs/{job}"
    return stack.url + (
        f"/sign-in/key?next={page}#{mark.session_token}" if mark.session_token else page
    )


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
    _patiently(lambda: client.post_raw("/webhooks/stripe", body, headers))
    jobs = _patiently(lambda: client.get("/api/v1/jobs", {"limit": 200}))["items"]
    found = [job for job in jobs if job["order_id"] == mark.order_id]
    if not found:
        raise Trouble("The payment was taken, but no job came of it; see the log.")
    if found[0]["state"] == "awaiting_profile":
        told = profile.model_dump(mode="json")
        _patiently(lambda: client.put(f"/api/v1/jobs/{found[0]['id']}/profile", told))
    return UUID(found[0]["id"])


def _patiently(call: Callable[[], Any]) -> Any:
    """What *call* returns; one that may be repeated is, while the server is being restarted."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except Trouble as trouble:
            if trouble.code is not Exit.UNREACHABLE or time.monotonic() > until:
                raise
            time.sleep(POLL_S)


def _watch(client: Client, job: UUID, town: Town, timeout_s: float) -> dict[str, Any]:
    """The job as it stands when it is complete; meanwhile a bar, and a line for each that ends."""
    names = {directory.slug: directory.name for directory in town.directories()}
    until = time.monotonic() + timeout_s
    told: set[str] = set()
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
            detail: dict[str, Any] = _patiently(lambda: client.get(f"/api/v1/jobs/{job}"))
            for submission in detail["submissions"]:
                if submission["state"] not in MOVING and submission["directory"] not in told:
                    told.add(submission["directory"])
                    progress.console.print(_ended(submission, names))
            busy = [names[s["directory"]] for s in detail["submissions"] if s["state"] in _AT_WORK]
            progress.update(
                bar,
                total=detail["total"],
                completed=len(told),
                description=", ".join(busy[:3]),
            )
            if detail["state"] in {"complete", "cancelled"}:
                return detail
            if time.monotonic() > until:
                raise Trouble(
                    f"The job is not complete after {timeout_s:.0f} s; run the demo again to go on."
                )
            time.sleep(POLL_S)


def _ended(submission: dict[str, Any], names: dict[str, str]) -> Text:
    name = names[submission["directory"]]
    return Text.assemble(
        f"{name:<27.27} ", state_text(submission["state"]), f"  {submission.get('reason') or ''}"
    )


_AT_WORK = {State.LEASED, State.PRESSED, State.UNCERTAIN}


def _linger(stack: Stack, town: Town, page: str) -> None:
    import signal

    out.print(
        f"\nStill up for a look around (Ctrl-C ends):\n"
        f"  the job          {page}\n"
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
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(mark)))
    fresh.replace(_mark_path(home))


def _clear(home: Path) -> None:
    """A finished demo makes room: a second order would list the business a second time."""
    for path in (home / "town").glob("*"):
        path.unlink()
