"""Does the catalogue say which file is wrong, and is the product's own one right?"""

from __future__ import annotations

from pathlib import Path

import pytest

from dbolt.catalogue.lint import lint
from dbolt.catalogue.loader import CatalogueMissing, default_folder, load
from dbolt.domain.directory import Policy

GOOD = """
name: Albany Pages
home_url: https://albany.example/
submit_url: https://albany.example/add
market: us
"""


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.yaml").write_text(text, "utf-8")


def test_a_file_becomes_a_directory_named_after_it(tmp_path: Path) -> None:
    write(tmp_path, "albany-pages", GOOD)
    found = load(tmp_path)
    assert [d.slug for d in found.directories] == ["albany-pages"]
    assert found.faults == ()
    assert found.directories[0].policy is Policy.MANUAL, "nobody said that robots are welcome"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: [", "not valid YAML"),
        ("- a list", "keys and values"),
        (GOOD + "slug: other", "must be the file's name"),
        (GOOD + "polcy: auto", "polcy: there is no such key; did you mean policy?"),
        (GOOD + "name: Another", "the key 'name' stands here twice, line 6"),
        (GOOD + "recipe: {serch: {}}", "recipe.serch: there is no such key; did you mean search?"),
        (GOOD.replace("Albany Pages", "1234"), "1234 is read as a number; put it in quotes"),
        (GOOD.replace("Albany Pages", "''"), "name: this is empty"),
        (GOOD.replace("name: Albany Pages", ""), "name: this is missing"),
        (GOOD + "policy: perhaps", "policy: Input should be"),
        (GOOD + "policy: auto", "needs a policy_source"),
        (GOOD.replace("us", "zz"), "neither `global` nor an ISO"),
        (GOOD.replace("https://albany.example/add", "albany"), "not an http(s) address"),
        (GOOD + "recipe: {search: {url: 'https://a.example/?q={nmae}'}}", "{nmae} is unknown"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, "albany-pages", text)
    faults = lint(load(tmp_path))
    assert len(faults) == 1
    assert faults[0].file == "albany-pages.yaml"
    assert problem in faults[0].problem


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, "albany-pages", GOOD)
    write(tmp_path, "broken", "name: [")
    found = load(tmp_path)
    assert len(found.directories) == 1
    assert len(found.faults) == 1


def test_one_site_in_two_files_is_a_fault_of_both(tmp_path: Path) -> None:
    write(tmp_path, "one", GOOD)
    write(tmp_path, "two", GOOD.replace("https://albany", "https://www.albany"))
    assert {f.file for f in lint(load(tmp_path))} == {"one.yaml", "two.yaml"}


def test_a_missing_folder_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing, match="DBOLT_DIRECTORIES"):
        load(tmp_path / "nowhere")


def test_the_products_own_files_have_no_faults() -> None:
    found = load(default_folder())
    assert lint(found) == []
    assert len(found.directories) > 800
