"""What do the controls of a listing form ask for?"""

from __future__ import annotations

import time

import pytest

from dbolt.domain.directory import Hint, Recipe
from dbolt.domain.fields import Field
from dbolt.forms.classify import classify
from dbolt.forms.page import Control, Form, LabelKind, Option, Page, Rect, Widget
from dbolt.forms.reading import FormKind
from tests.forms.understanding.building import Builder, guess, said

LABELS = [
    ("en", "Business name", "business_name"),
    ("en", "Company name as it should appear (required)", "business_name"),
    ("en", "Registered company name", "legal_name"),
    ("en", "ZIP / Postal code", "postal_code"),
    ("en", "Year established", "year_founded"),
    ("en", "Owner's name", "contact_name"),
    ("en", "Your name", "contact_name"),
    ("en", "Card number", ""),
    ("en", "How did you hear about us?", ""),
    ("es", "Razón social", "legal_name"),
    ("es", "Código postal", "postal_code"),
    ("es", "Página web", "website"),
    ("fr", "Nom de l'entreprise", "business_name"),
    ("fr", "Adresse e-mail", "email"),
    ("fr", "Complément d'adresse", "unit"),
    ("de", "Firmenname", "business_name"),
    ("de", "Straße und Hausnummer", "street"),
    ("de", "Öffnungszeiten", "hours"),
    ("it", "Partita IVA", "vat_id"),
    ("it", "Ragione sociale", "legal_name"),
    ("pt", "CNPJ", "vat_id"),
    ("pt", "Nome fantasia", "business_name"),
    ("nl", "Bedrijfsnaam", "business_name"),
    ("nl", "Postcode", "postal_code"),
    ("pl", "Nazwa firmy", "business_name"),
    ("pl", "Kod pocztowy", "postal_code"),
]
HEADINGS = {
    "en": "Add your business to our directory, please fill the form with your address",
    "es": "Registre su empresa en el directorio para los clientes de la ciudad",
    "fr": "Ajoutez votre entreprise dans les pages des commerces avec votre adresse",
    "de": "Tragen Sie Ihre Firma mit der Anschrift und dem Ort in das Verzeichnis ein",
    "it": "Inserisci la tua azienda nella guida della città con gli orari per tutti",
    "pt": "Cadastre sua empresa com o endereço e telefone para os clientes das cidades",
    "nl": "Meld uw bedrijf aan met het adres van de vestiging en een telefoon",
    "pl": "Dodaj firmę oraz adres, miasto i kod do katalogu na stronie dla firm",
}


@pytest.mark.parametrize(("language", "label", "field"), LABELS)
def test_a_label_is_understood_in_its_language(language: str, label: str, field: str) -> None:
    form = Builder(language, HEADINGS[language])
    ref = form.add(label)
    form.area("x")
    form.add("y")
    reading = classify(form.page(text=HEADINGS[language]))[0]
    assert said(reading, ref) == field
    assert reading.language == language


def test_a_name_alone_is_enough_where_no_label_stands() -> None:
    form = Builder()
    refs = [form.add(name=n) for n in ("txtBusinessName", "companyaddress", "listing[zip_code]")]
    assert [said(form.read(), r) for r in refs] == ["business_name", "street", "postal_code"]


def test_framework_prefixes_say_nothing() -> None:
    form = Builder()
    ref = form.add(name="ctl00$MainContent$txtField7")
    assert said(form.read(), ref) == ""


def test_below_the_threshold_the_engine_does_not_guess() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("Anything special that we ought to know before we look at it", required=True)
    assert guess(form.read(), ref).field is None


def test_every_guess_tells_why() -> None:
    form = Builder()
    ref = form.add("Website", name="url", type="url")
    told = guess(form.read(), ref)
    assert told.field is Field.WEBSITE
    assert {b.source for b in told.because} >= {"for", "shape"}
    assert all(b.words for b in told.because)


def test_a_bare_name_is_the_business_on_a_listing_form() -> None:
    form = Builder()
    ref = form.add("Name")
    form.area("Description")
    form.select("Category", "", "Bakery", "Dentist")
    assert said(form.read(), ref) == "business_name"


def test_a_bare_name_is_a_person_beside_a_business_name() -> None:
    form = Builder()
    business = form.add("Business name")
    person = form.add("Name", section=("Your details",))
    form.area("Description")
    assert (said(form.read(), business), said(form.read(), person)) == (
        "business_name",
        "contact_name",
    )


