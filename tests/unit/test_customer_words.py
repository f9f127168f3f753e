"""Is what customers are told no more than what is known? Deadlines, time left, old facts, cells."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dbolt.domain.facts import normal, outdated
from dbolt.domain.fields import Field
from dbolt.domain.inbox import TASKS, TaskKind, answers_to, deadline_in, task_of
from dbolt.domain.lifecycle import TRANSITIONS, Event, State
from dbolt.domain.protocol import AnswerKind
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import TypedValue
from serve_app.facts import change_of, values_of
from serve_app.records import Submission
from serve_app.tables import as_csv, as_xlsx
from serve_app.timeleft import Measured, estimate
from serve_app.web.job_view import time_left
from serve_app.web.words import host, web_url
from tests.support.queue import PROFILE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

EVENT_OF = {
    AnswerKind.PIN: Event.CUSTOMER_ANSWERED,
    AnswerKind.DONE: Event.CUSTOMER_DONE,
    AnswerKind.LEAVE: Event.SKIPPED,
}


@pytest.mark.parametrize("middle", [";=", "; -", ';"@', "\t+"])
def test_no_cell_is_a_formula_where_semicolons_divide_cells(middle: str) -> None:
    cell = f"https://x.example/{middle}HYPERLINK(1)"
    text = as_csv(("a", "b"), [("Town", cell)]).decode("utf-8-sig")
    for mark in ";\t":
        cells = [one for row in csv.reader(io.StringIO(text), delimiter=mark) for one in row]
        assert not [one for one in cells if one.strip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    "told", ["javascript:alert(1)", "http://[your-site]/", "https://[", "", None]
)
def test_a_listing_is_linked_only_where_a_browser_can_go(told: str | None) -> None:
    assert web_url(told) == host(told) == ""
    assert web_url("https://www.town.example/a") == "https://www.town.example/a"
    assert host("https://www.town.example/a") == "town.example"


def test_every_answer_that_is_offered_moves_its_submission() -> None:
    for state in State:
        for reason in (None, *Reason):
            offered = answers_to(state, reason)
            assert all((state, EVENT_OF[kind]) in TRANSITIONS for kind in offered)
            assert task_of(state, reason) is not None or not offered


def test_every_kind_of_task_can_come_up() -> None:
    found = {task_of(state, reason) for state in State for reason in (None, *Reason)}
    assert found - {None} == set(TaskKind) == set(TASKS)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("Enter the PIN within 14 days.", 14 * 24),
        ("This link expires in 24 hours", 24),
        ("Your PIN is valid for the next 2 weeks.", 14 * 24),
        ("Listings are removed after 30 days unless confirmed", 30 * 24),
        ("A postcard arrives in 5 days.", None),
        ("A postcard arrives within 5 days; please confirm it.", None),
        ("Confirm your address. We review every listing within 2 days.", None),
        ("You will receive an e-mail within 2 hours to verify the listing.", None),
        ("Thank you! We have 14 days of free trial.", None),
        ("Please confirm by e-mail.", None),
        ("", None),
    ],
)
def test_a_deadline_is_told_only_where_the_directory_named_one(
    said: str, hours: int | None
) -> None:
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert deadline_in(said, NOW) == expected


@pytest.mark.parametrize(
    ("pace", "told"),
    [
        (Measured(10, 4, 60, 0, ""), "not known yet"),
        (Measured(10, 0, 0, 0, ""), "not known yet"),
        (Measured(10, 4, 60, 7200, "Slow"), "At least 2 h left: Slow"),
        (Measured(10, 5, 60, 0, ""), "About 2 min left"),
        (Measured(10, 5, 60, 7200, "Slow"), "About 2 h left: Slow"),
        (Measured(0, 5, 60, 0, ""), "Nearly done"),
    ],
)
def test_the_time_left_is_measured_or_not_told(pace: Measured, told: str) -> None:
    assert told in time_left(estimate(pace))


CELLS = ["=1+1", "+49 30 1234", "-2", "@sum", "\tx", "\rx", "plain", 'a "quote", a comma', "äöü"]


def test_no_cell_of_a_csv_is_a_formula() -> None:
    lines = list(csv.reader(io.StringIO(as_csv(("a",), ([c] for c in CELLS)).decode("utf-8-sig"))))
    read = [line[0] for line in lines[1:]]
    assert [cell.removeprefix("'") for cell in read] == CELLS
    assert not [cell for cell in read if cell[0] in "=+-@\t\r"]


def test_every_cell_of_a_sheet_is_text() -> None:
    content = as_xlsx("A [bad]: name", ("a",), ([c] for c in CELLS), (20,))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert sheet.count('t="s"') == len(CELLS) + 1


def submission(state: State, pressed_at: datetime | None, *fields: Field) -> Submission:
    typed = [
        TypedValue(field=field, control="x", typed="x", read_back="x", kept=True)
        for field in fields
    ]
    return Submission(
        id=uuid4(),
        job_id=uuid4(),
        directory="a",
        directory_name="A",
        home_url=None,
        submit_url=None,
        state=state,
        reason=None,
        detail="",
        attempt=1,
        listing_url="",
        pressed_at=pressed_at,
        not_before=NOW,
        created_at=NOW,
        updated_at=NOW,
        typed=typed,
    )


def test_a_listing_is_old_only_where_a_fact_that_differs_was_typed() -> None:
    sent = normal(PROFILE)
    other = normal({**PROFILE, "phone": "(212) 555-0199", "website": "harborlane.example"})
    assert outdated(sent, other, {Field.PHONE, Field.EMAIL}) == ["phone"]
    assert outdated(sent, other, {Field.EMAIL}) == []
    assert outdated(sent, sent, set(Field)) == []
    # The same number, told in another way.
    assert outdated(sent, normal({**PROFILE, "phone": "+1 (212) 555-0142"}), {Field.PHONE}) == []
    hours = normal({**PROFILE, "hours": {"mon": [{"opens": "07:00", "closes": "15:00"}]}})
    assert outdated(sent, hours, {Field.HOURS, Field.PHONE}) == ["hours"]


def test_only_what_differs_is_a_change_and_a_wrong_value_is_none() -> None:
    doc = normal(PROFILE)
    same = values_of(doc)
    assert change_of(doc, same).labels == []
    other = change_of(doc, same | {"phone": "(212) 555-0199", "address.city": "Albany"})
    assert other.labels == ["Phone", "Town"]
    assert other.changes["phone"] == "+12125550199"
    assert other.changes["address"]["street"] == doc["address"]["street"]
    wrong = change_of(doc, same | {"phone": "12", "email": "x"})
    assert "email" in wrong.problems
    assert wrong.changes == {}
    assert change_of(doc, same | {"business_name": ""}).problems.keys() == {"business_name"}
    assert change_of(doc, same | {"descriptions.0": ""}).problems.keys() == {"descriptions.0"}
