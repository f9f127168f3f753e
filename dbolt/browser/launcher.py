"""How is it made sure that no browser outlives the process that wanted it?

Playwright's driver and Chromium are started through small scripts that lead here. Each starter asks
the kernel to kill it with its parent, then becomes its program. The driver's (`guard`) leaves a
keeper behind which, when owner or driver are gone, ends what is left and removes the run folder.
`sweep` ends what a whole killed machine room left behind.

Standard library only, and started with `python -I -S`: it has to be quick and small.
"""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "DBOLT_BROWSER_RUN"
"""Environment variable of every process of a run; its value is the run folder."""

_PREFIX = "dbolt-browser-"
_OWNER = "owner.json"
_GROUP = "group-"
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
    mark = shlex.join([f"{MARK}={folder}"])
    path.write_text(f'#!/bin/sh\nexport {mark}\nexec {shlex.join(words)} "$@"\n')
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


def clear(folder: Path) -> None:
    """Kills every process of the run and removes its folder, within 5 s."""
    until = time.monotonic() + 5.0
    while time.monotonic() < until:
        killed = [pid for pid in processes_of(folder) if _kill(pid)]
        if not killed:
            break
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def processes_of(folder: Path) -> Iterator[int]:
    """Processes that carry the run's mark, or are in the process group of its Chromium."""
    # Chromium's children overwrite their environment with their titles; their group tells.
    mark = f"{MARK}={folder}".encode()
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    marked = {pid for pid in everyone if mark in _environment(pid)}
    groups = {_group(pid) for pid in marked} - {os.getpgrp(), 0}
    left_behind = set(_groups_noted(folder)) - groups
    for pid in everyone:
        ours = pid in marked or _group(pid) in groups
        if pid != os.getpid() and (ours or (_group(pid) in left_behind and _is_chromium(pid))):
            yield pid


def _groups_noted(folder: Path) -> Iterator[int]:
    """Groups that Chromiums of the run led, whether these live or not."""
    for note in folder.glob(_GROUP + "*"):
        pid = int(note.name.removeprefix(_GROUP))
        # While a group has members its number is given to nobody else; later it may be.
        if _started(pid) in (0, int(note.read_text() or 0)):
            yield pid


def _is_chromium(pid: int) -> bool:
    try:
        return b"--type=" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


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
    _die_with_parent()
    # The parent may have died before the line above took hold.
    if not _owner_lives(folder):
        sys.exit(1)
    if os.getpgrp() == os.getpid():
        # Its children may outlive it; then nothing but their group tells whose they are.
        (folder / f"{_GROUP}{os.getpid()}").write_text(str(_started(os.getpid())))
    os.execv(command[0], command)  # noqa: S606 - becoming that program is the purpose


def guard(folder: Path, command: list[str]) -> None:
    """Becomes the driver, and leaves a keeper behind that is no child of the run's owner.

    Ray kills the children of a worker that ends, and with them whoever was to clear up.
    """
    driver = os.getpid()
    between = os.fork()
    if between == 0:
        os.setsid()
        if os.fork() == 0:
            _keep(folder, driver)
        os._exit(0)
    os.waitpid(between, 0)
    # In a session of its own: a Ctrl-C is the owner's to handle, who ends us in good order.
    os.setsid()
    os.environ["TMPDIR"] = str(folder)
    # Playwright reads the variable in the driver too; its own path was only for us.
    os.environ.pop("PLAYWRIGHT_NODEJS_PATH", None)
    bound(folder, command)


def _keep(folder: Path, driver: int) -> None:
    """Waits until the owner or the driver is gone; then nothing of the run is left."""
    # The pipes are the driver's: each end must notice when the other one closes them.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    started = _started(driver)
    while _owner_lives(folder) and _started(driver) == started:
        time.sleep(0.5)
    clear(folder)


if __name__ == "__main__":
    _verb, _folder, *_command = sys.argv[1:]
    (guard if _verb == "guard" else bound)(Path(_folder), _command)