def test_a_name_beside_a_first_name_is_the_last_name() -> None:
    form = Builder("de", HEADINGS["de"])
    form.add("Firma")
    first = form.add("Vorname")
    last = form.add("Name")
    assert (said(form.read(), first), said(form.read(), last)) == (
        "contact_first_name",
        "contact_last_name",
    )


def test_a_title_is_the_listing_and_a_choice_of_titles_is_a_form_of_address() -> None:
    form = Builder()
    title = form.add("Title")
    form.area("Description")
    choice = form.select("Title", "", "Mr", "Mrs", "Ms", "Dr")
    assert (said(form.read(), title), said(form.read(), choice)) == (
        "business_name",
        "contact_title",
    )


def test_states_are_known_by_their_options() -> None:
    form = Builder()
    ref = form.select("", "", "Alabama", "Alaska", "Arizona", "Texas", "Utah", "Vermont")
    assert said(form.read(), ref) == "state"


def test_countries_are_known_in_other_languages() -> None:
    form = Builder("de")
    ref = form.select("", "Bitte wählen", "Deutschland", "Frankreich", "Italien", "Schweiz")
    assert said(form.read(), ref) == "country"


def test_the_second_password_and_the_second_e_mail_repeat_the_first() -> None:
    form = Builder()
    form.add("Business name")
    first = form.add("E-mail", type="email")
    second = form.add("Confirm e-mail", name="email2", type="email")
    secret = form.add("Password", type="password")
    again = form.add("Repeat", type="password")
    fields = [said(form.read(), r) for r in (first, second, secret, again)]
    assert fields == ["email", "email_confirm", "account_password", "account_password_confirm"]


def test_an_unlabelled_box_below_the_street_is_its_second_line() -> None:
    form = Builder()
    refs = [form.add(x) for x in ("Street address", "", "City", "ZIP")]
    assert [said(form.read(), r) for r in refs] == ["street", "unit", "city", "postal_code"]


def test_one_address_box_without_a_city_takes_the_whole_address() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("Address")
    form.add("Phone")
    assert said(form.read(), ref) == "address"


def test_a_field_is_used_once_for_the_business_and_once_for_the_owner() -> None:
    form = Builder()
    business = form.add("E-mail", section=("Business details",))
    owner = form.add("E-mail", section=("Owner",))
    assert [said(form.read(), r) for r in (business, owner)] == ["email", "email"]


def test_labels_behind_their_controls_are_told_from_labels_before() -> None:
    form = Builder()
    names = [("firm", "text"), ("mail", "email"), ("web", "url"), ("tel", "tel"), ("town", "text")]
    texts = ["Business name", "E-mail", "Website", "Telephone", "Town"]
    refs = []
    for (name, kind), text, before in zip(names, texts, ["", *texts], strict=False):
        ref = form.add(text, name=name, type=kind, kind=LabelKind.AFTER)
        if before:
            labels = (*form.controls[-1].labels, _label(LabelKind.BEFORE, before))
            form.controls[-1] = _with(form.controls[-1], labels)
        refs.append(ref)
    fields = [said(form.read(), r) for r in refs]
    assert fields == ["business_name", "email", "website", "phone", "city"]


def _label(kind: LabelKind, text: str):  # noqa: ANN202 - a one-line shorthand
    from dbolt.forms.page import Label

    return Label(kind, text)


def _with(control: Control, labels: tuple) -> Control:
    from dataclasses import replace

    return replace(control, labels=labels)


def test_single_check_boxes_for_ways_to_pay_are_one_question() -> None:
    form = Builder()
    form.add("Business name")
    refs = [form.check(x) for x in ("Cash", "Visa", "PayPal")]
    assert {said(form.read(), r) for r in refs} == {"payment_methods"}


def test_terms_and_newsletter_are_told_apart() -> None:
    form = Builder()
    form.add("Business name")
    terms = form.check("I have read and accept the terms and conditions of this directory")
    news = form.check("Yes, send me the newsletter with offers for business owners")
    assert (said(form.read(), terms), said(form.read(), news)) == ("terms", "newsletter")


