"""Which parts make a running DirectoryBolt, and in which order do they come and go?"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets as random
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from dbolt import logs
from dbolt.catalogue.loader import CatalogueMissing, default_folder, load
from dbolt.cli.check import port_problem
from dbolt.cli.client import Running, forget_running, note_running, run_folder
from dbolt.cli.output import Exit, Trouble, err
from dbolt.cli.proxies import given_text, listed
from dbolt.domain.directory import Directory, ProxyPolicy
from dbolt.settings import (
    Secrets,
    SecretVariables,
    Settings,
    forget_secret_variables,
    ray_token_path,
    write_private,
)
from dbolt.store.embedded import Embedded


@dataclass(frozen=True, slots=True)
class Stack:
    """A running DirectoryBolt."""

    settings: Settings
    secrets: Secrets
    url: str
    ray_dashboard: str


@contextmanager
def running(
    settings: Settings,
    *,
    directories: list[Directory] | None = None,
    database: str = "",
    backoff: float = 1.0,
) -> Iterator[Stack]:
    """Everything started in order, and stopped in the reverse order whatever happens.

    directories: what the queue may use; None for the catalogue's folder. database: use one of
    this name on the server of DATABASE_URL instead of the one named there. backoff: multiplies
    the waits between tries.
    Raises Trouble, with nothing left running, where a part cannot be had.
    """
    from dbolt.browser.chromium import NoBrowser, find_chromium
    from dbolt.browser.launcher import sweep

    logs.configure(level=settings.log_level, as_json=settings.log_json)
    with ExitStack() as parts:
        parts.enter_context(_only_one(settings.home))
        try:
            chromium = find_chromium(settings.chromium)
        except NoBrowser as missing:
            raise Trouble(str(missing), code=Exit.MISSING) from missing
        _free(settings)
        settings = settings.model_copy(update={"chromium": chromium})
        settings = with_proxies(settings)
        catalogue = directories if directories is not None else _catalogue(settings)
        sweep()
        parts.callback(sweep)
        with err.status("Database …"):
            secrets = _secrets(settings, parts, database)
        secrets_path = run_folder(settings.home) / "secrets.json"
        secrets.save(secrets_path)
        forget_secret_variables()
        stack = _start(settings, secrets, secrets_path, catalogue, parts, backoff)
        note_running(settings.home, Running(stack.url, os.getpid()))
        parts.callback(forget_running, settings.home)
        yield stack


def _start(
    settings: Settings,
    secrets: Secrets,
    secrets_path: Path,
    catalogue: list[Directory],
    parts: ExitStack,
    backoff: float,
) -> Stack:
    ours = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with err.status("Ray …"):
        _bring_token(settings)
        from actors import runtime

        _hush("ray._private.authentication.authentication_token_setup", logging.ERROR)
        address = settings.ray_address or None
        # Before the start: whoever breaks it off half-way leaves nothing either.
        parts.callback(runtime.stop)
        cluster = runtime.start(settings, secrets_path, address=address, backoff=backoff)
        _take_back(ours)
        runtime.sync_directories(catalogue)
    with err.status("Web …"):
        from serve_app import deployments

        _hush("ray.serve", logging.WARNING)
        url = deployments.run(settings, secrets_path)
        parts.callback(deployments.stop, cluster_ends=address is None)
        _take_back(ours)
    return Stack(settings, secrets, url, cluster.dashboard_url)


def _bring_token(settings: Settings) -> None:
    """A cluster that `ray start` began wants the token where there is one.

    Ray decides when it is imported whether to show it, and by itself does so to its own only.
    """
    if settings.ray_address and ray_token_path().exists():
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _take_back(handlers: dict[signal.Signals, Any]) -> None:
    """Ray installs handlers of its own, which would abort instead of stopping in good order."""
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _hush(logger: str, level: int) -> None:
    """Ray tells how it starts; whoever typed the command wants to see what went wrong only."""
    logging.getLogger(logger).setLevel(level)


def _free(settings: Settings) -> None:
    """Raises Trouble where the web port is taken: Serve itself would go on trying."""
    if problem := port_problem(settings.host, settings.port):
        raise Trouble(
            f"{settings.host}:{settings.port} cannot be used: {problem}.",
            code=Exit.MISSING,
        )


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Holds HOME for this process: two of us would start two databases on one folder."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("a+")
    except OSError as error:
        raise Trouble(
            f"{str(home)!r} cannot be written ({error.strerror}); set DBOLT_HOME to a folder.",
            code=Exit.MISSING,
        ) from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(
                f"A DirectoryBolt is already running in {str(home)!r}; stop it or set DBOLT_HOME.",
                code=Exit.MISSING,
            ) from error
        yield


def _catalogue(settings: Settings) -> list[Directory]:
    try:
        found = load(settings.directories or default_folder())
    except CatalogueMissing as missing:
        raise Trouble(str(missing)) from missing
    if found.faults:
        raise Trouble(*(f"{fault.file}: {fault.problem}" for fault in found.faults))
    if not found.directories:
        # What waits for directories that are gone is left out: a wrong folder must not do that.
        folder = settings.directories or default_folder()
        raise Trouble(f"{str(folder)!r} holds no directory files; set DBOLT_DIRECTORIES to some.")
    return list(found.directories)


def with_proxies(settings: Settings) -> Settings:
    """Settings under which every process finds the same proxies; what was secret is in a file."""
    known = listed(settings)
    if not known and settings.proxy_policy is ProxyPolicy.REQUIRE:
        raise Trouble("DBOLT_PROXY_POLICY is require, and there are no proxies: set DBOLT_PROXIES.")
    path = run_folder(settings.home) / "proxies.txt"
    if text := given_text(SecretVariables()):
        write_private(path, text)
        return settings.model_copy(update={"proxies": str(path.resolve())})
    path.unlink(missing_ok=True)
    if Path(settings.proxies).is_file():
        # Ray's workers have working folders of their own.
        return settings.model_copy(update={"proxies": str(Path(settings.proxies).resolve())})
    return settings


def _secrets(settings: Settings, parts: ExitStack, database: str) -> Secrets:
    given = SecretVariables()
    if (given.stripe_secret_key is None) != (given.stripe_webhook_secret is None):
        raise Trouble(
            "Set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or neither: with one of them "
            "payments would be taken that lead to no job."
        )
    _refuse_guessable(given)
    if given.supabase_jwt_secret and len(given.supabase_jwt_secret.get_secret_value()) < 32:
        raise Trouble("SUPABASE_JWT_SECRET is too short; copy the whole of it from the project.")
    url = _database(settings, given.database_url, parts, database)
    kept = _kept(run_folder(settings.home) / "secrets.json")
    return Secrets(
        database_url=url,
        database_url_orchestrator=None if database else given.database_url_orchestrator,
        database_url_web=None if database else given.database_url_web,
        stripe_webhook_secret=given.stripe_webhook_secret
        or (kept.stripe_webhook_secret if kept else SecretStr(f"whsec_{random.token_hex(24)}")),
        stripe_secret_key=given.stripe_secret_key,
        staff_token=given.dbolt_staff_token
        or (kept.staff_token if kept else SecretStr(random.token_urlsafe(32))),
        worker_token=given.dbolt_worker_token,
        smtp_url=_mail_server(settings, given.smtp_url),
        captcha_key=_captcha_key(settings, given.twocaptcha_api_key),
        supabase_jwt_secret=given.supabase_jwt_secret,
        vault_key=given.dbolt_vault_key
        or (kept.vault_key if kept else None)
        or SecretStr(random.token_urlsafe(32)),
    )


SHORTEST_TOKEN = 24
"""Letters. What is signed with the staff token stands in every form, to be guessed at leisure."""


def _refuse_guessable(given: SecretVariables) -> None:
    tokens = {
        "DBOLT_STAFF_TOKEN": given.dbolt_staff_token,
        "DBOLT_WORKER_TOKEN": given.dbolt_worker_token,
    }
    for name, token in tokens.items():
        if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise Trouble(
                f"{name} can be guessed: give it {SHORTEST_TOKEN} random letters or more, "
                "as `openssl rand -hex 24` prints them."
            )


def _captcha_key(settings: Settings, key: SecretStr | None) -> SecretStr | None:
    from dbolt.providers.captcha.two_captcha import base_of

    try:
        base_of(settings.captcha_api_base)
    except ValueError as error:
        raise Trouble(str(error)) from error
    return key


def _mail_server(settings: Settings, url: SecretStr | None) -> SecretStr | None:
    if url is None:
        return None
    from dbolt.providers.mail.smtp import SmtpMail

    if "@" not in settings.mail_from:
        raise Trouble("Set DBOLT_MAIL_FROM to the address that letters to customers come from.")
    try:
        SmtpMail(url)
    except ValueError as error:
        raise Trouble(str(error)) from error
    return url


def _kept(path: Path) -> Secrets | None:
    try:
        return Secrets.load(path)
    except (OSError, ValidationError):
        return None


def _database(
    settings: Settings, given: SecretStr | None, parts: ExitStack, database: str
) -> SecretStr:
    from dbolt.store import embedded
    from dbolt.store.migrate import MigrationRefused, migrate
    from dbolt.store.place import EmbeddedFailure
    from dbolt.store.pool import DatabaseUnreachable
    from dbolt.store.server import ensure_database

    if given is None:
        try:
            server = embedded.start(settings.home / "postgres")
        except EmbeddedFailure as error:
            raise Trouble(str(error), code=Exit.MISSING) from error
        parts.callback(_stop_database, server)
        url = SecretStr(server.url)
    else:
        url = given
    try:
        if given is not None and database:
            url = asyncio.run(ensure_database(given, database))
        asyncio.run(migrate(url))
    except (DatabaseUnreachable, MigrationRefused) as error:
        raise Trouble(str(error), code=Exit.MISSING) from error
    return url


def _stop_database(server: Embedded) -> None:
    """The last part to go: what it held is safe, and the next start takes it over."""
    from dbolt.store.place import EmbeddedFailure

    try:
        server.stop()
    except EmbeddedFailure as failure:
        err.print(str(failure), style="yellow")


def free_space_warning(home: Path) -> None:
    """Says so on standard error where the disk is nearly full."""
    free = shutil.disk_usage(home).free
    if free < 2_000_000_000:
        err.print(f"Only {free / 1e9:.1f} GB of disk are free; Ray wants 2 GB.", style="yellow")
