"""Does `dbolt explain` tell what was understood of a page, on paper and in a picture?"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.town import RunningTown

CHROMIUM = {k: v for k, v in os.environ.items() if k == "DBOLT_CHROMIUM"}


def explain(
    *args: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DBOLT_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "dbolt.cli", "explain", *args],
        cwd=cwd,
        env=clean | CHROMIUM | {"COLUMNS": "200"} | (env or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_each_control_is_told_with_its_field_and_reasons(town: RunningTown, tmp_path: Path) -> None:
    picture = tmp_path / "seen.png"
    told = explain(
        town.url("broadsheet", "/place-a-notice"), "--screenshot", str(picture), cwd=tmp_path
    )
    assert told.returncode == 0, told.stderr
    assert "listing" in told.stdout
    assert "chosen" in told.stdout
    line = next(x for x in told.stdout.splitlines() if x.startswith("Telephone"))
    assert "phone" in line
    assert "%" in line
    assert 'before "telephone"' in line
    drawn = Image.open(io.BytesIO(picture.read_bytes())).convert("RGB")
    assert drawn.width == 1280
    green = sum(
        count for count, colour in drawn.getcolors(1 << 24) or () if colour == (10, 125, 51)
    )
    assert green > 5_000, "boxes were drawn around the controls"
    assert town.listings("broadsheet") == []


def test_a_script_gets_everything_as_json(town: RunningTown, tmp_path: Path) -> None:
    told = explain(town.url("pindrop", "/pins/add"), "--json", cwd=tmp_path)
    seen = json.loads(told.stdout)
    assert seen["listing_form"] is True
    fields = {c["name"]: c["field"] for c in seen["forms"][0]["controls"]}
    assert fields["full_address"] == "address"
    assert fields["pin_mail"] == "email"
    tel = next(c for c in seen["forms"][0]["controls"] if c["name"] == "pin_tel")
    assert tel["because"][0].keys() == {"source", "words", "weight"}
    assert 0.5 < tel["confidence"] <= 1


def test_a_page_without_a_form_for_listings_says_so(town: RunningTown, tmp_path: Path) -> None:
    told = explain(town.url("pindrop", "/pins"), "--json", cwd=tmp_path)
    seen = json.loads(told.stdout)
    assert seen["listing_form"] is False
    assert "No form for new listings" in seen["why_not"]


def test_the_way_in_is_told(town: RunningTown, tmp_path: Path) -> None:
    told = explain(town.url("yellow-ledger"), "--json", cwd=tmp_path)
    seen = json.loads(told.stdout)
    assert seen["listing_form"] is True
    assert len(seen["visited"]) == 2, seen["visited"]
    assert seen["url"] == seen["visited"][-1] != seen["visited"][0]


@pytest.mark.parametrize(
    ("args", "env", "code", "sentence"),
    [
        (["ftp://a.example/x"], {}, 2, "is not a web address"),
        (["http://nowhere.localhost:9/add"], {}, 4, "was not read"),
        (["http://a.example"], {"DBOLT_CHROMIUM": "/nowhere/chromium"}, 3, "/nowhere/chromium"),
        (["http://a.example", "--screenshot", "none/x.png"], {}, 2, "make it first"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, args: list[str], env: dict[str, str], code: int, sentence: str
) -> None:
    told = explain(*args, cwd=tmp_path, env=env)
    assert told.returncode == code, told.stderr
    assert sentence in told.stderr
    assert told.stderr.count("\n") == 1
    assert told.stdout == ""
