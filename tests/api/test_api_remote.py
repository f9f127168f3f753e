"""Does the command line steer a server elsewhere by a key, and say clearly when it may not?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess

import asyncpg

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
