"""A widget is one control, whatever it is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from dbolt.forms.page import LabelKind, Page, Widget

Look = Callable[[str], Awaitable[Page]]

SKIN = "style='display:inline-block;width:200px;height:30px;border:1px solid'"
OPTIONS = "<option value=''>Choose<option value=1>Bakery<option value=2>Bar"
GONE = "style='position:absolute;width:1px;height:1px;clip:rect(0,0,0,0)' tabindex='-1'"

WIDGETS = {
    "skin after a select": (
        (
            f"<label for=w>Category</label><select id=w name=w {GONE}>{OPTIONS}</select>"
            f"<span class='fancy-select' {SKIN}><span role=combobox>Choose</span></span>"
        ),
        Widget.COMBOBOX,
    ),
    "skin around a select": (
        (
            f"<label for=w>Category</label><div class='choices' {SKIN}>"
            f"<select id=w name=w hidden>{OPTIONS}</select><div>Choose</div>"
            "<div hidden><input type=search></div></div>"
        ),
        Widget.COMBOBOX,
    ),
    "list box button with a hidden input": (
        (
            f"<div><label id=l>Category</label><div {SKIN} role=combobox aria-haspopup=listbox"
            " aria-labelledby=l tabindex=0>Choose</div>"
            "<input name=w aria-hidden=true tabindex=-1 style='opacity:0;position:absolute'></div>"
        ),
        Widget.COMBOBOX,
    ),
    "transparent input in a drawn box": (
        (
            "<div><label for=w>Category</label><div><div "
            f"{SKIN}><div>Select...</div>"
            "<input id=w name=w role=combobox style='width:2px;opacity:0'>"
            "</div></div></div>"
        ),
        Widget.COMBOBOX,
    ),
    "tags over a hidden input": (
        (
            "<label for=w>Category</label><div class='tag-list' "
            f"{SKIN}><span class=tag>a</span><input></div><input id=w name=w hidden>"
        ),
        Widget.TAGS,
    ),
    "tags around an input": (
        f"<label for=w>Category</label><div class='tags-input' {SKIN}><input id=w name=w></div>",
        Widget.TAGS,
    ),
    "editor beside its text area": (
        (
            "<label for=w>Category</label><textarea id=w name=w style='display:none'></textarea>"
            "<div class=editor><div role=toolbar>"
            "<select><option>H1</select><button>B</button></div>"
            "<div contenteditable=true style='height:90px'></div></div>"
        ),
        Widget.RICH_TEXT,
    ),
    "editor in an iframe": (
        (
            "<label for=w>Category</label><textarea id=w name=w style='display:none'></textarea>"
            "<div class=tox><div role=menubar><button>File</button></div>"
            "<iframe srcdoc='<body contenteditable=true>'></iframe></div>"
        ),
        Widget.RICH_TEXT,
    ),
    "shown date with a hidden twin": (
        (
            "<label for=w>Category</label><input type=hidden id=w name=w class=flatpickr-input>"
            "<input readonly placeholder='Date'>"
        ),
        Widget.DATE_TIME,
    ),
    "telephone with a country list": (
        (
            f"<label for=w>Category</label><div class=iti {SKIN}><div><ul hidden><li>x</ul>"
            "<input type=search hidden></div><input id=w name=w type=tel></div>"
        ),
        Widget.PHONE,
    ),
}


@pytest.mark.parametrize("kind", WIDGETS)
async def test_a_widget_is_one_visible_control_with_its_name_and_label(
    kind: str, look: Look
) -> None:
    html, widget = WIDGETS[kind]
    page = await look(f"<form><p>Name <input name=n></p>{html}<p>Mail <input name=m></p></form>")
    assert [c.name for c in page.controls] == ["n", "w", "m"]
    control = page.controls[1]
    assert (control.widget, control.hidden) == (widget, "")
    strong = {LabelKind.FOR, LabelKind.ARIA}
    assert "Category" in [label.text for label in control.labels if label.kind in strong]
    assert "Category" not in [
        label.text for c in (page.controls[0], page.controls[2]) for label in c.labels
    ]
    assert [b.text for b in page.buttons] == []


async def test_a_skinned_select_keeps_its_options(look: Look) -> None:
    html, _ = WIDGETS["skin around a select"]
    (control,) = (await look(f"<form>{html}</form>")).controls
    assert [o.text for o in control.options] == ["Choose", "Bakery", "Bar"]


async def test_a_hidden_select_without_a_skin_stays_hidden(look: Look) -> None:
    page = await look(f"<form><p><select hidden>{OPTIONS}</select></p><p><input></p></form>")
    assert page.controls[0].hidden == "display"


async def test_drawn_check_boxes_and_switches_are_controls(look: Look) -> None:
    page = await look(
        "<form><div role=switch aria-checked=true tabindex=0>Open on Sundays</div>"
        "<div role=radiogroup aria-label=Size><div role=radio aria-checked=false>Small</div>"
        "<div role=radio aria-checked=true>Large</div></div></form>"
    )
    switch, radios = page.controls
    assert (switch.widget, switch.checked) == (Widget.CHECKBOX, True)
    assert radios.widget is Widget.RADIO
    assert [(o.text, o.selected) for o in radios.options] == [("Small", False), ("Large", True)]


async def test_a_zone_for_files_without_an_input_is_a_control(look: Look) -> None:
    page = await look(
        "<form><b>Photos</b><div class=dropzone style='height:90px'><button>Drop</button></div>"
        "</form>"
    )
    (control,) = page.controls
    assert (control.widget, control.hidden) == (Widget.DROP_ZONE, "")
    assert (LabelKind.BEFORE, "Photos") in {(label.kind, label.text) for label in control.labels}


async def test_an_answer_to_a_picture_is_a_captcha(look: Look) -> None:
    page = await look(
        "<form><p>Name <input name=n></p><p><img class=captcha src='data:,' width=90 height=30>"
        "<input name=captcha_code></p></form>"
    )
    assert [c.widget for c in page.controls] == [Widget.INPUT, Widget.CAPTCHA]


async def test_a_map_in_a_form_is_one_control_and_its_search_none(look: Look) -> None:
    page = await look(
        "<form><input name=n><div class=leaflet-container style='height:200px'><input name=q></div>"
        "<button>Send</button></form>"
    )
    assert [(c.name, c.widget) for c in page.controls] == [("n", Widget.INPUT), ("", Widget.MAP)]
