"""A Chromium is found, or it is said in one sentence how to get one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbolt.browser import chromium


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\necho Chromium 1.2.3\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Chromium; the folder is on its PATH."""
    monkeypatch.setattr(chromium, "_PLACES", (str(tmp_path / "lib" / "chromium"),))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path


def test_without_one_it_is_said_how_to_get_one(nowhere: Path) -> None:
    with pytest.raises(chromium.NoBrowser, match=r"apt-get install .* or `playwright install"):
        chromium.find_chromium()


def test_the_wanted_one_comes_first_and_must_be_a_program(nowhere: Path) -> None:
    _program(nowhere / "bin" / "chromium")
    wanted = _program(nowhere / "mine")
    assert chromium.find_chromium(wanted) == wanted
    (nowhere / "text").write_text("no program")
    for wrong in (nowhere / "text", nowhere / "missing", nowhere):
        with pytest.raises(chromium.NoBrowser, match="DBOLT_CHROMIUM"):
            chromium.find_chromium(wrong)


def test_a_headless_shell_is_preferred(nowhere: Path) -> None:
    _program(nowhere / "bin" / "chromium")
    shell = _program(nowhere / "bin" / "chromium-headless-shell")
    assert chromium.find_chromium() == shell


def test_the_newest_of_playwrights_own_is_found(nowhere: Path) -> None:
    own = nowhere / "playwright"
    _program(own / "chromium-1300" / "chrome-linux64" / "chrome")
    for build in ("999", "1255"):
        _program(own / f"chromium_headless_shell-{build}" / "linux" / "chrome-headless-shell")
    found = chromium.find_chromium()
    assert found.parents[1].name == "chromium_headless_shell-1255"


def test_the_real_one_tells_its_version() -> None:
    assert re.search(r"\d+\.\d+\.\d+", chromium.version(chromium.find_chromium()))


def test_only_root_goes_without_chromiums_own_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert "--no-sandbox" in chromium.launch_args()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "--no-sandbox" not in chromium.launch_args()


def test_we_say_our_name_and_where_to_ask() -> None:
    assert chromium.product() == "DirectoryBolt/0.1"
    assert chromium.product("https://example.test/bot") == (
        "DirectoryBolt/0.1 (+https://example.test/bot)"
    )