def test_a_lone_letter_x_is_the_network_only_among_networks() -> None:
    form = Builder()
    form.add("Business name")
    lone = form.add("X")
    assert said(form.read(), lone) == ""
    form.add("Facebook")
    assert said(form.read(), lone) == "x"


def test_a_file_never_goes_into_a_text_box() -> None:
    form = Builder()
    text = form.add("Logo")
    file = form.file("Logo")
    assert (said(form.read(), text), said(form.read(), file)) == ("", "logo")


def test_a_recipe_s_hint_has_the_last_word() -> None:
    form = Builder()
    ref = form.add("Website", name="code_word")
    left = form.add("Phone", name="fone")
    recipe = Recipe(
        hints=[
            Hint(selector="[name=code_word]", field=Field.TAGLINE),
            Hint(selector="form input[name='fone']", field=None),
        ]
    )
    reading = classify(form.page(), recipe=recipe)[0]
    assert (said(reading, ref), said(reading, left)) == ("tagline", "")


def test_known_software_is_read_by_its_names_only_if_asked() -> None:
    form = Builder()
    names = ["TITLE", "URL", "DESCRIPTION", "OWNER_NAME", "OWNER_EMAIL", "CATEGORY_ID", "META_X"]
    refs = [form.add(name=n) for n in names]
    with_it = classify(form.page())[0]
    without = classify(form.page(), use_fingerprints=False)[0]
    assert guess(with_it, refs[0]).field is Field.BUSINESS_NAME
    assert any(b.source == "fingerprint" for b in guess(with_it, refs[0]).because)
    assert not any(b.source == "fingerprint" for g in without.guesses for b in g.because)


def test_controls_of_no_known_form_are_read_as_one() -> None:
    controls = tuple(
        Control(ref=f"0:{n}", tag="input", type="text", widget=Widget.INPUT, name=name)
        for n, name in enumerate(("business_name", "website", "description", "phone"))
    )
    readings = classify(Page(url="https://x.example/", controls=controls))
    assert len(readings) == 1
    assert [g.field for g in readings[0].guesses][:2] == [Field.BUSINESS_NAME, Field.WEBSITE]


def test_forty_controls_take_less_than_twenty_milliseconds() -> None:
    form = Builder()
    for n in range(40):
        texts = tuple(f"Choice {n} {m}" for m in range(30))
        if n % 4 == 0:
            form.select(f"Question {n}", *texts)
        else:
            form.add(f"Business question number {n}", name=f"listing[field_{n}]")
    page = form.page()
    classify(page)  # vocabularies and the model are read once
    took = []
    for _ in range(5):
        started = time.process_time()
        classify(page)
        took.append(time.process_time() - started)
    assert min(took) < 0.02


def test_the_likeliest_listing_form_comes_first() -> None:
    form = Builder()
    form.add("Business name")
    form.area("Description")
    form.select("Category", "", "Bakery", "Dentist")
    page = form.page()
    login = [
        Control(ref="0:70", tag="input", type="text", widget=Widget.INPUT, name="user", form="0:2"),
        Control(
            ref="0:71", tag="input", type="password", widget=Widget.INPUT, name="pass", form="0:2"
        ),
    ]
    search = Control(
        ref="0:72", tag="input", type="search", widget=Widget.INPUT, name="q", form="0:3"
    )
    both = Page(
        url=page.url,
        forms=(Form("0:3", native=True, role="search"), Form("0:2", native=True), *page.forms),
        controls=(search, *login, *page.controls),
    )
    kinds = [r.kind for r in classify(both)]
    assert kinds[0] is FormKind.LISTING
    assert set(kinds[1:]) == {FormKind.LOGIN, FormKind.SEARCH}


def test_geometry_keeps_what_stands_outside_the_page_empty() -> None:
    form = Builder()
    form.add("Business name")
    ref = form.add("Website", rect=Rect(-9999, 10, 200, 20))
    assert guess(form.read(), ref).trap
    assert guess(form.read(), ref).field is None


def test_radios_are_one_control_with_options() -> None:
    form = Builder()
    ref = form.add(
        "Price range",
        type="radio",
        widget=Widget.RADIO,
        kind=LabelKind.LEGEND,
        options=tuple(Option(x, x, ref=f"0:{n}") for n, x in enumerate(("$", "$$", "$$$"))),
    )
    assert said(form.read(), ref) == "price_range"
