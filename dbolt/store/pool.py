"""How is the database reached? One pool per role; who may do what is Postgres' to say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from enum import StrEnum

import asyncpg
from pydantic import SecretStr

from dbolt.store.queries import Connection

CONNECT_S = 10.0

CONNECTION_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # What asyncpg makes of a statement that begins while the server's farewell is coming in.
    asyncpg.InternalClientError,
)
"""What asyncpg raises while a server is away, full, or changing over. See `is_lost`."""


def is_lost(error: BaseException) -> bool:
    """Whether trying again later may help."""
    # asyncpg's complaints about a value of the wrong type are interface errors too.
    return isinstance(error, CONNECTION_LOST) and not isinstance(error, ValueError)


class Role(StrEnum):
    """As whom a pool works. Browser workers have no role at all."""

    ORCHESTRATOR = "dbolt_orchestrator"
    WEB = "dbolt_web"
    CUSTOMER = "dbolt_customer"


class DatabaseUnreachable(Exception):
    """Nothing at the address takes connections. One sentence says what to do."""


def plain(url: SecretStr | str) -> str:
    """The address itself; keep it out of logs."""
    return url.get_secret_value() if isinstance(url, SecretStr) else url


async def connect(url: SecretStr | str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection as the address's own user. Raises DatabaseUnreachable."""
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            plain(url), timeout=CONNECT_S
        )
    except (*CONNECTION_LOST, asyncpg.PostgresError, ValueError) as error:
        raise unreachable(error) from error
    return connection


async def open_pool(
    url: SecretStr | str,
    role: Role | None = None,
    *,
    min_size: int = 1,
    max_size: int = 10,
    settings: Mapping[str, str] | None = None,
    statement_cache_size: int = 100,
) -> asyncpg.Pool[asyncpg.Record]:
    """A pool whose connections work as *role*; None keeps the address's own user.

    settings: further server settings of each connection.
    statement_cache_size: 0 behind a pooler that changes connections between transactions.
    Raises DatabaseUnreachable.
    """
    server = {"application_name": role.value if role else "dbolt", **(settings or {})}
    if role is not None:
        # Set at connection, so that the RESET ALL between two uses returns to it.
        server["role"] = role.value
    try:
        pool: asyncpg.Pool[asyncpg.Record] = await asyncpg.create_pool(
            plain(url),
            min_size=min_size,
            max_size=max_size,
            timeout=CONNECT_S,
            server_settings=server,
            statement_cache_size=statement_cache_size,
            init=_speak_json,
        )
    except (*CONNECTION_LOST, asyncpg.PostgresError, ValueError) as error:
        raise unreachable(error) from error
    return pool


async def close_pool(pool: asyncpg.Pool[asyncpg.Record], wait_s: float = 5.0) -> None:
    """Closes *pool*, and by force what is still in use after *wait_s*."""
    try:
        async with asyncio.timeout(wait_s):
            await pool.close()
    except (TimeoutError, *CONNECTION_LOST):
        pool.terminate()


async def _speak_json(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )


def unreachable(error: BaseException) -> DatabaseUnreachable:
    """One sentence for *error*, without the address, which holds a password."""
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        what = "the database refused the user or the password"
    elif isinstance(error, asyncpg.InvalidCatalogNameError):
        what = "the server has no database of that name"
    elif isinstance(error, asyncpg.PostgresError) and not is_lost(error):
        what = f"the database refused the connection ({error})"
    elif isinstance(error, ValueError):
        what = "the address is not a Postgres address like postgresql://user:password@host/name"
    else:
        what = "no Postgres answers at the address"
    return DatabaseUnreachable(
        f"The database cannot be used: {what}. "
        "Check DATABASE_URL, or unset it to use the embedded one."
    )
