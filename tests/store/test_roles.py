"""Does Postgres itself keep the web, the customers and the queue apart?"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from dbolt.store.pool import Role, close_pool, open_pool
from tests.support.queue import PROFILE

ACCOUNTS = {
    "customers",
    "sessions",
    "profiles",
    "passwords",
    "mail_links",
    "rate_limits",
    "evidence_removals",
    "drafts",
    "draft_logos",
    "draft_photos",
}
STAFF = {
    "staff_members",
    "staff_recovery_codes",
    "staff_invitations",
    "staff_sessions",
    "staff_batches",
    "audit",
    "audit_outcomes",
}
API = {"api_keys", "idempotent_answers", "web_counters"}
QUEUE = {
    "directories",
    "directory_overrides",
    "throughput",
    "throughput_counted",
    "jobs",
    "submissions",
    "leases",
    "attempts",
    "presses",
    "events",
    "verifications",
    "pauses",
    "outbox",
    "payment_events",
    "payments",
    "disputes",
    "attention",
    "answers",
    "accounts",
    "profile_uses",
    "listing_updates",
    "captcha_purchases",
    "orchestrator_epoch",
    "orchestrator_writers",
}


async def rights(connection: asyncpg.Connection[asyncpg.Record], role: Role) -> dict[str, set[str]]:
    """By table, what *role* may do."""
    rows = await connection.fetch(
        """
        select c.relname as name, array_agg(p.verb) as verbs
        from pg_class c,
             unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as p(verb)
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and has_table_privilege($1, c.oid, p.verb)
        group by c.relname
        """,
        role.value,
    )
    return {row["name"]: set(row["verbs"]) for row in rows}


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection as the tables' owner."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_the_web_role_writes_accounts_only(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    given = await rights(owner, Role.WEB)
    writes = {name for name, verbs in given.items() if verbs - {"SELECT"}}
    assert writes == ACCOUNTS | STAFF | API
    assert given["audit"] == given["audit_outcomes"] == {"SELECT", "INSERT"}
    assert not given.keys() & {"accounts", "outbox"}
    letters = await owner.fetch(
        "select column_name from information_schema.column_privileges"
        " where grantee = 'dbolt_web' and table_name = 'outbox'"
    )
    assert {row[0] for row in letters} == {"kind", "recipient", "payload", "dedup_key"}
    columns = await owner.fetch(
        "select column_name from information_schema.column_privileges"
        " where grantee = 'dbolt_web' and table_name = 'orders' and privilege_type = 'INSERT'"
    )
    told = {"id", "customer_id", "plan", "amount_cents", "currency", "session_hash"}
    assert {row[0] for row in columns} == told


async def test_who_opens_a_checkout_cannot_say_that_it_was_paid(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    rows = await owner.fetch(
        "select grantee, privilege_type, column_name from information_schema.column_privileges"
        " where table_name = 'checkouts' and privilege_type <> 'SELECT' and grantee <> current_user"
    )
    web, orchestrator = Role.WEB.value, Role.ORCHESTRATOR.value
    assert {tuple(row) for row in rows} == {
        *((web, "INSERT", name) for name in ("order_id", "attempt", "expires_at")),
        *((web, "UPDATE", name) for name in ("session_ref", "given_up", "asked_at")),
        (orchestrator, "UPDATE", "state"),
    }


async def test_the_orchestrator_writes_the_queue_only(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    given = await rights(owner, Role.ORCHESTRATOR)
    writes = {name for name, verbs in given.items() if verbs - {"SELECT"}}
    assert writes == QUEUE | {"orders"}
    assert "sessions" not in given
    deletes = {name for name, verbs in given.items() if verbs & {"DELETE", "TRUNCATE"}}
    assert deletes == {"pauses", "answers", "leases"}
    assert given["events"] == given["presses"] == {"SELECT", "INSERT"}


async def test_a_customer_role_only_reads(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    given = await rights(owner, Role.CUSTOMER)
    assert all(verbs == {"SELECT"} for verbs in given.values())
    assert not given.keys() & {
        "accounts",
        "sessions",
        "payment_events",
        "outbox",
        "presses",
        "payments",
    }
    assert not given.keys() & API
    assert not given.keys() & {"passwords", "mail_links", "rate_limits", "evidence_removals"}


@pytest.mark.parametrize(
    "sql",
    [
        "insert into jobs (order_id, customer_id, plan) select id, id, '' from customers",
        "update jobs set state = 'complete'",
        "update submissions set state = 'live', reason = 'found_live'",
        "delete from submissions",
        "insert into presses values (gen_random_uuid(), 1, 'a')",
        "update orders set state = 'paid', paid_at = now()",
        "update checkouts set state = 'paid'",
        "insert into payments (payment_ref) values ('pi_1')",
        "update attention set done_at = now()",
        "update listing_updates set state = 'done', closed_at = now(), closed_by = 'customer'",
        "select profile_id from profile_uses",
        "insert into orders (customer_id, state) select id, 'paid' from customers",
        "update orchestrator_epoch set epoch = 99",
        "select username from accounts",
        "select payload from outbox",
        "update outbox set done_at = now()",
        "insert into outbox (kind, payload, tries) values ('mail', '{}', 9)",
    ],
)
async def test_the_web_cannot_touch_the_queue(database: str, sql: str) -> None:
    pool = await open_pool(database, Role.WEB)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(sql)
    await close_pool(pool)


OWN = (
    "customers",
    "profiles",
    "orders",
    "jobs",
    "submissions",
    "leases",
    "job_results",
    "attempts",
    "events",
    "listing_updates",
)
"""What a customer sees of."""


async def shop_with_two(owner: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Two customers with a job each; their sessions, in hex."""
    await owner.execute("insert into directories values ('a', '{}')")
    sessions: list[str] = []
    for number in range(2):
        customer = await owner.fetchval(
            "insert into customers (email) values ($1) returning id", f"c{number}@a.example"
        )
        profile = await owner.fetchval(
            "insert into profiles (customer_id, version, doc) values ($1, 1, $2) returning id",
            customer,
            json.dumps(PROFILE),
        )
        session = secrets.token_bytes(32)
        await owner.execute(
            "insert into sessions (token_hash, customer_id, expires_at) values ($1, $2, now())",
            session,
            customer,
        )
        order = await owner.fetchval(
            "insert into orders (customer_id, plan, amount_cents, currency, session_hash)"
            " values ($1, 'starter', 14900, 'usd', $2) returning id",
            customer,
            session,
        )
        job = await owner.fetchval(
            "insert into jobs (order_id, customer_id, plan, priority, state, profile_id)"
            " values ($1, $2, 'starter', 1, 'queued', $3) returning id",
            order,
            customer,
            profile,
        )
        submission = await owner.fetchval(
            "insert into submissions (job_id, directory) values ($1, 'a') returning id", job
        )
        await owner.execute(
            "insert into leases (token, submission_id, job_id, directory, attempt, epoch, worker,"
            " deadline_at) values ($1, $2, $3, 'a', 2, 1, 'w', now())",
            uuid4(),
            submission,
            job,
        )
        await owner.execute(
            "insert into attempts (submission_id, attempt, token, worker, event)"
            " values ($1, 1, $2, 'w', 'accepted')",
            submission,
            uuid4(),
        )
        await owner.execute(
            "insert into events (job_id, submission_id, event, to_state, actor)"
            " values ($1, $2, 'created', 'queued', 'test')",
            job,
            submission,
        )
        await owner.execute(
            "insert into listing_updates (submission_id, job_id, facts, profile_id, note)"
            " values ($1, $2, '{phone}', $3, 'for staff')",
            submission,
            job,
            profile,
        )
        sessions.append(session.hex())
    return sessions


