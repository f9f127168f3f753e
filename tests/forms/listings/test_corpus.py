"""Is the corpus of listing forms sound: each control labelled once, counts as its README says?"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from dbolt.domain.fields import SOCIAL, Field

HERE = Path(__file__).parent
PAGES = sorted((HERE / "pages").glob("*.html"))
BUTTONS = frozenset({"_submit", "_next", "_other"})
OTHERS = frozenset({"none", "trap"}) | BUTTONS
LANGUAGES = frozenset({"en", "es", "fr", "de", "it", "pt", "nl", "pl"})
KEYS = frozenset({"page", "fid", "label", "part", "lang", "required", "hidden"})
LISTING_ONLY = (
    Field.BUSINESS_NAME,
    Field.WEBSITE,
    Field.CATEGORY,
    Field.HOURS,
    Field.DESCRIPTION,
    Field.SHORT_DESCRIPTION,
    Field.LOGO,
    Field.KEYWORDS,
    Field.TAGLINE,
    Field.YEAR_FOUNDED,
    *SOCIAL,
)
ADDRESS = re.compile(r"""(?:https?:|["'(=]\s*)//([^\s/"'<>]*)""", re.IGNORECASE)
PLACEHOLDER_HOST = re.compile(r"(.*\.)?example(\.(com|org|net))?")

Row = dict[str, Any]
by_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@cache
def rows() -> list[Row]:
    """All label rows, in the file's order."""
    return [json.loads(line) for line in (HERE / "labels.jsonl").read_text("utf-8").splitlines()]


def rows_of(path: Path) -> list[Row]:
    return [row for row in rows() if row["page"] == path.name]


@cache
def document(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_text("utf-8"))


def controls(path: Path) -> Iterator[html.HtmlElement]:
    """What can be filled in or pressed; of radios and check boxes of one name the first."""
    seen: set[tuple[str, str]] = set()
    for element in document(path).iter("input", "select", "textarea", "button"):
        kind = (element.get("type") or "").lower()
        group = (kind, element.get("name", ""))
        if kind == "hidden" or (kind in {"radio", "checkbox"} and group[1] and group in seen):
            continue
        seen.add(group)
        yield element


def required_on_the_page(element: html.HtmlElement) -> bool:
    return "required" in element.attrib or element.get("aria-required") == "true"


def test_there_are_fifty_pages_and_each_has_labels() -> None:
    assert len(PAGES) == 50
    assert {row["page"] for row in rows()} == {path.name for path in PAGES}
    assert len({path.stem[:3] for path in PAGES}) == len(PAGES)


def test_rows_use_known_labels_languages_and_keys() -> None:
    valid = {str(field) for field in Field} | OTHERS
    for row in rows():
        assert row["label"] in valid, row
        assert row["lang"] in LANGUAGES, row
        assert set(row) <= KEYS, row
        assert row.get("hidden", "step") in {"step", "skin"}, row


@by_page
def test_every_number_has_one_row_and_every_row_its_number(path: Path) -> None:
    on_page = sorted(int(fid) for fid in document(path).xpath("//@data-fid"))
    assert on_page == list(range(1, len(on_page) + 1))
    assert sorted(row["fid"] for row in rows_of(path)) == on_page


@by_page
def test_no_control_is_left_without_a_label(path: Path) -> None:
    for element in controls(path):
        known = "data-fid" in element.attrib or "data-fid-twin" in element.attrib
        inside = any("data-fid" in above.attrib for above in element.iterancestors())
        assert known or inside, html.tostring(element, encoding="unicode")[:200]


@by_page
def test_twins_point_to_a_labelled_control(path: Path) -> None:
    fids = set(document(path).xpath("//@data-fid"))
    assert set(document(path).xpath("//@data-fid-twin")) <= fids


@by_page
def test_buttons_are_labelled_as_buttons_and_fields_as_fields(path: Path) -> None:
    labels = {str(row["fid"]): row["label"] for row in rows_of(path)}
    for element in document(path).xpath("//*[@data-fid]"):
        kind = (element.get("type") or "").lower()
        button = (
            element.tag == "button"
            or element.get("role") == "button"
            or (element.tag == "input" and kind in {"submit", "button", "image", "reset"})
        )
        label = labels[element.get("data-fid")]
        assert (label in BUTTONS) == button, (element.get("data-fid"), label)


@by_page
def test_there_is_one_button_that_hands_the_form_in(path: Path) -> None:
    assert [row["label"] for row in rows_of(path)].count("_submit") == 1


@by_page
def test_what_the_markup_requires_is_required_in_its_row(path: Path) -> None:
    said = {str(row["fid"]): row.get("required", False) for row in rows_of(path)}
    for element in document(path).xpath("//*[@data-fid]"):
        if required_on_the_page(element):
            assert said[element.get("data-fid")], element.get("data-fid")


@by_page
def test_labels_point_to_elements_that_exist_once(path: Path) -> None:
    ids = Counter(document(path).xpath("//@id"))
    assert not [name for name, times in ids.items() if times > 1]
    aimed = document(path).xpath("//@for | //@aria-labelledby | //@aria-describedby")
    assert {name for names in aimed for name in names.split()} <= set(ids)


@by_page
def test_pages_stand_alone(path: Path) -> None:
    text = path.read_text("utf-8")
    for host in ADDRESS.findall(text):
        assert not host or PLACEHOLDER_HOST.fullmatch(host), host
    assert not document(path).xpath("//link | //iframe | //script[@src]")


@by_page
def test_pages_are_of_the_size_of_a_hand_written_form(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert 60 <= lines <= 250


@by_page
def test_a_page_is_in_one_language_which_its_markup_names_or_leaves_open(path: Path) -> None:
    (language,) = {row["lang"] for row in rows_of(path)}
    named = document(path).get("lang") or language
    assert named.split("-")[0] == language


def test_languages_have_their_share() -> None:
    pages = Counter(lang for _, lang in {(row["page"], row["lang"]) for row in rows()})
    assert set(pages) == LANGUAGES
    assert pages["en"] >= 20
    assert all(count >= 4 for count in pages.values()), pages


@pytest.mark.parametrize("field", [f for f in Field if f is not Field.PLAN])
def test_each_field_is_asked_for_often_enough_to_measure(field: Field) -> None:
    found = [row for row in rows() if row["label"] == field]
    assert len({row["page"] for row in found}) >= (15 if field in LISTING_ONLY else 6)
    assert len({row["lang"] for row in found}) >= 3


def test_the_readme_states_the_counts() -> None:
    stated = dict[str, tuple[int, int, int]]()
    for line in (HERE / "README.md").read_text("utf-8").splitlines():
        if match := re.fullmatch(r"\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|", line):
            stated[match[1]] = (int(match[2]), int(match[3]), int(match[4]))
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows():
        held[row["label"]].append(row)
        held["lang_" + row["lang"]].append(row)
    counted = {
        name: (len(some), len({r["page"] for r in some}), len({r["lang"] for r in some}))
        for name, some in held.items()
    }
    assert stated == counted
