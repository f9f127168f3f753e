"""Does a database come to its release's shape once, in order, whole, or with a clear refusal?"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from dbolt.store.migrate import Migration, MigrationRefused, migrate, migrations
from dbolt.store.pool import DatabaseUnreachable, Role, close_pool, open_pool
from tests.support.postgres import at, run_sql

FIRST = Migration("0001_a", "create table a (x integer)")
SECOND = Migration("0002_b", "create table b (x integer)")


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    """The address of an empty database."""
    name = f"empty_{uuid4().hex}"
    asyncio.run(run_sql(postgres_url, f"create database {name}"))
    yield at(postgres_url, name)
    asyncio.run(run_sql(postgres_url, f"drop database {name} with (force)"))


def run(url: str, known: list[Migration] | None = None) -> list[str]:
    """The names of the migrations that were run."""
    return asyncio.run(migrate(url, known))


def test_each_migration_is_run_once_and_in_order(empty: str) -> None:
    assert run(empty) == [migration.name for migration in migrations()]
    assert run(empty) == []


def test_many_at_once_run_them_once(empty: str) -> None:
    async def all_at_once() -> list[list[str]]:
        return list(await asyncio.gather(*(migrate(empty) for _ in range(8))))

    assert sorted(len(done) for done in asyncio.run(all_at_once())) == [0] * 7 + [len(migrations())]


def test_a_failing_migration_changes_nothing_and_can_be_mended(empty: str) -> None:
    broken = Migration("0002_b", "create table b (x integer); select 1 / 0")
    with pytest.raises(MigrationRefused, match=r"0002_b failed and changed nothing"):
        run(empty, [FIRST, broken])
    assert run(empty, [FIRST, SECOND]) == ["0002_b"]


def test_a_changed_file_is_refused(empty: str) -> None:
    run(empty, [FIRST])
    changed = Migration("0001_a", "create table a (x bigint)")
    with pytest.raises(MigrationRefused, match="was changed after it had been run"):
        run(empty, [changed])


def test_an_older_release_does_not_touch_a_newer_database(empty: str) -> None:
    run(empty, [FIRST, SECOND])
    with pytest.raises(MigrationRefused, match="does not know"):
        run(empty, [FIRST])


def test_a_file_that_comes_too_late_is_refused(empty: str) -> None:
    run(empty, [SECOND])
    with pytest.raises(MigrationRefused, match="later number"):
        run(empty, [FIRST, SECOND])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", "no Postgres answers"),
        ("postgresql:///none?host=/nowhere", "no Postgres answers"),
        ("mysql://nobody:secret@127.0.0.1/none", "not a Postgres address"),
    ],
)
def test_an_unreachable_database_is_told_in_one_sentence(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=words) as told:
        run(url)
    assert "secret" not in str(told.value)
    assert "DATABASE_URL" in str(told.value)


def test_a_wrong_password_and_a_missing_database_are_told_apart(postgres_url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="no database of that name"):
        run(at(postgres_url, "nowhere"))
    head, tail = postgres_url.split("@", 1)
    with pytest.raises(DatabaseUnreachable, match="user or the password"):
        run(f"{head}x@{tail}")


@pytest.fixture(scope="module")
def old_postgres() -> Iterator[str]:
    """A Postgres 15 of the system, where there is one."""
    programs = Path("/usr/lib/postgresql/15/bin")
    if not programs.exists():
        pytest.skip("no Postgres 15 on this machine")
    folder = Path(tempfile.mkdtemp(prefix="dbolt-pg15-"))
    shutil.chown(folder, "postgres")
    data = folder / "data"

    def program(name: str, *arguments: str) -> None:
        subprocess.run(
            [programs / name, *arguments],
            user="postgres",
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
        )

    program("initdb", "-D", str(data), "-U", "owner", "--auth=trust", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    program("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql://owner@/postgres?host={folder}"
    program("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["embedded", "old"])
def any_server(request: pytest.FixtureRequest) -> str:
    """Each server that there is."""
    url: str = request.getfixturevalue(
        "postgres_url" if request.param == "embedded" else "old_postgres"
    )
    return url


async def speaks_for_customers(url: str) -> None:
    """The functions that run as the owner see what they must, under the owner's own policies."""
    subject, session = uuid4(), b"s" * 32
    connection = await asyncpg.connect(url)
    customer = await connection.fetchval(
        "insert into customers (email, verified_at, auth_subject) values ('a@b.example', now(), $1)"
        " returning id",
        subject,
    )
    await connection.execute(
        "insert into sessions (token_hash, customer_id, expires_at, proved_at)"
        " values ($1, $2, now() + interval '1 hour', now())",
        session,
        customer,
    )
    await connection.execute(
        "insert into orders (customer_id, plan, amount_cents, currency)"
        " values ($1, 'starter', 1, 'usd')",
        customer,
    )
    await connection.close()
    pool = await open_pool(url, Role.CUSTOMER, max_size=1)
    async with pool.acquire() as reader, reader.transaction():
        claims = json.dumps({"sub": str(subject)})
        await reader.execute("select set_config('request.jwt.claims', $1, true)", claims)
        assert await reader.fetchval("select count(*) from orders") == 1
        assert await reader.fetchval("select count(*) from customers") == 1
    await close_pool(pool)
    pool = await open_pool(url, Role.WEB, max_size=1)
    assert await pool.fetchval("select erase_customer($1)", session) == "erased"
    await close_pool(pool)


