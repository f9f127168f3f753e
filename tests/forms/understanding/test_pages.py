"""Walls before a form, and the links that lead to one."""

from __future__ import annotations

import pytest

from dbolt.domain.reasons import Reason
from dbolt.forms.entry import entry_links
from dbolt.forms.page import Control, Form, Link, Page, Widget
from dbolt.forms.walls import wall
from tests.forms.understanding.building import FORM, Builder


def _listing() -> Builder:
    form = Builder()
    form.add("Business name")
    form.add("Website", type="url")
    form.select("Category", "", "Bakery", "Dentist")
    form.area("Description")
    form.press("Submit listing")
    return form


def test_an_open_listing_form_has_no_wall() -> None:
    assert wall(_listing().page()) is None


def test_a_captcha_in_the_form_is_a_wall() -> None:
    form = _listing()
    form.add("Security code: type the characters in the image", "captcha")
    assert wall(form.page()) is Reason.CAPTCHA


def test_a_captcha_service_on_the_page_is_a_wall() -> None:
    assert wall(_listing().page(markers=("recaptcha",))) is Reason.CAPTCHA


def test_a_widget_that_solves_itself_is_no_wall() -> None:
    form = _listing()
    form.add("", tag="altcha-widget", type="", widget=Widget.CAPTCHA)
    assert wall(form.page(markers=("altcha",))) is None


def test_a_log_in_page_is_a_wall() -> None:
    page = Page(
        url="https://x.example/add",
        title="Log in",
        lang="en",
        text="You must be logged in to add a listing.",
        forms=(Form(FORM, native=True, heading="Log in"),),
        controls=(
            Control("0:2", "input", "text", Widget.INPUT, name="user", form=FORM),
            Control("0:3", "input", "password", Widget.INPUT, name="pass", form=FORM),
        ),
    )
    assert wall(page) is Reason.LOGIN_REQUIRED


@pytest.mark.parametrize(
    "text", ["Just a moment... Checking your browser", "Access denied. You have been blocked."]
)
def test_a_challenge_page_is_a_robot_wall(text: str) -> None:
    assert wall(Page(url="https://x.example/", text=text, lang="en")) is Reason.ROBOT_WALL


def test_a_long_page_about_security_is_no_robot_wall() -> None:
    text = "Our guide to the town and its shops. " * 60 + "We do a security check of each shop."
    assert wall(Page(url="https://x.example/", text=text, lang="en")) is None


def test_a_price_list_before_the_form_is_a_bill() -> None:
    text = "Choose a plan: Silver 20, Gold 40. Enter your card number under payment details."
    page = Page(url="https://x.example/add", text=text, lang="en")
    assert wall(page) is Reason.PAYMENT_REQUIRED


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Add your business"),
        ("es", "Añade tu empresa"),
        ("fr", "Inscrire mon entreprise"),
        ("de", "Firma eintragen"),
        ("it", "Inserisci la tua azienda"),
        ("pt", "Cadastre sua empresa"),
        ("nl", "Bedrijf aanmelden"),
        ("pl", "Dodaj firmę"),
    ],
)
def test_the_way_in_is_found_in_each_language(language: str, text: str) -> None:
    wanted = Link("0:5", text, "/p/17")
    others = [Link("0:1", "Home", "/"), Link("0:2", "Log in", "/login"), Link("0:3", "FAQ", "/faq")]
    page = Page(url="https://x.example/start", lang=language, links=(*others, wanted))
    assert entry_links(page) == [wanted]


def test_links_by_their_address_come_after_links_by_their_words() -> None:
    by_words = Link("0:2", "List your business", "/go")
    by_address = Link("0:1", "Start", "/add-your-business")
    page = Page(url="https://x.example/", lang="en", links=(by_address, by_words))
    assert entry_links(page) == [by_words, by_address]


def test_the_page_itself_is_no_way_on() -> None:
    here = Link("0:1", "Add your business", "https://x.example/add")
    assert entry_links(Page(url="https://x.example/add", lang="en", links=(here,))) == []