@pytest.mark.parametrize("table", OWN)
async def test_a_customer_sees_its_own_rows_only(
    database: str, owner: asyncpg.Connection[asyncpg.Record], table: str
) -> None:
    sessions = await shop_with_two(owner)
    pool = await open_pool(database, Role.CUSTOMER, max_size=1)
    count = f"select count(*) from {table}"
    seen: list[int] = []
    for session in (sessions[0], secrets.token_hex(32), ""):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('app.session_hash', $1, true)", session)
            seen.append(await connection.fetchval(count))
    # The setting is gone with its transaction, on the same connection.
    seen.append(await pool.fetchval(count))
    assert seen == [1, 0, 0, 0]
    await close_pool(pool)


async def test_what_staff_noted_for_themselves_is_not_the_customers(database: str) -> None:
    pool = await open_pool(database, Role.CUSTOMER, max_size=1)
    assert await pool.fetch("select reason from listing_updates") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("select note from listing_updates")
    await close_pool(pool)


@pytest.mark.parametrize("table", OWN)
async def test_a_proven_account_sees_what_was_ordered_under_its_address(
    database: str, owner: asyncpg.Connection[asyncpg.Record], table: str
) -> None:
    await shop_with_two(owner)
    ids = [row["id"] for row in await owner.fetch("select id from customers order by email")]
    pool = await open_pool(database, Role.CUSTOMER, max_size=1)
    seen: list[int] = []
    for customer in (str(ids[0]), str(uuid4()), ""):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('app.customer_id', $1, true)", customer)
            seen.append(await connection.fetchval(f"select count(*) from {table}"))
    seen.append(await pool.fetchval(f"select count(*) from {table}"))
    assert seen == [1, 0, 0, 0]
    await close_pool(pool)


@pytest.mark.parametrize("table", ["customers", "profiles", "orders", "jobs", "attempts"])
async def test_the_policies_work_with_the_identity_services_own_uid(
    database: str, owner: asyncpg.Connection[asyncpg.Record], table: str
) -> None:
    """The role and the function are as Supabase's own databases have them."""
    await shop_with_two(owner)
    subject = uuid4()
    await owner.execute(
        "update customers set auth_subject = $1, verified_at = now() where email = 'c0@a.example'",
        subject,
    )
    await owner.execute("update customers set auth_subject = $1 where email like 'c1@%'", uuid4())
    unverified = await owner.fetchval("select auth_subject from customers where email like 'c1@%'")
    pool = await open_pool(database, Role.CUSTOMER, max_size=1)
    seen: list[int] = []
    for told in (subject, unverified, uuid4()):
        async with pool.acquire() as connection, connection.transaction():
            claims = json.dumps({"sub": str(told), "role": "authenticated"})
            await connection.execute("select set_config('request.jwt.claims', $1, true)", claims)
            # Whoever speaks for an identity speaks for no other account beside it.
            other = str(await owner.fetchval("select id from customers where email like 'c1@%'"))
            await connection.execute("select set_config('app.customer_id', $1, true)", other)
            seen.append(await connection.fetchval(f"select count(*) from {table}"))
    assert seen == [1, 0, 0]
    await close_pool(pool)


async def test_the_owner_of_the_tables_sees_all_rows(
    owner: asyncpg.Connection[asyncpg.Record],
) -> None:
    await shop_with_two(owner)
    assert await owner.fetchval("select count(*) from jobs") == 2