def test_an_owner_without_power_can_migrate_and_be_each_role(any_server: str) -> None:
    """As on a hosted Postgres, where nobody gets a superuser."""
    owner, name = f"owner_{uuid4().hex}", f"hosted_{uuid4().hex}"

    async def whole() -> None:
        others = "select rolname from pg_roles where rolname like 'dbolt\\_%'"
        connection = await asyncpg.connect(any_server)
        await connection.execute(f"create role {owner} login createrole password 'x'")
        for row in await connection.fetch(others):
            # Where the roles are there already, their maker hands them on.
            await connection.execute(f'grant "{row["rolname"]}" to {owner} with admin option')
        await connection.execute(f"create database {name} owner {owner}")
        head, tail = at(any_server, name).split("@", 1)
        url = f"{head.split('://')[0]}://{owner}:x@{tail}"
        assert await migrate(url) == [migration.name for migration in migrations()]
        for role in Role:
            pool = await open_pool(url, role)
            assert await pool.fetchval("select current_user") == role.value
            await pool.fetchval("select count(*) from jobs")
            await close_pool(pool)
        await speaks_for_customers(url)
        await connection.execute(f"drop database {name} with (force)")
        await connection.execute(f"drop owned by {owner}; drop role {owner}")
        await connection.close()

    asyncio.run(whole())


def test_what_was_paid_before_payments_were_kept_has_its_payment(empty: str) -> None:
    async def sell() -> None:
        owner = await asyncpg.connect(empty)
        customer = await owner.fetchval(
            "insert into customers (email) values ('a@a.example') returning id"
        )
        for state, ref in (("open", ""), ("paid", "pi_1"), ("refunded", "pi_2"), ("paid", "")):
            await owner.execute(
                "insert into orders (customer_id, plan, amount_cents, currency, state, payment_ref,"
                " paid_at) values ($1, 'starter', 14900, 'usd', $2, $3,"
                " case when $2 = 'open' then null else now() end)",
                customer,
                state,
                ref,
            )
        await owner.close()

    async def books() -> list[tuple[object, ...]]:
        owner = await asyncpg.connect(empty)
        rows = await owner.fetch(
            "select o.state, left(p.payment_ref, 5), p.total_cents, p.refunded_whole"
            " from orders o join payments p using (payment_ref) order by 1, 2"
        )
        await owner.close()
        return [tuple(row) for row in rows]

    run(empty, [known for known in migrations() if known.name < "0003"])
    asyncio.run(sell())
    run(empty)
    assert asyncio.run(books()) == [
        ("paid", "order", 14_900, False),
        ("paid", "pi_1", 14_900, False),
        ("refunded", "pi_2", 14_900, True),
    ]


UNDER_WAY = """
with c as (
    insert into customers (email) values ('a@b.example') returning id
), p as (
    insert into profiles (customer_id, version, doc) select id, 1, '{}' from c returning id
), o as (
    insert into orders (customer_id, plan, amount_cents, currency)
    select id, 'starter', 1, 'usd' from c returning id
), j as (
    insert into jobs (order_id, customer_id, plan, priority, state, profile_id, moving)
    select o.id, c.id, 'starter', 1, 'running', p.id, 3 from o, c, p returning id
)
insert into job_results (job_id, directory, state, reason, turn, attempt, token, epoch, worker,
                         deadline_at, leased_at, pressed_at)
select j.id, d.*
from j, (values
    ('a', 'queued', null, 1, 0, null::uuid, null::bigint, null, null::timestamptz,
     null::timestamptz, null::timestamptz),
    ('b', 'leased', null, 2, 1, gen_random_uuid(), 7, 'w1', now() + interval '1 hour', now(), null),
    ('c', 'leased', 'timeout', 3, 2, gen_random_uuid(), 7, 'w2', now() - interval '1 hour', now(),
     now() - interval '1 day'),
    ('d', 'pressed', null, 4, 1, gen_random_uuid(), 7, 'w1', now() + interval '1 hour', now(),
     now()),
    ('e', 'submitted', 'accepted', 5, 1, null, null, null, null, null, now()),
    ('f', 'failed', 'timeout', 6, 3, null, null, null, null, null, null)) d
"""
COLUMNS = """
select id, job_id, directory, state, reason, detail, attempt, failures, turn, token, epoch, worker,
       deadline_at, leased_at, not_before, pressed_at, listing_url, created_at
from job_results order by directory
"""


def test_leases_that_are_out_are_carried_over_to_their_own_table(empty: str) -> None:
    before = [one for one in migrations() if one.name < "0013"]
    run(empty, before)

    async def check() -> None:
        owner = await asyncpg.connect(empty)
        await owner.execute(
            "insert into directories (slug, doc)"
            " select chr(n), '{}' from generate_series(97, 102) n"
        )
        await owner.execute(UNDER_WAY)
        await owner.execute(
            "insert into presses (submission_id, attempt, directory, seen_absent)"
            " select id, attempt, directory, true from job_results where state = 'pressed'"
        )
        rows = [dict(row) for row in await owner.fetch(COLUMNS)]
        await migrate(empty)
        assert [dict(row) for row in await owner.fetch(COLUMNS)] == rows
        assert await owner.fetch("select directory, seen_absent from leases order by 1") == [
            ("b", False),
            ("c", False),
            ("d", True),
        ]
        states = await owner.fetch("select state from submissions order by directory")
        assert [row[0] for row in states] == ["queued"] * 4 + ["submitted", "failed"]
        await owner.close()

    asyncio.run(check())
