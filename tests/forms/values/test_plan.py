"""A plan fills what it knows, leaves alone what it should, and says what stops it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account
from dbolt.forms.page import Control, Label, LabelKind, Option, Widget
from dbolt.forms.plan import plan_fill
from dbolt.forms.reading import Act, FieldGuess, FillPlan
from tests.forms.values.building import TODAY, bakery, control, form_page, reading_of


def _plan(
    *pairs: tuple[Control, Field | None], profile: Profile | None = None, **more: Any
) -> FillPlan:
    numbered = [(replace(c, ref=f"0:{i + 1}"), field) for i, (c, field) in enumerate(pairs)]
    page = form_page([c for c, _ in numbered])
    return plan_fill(page, reading_of(numbered), profile or bakery(), today=TODAY, **more)


def test_each_widget_is_set_by_its_own_act() -> None:
    plan = _plan(
        (control(label="Business name *"), Field.BUSINESS_NAME),
        (control(Widget.SELECT, options=[("", "-"), ("7", "New York")]), Field.STATE),
        (control(Widget.COMBOBOX), Field.CATEGORY),
        (control(Widget.TAGS), Field.KEYWORDS),
        (control(Widget.RICH_TEXT), Field.DESCRIPTION),
        (control(Widget.DATE_TIME), Field.YEAR_FOUNDED),
        (control(Widget.FILE, type="file", hidden="display"), Field.LOGO),
        (control(Widget.RADIO, options=["$", "$$"]), Field.PRICE_RANGE),
        (control(Widget.CHECKBOX), Field.TERMS),
    )
    assert [a.act for a in plan.actions] == [
        Act.TEXT,
        Act.SELECT,
        Act.COMBOBOX,
        Act.TAGS,
        Act.RICH_TEXT,
        Act.DATE_TIME,
        Act.FILE,
        Act.CHECK,
        Act.CHECK,
    ]
    assert plan.stop is None
    by_act = {a.act: a for a in plan.actions}
    assert plan.actions[0].control == "Business name"
    assert by_act[Act.SELECT].values == ("7",)
    assert by_act[Act.TAGS].values == ("bread", "sourdough", "cakes", "catering")
    assert plan.actions[7].values == ("0:o1",)
    assert plan.actions[8].values == ()


def test_a_list_of_several_takes_each_choice_as_a_tag() -> None:
    ways = control(Widget.COMBOBOX, options=["Cash", "Visa", "Cheque"], multiple=True)
    kinds = control(Widget.COMBOBOX, options=["Bar", "Bakery", "Dentist"], multiple=True)
    plan = _plan(
        (ways, Field.PAYMENT_METHODS),
        (kinds, Field.CATEGORY),
        (control(Widget.COMBOBOX), Field.KEYWORDS),
    )
    assert {a.act for a in plan.actions} == {Act.TAGS}
    paid, kind, words = (a.values for a in plan.actions)
    assert paid == ("Cash", "Visa")
    assert kind[0] == "Bakery"
    assert words == ("bread", "sourdough", "cakes", "catering")


def test_traps_hidden_disabled_and_later_steps_stay_empty() -> None:
    page = form_page(
        [
            control(ref="0:1"),
            control(ref="0:2", hidden="off-screen"),
            control(ref="0:3", disabled=True),
            control(ref="0:4", step_hidden=True, required=True),
            control(ref="0:5", readonly=True),
            control(ref="0:6", required=True),
        ]
    )
    guesses = tuple(
        FieldGuess(c.ref, Field.WEBSITE, 0.9, trap=c.ref in {"0:1", "0:6"}) for c in page.controls
    )
    reading = replace(reading_of([]), guesses=guesses)
    plan = plan_fill(page, reading, bakery(), today=TODAY)
    assert plan == FillPlan(actions=())


def test_a_required_fact_that_the_profile_lacks_stops_the_plan() -> None:
    plan = _plan(
        (control(), Field.BUSINESS_NAME),
        (control(label="VAT number *"), Field.VAT_ID),
        (control(label="Fax"), Field.FAX),
    )
    assert plan.missing == (Field.VAT_ID,)
    assert plan.stop is Reason.MISSING_VALUE
    assert "vat_id" in plan.detail
    assert len(plan.actions) == 1


def test_a_required_control_of_unknown_meaning_is_never_guessed() -> None:
    for unknown in (
        control(label="How did you hear of us? *"),
        control(Widget.SELECT, required=True, label="Region", options=["Choose", "A", "B"]),
        control(Widget.RADIO, required=True, label="Kind", options=["A", "B"]),
        control(Widget.CHECKBOX, required=True, label="Declaration"),
    ):
        plan = _plan((control(), Field.BUSINESS_NAME), (unknown, None))
        assert plan.stop is Reason.UNSURE_OF_FORM
        assert len(plan.unsure) == 1
        assert [a.field for a in plan.actions] == [Field.BUSINESS_NAME]


def test_what_the_page_has_set_already_needs_no_answer() -> None:
    chosen = control(Widget.SELECT, required=True, options=["A", "B"])
    chosen = replace(chosen, options=(replace(chosen.options[0], selected=True), chosen.options[1]))
    plan = _plan(
        (chosen, None),
        (control(required=True, value="en"), None),
        (control(Widget.CHECKBOX, required=True, checked=True), None),
        (control(Widget.SELECT, required=True, options=["Choose a city"]), None),
    )
    assert plan.stop is None


def test_a_required_choice_that_does_not_fit_is_unsure_and_not_missing() -> None:
    states = control(Widget.SELECT, label="State", required=True, options=["Bayern", "Hessen"])
    plan = _plan((states, Field.STATE))
    assert (plan.stop, plan.missing, plan.unsure) == (Reason.UNSURE_OF_FORM, (), ("State",))


def test_terms_are_ticked_only_with_the_customers_word() -> None:
    terms = control(Widget.CHECKBOX, required=True, label="I agree")
    agreed = _plan((terms, Field.TERMS))
    assert [a.act for a in agreed.actions] == [Act.CHECK]
    refused = _plan((terms, Field.TERMS), profile=bakery(terms_agreed=False))
    assert refused.actions == ()
    assert refused.stop is Reason.MISSING_VALUE
    assert refused.missing == (Field.TERMS,)


def test_a_newsletter_is_never_ticked_and_is_unticked() -> None:
    box = control(Widget.CHECKBOX, label="Send me offers")
    assert _plan((box, Field.NEWSLETTER)).actions == ()
    ticked = _plan((replace(box, checked=True), Field.NEWSLETTER))
    assert [a.act for a in ticked.actions] == [Act.UNCHECK]
    choice = control(Widget.RADIO, options=["Yes", "No"])
    assert _plan((choice, Field.NEWSLETTER)).actions[0].values == ("0:o1",)


def test_a_captcha_stops_and_one_that_solves_itself_does_not() -> None:
    image = control(label="Enter the code")
    stopped = _plan((control(), Field.EMAIL), (image, Field.CAPTCHA))
    assert stopped.stop is Reason.CAPTCHA
    assert [a.field for a in stopped.actions] == [Field.EMAIL]
    widget = control(Widget.CAPTCHA, type="")
    assert _plan((replace(widget, tag="iframe"), None)).stop is Reason.CAPTCHA
    assert _plan((replace(widget, tag="altcha-widget"), None)).stop is None


def test_a_password_comes_from_an_account_only_and_is_secret() -> None:
    asked = (control(type="password", required=True), Field.ACCOUNT_PASSWORD)
    again = (control(type="password", required=True), Field.ACCOUNT_PASSWORD_CONFIRM)
    assert _plan(asked, again).stop is Reason.LOGIN_REQUIRED
    account = Account(username="harbor", password=SecretStr("s3cret-Word"))
    plan = _plan(asked, again, account=account)
    assert plan.stop is None
    assert [(a.values, a.secret) for a in plan.actions] == [(("s3cret-Word",), True)] * 2


def test_a_doubtful_choice_is_told() -> None:
    asked = control(Widget.SELECT, label="Category", required=True, options=["Banks", "Other"])
    plan = _plan((asked, Field.CATEGORY), profile=bakery(categories=[]))
    assert plan.stop is None
    assert "Category" in plan.detail


def test_a_star_counts_as_required_where_it_stands_at_the_label() -> None:
    starred = Control(
        ref="0:1",
        tag="input",
        type="text",
        widget=Widget.INPUT,
        labels=(Label(LabelKind.BEFORE, "Licence no.*:"),),
        form="0:f",
    )
    assert _plan((starred, None)).unsure == ("Licence no.",)
    helped = replace(starred, labels=(Label(LabelKind.HELP, "* required fields"),))
    assert _plan((helped, None)).unsure == ()


def test_an_explanation_of_the_star_makes_nothing_required() -> None:
    for kind, text in (
        (LabelKind.LEGEND, "* required fields"),
        (LabelKind.LEGEND, "Fields marked with * are required"),
        (LabelKind.BEFORE, "* Pflichtfelder"),
    ):
        asked = replace(control(), labels=(Label(kind, text),))
        assert _plan((asked, None)).stop is None
    asked = replace(control(), labels=(Label(LabelKind.FOR, "Licence (required)"),))
    assert _plan((asked, None)).stop is Reason.UNSURE_OF_FORM


def test_the_star_of_the_box_before_does_not_count_for_this_box() -> None:
    box = control(Widget.CHECKBOX, before="I accept the terms *")
    assert _plan((box, Field.NEWSLETTER)).stop is None


def _offered(*texts: str) -> tuple[Option, ...]:
    return (Option("", "…"), *(Option(text, text) for text in texts))


def test_a_list_of_trades_is_the_category_whatever_it_is_called() -> None:
    guild = control(
        Widget.SELECT,
        ref="0:2",
        name="guild",
        label="It belongs to the",
        options=_offered("Bakers", "Butchers", "Florists", "Potters", "Tailors"),
    )
    taste = replace(guild, ref="0:3", name="taste", options=_offered("Sweet", "Salty", "Sour"))
    name = control(ref="0:1", name="n", label="Name")
    page = form_page([name, guild, taste])
    reading = reading_of([(name, Field.BUSINESS_NAME), (guild, None), (taste, None)])
    plan = plan_fill(page, reading, bakery(), today=TODAY)
    assert [(a.field, a.values) for a in plan.actions if a.ref != "0:1"] == [
        (Field.CATEGORY, ("Bakers",))
    ]
