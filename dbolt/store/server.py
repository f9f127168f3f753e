"""Which server is at an address, and is a database of some name on it?"""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from pydantic import SecretStr

from dbolt.store.pool import connect, plain


async def server_version(url: SecretStr | str) -> int:
    """The server's major version. Raises DatabaseUnreachable."""
    connection = await connect(url)
    try:
        return int(connection.get_server_version().major)
    finally:
        await connection.close(timeout=5)


async def ensure_database(url: SecretStr | str, name: str) -> SecretStr:
    """The address of the database *name* on the server of *url*, made if it was not there.

    name: lower-case letters, digits and underscores. Raises DatabaseUnreachable; ValueError for
    another name; asyncpg.InsufficientPrivilegeError where the user may not make databases.
    """
    if not name.isidentifier() or name != name.lower():
        raise ValueError(f"{name!r} is no plain database name")
    connection = await connect(url)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            await connection.execute(f'create database "{name}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # somebody else was quicker
    finally:
        await connection.close(timeout=5)
    return SecretStr(urlunsplit(urlsplit(plain(url))._replace(path="/" + quote(name))))
