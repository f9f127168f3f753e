"""Parts of a form about somebody else, in another language, or that only look like a question."""

from __future__ import annotations

from dbolt.forms.page import Label, LabelKind, Option, Widget
from tests.forms.understanding.building import Builder, guess, said


def test_a_bill_s_contact_is_left_alone_unless_the_form_insists() -> None:
    form = Builder()
    form.add("Business name")
    form.add("Category")
    form.add("Email")
    form.add("City")
    optional = form.add("Email", section=("Billing contact",))
    needed = form.add("City", section=("Billing contact",), required=True)
    reading = form.read()
    assert (said(reading, optional), said(reading, needed)) == ("", "city")


def test_the_only_address_of_a_form_is_the_business_s_whatever_it_is_for() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("City", section=("Billing address",))
    assert said(form.read(), ref) == "city"


def test_languages_spoken_are_no_texts_in_several_languages() -> None:
    form = Builder()
    form.add("Business name")
    refs = [form.check(x, name=f"lang_{x[:2].lower()}") for x in ("English", "French", "German")]
    reading = form.read()
    assert [said(reading, ref) for ref in refs] == ["languages"] * 3


def test_nobody_is_named_who_referred_the_business() -> None:
    form = Builder()
    form.add("Business name")
    form.add("Category")
    ref = form.add("Company", section=("Referred by",), required=True)
    assert said(form.read(), ref) == ""


def test_a_text_in_another_language_than_the_page_s_stays_empty() -> None:
    form = Builder()
    form.add("Name", "t[en][name]")
    own = form.area("Description", name="t[en][description]")
    other = form.area("Description", name="t[fr][description]")
    reading = form.read()
    assert (said(reading, own), said(reading, other)) == ("description", "")


def test_a_box_that_narrows_a_list_is_no_question() -> None:
    form = Builder()
    form.add("Business name")
    box = form.add("Category", kind=LabelKind.BEFORE, section=("Category",))
    choices = form.add(
        "Category",
        kind=LabelKind.LEGEND,
        type="radio",
        widget=Widget.RADIO,
        options=(Option("1", "Bakery", ref="0:7"), Option("2", "Plumber", ref="0:8")),
    )
    reading = form.read()
    assert (said(reading, box), said(reading, choices)) == ("", "category")


def test_two_boxes_below_one_label_are_for_the_one_and_the_other() -> None:
    form = Builder()
    form.add("Business name")
    form.add("City")
    first = form.add("ZIP / Phone", kind=LabelKind.TABLE_HEAD)
    second = form.add("ZIP / Phone", kind=LabelKind.TABLE_HEAD)
    reading = form.read()
    assert (said(reading, first), said(reading, second)) == ("postal_code", "phone")


def test_halves_of_a_postal_code_are_told_apart() -> None:
    form = Builder("pl")
    form.add("Nazwa firmy")
    form.add("Miejscowość")
    first = form.add("Kod pocztowy", "kod1", maxlength=2)
    second = form.add("-", "kod2", kind=LabelKind.NEAR, maxlength=3)
    reading = form.read()
    assert [guess(reading, ref).part for ref in (first, second)] == ["first", "last"]


def test_a_number_beside_a_street_is_the_house_s() -> None:
    form = Builder()
    form.add("Business name")
    number = form.add("No.", "adr[no]")
    form.add("Street")
    assert said(form.read(), number) == "house_number"


def test_lists_of_hours_minutes_and_halves_of_a_day_are_one_time() -> None:
    form = Builder()
    form.add("Business name")
    hours = tuple(Option(str(n), str(n)) for n in range(1, 13))
    minutes = tuple(Option(m, m) for m in ("00", "15", "30", "45"))
    halves = (Option("AM", "AM"), Option("PM", "PM"))
    refs = [
        form.add(
            name=f"n{day}{end}{piece}", options=options, labels=_day(day), widget=Widget.SELECT
        )
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday")
        for end in "oc"
        for piece, options in enumerate((hours, minutes, halves))
    ]
    reading = form.read()
    assert [guess(reading, ref).part for ref in refs[:6]] == [
        f"mon.{end}.{piece}" for end in ("opens", "closes") for piece in ("hour", "minute", "ampm")
    ]


def _day(name: str) -> tuple[Label, ...]:
    return (Label(LabelKind.TABLE_HEAD, name),)
