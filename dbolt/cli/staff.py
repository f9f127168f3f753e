"""`dbolt staff add`: an invitation for one of our own people, made on the server's machine."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from pydantic import EmailStr, SecretStr, TypeAdapter, ValidationError

from dbolt.cli.client import run_folder
from dbolt.cli.output import Exit, Trouble, out
from dbolt.settings import Secrets, SecretVariables, Settings

group = typer.Typer(help="Who of staff may sign in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="staff")


@group.callback()
def _group() -> None:
    """Who of staff may sign in."""


@group.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Whose account it will be.")],
    role: Annotated[str, typer.Option(help="viewer, staff or admin.")] = "staff",
) -> None:
    """Print the link with which somebody joins the staff. It works once, for three days."""
    from dbolt.store.pool import DatabaseUnreachable
    from serve_app.staff.roles import StaffRole

    try:
        address = TypeAdapter(EmailStr).validate_python(email)
    except ValidationError as error:
        raise Trouble(f"{email!r} is no e-mail address.") from error
    if role not in set(StaffRole):
        raise Trouble("A role is viewer, staff or admin.")
    settings = Settings()
    url, vault_key = _reached(settings)
    try:
        token = asyncio.run(_invite(url, vault_key, address, StaffRole(role)))
    except DatabaseUnreachable as error:
        raise Trouble(
            f"{error} The embedded database runs while `dbolt up` does.", code=Exit.MISSING
        ) from error
    if token is None:
        raise Trouble(f"{address} has an account already; an admin can change its role.")
    out.print(f"{_address(settings)}/staff/join/{token.get_secret_value()}", soft_wrap=True)


def _reached(settings: Settings) -> tuple[SecretStr, SecretStr]:
    """The database's address and the vault's key, as the server here has them."""
    given = SecretVariables()
    try:
        kept = Secrets.load(run_folder(settings.home) / "secrets.json")
    except (OSError, ValidationError):
        kept = None
    url = given.database_url or (kept.database_url if kept else None)
    vault_key = given.dbolt_vault_key or (kept.vault_key if kept else None)
    if url is None or vault_key is None:
        raise Trouble(
            "No server has been started here; run `dbolt up` first, or set DATABASE_URL and "
            "DBOLT_VAULT_KEY.",
            code=Exit.MISSING,
        )
    return url, vault_key


async def _invite(url: SecretStr, vault_key: SecretStr, email: str, role: str) -> SecretStr | None:
    from dbolt.store.pool import Role, close_pool, open_pool
    from serve_app.staff import members
    from serve_app.staff.roles import StaffRole

    pool = await open_pool(url, Role.WEB, max_size=1)
    try:
        async with pool.acquire() as connection, connection.transaction():
            by = "dbolt staff add"
            return await members.invite(connection, vault_key, email, StaffRole(role), by)
    finally:
        await close_pool(pool)


def _address(settings: Settings) -> str:
    if settings.public_url:
        return settings.public_url.rstrip("/")
    try:
        url: str = json.loads((run_folder(settings.home) / "server.json").read_text())["url"]
    except (OSError, ValueError, KeyError):
        return f"http://{settings.host}:{settings.port}"
    return url
