"""`python -m dbolt.browser.provision`: is there a Chromium, and if not, can one be installed?

The set-up calls it once. What is on the machine comes first; then the distribution's package, if
this user may install packages; then Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dbolt.browser.chromium import NoBrowser, find_chromium
from dbolt.settings import Settings

PACKAGE = "chromium-headless-shell"
INSTALL_LIMIT_S = 600


def main() -> int:
    """Exit status: 0 if a Chromium is there at the end, 1 with one sentence if not."""
    wanted = Settings().chromium
    if _found(wanted) is None:
        for command in _ways():
            sys.stderr.write(f"installing a browser: {' '.join(command)}\n")
            try:
                subprocess.run(command, check=True, timeout=INSTALL_LIMIT_S)  # noqa: S603 (fixed commands)
            except (OSError, subprocess.SubprocessError) as error:
                sys.stderr.write(f"that did not work: {error}\n")
                continue
            if _found(wanted):
                break
    try:
        sys.stdout.write(f"browser: {find_chromium(wanted)}\n")
    except NoBrowser as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


def _found(wanted: Path | None) -> Path | None:
    try:
        return find_chromium(wanted)
    except NoBrowser:
        return None


def _ways() -> list[list[str]]:
    ways: list[list[str]] = []
    apt = shutil.which("apt-get")
    if apt:
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        ways.append([*sudo, apt, "update", "-qq"])
        ways.append([*sudo, apt, "install", "-y", "-qq", "--no-install-recommends", PACKAGE])
    ways.append([sys.executable, "-m", "playwright", "install", "chromium-headless-shell"])
    return ways


if __name__ == "__main__":
    raise SystemExit(main())
