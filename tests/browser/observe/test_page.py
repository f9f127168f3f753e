"""Frames, shadow roots, forms, buttons, messages and signs of walls; refs; bounds."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from weakref import ReferenceType, ref

import pytest
from playwright.async_api import Page as Tab

from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.forms.page import LabelKind, Page
from tests.support.listing import a_directory
from tests.support.site import Site

Look = Callable[[str], Awaitable[Page]]


async def test_frames_are_read_with_their_own_refs(tab: Tab) -> None:
    inner = "<p>Company <input name='inner'></p><button>Send</button>"
    async with Site({"/inner": inner}) as other:
        site = Site(
            {
                "/": f"<input name='outer'><iframe src='{other.url}/inner'></iframe>"
                "<iframe src='/same' width=300></iframe><iframe src='/same' hidden></iframe>"
                f"<iframe src='{other.url}/inner' style='position:absolute;left:-3000px'></iframe>"
                f"<iframe src='{other.url}/inner' width=1 height=1></iframe>",
                "/same": "<input name='same'>",
            }
        )
        async with site:
            await tab.goto(site.url + "/")
            page = await observe(tab)
            assert page.url == site.url + "/"
    assert sorted(c.name for c in page.controls) == ["inner", "outer", "same"]
    assert len({c.ref.split(":")[0] for c in page.controls}) == 3
    inner_control = next(c for c in page.controls if c.name == "inner")
    assert page.buttons_of(inner_control.form)[0].text == "Send"


async def test_open_shadow_roots_are_walked_in_drawn_order(look: Look) -> None:
    page = await look(
        """<form><p>First <input name="a"></p><my-field label="Company" name="company"></my-field>
        <my-box><input name="c"></my-box></form>
        <script>
        customElements.define("my-field", class extends HTMLElement { constructor() { super();
          this.attachShadow({mode: "open"}).innerHTML = "<b>Firm</b> <input>"; } });
        customElements.define("my-box", class extends HTMLElement { constructor() { super();
          this.attachShadow({mode: "open"}).innerHTML = "<label>City <slot></slot></label>"; } });
        </script>"""
    )
    assert [c.name for c in page.controls] == ["a", "company", "c"]
    labels = {(label.kind, label.text) for label in page.controls[1].labels}
    assert (LabelKind.BEFORE, "Firm") in labels
    assert (LabelKind.ARIA, "Company") in labels
    assert len({c.form for c in page.controls}) == 1


async def test_an_element_keeps_its_ref_and_a_ref_its_element(tab: Tab) -> None:
    await tab.set_content("<form id='f'><input name='a'><input name='b'></form>")
    first = await observe(tab)
    await tab.evaluate("f.prepend(Object.assign(document.createElement('input'), {name: 'new'}))")
    second = await observe(tab)
    refs = {c.name: c.ref for c in first.controls}
    assert {c.name: c.ref for c in second.controls} | refs == {
        c.name: c.ref for c in second.controls
    }
    async with Site({"/": "<form><input name='other'></form>"}) as site:
        await tab.goto(site.url)
        third = await observe(tab)
    assert not {c.ref for c in third.controls} & {c.ref for c in second.controls}


async def test_an_input_that_hides_the_forms_own_properties_does_no_harm(look: Look) -> None:
    page = await look(
        "<form id='real' action='/go' method='post'><input name='id'><input name='action'>"
        "<input name='method'><input name='name'><input name='className'></form>"
    )
    (form,) = page.forms
    assert (form.id, form.method) == ("real", "post")


async def test_controls_without_a_form_are_grouped_with_their_button(look: Look) -> None:
    page = await look(
        "<header><div><input name='q'><button>Search</button></div></header>"
        "<main><h2>Add your business</h2><div><input name='name'></div>"
        "<div><input name='logo' type='file'><button>Upload</button></div>"
        "<div><input name='mail'></div><button>Send it</button></main>"
    )
    by_name = {c.name: c.form for c in page.controls}
    assert by_name["name"] == by_name["mail"] == by_name["logo"] != by_name["q"]
    form = next(f for f in page.forms if f.ref == by_name["name"])
    assert (form.native, form.heading) == (False, "Add your business")
    assert [b.text for b in page.buttons_of(form.ref)] == ["Upload", "Send it"]


async def test_a_button_elsewhere_belongs_to_the_form_that_it_names(look: Look) -> None:
    page = await look(
        "<form id='f'><input><a class='btn' href='#'>Go on</a></form>"
        "<button form='f'>Send</button><input type='image' form='f' alt='Picture'>"
        "<div role='button' tabindex='0'>Elsewhere</div>"
    )
    assert [(b.text, b.type) for b in page.buttons_of(page.controls[0].form)] == [
        ("Go on", "button"),
        ("Send", "submit"),
        ("Picture", "image"),
    ]
    assert next(b for b in page.buttons if b.text == "Elsewhere").form == ""


async def test_messages_stand_by_their_controls(look: Look) -> None:
    page = await look(
        """<div role="alert">Please mend the form.</div><div class="alert alert-success"
        style="display:none">Thank you!</div>
        <form><div class="field"><label>Phone <input name="p"></label>
        <span class="error">Not a phone number</span></div>
        <input name="m" aria-invalid="true" aria-describedby="me"><em id="me">No such mail</em>
        <input name="z"><span class="invalid-feedback">Five digits</span>
        <input name="ok"></form><div class="toast">Saved as draft</div>"""
    )
    errors = {c.name: c.error for c in page.controls}
    assert errors == {"p": "Not a phone number", "m": "No such mail", "z": "Five digits", "ok": ""}
    assert [(m.kind, m.text) for m in page.messages if not m.near] == [
        ("alert", "Please mend the form."),
        ("status", "Saved as draft"),
    ]


async def test_the_browsers_own_complaint_is_read_after_a_try_to_send(tab: Tab) -> None:
    await tab.set_content(
        "<form><input name='a' required><input name='b'><button>Go</button></form>"
    )
    before = await observe(tab)
    assert before.controls[0].error == ""
    await tab.click("button")
    after = await observe(tab)
    assert after.controls[0].error != ""
    assert after.controls[1].error == ""


@pytest.mark.parametrize(
    ("html", "marker"),
    [
        ("<meta name='generator' content='WordPress 6.4'>", "generator:WordPress 6.4"),
        ("<form><div class='g-recaptcha' data-sitekey='k'></div></form>", "captcha:recaptcha"),
        (
            "<button class='g-recaptcha' data-size='invisible'>Send</button>",
            "captcha:recaptcha-invisible",
        ),
        ("<div class='h-captcha'></div>", "captcha:hcaptcha"),
        ("<div class='cf-turnstile'></div>", "captcha:turnstile"),
        ("<altcha-widget></altcha-widget>", "captcha:altcha"),
        (
            "<img src='data:,' alt='captcha' width=90 height=30><input name='code'>",
            "captcha:image",
        ),
        ("<title>Just a moment...</title>", "challenge:cloudflare"),
        ("<input type='password'>", "password"),
        (
            "<link rel='x' href='data:,/wp-content/plugins/listing-maker/a.css'>",
            "plugin:listing-maker",
        ),
    ],
)
async def test_signs_of_walls_and_software_are_marked(html: str, marker: str, look: Look) -> None:
    assert marker in (await look(f"{html}<p>Hello</p>")).markers
    assert (await look("<p>Hello</p><input>")).markers == ()


async def test_text_is_what_can_be_seen(look: Look) -> None:
    page = await look(
        "<title>T</title><html lang='de'><h1>Ein Titel</h1><p>Offen</p><p hidden>Verborgen</p>"
        "<script>let code = 1</script><select><option>Wahl</select>"
        "<p style='position:absolute;left:-999px'>Weg</p>"
    )
    assert page.text == "Ein Titel\nOffen"
    assert (page.lang, page.headings, page.title) == ("de", ("Ein Titel",), "T")


async def test_links_in_closed_menus_are_told_after_the_open_ones(look: Look) -> None:
    page = await look(
        "<nav><ul hidden><li><a href='/add'>Add your business</a></ul></nav>"
        "<a href='/open'>Open</a><a href='#top'>Top</a><div hidden><a href='/trap'>Trap</a></div>"
    )
    assert [(link.text, link.section) for link in page.links] == [
        ("Open", ""),
        ("Add your business", "nav"),
    ]


async def test_a_page_of_5000_controls_ends_in_time_and_says_so(tab: Tab) -> None:
    rows = "".join(f"<tr><td>Field {n}<td><input name='f{n}'></tr>" for n in range(5000))
    await tab.set_content(f"<form><table>{rows}</table><button>Send</button></form>")
    began = time.perf_counter()
    page = await observe(tab)
    took_s = time.perf_counter() - began
    assert page.truncated
    assert 20 <= len(page.controls) <= 400
    assert [b.text for b in page.buttons] == ["Send"]
    assert took_s < 5  # 0.25 s in the page, on a machine that may have six times as much to do


async def test_a_page_that_is_being_replaced_is_read_afterwards(tab: Tab) -> None:
    async with Site(
        {"/": "<script>location.replace('/b')</script>", "/b": "<input name=b>"}
    ) as site:
        await tab.goto(site.url, wait_until="commit")
        await tab.wait_for_url("**/b")
        page = await observe(tab)
    assert [c.name for c in page.controls] == ["b"]


async def test_a_page_behind_a_modal_notice_is_still_read(look: Look) -> None:
    page = await look(
        "<main inert><form><input name=a><div inert><input name=trap></div></form></main>"
        "<div role=dialog>We use cookies <button>Fine</button></div>"
    )
    assert {c.name: c.hidden for c in page.controls} == {"a": "", "trap": "inert"}
    assert [(m.kind, m.text) for m in page.messages] == [("dialog", "We use cookies")]


async def test_a_page_is_let_go_when_it_is_closed(browser: Browser) -> None:
    async def seen_and_closed() -> ReferenceType[Tab]:
        async with browser.new_context(a_directory()) as visit:
            await visit.page.set_content("<input><iframe srcdoc='<input>'></iframe>")
            await observe(visit.page)
            return ref(visit.page)

    held = await seen_and_closed()
    for _ in range(100):  # the browser's last words on the page are still under way
        gc.collect()
        if held() is None:
            return
        await asyncio.sleep(0.02)
    assert held() is None


async def test_a_library_that_changes_lists_does_no_harm(tab: Tab) -> None:
    await tab.set_content(
        "<form><input name=a></form><script>"
        "Array.prototype.toJSON = function () { return 'text'; };"
        "Array.prototype.each = () => 1; Object.prototype.extra = 1</script>"
    )
    page = await observe(tab)
    assert [c.name for c in page.controls] == ["a"]
    assert await tab.evaluate("typeof Array.prototype.toJSON") == "function"


async def test_short_marks_of_complaints_are_read(look: Look) -> None:
    page = await look(
        """<form><div class="bad">Which sort of shop is it?</div>
        <p>Guild <select name="g"><option></option><option>Bakers</option></select>
        <span class="err">Which guild?</span></p>
        <div class="row">Phone <input name="p"></div><div class="err">Not a phone number</div>
        <p class="badge">New</p><div class="row">City <input name="c"></div></form>"""
    )
    assert {c.name: c.error for c in page.controls} == {
        "g": "Which guild?",
        "p": "Not a phone number",
        "c": "",
    }
    assert [m.text for m in page.messages if not m.near] == ["Which sort of shop is it?"]
