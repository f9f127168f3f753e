"""Does the command line steer a server elsewhere by a key, and say clearly when it may not?"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import asyncpg
import pytest
from typer.testing import CliRunner

from dbolt.cli.app import app
from dbolt.cli.output import Trouble
from serve_app import keys
from tests.support.served import served
from tests.support.serving import STAFF_TOKEN
from tests.unit.cli.test_cli import dbolt


async def test_a_key_is_made_used_and_revoked_from_elsewhere(
    database: str, tmp_path: Path, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    async with served(database) as parts:

        async def run(*words: str, key: str = STAFF_TOKEN) -> CompletedProcess[str]:
            env = {"DBOLT_URL": parts.base_url, "DBOLT_API_KEY": key}
            return await asyncio.to_thread(dbolt, *words, cwd=tmp_path, env=env)

        made = await run("keys", "create", "ci", "--scope", "read", "--days", "9", "--json")
        key = json.loads(made.stdout)
        reader = key["key"]
        pool, refused, listed, wrong = await asyncio.gather(
            run("pool", "--json", key=reader),
            run("pause", "directory", "d000", key=reader),
            run("keys", "list"),
            run("jobs", key="dbk_aaaaaaaa_" + "b" * 43),
        )
        assert json.loads(pool.stdout)["target"] == 2
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "lacks the scope 'write'" in refused.stderr
        assert key["prefix"] in listed.stdout
        assert reader not in listed.stdout
        assert (wrong.returncode, len(wrong.stderr.strip().splitlines())) == (2, 1)
        assert await owner.fetchval("select count(*) from pauses") == 0
        done = await run("keys", "revoke", reader)
        assert done.returncode == 0, done.stderr
        gone = await run("jobs", key=reader)
        assert "Send an API key" in gone.stderr
        assert (await run("keys", "revoke", "dbk_zzzzzzzz")).returncode == 2


async def test_a_directorys_rules_are_changed_and_taken_back_from_elsewhere(
    database: str, tmp_path: Path, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    async with served(database) as parts:
        _, secret = await keys.make(
            parts, name="ci", scopes={keys.Scope.WRITE}, days=None, actor="staff"
        )

        async def run(*words: str) -> CompletedProcess[str]:
            key = secret.get_secret_value()
            env = {"DBOLT_URL": parts.base_url, "DBOLT_API_KEY": key, "TZ": "UTC"}
            words = ("directories", "override", *words)
            return await asyncio.to_thread(dbolt, *words, cwd=tmp_path, env=env)

        ends = (datetime.now(UTC) + timedelta(days=30)).replace(
            hour=9, minute=30, second=0, microsecond=0
        )
        day = f"{ends:%Y-%m-%d}"
        reason = ("--reason", "they asked us to")
        done, off = await asyncio.gather(
            run("set", "d000", "--spacing", "60", *reason, "--until", f"{day}T09:30"),
            run("set", "d001", "--off", *reason),
        )
        assert done.returncode == 0, done.stderr
        assert "60.0 seconds apart (file: 0.0)" in done.stdout
        assert f"until {day} 09:30 UTC" in done.stdout
        # A key that may write slows down, and no more.
        assert (off.returncode, "for admins" in off.stderr) == (2, True)
        held = await owner.fetch("select slug, reason, until, ended_at from directory_overrides")
        assert [tuple(row) for row in held] == [("d000", "they asked us to", ends, None)]
        listed = await run("list")
        assert all(said in listed.stdout for said in ("d000", "they asked us to", day, "key:dbk_"))
        undone = await run("undo", "d000")
        assert (undone.returncode, undone.stdout) == (0, "d000: as its file says.\n")
        assert await owner.fetchval("select ended_at from directory_overrides") is not None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["d000"], "Say what is to hold"),
        (["d000", "--off", "--until", "2030-01-01", "--days", "3"], "not both"),
        (["d000", "--off", "--until", "soon"], "no moment"),
        (["../jobs", "--off"], "no directory"),
    ],
)
def test_rules_that_say_nothing_go_no_further(words: list[str], told: str) -> None:
    elsewhere = {"DBOLT_URL": "http://127.0.0.1:1", "DBOLT_API_KEY": "dbk_x"}
    command = ["directories", "override", "set", *words, "--reason", "a reason"]
    done = CliRunner().invoke(app, command, env=elsewhere)
    assert isinstance(done.exception, Trouble)
    assert told in str(done.exception)
