"""Honeypots stay empty, and the right button is pressed."""

from __future__ import annotations

import pytest

from dbolt.forms.page import LabelKind
from tests.forms.understanding.building import Builder, guess


@pytest.mark.parametrize("hidden", ["display", "offscreen", "opacity", "clip", "aria_hidden"])
def test_what_a_person_cannot_see_is_a_trap(hidden: str) -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("Website", name="website", hidden=hidden)
    told = guess(form.read(), ref)
    assert told.trap
    assert told.field is None


def test_a_later_step_is_no_trap() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("Website", hidden="display", step_hidden=True)
    told = guess(form.read(), ref)
    assert not told.trap
    assert told.field is not None


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Leave this field empty"),
        ("en", "Website (please leave blank)"),
        ("de", "Bitte dieses Feld leer lassen"),
        ("fr", "Ne pas remplir ce champ"),
        ("es", "Deje este campo vacío"),
        ("it", "Lasciare vuoto questo campo"),
        ("nl", "Laat dit veld leeg"),
        ("pl", "Pozostaw to pole puste"),
        ("pt", "Deixe este campo em branco"),
    ],
)
def test_what_asks_to_stay_empty_stays_empty(language: str, label: str) -> None:
    form = Builder(language)
    form.add("Business name")
    ref = form.add(label, name="url")
    assert guess(form.read(), ref).trap


def test_advice_to_leave_something_blank_is_no_trap() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.area("Summary")
    labels = form.controls[-1].labels
    from dataclasses import replace

    from dbolt.forms.page import Label

    advice = Label(
        LabelKind.HELP, "Leave blank to use the beginning of the description as the summary text"
    )
    form.controls[-1] = replace(form.controls[-1], labels=(*labels, advice))
    told = guess(form.read(), ref)
    assert not told.trap
    assert told.field is not None


@pytest.mark.parametrize(
    ("texts", "pressed", "is_next"),
    [
        (["Upload", "Preview", "Reset", "Submit listing"], "Submit listing", False),
        (["Back", "Next step"], "Next step", True),
        (["Zurück", "Weiter"], "Weiter", True),
        (["Annuler", "Envoyer"], "Envoyer", False),
        (["Search", "Add my business"], "Add my business", False),
        (["Save draft", "Continue"], "Continue", True),
        (["Clear form", "Send"], "Send", False),
    ],
)
def test_the_button_that_sends_the_form_is_found(
    texts: list[str],
    pressed: str,
    is_next: bool,  # noqa: FBT001 - a table of cases
) -> None:
    form = Builder({"Weiter": "de", "Envoyer": "fr"}.get(pressed, "en"))
    form.add("Business name")
    refs = {text: form.press(text, "button") for text in texts}
    reading = form.read()
    assert reading.submit == refs[pressed]
    assert reading.submit_is_next is is_next


def test_a_reset_button_is_never_pressed() -> None:
    form = Builder()
    form.add("Business name")
    form.press("Start again", "reset")
    assert form.read().submit == ""
