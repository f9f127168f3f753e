"""Does the command line answer bad input with one clear sentence and an exit code that says why?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dbolt.cli.single import Journal, target_of
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Pressed, VerdictKind

PROFILE = {
    "business_name": "Juniper Yoga",
    "description": "A quiet studio above the market.",
    "category": "Yoga studio",
    "contact": {"first_name": "Ada", "last_name": "Brandt"},
    "email": "hello@juniper.example",
    "phone": "+1 212 555 0142",
    "address": {"street": "4 Market St", "city": "Albany", "state": "NY"},
}


def dbolt(
    *args: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DBOLT_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "dbolt.cli", *args],
        cwd=cwd,
        env=clean | {"COLUMNS": "200"} | (env or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def profile_file(folder: Path, **changes: object) -> Path:
    path = folder / "business.yaml"
    path.write_text(yaml.safe_dump(PROFILE | changes), "utf-8")
    return path


def test_a_wrong_phone_is_one_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    path = profile_file(tmp_path, phone="call me")
    ended = dbolt("submit", str(path), "-d", "http://127.0.0.1:9/add", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "dbolt: business.yaml: phone 'call me' is not a phone number; "
        "write it like +1 212 555 0142\n"
    )
    assert not (tmp_path / ".dbolt").exists()


@pytest.mark.parametrize(
    ("args", "env", "code", "sentence"),
    [
        (["submit", "none.yaml", "-d", "a.example"], {}, 2, "'none.yaml' cannot be read"),
        (["jobs"], {}, 4, "No running DirectoryBolt was found here"),
        (
            ["jobs", "--url", "http://127.0.0.1:9", "--api-key", "x"],
            {},
            4,
            "does not answer (ConnectError)",
        ),
        (["retry", "--state", "live"], {}, 2, "that is live cannot be retried"),
        (["pause", "directory"], {}, 4, "No running DirectoryBolt"),
        (["directories", "list", "--folder", "nowhere"], {}, 2, "set DBOLT_DIRECTORIES"),
        (["up"], {"DBOLT_CHROMIUM": "/nowhere/chromium"}, 3, "/nowhere/chromium"),
        (
            ["up", "--port", "0"],
            {"DATABASE_URL": "postgresql://127.0.0.1:9/x"},
            3,
            "Check DATABASE_URL",
        ),
        (["up"], {"DBOLT_SLOTS": "many"}, 2, "DBOLT_SLOTS: Input should be a valid integer"),
        (["migrate"], {}, 2, "DATABASE_URL is not set"),
        (["migrate"], {"DATABASE_URL": "postgresql://u:pw@127.0.0.1:9/x"}, 3, "Check DATABASE_URL"),
    ],
)
def test_bad_input_gets_one_sentence(
    tmp_path: Path, args: list[str], env: dict[str, str], code: int, sentence: str
) -> None:
    ended = dbolt(*args, cwd=tmp_path, env=env)
    assert ended.returncode == code, ended.stderr
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "pw" not in ended.stderr


def test_lint_of_a_broken_file_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: [", "utf-8")
    ended = dbolt("directories", "lint", "--folder", ".", "--json", cwd=tmp_path)
    assert ended.returncode == 1
    assert [f["file"] for f in json.loads(ended.stdout)] == ["bad.yaml"]


def test_doctor_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    ended = dbolt("doctor", "--json", cwd=tmp_path, env={"DBOLT_CHROMIUM": "/nowhere/chromium"})
    assert ended.returncode == 3
    findings = {f["what"]: f for f in json.loads(ended.stdout)}
    assert findings["Chromium"]["health"] == "missing"
    assert findings["Chromium"]["remedy"]
    assert findings["Postgres"]["health"] == "ok"


def test_a_press_is_on_record_until_it_is_proven_to_have_been_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "presses.jsonl")
    profile, directory = Profile.model_validate(PROFILE), target_of("https://albany.example/add")
    assert not journal.knows(profile, directory)
    journal.press(profile, directory)
    assert journal.knows(profile, directory)
    unclear = Pressed(verdict=VerdictKind.UNCLEAR, reason=Reason.PRESS_UNCONFIRMED)
    journal.settle(profile, directory, unclear)
    assert journal.knows(profile, directory)
    refused = Pressed(verdict=VerdictKind.REJECTED, reason=Reason.VALIDATION)
    journal.settle(profile, directory, refused)
    assert not journal.knows(profile, directory)
