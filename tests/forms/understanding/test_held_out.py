"""What forms of directory software taught: small things that any form may do."""

from __future__ import annotations

import pytest

from dbolt.domain.fields import Field
from dbolt.forms.page import LabelKind
from tests.forms.understanding.building import Builder, guess, said


@pytest.mark.parametrize("heading", ["Add Details", "General Information", "Listing Details"])
def test_a_bare_title_is_the_business_under_headings_that_name_nobody(heading: str) -> None:
    form = Builder()
    title = form.add("Title", "title", section=(heading,))
    form.area("Description")
    form.add("Phone", "phone")
    assert said(form.read(), title) == "business_name"


def test_a_title_after_a_last_name_is_a_role() -> None:
    form = Builder()
    form.add("Company", "company")
    form.add("First name", "fn")
    form.add("Last name", "ln")
    title = form.add("Title", "title")
    assert said(form.read(), title) == "contact_role"


def test_a_select_without_labels_is_known_by_its_first_option() -> None:
    form = Builder("de")
    form.add("Firma", "firma")
    form.add("PLZ", "plz")
    trade = form.select("", "Branche wählen", "Alpha", "Beta", "Gamma")
    assert said(form.read(), trade) == "category"


def test_a_box_under_one_label_for_two_holds_the_rest_of_the_number() -> None:
    form = Builder()
    form.add("Business name", "b")
    area = form.add("Area code", "x1", kind=LabelKind.ARIA)
    rest = form.add("Phone number", "x2", kind=LabelKind.ARIA)
    reading = form.read()
    assert (guess(reading, area).part, guess(reading, rest).part) == ("area_code", "number")
    assert guess(reading, rest).field is Field.PHONE


def test_a_log_in_in_the_same_form_element_is_left_alone() -> None:
    form = Builder()
    user = form.add("Member Login", "tbUser", kind=LabelKind.BEFORE)
    secret = form.add("", "tbPass", type="password")
    name = form.add("Business name", "bn")
    form.add("Website", "web")
    form.select("Category", "Plumbers", "Dentists", "Bakeries")
    form.add("Street", "st")
    form.add("City", "ct")
    reading = form.read()
    assert [said(reading, ref) for ref in (user, secret)] == ["", ""]
    assert said(reading, name) == "business_name"


def test_a_box_that_names_the_parts_of_an_address_takes_it_whole() -> None:
    form = Builder("de")
    form.add("Firma", "firma")
    where = form.add("Anschrift (Straße, PLZ und Ort)", "x")
    form.add("Telefon", "tel")
    assert said(form.read(), where) == "address"


def test_a_sum_to_work_out_is_a_captcha_and_times_are_not() -> None:
    form = Builder("es")
    form.add("Nombre de la empresa", "n")
    result = form.add("Escribe: 3 + 4 =", "z")
    times = form.add("Horario (lun-sab 8-13 / 16-20)", "h")
    reading = form.read()
    assert said(reading, result) == "captcha"
    assert said(reading, times) == "hours"


def test_a_trader_is_no_slip_of_a_trade() -> None:
    form = Builder()
    trader = form.add("Trader", "trader")
    form.add("Street", "street")
    form.add("Phone", "phone")
    assert said(form.read(), trader) == "business_name"


def test_an_email_and_a_user_name_beside_a_password_make_an_account() -> None:
    form = Builder(heading="")
    form.add("Email", "email", type="email")
    form.add("Username", "login")
    form.add("Password", "password", type="password")
    assert form.read().kind == "registration"


def test_a_preview_is_pressed_where_nothing_else_hands_in() -> None:
    form = Builder()
    form.add("Business name", "b")
    preview = form.press("Preview")
    form.press("Save Draft")
    assert form.read().submit == preview


def test_a_preview_is_not_pressed_beside_the_real_thing() -> None:
    form = Builder()
    form.add("Business name", "b")
    submit = form.press("Submit Listing")
    form.press("Preview")
    assert form.read().submit == submit
