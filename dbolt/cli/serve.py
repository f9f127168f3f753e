"""`dbolt up|demo|migrate`: run DirectoryBolt."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dbolt.cli.output import Exit, Trouble, out
from dbolt.domain.plan import PlanName
from dbolt.settings import SecretVariables, Settings


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(up)
    app.command()(demo)
    app.command()(migrate)


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C; once the end has begun, neither can break it off half-way."""

    def stop(_number: int, _frame: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Web port.")] = None,
) -> None:
    """Run everything in the foreground until Ctrl-C."""
    from dbolt.cli.stack import free_space_warning, running

    given = {"host": host, "port": port}
    settings = Settings().model_copy(update={k: v for k, v in given.items() if v is not None})
    with stoppable():
        try:
            with running(settings) as stack:
                free_space_warning(settings.home)
                token = stack.settings.home / "run" / "secrets.json"
                out.print(
                    f"ready  {stack.url}  staff {stack.url}/staff  (token in {token})  "
                    f"ray {stack.ray_dashboard}",
                    soft_wrap=True,
                )
                signal.pause()
        except KeyboardInterrupt:
            out.print("stopped")


def demo(
    plan: Annotated[PlanName, typer.Option(help="The plan to buy.")] = PlanName.STARTER,
    once: Annotated[bool, typer.Option("--once", help="End when the job is complete.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the outcome of each directory here.")
    ] = None,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=30, help="Give up on the job after so many seconds.")
    ] = 900,
) -> None:
    """Show the whole way: a paid job is carried out in a town of sandbox directories."""
    from dbolt.cli.demo import run_demo

    with stoppable():
        try:
            good = run_demo(plan, once=once, json_file=json_file, timeout_s=timeout_s)
        except KeyboardInterrupt as error:
            out.print("stopped")
            raise typer.Exit(Exit.INTERRUPTED) from error
    if not good:
        raise typer.Exit(Exit.FAILED)


def migrate() -> None:
    """Bring the database of DATABASE_URL up to date."""
    from dbolt.store.migrate import MigrationRefused
    from dbolt.store.migrate import migrate as apply
    from dbolt.store.pool import DatabaseUnreachable

    url = SecretVariables().database_url
    if url is None:
        raise Trouble(
            "DATABASE_URL is not set; the embedded database is migrated by `dbolt up` itself."
        )
    try:
        done = asyncio.run(apply(url))
    except (DatabaseUnreachable, MigrationRefused) as error:
        raise Trouble(str(error), code=Exit.MISSING) from error
    out.print("\n".join(f"applied {name}" for name in done) or "already up to date")
