"""How is it made sure that no browser outlives the process that wanted it?

Playwright's driver and Chromium are started through small scripts that lead here. The driver's
starter (`guard`) stays beside it and, when its owner is gone, ends what is left and removes the run
folder. Chromium's starter (`bound`) asks the kernel to kill it with its parent, then becomes
Chromium. `sweep` ends what a whole killed machine room left behind.

Standard library only, and started with `python -I -S`: it has to be quick and small.
"""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "DBOLT_BROWSER_RUN"
"""Environment variable of every process of a run; its value is the run folder."""

_PREFIX = "dbolt-browser-"
_OWNER = "owner.json"
_GRACE_S = 3.0
_PR_SET_PDEATHSIG = 1


def prepare(chromium: Path, node: Path, parent: Path | None = None) -> Path:
    """A fresh run folder holding the two starters, `driver` and `chromium`, owned by this process.

    node: the Node.js program that runs Playwright's driver.
    parent: where run folders live; the system's folder for temporary files by default.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    pid = os.getpid()
    owner = {"pid": pid, "started": _started(pid), "namespace": _namespace()}
    (folder / _OWNER).write_text(json.dumps(owner))
    _script(folder / "driver", "guard", folder, node)
    _script(folder / "chromium", "bound", folder, chromium)
    return folder


def _script(path: Path, verb: str, folder: Path, program: str | Path) -> None:
    words = [sys.executable, "-I", "-S", __file__, verb, str(folder), str(program)]
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    path.chmod(0o700)


def sweep(parent: Path | None = None) -> int:
    """Ends every run whose owner is gone and removes its folder. Returns how many there were.

    Runs of other containers that share the folder are left alone: their owners cannot be seen.
    """
    swept = 0
    for folder in (parent or Path(tempfile.gettempdir())).glob(_PREFIX + "*"):
        try:
            owner = json.loads((folder / _OWNER).read_text())
        except (OSError, ValueError):
            continue
        if owner["namespace"] != _namespace() or _started(owner["pid"]) == owner["started"]:
            continue
        clear(folder)
        swept += 1
    return swept


def clear(folder: Path, *, spare: int = 0) -> None:
    """Kills every process of the run (but not *spare*) and removes its folder, within 5 s."""
    until = time.monotonic() + 5.0
    while time.monotonic() < until:
        killed = [pid for pid in processes_of(folder) if pid != spare and _kill(pid)]
        if not killed:
            break
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def processes_of(folder: Path) -> Iterator[int]:
    """Processes that carry the run's mark, or share the process group of Chromium itself."""
    # Chromium's children overwrite their environment with their titles; their group tells.
    mark = f"{MARK}={folder}".encode()
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    marked = {pid for pid in everyone if mark in _environment(pid)}
    groups = {_group(pid) for pid in marked} - {os.getpgrp(), 0}
    for pid in everyone:
        if pid != os.getpid() and (pid in marked or _group(pid) in groups):
            yield pid


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _kill(pid: int) -> bool:
    """Whether there was something to kill; a zombie is not."""
    try:
        if _state(pid) in ("Z", ""):
            return False
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _started(pid: int) -> int:
    """When a process started, in clock ticks since boot, which tells reused ids apart; 0: gone."""
    fields = _stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else 0


def _namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _owner_lives(folder: Path) -> bool:
    try:
        owner = json.loads((folder / _OWNER).read_text())
    except (OSError, ValueError):
        return False
    return bool(_started(owner["pid"]) == owner["started"])


def bound(folder: Path, command: list[str]) -> None:
    """Becomes *command*, which the kernel kills when its parent ends."""
    # The guard waits for signals with a mask, which is inherited.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _die_with_parent()
    # The parent may have died before the line above took hold.
    if not _owner_lives(folder):
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming that program is the purpose


def guard(folder: Path, command: list[str]) -> int:
    """Runs the driver until it ends or the run's owner is gone; then nothing of the run is left."""
    # In a session of its own: a Ctrl-C is the owner's to handle, who ends us in good order.
    os.setsid()
    signals = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    environment = {**os.environ, MARK: str(folder), "TMPDIR": str(folder)}
    # Playwright reads the variable in the driver too; its own path was only for us.
    environment.pop("PLAYWRIGHT_NODEJS_PATH", None)
    driver = subprocess.Popen(  # noqa: S603 - the command is our own script's
        [sys.executable, "-I", "-S", __file__, "bound", str(folder), *command],
        env=environment,
    )
    _close_pipes()
    while driver.poll() is None and _owner_lives(folder):
        signal.sigtimedwait(signals, 1.0)
    # An orderly driver closes its browsers when its pipe does; a hung one is not waited for.
    until = time.monotonic() + _GRACE_S
    while driver.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    clear(folder, spare=os.getpid())
    return driver.wait()


def _close_pipes() -> None:
    """The pipes are the driver's: it must notice when its owner closes them."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(null, stream)
    os.close(null)


if __name__ == "__main__":
    _verb, _folder, *_command = sys.argv[1:]
    if _verb == "guard":
        sys.exit(guard(Path(_folder), _command))
    bound(Path(_folder), _command)
