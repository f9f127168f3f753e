"""What tests take from the npm registry: widget libraries, a stand-in for Stripe, axe-core.

`python -m tests.support.npm` installs npm (by the distribution's package, if this user may) and the
packages once; without npm, or without a registry, the tests that want them are skipped.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

WIDGETS = Path(__file__).parents[1] / "browser" / "widgets"
SOFTWARE = Path(__file__).parents[1] / "forms" / "software"
PAYMENTS = Path(__file__).parent / "payments"
AXE = Path(__file__).parent / "axe"
CACHE = Path(__file__).parents[2] / ".artefacts" / "npm"
LIMIT_S = 300
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


class NoLibraries(Exception):
    """They cannot be had here; says why in one sentence."""


def installed(wanted: Path = WIDGETS) -> Path:
    """The folder node_modules with all that the lock in *wanted* names; installed at first call.

    Raises NoLibraries where npm or its registry is missing, RuntimeError where npm fails otherwise.
    """
    lock = wanted / "package-lock.json"
    home = CACHE / hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    if not home.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise NoLibraries("npm is not installed; install it, then `make test` fetches the rest")
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        try:
            _install(npm, wanted, fresh)
            if not home.exists():
                fresh.rename(home)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return home / "node_modules"


def _install(npm: str, wanted: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (wanted / name).exists():
            shutil.copy(wanted / name, folder)
    quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [npm, "ci", "--no-update-notifier", *quiet]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise NoLibraries(f"npm did not end within {LIMIT_S} s; is its registry there?") from late
    if done.returncode == 0:
        return
    said = done.stderr.strip()
    if any(code in said for code in _OFFLINE):
        raise NoLibraries("npm does not reach its registry; its packages stay away")
    raise RuntimeError(f"npm ci failed: {said[-2000:]}")


def bundled_into(folder: Path, modules: Path, entries: Sequence[Path]) -> None:
    """Writes NAME.js, and NAME.css where it has styles, for each of *entries*."""
    options = [
        "--bundle",
        "--format=iife",
        "--jsx=automatic",
        "--minify",
        f"--outdir={folder}",
        "--alias:vue=vue/dist/vue.esm-bundler.js",
        "--define:process.env={}",
        '--define:process.env.NODE_ENV="production"',
        *(f"--define:__{name}__=false" for name in _SWITCHED_OFF),
        "--define:__VUE_OPTIONS_API__=true",
        '--define:__QUASAR_VERSION__="2"',
        *(f"--loader:.{kind}=empty" for kind in ("woff2", "woff", "ttf", "eot")),
        "--loader:.svg=dataurl",
        "--log-level=error",
    ]
    subprocess.run(
        [str(modules / ".bin" / "esbuild"), *map(str, entries), *options],
        env={**os.environ, "NODE_PATH": str(modules)},
        timeout=LIMIT_S,
        check=True,
    )


_SWITCHED_OFF = (
    "VUE_PROD_DEVTOOLS",
    "VUE_PROD_HYDRATION_MISMATCH_DETAILS",
    "QUASAR_SSR",
    "QUASAR_SSR_SERVER",
    "QUASAR_SSR_CLIENT",
    "QUASAR_SSR_PWA",
)


def bundled(modules: Path, entry: Path) -> bytes:
    """One script of *entry* (JSX or a module) and everything that it imports."""
    done = subprocess.run(
        [
            str(modules / ".bin" / "esbuild"),
            str(entry),
            "--bundle",
            "--format=iife",
            "--jsx=automatic",
            "--minify-syntax",
            '--define:process.env.NODE_ENV="production"',
            "--log-level=error",
        ],
        capture_output=True,
        env={**os.environ, "NODE_PATH": str(modules)},
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def npm_modules() -> Path:
    """The libraries' folder; skips the test where they cannot be had."""
    try:
        return installed()
    except NoLibraries as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def software_modules() -> Path:
    """The folder of form software; skips the test where it cannot be had."""
    try:
        return installed(SOFTWARE)
    except NoLibraries as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def further_software_modules() -> Path:
    """The folder of further form software; skips the test where it cannot be had."""
    try:
        return installed(SOFTWARE / "more")
    except NoLibraries as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def payment_modules() -> Path:
    """The folder of Stripe's stand-in; skips the test where it cannot be had."""
    try:
        return installed(PAYMENTS)
    except NoLibraries as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The script of axe-core; skips the test where it cannot be had."""
    try:
        return (installed(AXE) / "axe-core" / "axe.min.js").read_text()
    except NoLibraries as missing:
        pytest.skip(str(missing))


def main() -> int:
    """Installs what can be installed. Always 0: the tests tell what is missing."""
    if shutil.which("npm") is None:
        _by_apt()
    for what, wanted in (
        ("widget libraries", WIDGETS),
        ("form software", SOFTWARE),
        ("Stripe's stand-in", PAYMENTS),
        ("axe-core", AXE),
    ):
        try:
            sys.stdout.write(f"{what}: {installed(wanted).relative_to(Path.cwd())}\n")
        except (NoLibraries, RuntimeError, ValueError) as missing:
            sys.stderr.write(f"{what}: {missing}\n")
    return 0


def _by_apt() -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    sys.stderr.write("installing npm, for tests of widget libraries and payments\n")
    for verb in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "npm"]):
        try:
            subprocess.run([*sudo, apt, *verb], check=True, timeout=600, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"that did not work: {error}\n")
            return


if __name__ == "__main__":
    raise SystemExit(main())
