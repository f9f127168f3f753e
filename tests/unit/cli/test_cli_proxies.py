"""Do the commands about proxies tell what is so, and never a password?"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dbolt.cli import check
from dbolt.cli.stack import with_proxies
from dbolt.providers.proxies.listing import parse
from dbolt.settings import Settings, forget_secret_variables
from tests.browser.attempt.support import form_page, store_and_thank
from tests.support.proxies import free_port, http_proxy, socks_proxy
from tests.support.site import Site
from tests.unit.cli.test_cli import PROFILE, dbolt, profile_file

LIST = "http://ann:S3cret@127.0.0.1:{port} country=us id=one\n"


def test_proxies_are_listed_and_tried_without_showing_their_passwords(tmp_path: Path) -> None:
    (tmp_path / "proxies.txt").write_text(LIST.format(port=free_port()))
    env = {"DBOLT_PROXIES": "proxies.txt"}
    told = dbolt("proxies", cwd=tmp_path, env=env)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[1].split()[::2] == ["one", "us"]
    assert "not running" in told.stderr
    tried = dbolt("proxies", "check", "--json", cwd=tmp_path, env=env)
    assert tried.returncode == 1
    (found,) = json.loads(tried.stdout)
    assert (found["ok"], found["fault"]) == (False, "does not answer")
    for ended in (told, tried):
        assert "S3cret" not in ended.stdout + ended.stderr


async def test_a_good_proxy_passes_the_check(tmp_path: Path) -> None:
    async with http_proxy(tmp_path) as http, socks_proxy(tmp_path) as socks, Site({}) as site:
        env = {"DBOLT_PROXY_URLS": f"{http.line('id=web')}, {socks.line('id=sock')}"}
        ended = await asyncio.to_thread(
            dbolt, "proxies", "check", "-t", site.url, "--json", cwd=tmp_path, env=env
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {one["id"]: one["ok"] for one in json.loads(ended.stdout)} == {"web": True, "sock": True}


@pytest.mark.parametrize(
    ("env", "health", "words"),
    [
        ({}, "ok", "directly"),
        ({"DBOLT_PROXY_POLICY": "require"}, "missing", "Set DBOLT_PROXIES"),
        ({"DBOLT_PROXIES": "proxies.txt"}, "note", "chmod 600"),
        ({"DBOLT_PROXIES": "nowhere.txt"}, "missing", "nowhere.txt"),
        ({"DBOLT_PROXY_URLS": "http://ann:S3cret@h"}, "missing", "line 1: the port is missing"),
    ],
)
def test_doctor_looks_at_the_proxies(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    health: str,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "proxies.txt"
    path.write_text(LIST.format(port=1))
    path.chmod(0o644)
    found = check._proxies(Settings())
    assert found.health == health
    assert words in f"{found.seen} {found.remedy}"
    assert "S3cret" not in repr(found)


def test_up_puts_proxies_of_the_environment_where_only_the_owner_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBOLT_PROXY_URLS", "http://ann:S3cret@h:1, h:2")
    settings = with_proxies(Settings())
    path = Path(settings.proxies)
    assert path.is_absolute()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [proxy.port for proxy in parse(path.read_text())] == [1, 2]
    assert "S3cret" not in settings.model_dump_json()
    forget_secret_variables()
    assert "DBOLT_PROXY_URLS" not in os.environ
    with_proxies(Settings())
    assert not path.exists(), "what is not set any more is not kept"


@pytest.mark.browser
async def test_submit_goes_through_a_proxy_or_not_at_all(tmp_path: Path) -> None:
    stored: list[dict[str, str]] = []
    pages: dict[str, Any] = {"GET /add": form_page(), "POST /add": store_and_thank(stored)}
    async with socks_proxy(tmp_path) as socks, Site(pages) as site:
        # Only the proxy knows the name.
        url = f"http://harbour.example:{urlsplit(site.url).port}/add"
        business = {
            **PROFILE,
            "description": "A quiet studio above the market, with classes from dawn to dusk.",
            "address": {**PROFILE["address"], "postal_code": "12207"},
        }
        words = ("submit", str(profile_file(tmp_path, **business)), "-d", url, "--json")
        dead = f"socks5://127.0.0.1:{free_port()} id=dead"
        env = {"DBOLT_PROXY_POLICY": "require"}
        alone = {**env, "DBOLT_PROXY_URLS": dead}
        failed = await asyncio.to_thread(dbolt, *words, cwd=tmp_path, env=alone)
        assert json.loads(failed.stdout)[0]["reason"] == "proxy", failed.stderr
        assert site.asked == []
        lined = {**env, "DBOLT_PROXY_URLS": socks.line("id=sock")}
        done = await asyncio.to_thread(dbolt, *words, cwd=tmp_path, env=lined)
        (end,) = json.loads(done.stdout)
        assert end["outcome"] == "submitted", end
        assert end["result"]["proxy_id"] == "sock"
        assert len(stored) == 1
