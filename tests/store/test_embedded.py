"""Does the embedded server come up on any folder, survive crashes, and go when told?"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from dbolt.store import embedded


def ask(url: str, sql: str) -> object:
    """One value from the server at *url*."""

    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


def servers(folder: Path) -> list[psutil.Process]:
    """The server processes over *folder*."""
    data = str(folder / "data")
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and data in (process.info["cmdline"] or ())
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose server, if any is left, is stopped."""
    path = tmp_path / "pg"
    yield path
    left = embedded.running(path) if path.exists() else None
    if left is not None:
        left.stop()


def test_a_server_is_there_after_start_and_gone_after_stop(folder: Path) -> None:
    assert embedded.running(folder) is None
    server = embedded.start(folder)
    assert ask(server.url, "select current_database()") == "dbolt"
    assert ask(server.url, "show server_version_num") >= "180000"  # type: ignore[operator]
    assert ask(server.url, "show fsync") == "on"
    assert len(servers(folder)) == 1
    server.stop()
    assert servers(folder) == []
    assert embedded.running(folder) is None
    server.stop()


def test_a_server_stops_though_its_account_no_longer_reaches_its_folder(folder: Path) -> None:
    server = embedded.start(folder)
    folder.parent.chmod(0o700)
    server.stop()
    assert servers(folder) == []


def test_nobody_reaches_it_by_network_or_without_its_password(folder: Path) -> None:
    server = embedded.start(folder)
    [process] = servers(folder)
    family = [process, *process.children(recursive=True)]
    assert [c for one in family for c in one.net_connections("inet")] == []
    assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
    password = (folder / "password").read_text()
    assert password not in repr(server)
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.url.replace(password, "guess"), "select 1")


def test_a_second_start_takes_over_what_a_killed_process_left(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from dbolt.store import embedded;"
        "embedded.start(Path(sys.argv[1])); print('up', flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "up\n"
    owner.kill()
    owner.wait()
    owner.stdout.close()
    [before] = servers(folder)
    server = embedded.start(folder)
    [after] = servers(folder)
    assert before.pid == after.pid
    server.stop()
    assert servers(folder) == []


def test_no_connection_of_a_killed_server_outlives_it(folder: Path) -> None:
    # It could commit beside the next server, which would write over that.
    server = embedded.start(folder)

    async def connected() -> tuple[asyncpg.Connection[asyncpg.Record], psutil.Process]:
        connection = await asyncpg.connect(server.url)
        return connection, psutil.Process(await connection.fetchval("select pg_backend_pid()"))

    with asyncio.Runner() as runner:
        connection, backend = runner.run(connected())
        backend.suspend()
        [process] = servers(folder)
        process.kill()
        server = embedded.start(folder)
        try:
            assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
        finally:
            connection.terminate()
            if backend.is_running():
                backend.resume()
            server.stop()


def test_a_killed_server_is_started_again_with_what_was_committed(folder: Path) -> None:
    server = embedded.start(folder)
    ask(server.url, "create table kept as select 42 as answer")
    [process] = servers(folder)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    server = embedded.start(folder)
    assert ask(server.url, "select answer from kept") == 42
    server.stop()


def test_a_stale_pid_file_that_names_another_process_does_not_matter(folder: Path) -> None:
    embedded.start(folder).stop()
    # As after a reboot: the number belongs to somebody else, here to us.
    pid_file = folder / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder / 'data'}\n1\n5432\n\n\n\n\n")
    server = embedded.start(folder)
    assert ask(server.url, "select 1") == 1
    server.stop()


@pytest.mark.parametrize("name", ["x" * 100, "odd 'quotes', $HOME & ü"])
def test_a_folder_with_a_long_or_odd_name_works(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "pg"
    server = embedded.start(folder)
    try:
        assert ask(server.url, "select 1") == 1
    finally:
        server.stop()


def test_a_start_that_was_cut_off_is_begun_anew(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "half").write_text("made")
    server = embedded.start(folder)
    assert ask(server.url, "select 1") == 1
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_also_runs_for_somebody_who_is_not_root(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    for parent in home.parents:
        parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
    # It becomes somebody else after its start, who may not be allowed to run this Python.
    program = (
        "import os, sys; from pathlib import Path; from dbolt.store import embedded;"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); os.chdir('/');"
        "server = embedded.start(Path(sys.argv[1]) / 'pg'); data = server.folder / 'data';"
        "owner = os.stat(data).st_uid; server.stop(); print('owned by', owner)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(home)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "owned by 65534\n", "")
