"""Which Chromium is used, and how is it started?"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dbolt import __version__

ROBOT_NAME = "DirectoryBolt"
"""The name that robots.txt files may address us by (RFC 9309, section 2.2.1)."""

_NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# Debian's /usr/bin/chromium-headless-shell is a shell script that stays in between as the
# browser's parent; the program itself is started where it is known.
_PLACES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
)
_PLAYWRIGHTS_OWN = (
    "chromium_headless_shell-*/*/chrome-headless-shell",
    "chromium_headless_shell-*/*/headless_shell",
    "chromium-*/*/chrome",
)


class NoBrowser(RuntimeError):
    """No usable Chromium; the message says how to get one."""


def find_chromium(wanted: Path | None = None) -> Path:
    """The Chromium to use: *wanted* if given, else the system's, else Playwright's own.

    A headless shell comes before a full Chromium: it does the same work for less than half the
    processor time. Raises NoBrowser.
    """
    if wanted is not None:
        if _is_program(wanted):
            return wanted.resolve()
        raise NoBrowser(
            f"{wanted} is not a program that can be run; set DBOLT_CHROMIUM to a Chromium, "
            "or unset it to have one found"
        )
    found = next(_candidates(), None)
    if found is None:
        raise NoBrowser(
            "no Chromium was found; run `apt-get install chromium-headless-shell` "
            "or `playwright install chromium`"
        )
    return found


def full_chromium() -> Path:
    """A Chromium with its whole face, which no part of the product needs. Raises NoBrowser."""
    found = (p for p in _candidates() if "headless" not in p.name)
    if chromium := next(found, None):
        return chromium
    raise NoBrowser("no full Chromium was found; `apt-get install chromium` brings one")


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        known = next((p for p in map(Path, _PLACES) if p.name == name and _is_program(p)), None)
        if known:
            yield known
        elif on_path := shutil.which(name):
            yield Path(on_path)
    yield from (p for p in map(Path, _PLACES) if _is_program(p))
    for pattern in _PLAYWRIGHTS_OWN:
        # The highest build number is the newest.
        builds = sorted(_playwright_folder().glob(pattern), key=_build, reverse=True)
        yield from filter(_is_program, builds)


def _playwright_folder() -> Path:
    # Playwright's own variable; "0" means beside the package, which pip installs never use.
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    return Path(chosen) if chosen not in ("", "0") else Path.home() / ".cache" / "ms-playwright"


def _build(path: Path) -> int:
    digits = path.parents[1].name.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def version(chromium: Path) -> str:
    """What the program says of itself, such as "Chromium 156.0.8078.79". Raises NoBrowser."""
    try:
        done = subprocess.run(  # noqa: S603 - the program was found or named by the operator
            [str(chromium), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoBrowser(f"{chromium} does not start: {error}") from error
    return done.stdout.strip()


def launch_args() -> list[str]:
    """Command-line switches beside Playwright's own: no traffic of the browser's own accord."""
    args = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--disable-features=Translate,OptimizationHints,MediaRouter,InterestFeedContentSuggestions",
        "--mute-audio",
        # Calls between browsers would go around a proxy.
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ]
    if os.geteuid() == 0:
        # Chromium refuses its own sandbox to root; the container is the wall then.
        args.append("--no-sandbox")
    return args


def product(contact_url: str = "") -> str:
    """How we name ourselves to a site: "DirectoryBolt/0.1 (+https://…)"."""
    name = f"{ROBOT_NAME}/{'.'.join(__version__.split('.')[:2])}"
    return f"{name} (+{contact_url})" if contact_url else name


MEDIA = tuple(
    f"*.{ending}{rest}"
    for ending in (
        *("png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp"),
        *("woff", "woff2", "ttf", "otf", "eot"),
        *("mp4", "webm", "ogg", "mp3", "m4a", "mov", "m3u8"),
    )
    for rest in ("", "?*")
)
"""Address patterns of pictures, fonts and films: a form can be filled in without them."""

TRACKERS = tuple(
    f"*://*.{host}/*"
    for host in (
        "google-analytics.com",
        "googletagmanager.com",
        "doubleclick.net",
        "googlesyndication.com",
        "googleadservices.com",
        "connect.facebook.net",
        "hotjar.com",
        "clarity.ms",
        "scorecardresearch.com",
        "quantserve.com",
        "adservice.google.com",
        "criteo.com",
        "taboola.com",
        "outbrain.com",
    )
)
"""Address patterns of counters and advertisements, which no listing needs."""
