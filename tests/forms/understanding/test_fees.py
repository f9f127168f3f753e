"""A paid plan is never chosen, and nothing is pressed that could send a form before its time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbolt.domain.reasons import Reason
from dbolt.forms.buttons import doing
from dbolt.forms.entry import entry_buttons
from dbolt.forms.fees import costs, says_free
from dbolt.forms.page import Button, Control, Option, Page, Widget
from dbolt.forms.plan import plan_fill
from tests.forms.understanding.building import Builder, said
from tests.forms.values.building import TODAY, bakery


def _form(*options: str, label: str = "Listing plan", beside: tuple[str, ...] = ()) -> Builder:
    form = Builder()
    form.add("Business name")
    form.area("Description")
    form.select("Category", "Bakery", "Butcher")
    held = tuple(
        Option(str(i), text, ref=f"0:o{i}", beside=beside[i] if beside else "")
        for i, text in enumerate(options)
    )
    form.add(label, type="radio", widget=Widget.RADIO, options=held)
    form.press("Submit")
    return form


def _chosen(form: Builder) -> tuple[str, Reason | None]:
    reading = form.read()
    plan = plan_fill(form.page(), reading, bakery(), today=TODAY)
    radio = form.controls[3]
    picked = next((a.values[0] for a in plan.actions if a.ref == radio.ref), "")
    return next((o.text for o in radio.options if o.ref == picked), ""), plan.stop


@pytest.mark.parametrize(
    ("options", "free"),
    [
        (("Featured $49 / year", "Free"), "Free"),
        (("Premium-Eintrag 19,90 € mtl.", "Basiseintrag (kostenlos)"), "Basiseintrag (kostenlos)"),
        (("Basic listing $0.00", "Gold listing $99.00"), "Basic listing $0.00"),
        (("Free trial, then $9", "Free listing", "Pro $29"), "Free listing"),
        (("Free with reciprocal link", "Free, slow review", "Featured $5"), "Free, slow review"),
        (("Pakiet darmowy", "Pakiet Plus 99 zł"), "Pakiet darmowy"),
    ],
)
def test_the_free_plan_is_chosen(options: tuple[str, ...], free: str) -> None:
    assert _chosen(_form(*options)) == (free, None)


def test_the_price_beside_a_plan_counts() -> None:
    beside = ("Gold $60 for 365 days", "Basic Free for 90 days")
    assert _chosen(_form("Gold", "Basic", beside=beside)) == ("Basic", None)


@pytest.mark.parametrize(
    "options",
    [("Silver $25", "Gold $60"), ("Free trial, then $9 a month", "Pro $29")],
)
def test_without_a_free_plan_nothing_is_sent(options: tuple[str, ...]) -> None:
    assert _chosen(_form(*options)) == ("", Reason.PAYMENT_REQUIRED)


def test_what_customers_pay_is_no_plan() -> None:
    form = _form("Free", "Up to $10", "Over $10", label="Admission")
    assert said(form.read(), form.controls[3].ref) != "plan"


def test_a_card_that_is_required_ends_the_attempt() -> None:
    form = _form("Free", "Featured $5")
    form.add("Card number", autocomplete="cc-number", required=True)
    assert _chosen(form)[1] is Reason.PAYMENT_REQUIRED


@pytest.mark.parametrize(
    ("text", "paid", "free"),
    [
        ("$1,250.00", True, False),
        ("1.250,00 €", True, False),
        ("0,00 €", False, True),
        ("$0 forever", False, True),
        ("gratis", False, True),
        ("Free for 30 days, then $10", True, False),
        ("Call 207 555 0142", False, False),
    ],
)
def test_sums_are_read_in_both_notations(
    text: str,
    paid: bool,  # noqa: FBT001 - a table of cases
    free: bool,  # noqa: FBT001 - a table of cases
) -> None:
    assert (costs(text), says_free(text)) == (paid, free)


def _page(*buttons: Button, controls: tuple[Control, ...] = ()) -> Page:
    return Page(url="https://directory.example/", lang="en", buttons=buttons, controls=controls)


def test_a_way_without_an_account_is_pressed_and_a_paid_one_never() -> None:
    guest = Button("0:1", "Continue as guest", "button")
    free = Button("0:2", "Get Starter", "button", card="Starter $0 forever")
    paid = Button("0:3", "Add listing", "button", card="Add listing, $49 a year")
    assert entry_buttons(_page(paid, guest)) == [guest]
    assert entry_buttons(_page(paid, free)) == [free]


def test_no_button_of_an_open_form_opens_anything() -> None:
    box = Control(ref="0:9", tag="input", type="text", widget=Widget.INPUT, form="0:5")
    button = Button("0:1", "Add listing", "button", form="0:5")
    assert entry_buttons(_page(button, controls=(box,))) == []
    hidden = (replace(box, hidden="display"),)
    assert entry_buttons(_page(button, controls=hidden)) == [button]


def test_only_what_does_nothing_else_may_open_a_section() -> None:
    texts = {
        "Submit": "submit",
        "Send": "button",
        "Save draft": "button",
        "Opening hours": "button",
    }
    buttons = [Button(f"0:{i}", text, kind) for i, (text, kind) in enumerate(texts.items())]
    assert doing(_page(*buttons)) == {"0:0", "0:1", "0:2"}
