"""Is the database's shape the one that this release needs? Forward only, each file once, whole."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from importlib import resources

import asyncpg
from pydantic import SecretStr

from dbolt.store.pool import CONNECTION_LOST, connect, unreachable

_LOCK = 0x6462_6F6C_746D_6967
"""The advisory lock of migrations ("dboltmig")."""


class MigrationRefused(Exception):
    """The database cannot be brought to this release. One sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of migrations/."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file, in hex digits."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All migrations of this release, in order."""
    folder = resources.files("dbolt.store") / "migrations"
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return [Migration(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]


async def migrate(url: SecretStr | str, known: list[Migration] | None = None) -> list[str]:
    """Runs what is missing, and returns the names of what was run.

    known: the release's migrations, where they are not the packaged ones.
    Raises DatabaseUnreachable and MigrationRefused.
    """
    connection = await connect(url)
    try:
        if connection.get_server_version() < (15,):
            raise MigrationRefused("The database is older than Postgres 15: use a newer server.")
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        return await _bring_up(connection, migrations() if known is None else known)
    except CONNECTION_LOST as error:
        raise unreachable(error) from error
    finally:
        # The lock goes with the connection.
        with contextlib.suppress(*CONNECTION_LOST):
            await connection.close(timeout=5)


async def _bring_up(
    connection: asyncpg.Connection[asyncpg.Record], known: list[Migration]
) -> list[str]:
    await connection.execute(
        """
        create table if not exists schema_migrations (
            name text primary key,
            checksum text not null,
            run_at timestamptz not null default now()
        )
        """
    )
    rows = await connection.fetch("select name, checksum from schema_migrations order by name")
    done: dict[str, str] = {row["name"]: row["checksum"] for row in rows}
    _refuse_what_does_not_fit(done, known)
    fresh = [migration for migration in known if migration.name not in done]
    for migration in fresh:
        await _run(connection, migration)
    return [migration.name for migration in fresh]


def _refuse_what_does_not_fit(done: dict[str, str], known: list[Migration]) -> None:
    names = {migration.name for migration in known}
    for name in done:
        if name not in names:
            raise MigrationRefused(
                f"The database has the migration {name}, which this release does not know: "
                "install the release that made it, or a newer one."
            )
    newest = max(done, default="")
    for migration in known:
        if migration.name not in done:
            if migration.name < newest:
                raise MigrationRefused(
                    f"The migration {migration.name} comes before {newest}, which has been run: "
                    "give it a later number."
                )
        elif done[migration.name] != migration.checksum:
            raise MigrationRefused(
                f"The migration {migration.name} was changed after it had been run: "
                "restore the file and put the change into a new one."
            )


async def _run(connection: asyncpg.Connection[asyncpg.Record], migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into schema_migrations (name, checksum) values ($1, $2)",
                migration.name,
                migration.checksum,
            )
    except asyncpg.PostgresError as error:
        if isinstance(error, CONNECTION_LOST):
            raise
        raise MigrationRefused(
            f"The migration {migration.name} failed and changed nothing: {error}."
        ) from error
