"""A real Postgres for tests: one embedded server per run, one database per test."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from dbolt.store import embedded
from dbolt.store.migrate import migrate

TEMPLATE = "dbolt_template"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server with an empty database; TEST_DATABASE_URL names another one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="dbolt-pg-", ignore_cleanup_errors=True) as folder:
        # Tests ask whether commits are waited for, not whether the disk is quick.
        server = embedded.start(Path(folder), {"fsync": "off", "full_page_writes": "off"})
        try:
            yield server.url
        finally:
            server.stop()


def at(url: str, database: str) -> str:
    """The address of another *database* on the same server."""
    scheme, rest = url.split("://", 1)
    authority, tail = rest.split("/", 1)
    _, mark, options = tail.partition("?")
    return f"{scheme}://{authority}/{database}{mark}{options}"


async def run_sql(url: str, sql: str) -> None:
    """Runs *sql* on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template_url(postgres_url: str) -> str:
    """A server's address with a database that has been migrated, to be cloned."""

    async def prepare() -> None:
        await run_sql(postgres_url, f"drop database if exists {TEMPLATE} with (force)")
        await run_sql(postgres_url, f"create database {TEMPLATE}")
        await migrate(at(postgres_url, TEMPLATE))

    asyncio.run(prepare())
    return postgres_url


@pytest_asyncio.fixture(loop_scope="function")
async def database(template_url: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database, owned by this test alone."""
    name = f"test_{uuid4().hex}"
    await run_sql(template_url, f"create database {name} template {TEMPLATE}")
    yield at(template_url, name)
    await run_sql(template_url, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def empty_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty database; tests of migrations fill it."""
    name = f"empty_{uuid4().hex}"
    asyncio.run(run_sql(postgres_url, f"create database {name}"))
    yield at(postgres_url, name)
    asyncio.run(run_sql(postgres_url, f"drop database {name} with (force)"))
