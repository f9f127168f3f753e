"""Every source of a control's words is kept apart by its kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from dbolt.forms.page import Control, LabelKind, Page

Look = Callable[[str], Awaitable[Page]]

SOURCES = {
    "for": ('<label for="a">Company</label><p><input id="a" class="me">', LabelKind.FOR),
    "for that holds a name": (
        '<label for="company">Company</label><p><input name="company" class="me">',
        LabelKind.FOR,
    ),
    "wrapping": ('<label>Company <input class="me"></label>', LabelKind.WRAP),
    "labelledby": (
        '<b id="x">Comp</b><i id="y">any</i><p><input class="me" aria-labelledby="x y">',
        LabelKind.ARIA,
    ),
    "aria-label": ('<input class="me" aria-label="Company">', LabelKind.ARIA),
    "column head": (
        (
            "<table><tr><th>No</th><th>Company</th></tr>"
            '<tr><td>1</td><td><input class="me"></td></tr></table>'
        ),
        LabelKind.TABLE_HEAD,
    ),
    "row head": (
        '<table><tr><td>Company</td><td><input></td><td><input class="me"></td></tr></table>',
        LabelKind.TABLE_HEAD,
    ),
    "text before": ('<p>Company: <input class="me"></p>', LabelKind.BEFORE),
    "cell before": (
        '<table><tr><td>Company</td><td><input class="me"></td></tr></table>',
        LabelKind.BEFORE,
    ),
    "near, on the left": (
        (
            '<div style="position:relative;height:60px">'
            '<input class="me" style="position:absolute;left:120px;top:10px"><input type="hidden">'
            '<div style="position:absolute;left:20px;top:12px">Company</div></div>'
        ),
        LabelKind.NEAR,
    ),
    "near, floating over the box": (
        (
            '<div style="position:relative"><input class="me" style="width:200px;height:40px">'
            '<span style="position:absolute;left:10px;top:12px">Company</span></div>'
        ),
        LabelKind.NEAR,
    ),
    "text after": ('<div><input class="me"><span>Company</span></div>', LabelKind.AFTER),
    "placeholder": ('<input class="me" placeholder="Company">', LabelKind.PLACEHOLDER),
    "first, empty option": (
        '<select class="me"><option value="">Company<option value="1">One</select>',
        LabelKind.PLACEHOLDER,
    ),
    "title": ('<input class="me" title="Company">', LabelKind.TITLE),
    "describedby": (
        '<input class="me" aria-describedby="d"><p>.</p><p id="d">Company</p>',
        LabelKind.HELP,
    ),
    "hint": ('<div><input class="me"><small class="hint">Company</small></div>', LabelKind.HELP),
}


def mine(page: Page) -> Control:
    return next(c for c in page.controls if "me" in c.css_class.split())


@pytest.mark.parametrize("source", SOURCES)
async def test_each_source_of_words_is_found(source: str, look: Look) -> None:
    html, kind = SOURCES[source]
    labels = mine(await look(f"<form>{html}<button>Send</button></form>")).labels
    texts = [label.text.strip(":").replace(" ", "") for label in labels if label.kind is kind]
    assert "Company" in texts


async def test_words_of_one_control_are_not_lent_to_another(look: Look) -> None:
    page = await look(
        '<form><label for="b">Phone</label><input class="me" name="a">'
        '<input id="b" name="b"><span class="error">Wrong number</span></form>'
    )
    assert mine(page).labels == ()
    assert [label.text for label in page.controls[1].labels if label.kind is LabelKind.FOR] == [
        "Phone"
    ]


async def test_a_group_of_radios_is_one_control_with_a_ref_for_each(look: Look) -> None:
    page = await look(
        "<form><fieldset><legend>Price range</legend>"
        '<label><input type="radio" name="price" value="1">Cheap</label>'
        '<label><input type="radio" name="price" value="2" checked>Dear</label></fieldset></form>'
    )
    (control,) = page.controls
    assert [(o.value, o.text, o.selected) for o in control.options] == [
        ("1", "Cheap", False),
        ("2", "Dear", True),
    ]
    assert len({o.ref for o in control.options} - {""}) == 2
    assert [label.text for label in control.labels if label.kind is LabelKind.LEGEND] == [
        "Price range"
    ]


async def test_boxes_of_one_name_are_one_control_and_consents_stay_apart(look: Look) -> None:
    page = await look(
        '<form><input type="checkbox" name="pay[]" value="c"> Cash'
        '<input type="checkbox" name="pay[]" value="v"> Visa'
        '<label><input type="checkbox" name="user[terms]"> I agree</label>'
        '<label><input type="checkbox" name="user[news]"> Send me news</label></form>'
    )
    assert [c.name for c in page.controls] == ["pay[]", "user[terms]", "user[news]"]
    assert [o.text for o in page.controls[0].options] == ["Cash", "Visa"]
    assert page.controls[0].multiple


async def test_sections_are_told_nearest_first(look: Look) -> None:
    page = await look(
        "<h1>Add a listing</h1><form><h2>About you</h2><input name='a'>"
        "<h2>The business</h2><fieldset><legend>Address</legend><p>City <input class='me'></p>"
        "<p>Zip <input></p></fieldset></form>"
    )
    assert mine(page).section == ("Address", "The business", "Add a listing")


@pytest.mark.parametrize(
    "html",
    [
        '<label for="a">Name *</label><input id="a" class="me">',
        (
            '<style>.r::after{content:" *"}</style>'
            '<label for="a" class="r">Name</label><input id="a" class="me">'
        ),
        '<input class="me" required>',
        '<input class="me" aria-required="true">',
        '<div class="form-field required"><input class="me"></div>',
        '<table><tr><td>Name<font>*</font></td><td><input class="me"></td></tr></table>',
    ],
)
async def test_required_is_read_from_signs_that_people_see(html: str, look: Look) -> None:
    page = await look(f'<form>{html}</form><form><input class="free"></form>')
    assert mine(page).required
    assert not page.controls[-1].required


async def test_limits_and_options_come_along(look: Look) -> None:
    many = "".join(f"<option value='{n}'>Town {n}</option>" for n in range(1000))
    page = await look(
        f"<form><input maxlength=60 minlength=3 pattern='[a-z]+' inputmode=tel autocomplete=tel>"
        f"<select><optgroup label='East'>{many}</optgroup></select></form>"
    )
    text, select = page.controls
    assert (text.maxlength, text.minlength, text.pattern) == (60, 3, "[a-z]+")
    assert (text.inputmode, text.autocomplete) == ("tel", "tel")
    assert (len(select.options), select.options_total) == (400, 1000)
    assert select.options[0].group == "East"


async def test_a_star_after_one_box_does_not_require_the_next(look: Look) -> None:
    page = await look(
        """<form><div><input type="checkbox" name="terms"> I accept the terms <b>*</b></div>
        <div><input type="checkbox" name="news"> Send me the newsletter</div>
        <p>Company * <input name="company"></p>
        <p><label for="k">Keep me posted *</label> <input type="checkbox" id="k" name="keep"></p>
        </form>"""
    )
    required = {c.name for c in page.controls if c.required}
    assert "news" not in required
    assert {"company", "keep"} <= required
