"""The verdict needs two kinds of evidence, and says unclear where they are missing or at odds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbolt.domain.directory import Recipe
from dbolt.domain.fields import Field
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import VerdictKind
from dbolt.forms.page import Button, Control, Form, Label, LabelKind, Link, Message, Page
from dbolt.forms.reading import Reading, VerdictReading
from dbolt.forms.verdict import read_verdict
from tests.forms.values.building import bakery, control, form_page, reading_of
from tests.forms.verdict.test_verdict_sentences import CLAIMS

_NAME = control(ref="0:1", name="name", label="Business name", value="Harbor Lane Bakery")
_PHONE = control(ref="0:2", name="phone", label="Phone", value="(212) 555-0142")
_SITE = control(ref="0:3", name="site", label="Website", value="https://www.harborlane.com/")
_FILLED = [_NAME, _PHONE, _SITE]
_READING = reading_of([(_NAME, Field.BUSINESS_NAME), (_PHONE, Field.PHONE), (_SITE, Field.WEBSITE)])
_BEFORE = form_page(_FILLED, text="Add your business\nBusiness name\nPhone\nWebsite")
_GOOD = {
    VerdictKind.ACCEPTED,
    VerdictKind.PENDING_EMAIL,
    VerdictKind.PENDING_REVIEW,
    VerdictKind.PENDING_CUSTOMER,
}


def _answer(text: str = "", **more: Any) -> Page:
    """A page without the form, at another address."""
    return Page(**{"url": "http://directory.example/done", "lang": "en", "text": text, **more})


def _again(*messages: Message, controls: list[Control] | None = None, **more: Any) -> Page:
    """The same page with the form still there."""
    text = "\n".join([_BEFORE.text, *(m.text for m in messages)])
    return form_page(controls or _FILLED, **{"text": text, "messages": messages, **more})


def _emptied() -> list[Control]:
    return [replace(c, value="") for c in _FILLED]


def _read(
    after: Page,
    status: int | None = 200,
    *,
    before: Page = _BEFORE,
    recipe: Recipe | None = None,
    reading: Reading = _READING,
) -> VerdictReading:
    return read_verdict(
        before, after, reading, status=status, recipe=recipe or Recipe(), profile=bakery()
    )


# What counts as handed in.


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("Your listing has been submitted.", VerdictKind.ACCEPTED, Reason.ACCEPTED),
        ("Your listing is awaiting approval.", VerdictKind.PENDING_REVIEW, Reason.MODERATION),
        (
            "Thank you! Please check your email to confirm your listing.",
            VerdictKind.PENDING_EMAIL,
            Reason.CONFIRM_EMAIL,
        ),
        (
            "Your listing was received. A postcard with a code is on its way.",
            VerdictKind.PENDING_CUSTOMER,
            Reason.CONFIRM_BY_CUSTOMER,
        ),
        ("Ihr Eintrag wurde gespeichert.", VerdictKind.ACCEPTED, Reason.ACCEPTED),
        ("Su ficha está pendiente de revisión.", VerdictKind.PENDING_REVIEW, Reason.MODERATION),
    ],
)
def test_a_sentence_and_a_form_that_is_gone(text: str, kind: VerdictKind, reason: Reason) -> None:
    verdict = _read(_answer(text))
    assert (verdict.kind, verdict.reason) == (kind, reason)
    assert len({b.source for b in verdict.because}) >= 2


def test_a_sentence_with_the_form_emptied_in_place() -> None:
    said = Message("Thanks for adding your business!", "status")
    assert _read(_again(said, controls=_emptied())).kind is VerdictKind.ACCEPTED


def test_a_notice_marked_as_success_over_a_form_that_kept_its_values() -> None:
    said = Message("Your listing has been submitted.", "success", css_class="alert alert-success")
    assert _read(_again(said)).kind is VerdictKind.ACCEPTED


def test_an_unmarked_notice_needs_the_servers_word_too() -> None:
    said = Message("Your listing has been submitted.", "status")
    assert _read(_again(said), 200).kind is VerdictKind.ACCEPTED
    assert _read(_again(said), None).kind is VerdictKind.UNCLEAR


def test_thanks_alone_needs_an_address_that_agrees() -> None:
    thanks = _answer("Thank you!", url="http://directory.example/thank-you")
    assert _read(thanks).kind is VerdictKind.ACCEPTED
    assert _read(replace(thanks, url="http://directory.example/home")).kind is VerdictKind.UNCLEAR


def test_the_listing_itself_is_evidence() -> None:
    page = _answer(
        "Harbor Lane Bakery\n12 Harbor Lane\nNew York\n(212) 555-0142\nwww.harborlane.com",
        url="http://directory.example/b/harbor-lane-bakery",
        headings=("Harbor Lane Bakery",),
    )
    assert _read(page).kind is VerdictKind.ACCEPTED


def test_the_listings_address_is_kept() -> None:
    links = (
        Link("0:9", "View your listing", "/b/77"),
        Link("0:8", "Harbor Lane Bakery", "https://www.harborlane.com/"),
    )
    verdict = _read(_answer("Your listing has been published.", links=links))
    assert verdict.listing_url == "http://directory.example/b/77"


def test_a_recipe_adds_words_and_an_address() -> None:
    told = _answer("Ticket 4711 opened")
    assert _read(told).kind is VerdictKind.UNCLEAR
    assert _read(told, recipe=Recipe(success_text=["ticket"])).kind is VerdictKind.ACCEPTED
    assert _read(told, recipe=Recipe(success_url="/done")).kind is VerdictKind.ACCEPTED
    there = _again(Message("Ticket 4711 opened", "status"))
    assert _read(there, recipe=Recipe(success_text=["ticket"])).kind is VerdictKind.UNCLEAR


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Harbor Lane Bakery has been added.", VerdictKind.ACCEPTED),
        ("Entry added: Harbor Lane Bakery", VerdictKind.ACCEPTED),
        ("Thank you! Harbor Lane Bakery is on the list.", VerdictKind.ACCEPTED),
        ("Harbor Lane Bakery wurde eingetragen.", VerdictKind.ACCEPTED),
        ("https://www.harborlane.com/ has been submitted.", VerdictKind.ACCEPTED),
        (
            "We will call (212) 555-0142 with a verification code for Harbor Lane Bakery.",
            VerdictKind.PENDING_CUSTOMER,
        ),
        (
            "Please open the link in it to confirm your entry; it is not shown before.",
            VerdictKind.PENDING_EMAIL,
        ),
        ("Harbor Lane Bakery has not been added.", VerdictKind.UNCLEAR),
        ("Harbor Lane Bakery is in New York.", VerdictKind.UNCLEAR),
    ],
)
def test_the_business_may_be_called_by_its_name(text: str, kind: VerdictKind) -> None:
    verdict = _read(_answer(text))
    assert verdict.kind is kind
    assert "xbusinessx" not in repr(verdict)


def test_a_yellow_box_may_tell_of_a_review() -> None:
    yellow = Message("Your listing is pending approval.", "error", css_class="alert alert-warning")
    verdict = _read(_again(yellow, controls=_emptied()))
    assert verdict.kind is VerdictKind.PENDING_REVIEW


def test_a_title_is_read_without_the_sites_name() -> None:
    page = _answer(title="Submission received | Harbor Guide")
    assert _read(page).kind is VerdictKind.ACCEPTED


# What does not count.


@pytest.mark.parametrize(
    "text",
    [
        "Your submission was NOT saved.",
        "Your listing could not be saved. Thank you for your patience.",
        "Thank you for visiting.",
        "Submit your listing",
        "Once your listing has been submitted, it is public.",
        "Has your listing been submitted?",
        "",
    ],
)
def test_success_words_on_another_page_are_not_success(text: str) -> None:
    assert _read(_answer(text)).kind is VerdictKind.UNCLEAR


def test_a_page_that_denies_the_receipt_is_a_refusal() -> None:
    verdict = _read(_answer("Thank you for your patience. Your listing was NOT received."))
    assert (verdict.kind, verdict.reason) == (VerdictKind.REJECTED, Reason.REFUSED)


def test_success_words_that_stood_there_before_are_not_success() -> None:
    before = replace(_BEFORE, text=_BEFORE.text + "\nYour listing has been submitted.")
    after = _answer("Your listing has been submitted.")
    assert _read(after, before=before).kind is VerdictKind.UNCLEAR


def test_a_brochure_that_mentions_success_far_down_is_not_an_answer() -> None:
    long = "\n".join(
        f"Reason {n} to list with us: visitors find you on every map." for n in range(60)
    )
    page = _answer(f"{long}\nYour listing has been submitted.", url="http://directory.example/")
    assert _read(page).kind is VerdictKind.UNCLEAR


def test_a_page_that_looks_as_before_is_unclear() -> None:
    verdict = _read(_again())
    assert (verdict.kind, verdict.reason) == (VerdictKind.UNCLEAR, Reason.PRESS_UNCONFIRMED)
    assert "as before" in verdict.detail


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 503])
def test_a_success_page_with_a_bad_status_is_unclear(status: int) -> None:
    assert _read(_answer("Your listing has been submitted."), status).kind is VerdictKind.UNCLEAR


def test_success_and_trouble_at_once_is_unclear() -> None:
    page = _answer("Your listing has been submitted.\nAn error occurred while saving the photo.")
    assert _read(page).kind is VerdictKind.UNCLEAR
    error = Message("Your listing has been submitted.", "error", css_class="alert-danger")
    assert _read(_again(error, controls=_emptied())).kind is VerdictKind.UNCLEAR


def test_a_search_result_that_echoes_the_name_is_not_the_listing() -> None:
    page = _answer(
        "Results for Harbor Lane Bakery\nNothing found", headings=("Harbor Lane Bakery",)
    )
    assert _read(page).kind is VerdictKind.UNCLEAR


# Rejected, blocked, already listed.


def _complained(message: str, near: str = "0:2") -> Page:
    wrong = [replace(c, error=message) if c.ref == near else c for c in _FILLED]
    return _again(Message(message, "error", near), controls=wrong)


def test_complaints_at_the_fields_are_a_rejection_with_those_fields() -> None:
    verdict = _read(_complained("Phone must be in the format 123-456-7890"))
    assert (verdict.kind, verdict.reason) == (VerdictKind.REJECTED, Reason.VALIDATION)
    assert [(e.field, e.control) for e in verdict.field_errors] == [(Field.PHONE, "Phone")]
    assert "123-456-7890" in verdict.field_errors[0].message


def test_new_words_beside_a_control_are_a_complaint_if_they_read_like_one() -> None:
    for text, kind in (
        ("Please choose a branch down to the last level", VerdictKind.REJECTED),
        ("Bitte wählen Sie eine Branche", VerdictKind.REJECTED),
        ("Thanks, we like it", VerdictKind.UNCLEAR),
    ):
        beside = (*_PHONE.labels, Label(LabelKind.AFTER, text))
        verdict = _read(_again(controls=[_NAME, replace(_PHONE, labels=beside), _SITE]))
        assert verdict.kind is kind


def test_a_reloaded_form_is_known_by_its_controls_and_not_by_refs() -> None:
    moved = [
        replace(c, ref=f"0:{n + 40}", form="0:g", error="Invalid phone" if n == 1 else "")
        for n, c in enumerate(_FILLED)
    ]
    after = form_page(
        moved, url="http://directory.example/add/save", forms=(Form("0:g", native=True),)
    )
    verdict = _read(after, 422)
    assert verdict.kind is VerdictKind.REJECTED
    assert [e.field for e in verdict.field_errors] == [Field.PHONE]


def test_complaints_at_an_address_of_success_are_unclear() -> None:
    after = replace(_complained("Invalid phone"), url="http://directory.example/add/success")
    assert _read(after).kind is VerdictKind.UNCLEAR


def test_an_error_that_stood_there_before_the_press_rejects_nothing() -> None:
    old = _complained("Phone is not valid")
    assert _read(old, before=old).kind is VerdictKind.UNCLEAR


def test_a_summary_of_errors_over_the_form_is_a_rejection_without_fields() -> None:
    summary = Message("Please correct the errors below.", "error", css_class="error-summary")
    verdict = _read(_again(summary), 422)
    assert verdict.kind is VerdictKind.REJECTED
    assert verdict.field_errors == ()


def test_a_refusal_in_words_with_the_form_gone() -> None:
    verdict = _read(_answer("Your submission was rejected."))
    assert (verdict.kind, verdict.reason) == (VerdictKind.REJECTED, Reason.REFUSED)


def test_a_fault_without_a_form_is_unclear_because_it_may_be_stored() -> None:
    assert _read(_answer("Something went wrong.")).kind is VerdictKind.UNCLEAR
    assert _read(_answer("Oops"), 500).kind is VerdictKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "This business is already listed.",
        "Diese Firma ist bereits eingetragen.",
        "Cette entreprise existe déjà.",
    ],
)
def test_a_business_that_is_there_already(text: str) -> None:
    for page in (_answer(text), _again(Message(text, "error"))):
        verdict = _read(page)
        assert (verdict.kind, verdict.reason) == (VerdictKind.ALREADY_LISTED, Reason.ALREADY_LISTED)


def test_an_account_that_exists_is_not_a_listing_that_exists() -> None:
    verdict = _read(_again(Message("This email address is already registered.", "error")))
    assert (verdict.kind, verdict.reason) == (VerdictKind.BLOCKED, Reason.LOGIN_REQUIRED)


def test_a_wrong_captcha_blocks() -> None:
    verdict = _read(_again(Message("The security code is wrong.", "error")))
    assert (verdict.kind, verdict.reason) == (VerdictKind.BLOCKED, Reason.CAPTCHA)


def test_a_login_wall_a_payment_and_a_robot_wall_block() -> None:
    password = control(ref="0:77", type="password", form="0:l")
    login = _answer("Please log in to continue.", controls=(password,))
    assert _read(login).reason is Reason.LOGIN_REQUIRED
    pay = _answer("Choose a plan to publish your listing.", url="http://directory.example/pay")
    assert _read(pay).reason is Reason.PAYMENT_REQUIRED
    wall = _answer("Access denied", markers=("challenge:cloudflare",))
    assert _read(wall, 403).reason is Reason.ROBOT_WALL
    assert {_read(p).kind for p in (login, pay)} == {VerdictKind.BLOCKED}


# Previews.


def _preview(text: str = "", **more: Any) -> Page:
    shown = "Harbor Lane Bakery\n12 Harbor Lane\n(212) 555-0142\nwww.harborlane.com"
    button = Button(ref="0:c", text="Publish listing", type="submit")
    return _answer(f"{text}\n{shown}", **{"buttons": (button,), **more})


def test_a_preview_waits_for_a_further_button() -> None:
    for text in ("Please review your listing before publishing.", "", "Preview"):
        verdict = _read(_preview(text, headings=("Harbor Lane Bakery",)))
        assert verdict.preview
        assert verdict.kind is VerdictKind.UNCLEAR


def test_a_saved_draft_is_a_preview_and_not_a_success() -> None:
    verdict = _read(_preview("Your draft has been saved."))
    assert verdict.preview
    assert verdict.kind is VerdictKind.UNCLEAR


def test_a_listing_page_with_a_contact_button_is_no_preview() -> None:
    send = Button(ref="0:c", text="Send", type="submit")
    assert not _read(_preview(buttons=(send,))).preview
    assert _read(_preview("Please check your details and confirm.", buttons=(send,))).preview


def test_what_is_said_to_be_stored_is_no_preview() -> None:
    verdict = _read(_preview("Your listing has been submitted."))
    assert not verdict.preview
    assert verdict.kind is VerdictKind.ACCEPTED


def _sent_again() -> list[Control]:
    """The form as the server sent it back: new elements with what was typed."""
    return [replace(c, ref=f"0:9{c.ref[2:]}") for c in _FILLED]


def test_a_sentence_apart_that_calls_a_control_by_its_name_is_about_it() -> None:
    said = Message("Phone is wrong.", "error", css_class="bad")
    verdict = _read(_again(said, controls=_sent_again()))
    assert verdict.kind is VerdictKind.REJECTED
    assert [(e.field, e.message) for e in verdict.field_errors] == [
        (Field.PHONE, "Phone is wrong.")
    ]


def test_a_question_about_a_list_left_alone_is_a_complaint() -> None:
    sort = control(ref="0:4", name="sort", label="Sort of shop")
    reading = reading_of([(_NAME, Field.BUSINESS_NAME), (_PHONE, Field.PHONE), (sort, None)])
    before = form_page([*_FILLED, sort], text="Add your business")
    asked = "Which sort of shop is it?"
    again = form_page([*_sent_again(), replace(sort, ref="0:94")], text=f"Add\n{asked}")
    verdict = _read(again, before=before, reading=reading)
    assert verdict.kind is VerdictKind.REJECTED
    assert [e.message for e in verdict.field_errors] == [asked]
    # The same words in a page that was not sent anew, or about a filled box, prove nothing.
    still = form_page([*_FILLED, sort], text=f"Add\n{asked}")
    assert _read(still, before=before, reading=reading).kind is VerdictKind.UNCLEAR
    filled = replace(sort, ref="0:94", value="Bakery")
    again = form_page([*_sent_again(), filled], text=f"Add\n{asked}")
    assert _read(again, before=before, reading=reading).kind is VerdictKind.UNCLEAR


def test_a_marked_complaint_over_the_form_with_its_values_is_a_refusal() -> None:
    said = Message("Nobody can ring that.", "error", css_class="err")
    verdict = _read(_again(said, controls=_sent_again()))
    assert (verdict.kind, verdict.field_errors) == (VerdictKind.REJECTED, ())


# Properties.

_SENTENCES = st.lists(st.sampled_from([text for text, _ in CLAIMS]), max_size=4)


@settings(max_examples=200, deadline=None)
@given(
    words=_SENTENCES,
    error=st.sampled_from(["", "Invalid phone number", "Dieses Feld ist ein Pflichtfeld", "x"]),
    controls=st.sampled_from([_FILLED, [replace(c, value="") for c in _FILLED]]),
    status=st.sampled_from([None, 200, 302, 422, 500]),
    kind=st.sampled_from(["success", "status", "alert", "error"]),
)
def test_a_new_error_marker_is_never_a_success(
    words: list[str], error: str, controls: list[Control], status: int | None, kind: str
) -> None:
    controls = [controls[0], replace(controls[1], error=error), controls[2]]
    messages = tuple(Message(text, kind) for text in words)
    verdict = _read(_again(*messages, controls=controls), status)
    if error or (status or 0) >= 400 or (kind == "error" and words):
        assert verdict.kind not in _GOOD
    if verdict.kind in _GOOD:
        assert len(verdict.because) >= 2
    if verdict.field_errors:
        assert verdict.kind is VerdictKind.REJECTED
        said = [error, *words]
        assert all(any(e.message in text for text in said) for e in verdict.field_errors)


@settings(max_examples=200, deadline=None)
@given(words=_SENTENCES)
def test_words_without_any_change_of_the_page_are_never_a_success(
    words: list[str],
) -> None:
    text = "\n".join([_BEFORE.text, *words])
    verdict = _read(form_page(_FILLED, text=text), None)
    assert verdict.kind not in _GOOD


def test_a_page_of_its_own_under_its_name_shows_the_listing() -> None:
    own = {"headings": ("Harbor Lane Bakery",), "text": "Harbor Lane Bakery\nNo entries yet."}
    shown = _answer(**own, url="http://directory.example/organization/harbor-lane-bakery")
    assert _read(shown).kind is VerdictKind.ACCEPTED
    elsewhere = _answer(**own, url="http://directory.example/search")
    assert _read(elsewhere).kind is VerdictKind.UNCLEAR


def test_a_row_tells_what_a_listing_waits_for() -> None:
    table = _answer("My listings\nListing\nStatus\nHarbor Lane Bakery\nPending")
    assert _read(table).kind is VerdictKind.PENDING_REVIEW
    other = _answer("My listings\nListing\nStatus\nSome other shop\nPending")
    assert _read(other).kind is VerdictKind.UNCLEAR


def _sent_back(emptied: int = 1) -> list[Control]:
    """The same controls as new elements, the first of them emptied."""
    anew = [replace(c, ref=f"0:{50 + i}") for i, c in enumerate(_FILLED)]
    return [*(replace(c, value="") for c in anew[:emptied]), *anew[emptied:]]


def _alert(text: str, css_class: str = "red") -> Message:
    return Message(text=text, kind="alert", css_class=css_class)


def test_an_alert_above_a_form_that_was_sent_back_is_a_complaint() -> None:
    verdict = _read(_again(_alert("A title, please."), controls=_sent_back()))
    assert (verdict.kind, verdict.reason) == (VerdictKind.REJECTED, Reason.VALIDATION)


@pytest.mark.parametrize(
    ("message", "controls"),
    [
        (_alert("A title, please."), _FILLED),  # nothing shows that the server has answered
        (_alert("A title, please.", "alert-info"), _sent_back()),
        (_alert("A title, please."), [replace(c, ref=c.ref + "0", value="") for c in _FILLED]),
        # The listing was stored, and can be edited now; no language of ours says so.
        (_alert("Salvestatud! Kirje avaldatakse peagi."), _sent_back(emptied=0)),
        (_alert("Saved as a draft; pay to publish.", "alert-warning"), _sent_back(emptied=0)),
    ],
)
def test_other_alerts_prove_no_rejection(message: Message, controls: list[Control]) -> None:
    assert _read(_again(message, controls=controls)).kind is not VerdictKind.REJECTED


def test_an_alert_that_asks_for_something_is_a_complaint_whatever_was_kept() -> None:
    message = _alert("Please enter a valid phone number.")
    verdict = _read(_again(message, controls=_sent_back(emptied=0)))
    assert (verdict.kind, verdict.reason) == (VerdictKind.REJECTED, Reason.VALIDATION)


def test_an_alert_may_tell_of_success_above_the_form() -> None:
    thanks = _alert("Thank you! Your listing has been submitted.")
    assert _read(_again(thanks, controls=_sent_back())).kind is VerdictKind.ACCEPTED
