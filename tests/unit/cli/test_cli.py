"""Does the command line answer bad input with one clear sentence and an exit code that says why?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from dbolt.cli.journal import Journal
from dbolt.cli.single import target_of
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
        (["up"], {"STRIPE_SECRET_KEY": "rk_test_x"}, 2, "Set both STRIPE_SECRET_KEY and"),
        (["up"], {"DBOLT_HOME": "/proc/x"}, 3, "set DBOLT_HOME to a folder"),
        (["explain", "http://[::1"], {}, 2, "is not a web address"),
        (["explain", "http://a.example:99999/"], {}, 2, "is not a web address"),
        (["explain", "javascript:alert(1)"], {}, 2, "is not a web address"),
        (["jobs", "--url", "127.0.0.1:9", "--api-key", "x"], {}, 2, "begin with http://"),
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


@pytest.mark.parametrize("name", ["DBOLT_STAFF_TOKEN", "DBOLT_WORKER_TOKEN"])
def test_a_server_is_not_started_with_a_token_that_can_be_guessed(
    tmp_path: Path, name: str
) -> None:
    there_is_none = "postgresql://nobody@127.0.0.1:9/none"
    home = {"DBOLT_HOME": str(tmp_path / "home"), "DBOLT_PORT": "0", "DATABASE_URL": there_is_none}
    ended = dbolt("up", cwd=tmp_path, env=home | {name: "letmein"})
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"dbolt: {name} can be guessed")
    assert "letmein" not in ended.stderr
    longer = dbolt("up", cwd=tmp_path, env=home | {name: "ab" * 12})
    assert "guessed" not in longer.stderr


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
    assert journal.claim(profile, directory, again=False)
    assert journal.knows(profile, directory)
    assert not journal.claim(profile, directory, again=False)
    assert journal.claim(profile, directory, again=True)
    unclear = Pressed(verdict=VerdictKind.UNCLEAR, reason=Reason.PRESS_UNCONFIRMED)
    journal.settle(profile, directory, unclear)
    assert journal.knows(profile, directory)
    refused = Pressed(verdict=VerdictKind.REJECTED, reason=Reason.VALIDATION)
    journal.settle(profile, directory, refused)
    assert not journal.knows(profile, directory)


@pytest.mark.parametrize(
    "same",
    [
        "https://albany.example/add#form",
        "http://www.albany.example/add/",
        "https://albany.example:443/add?utm_source=mail",
        "albany.example/add",
    ],
)
def test_another_spelling_of_an_address_is_not_pressed_again(tmp_path: Path, same: str) -> None:
    journal, profile = Journal(tmp_path / "presses.jsonl"), Profile.model_validate(PROFILE)
    assert journal.claim(profile, target_of("https://albany.example/add"), again=False)
    assert not journal.claim(profile, target_of(same), again=False)
    assert journal.claim(profile, target_of("https://albany.example/add?plan=2"), again=False)


def test_a_line_that_was_cut_off_hides_no_other(tmp_path: Path) -> None:
    journal, profile = Journal(tmp_path / "presses.jsonl"), Profile.model_validate(PROFILE)
    first, second = (target_of(f"https://{name}.example/add") for name in ("albany", "boston"))
    assert journal.claim(profile, first, again=False)
    with journal.path.open("a") as file:
        file.write('{"key": "trunc')
    assert not journal.knows(profile, second)
    assert journal.claim(profile, second, again=False)
    assert journal.knows(profile, first)
    assert journal.knows(profile, second)


def test_of_two_at_once_one_presses(tmp_path: Path) -> None:
    profile, directory = Profile.model_validate(PROFILE), target_of("https://albany.example/add")

    def claim(_number: int) -> bool:
        return Journal(tmp_path / "presses.jsonl").claim(profile, directory, again=False)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(24))) == 1
