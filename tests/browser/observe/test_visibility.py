"""What a person would not see is hidden; what only waits for its step is no trap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from dbolt.forms.page import Control, Page

Look = Callable[[str], Awaitable[Page]]

TRAPS = {
    "type": '<input type="hidden" class="me">',
    "display": '<div style="display:none"><label>Website<input class="me"></label></div>',
    "visibility": '<input class="me" style="visibility:hidden">',
    "opacity": '<div style="opacity:.5"><p style="opacity:.01"><input class="me"></p></div>',
    "size": '<input class="me" style="width:1px;height:1px;padding:0;border:0">',
    "scaled": '<input class="me" style="transform:scale(0)">',
    "left": '<div style="position:absolute;left:-9999px"><input class="me"></div>',
    "top": '<input class="me" style="position:absolute;top:-500px">',
    "right": '<p style="position:fixed;left:9000px"><input class="me"></p>',
    "clip": '<div style="position:absolute;clip:rect(0,0,0,0)"><input class="me"></div>',
    "clip-path": '<div style="clip-path:inset(50%)"><input class="me"></div>',
    "overflow": '<div style="height:0;overflow:hidden"><input class="me"></div>',
    "cut off": '<div style="height:20px;overflow:hidden"><div style="height:50px"></div>'
    '<input class="me"></div>',
    "font": '<input class="me" style="font-size:0">',
    "aria": '<div aria-hidden="true"><input class="me" tabindex="-1"></div>',
    "inert": '<div inert><input class="me"></div>',
    "behind": '<div style="position:relative;background:white;padding:9px">'
    '<input class="me" style="position:absolute;z-index:-1;left:5px">'
    '<div style="position:relative;background:white;height:30px"></div></div>',
}


def mine(page: Page) -> Control:
    return next(c for c in page.controls if "me" in c.css_class.split())


@pytest.mark.parametrize("trap", TRAPS)
async def test_a_hidden_field_says_why_and_is_no_step(trap: str, look: Look) -> None:
    page = await look(
        f"<form><p>Name <input name='n'></p><p>Mail <input name='m'></p>{TRAPS[trap]}"
        "<button>Send</button></form>"
    )
    control = mine(page)
    assert control.hidden != ""
    assert not control.step_hidden
    assert [c.hidden for c in page.controls if c.name in ("n", "m")] == ["", ""]


@pytest.mark.parametrize(
    "html",
    [
        (
            '<div style="overflow:auto;height:40px"><div style="height:300px"></div>'
            '<input class="me"></div>'
        ),
        '<div style="overflow:hidden"><input class="me"></div>',
        '<div style="height:3000px"></div><input class="me">',
        '<div style="visibility:hidden"><p style="visibility:visible"><input class="me"></p></div>',
        '<div style="opacity:.6"><input class="me"></div>',
        '<div style="transform:translateX(20px)"><input class="me"></div>',
    ],
)
async def test_what_can_be_scrolled_to_or_shines_through_is_visible(html: str, look: Look) -> None:
    assert mine(await look(f"<form>{html}</form>")).hidden == ""


@pytest.mark.parametrize(
    "html",
    [
        (
            "<style>.b{position:absolute;opacity:0}</style>"
            '<input type="checkbox" class="b me" id="c">'
            '<label for="c">I agree</label>'
        ),
        '<label><input type="checkbox" class="me" style="display:none"><i>x</i>I agree</label>',
        '<label class="btn">Choose it<input type="file" class="me" style="display:none"></label>',
        (
            '<div class="upload"><input type="file" class="me" style="opacity:0;width:0;height:0">'
            '<button type="button">Choose file</button></div>'
        ),
        (
            '<div class="dropzone" style="padding:20px">Drop it here'
            '<input type="file" class="me" hidden></div>'
        ),
    ],
)
async def test_a_drawn_stand_in_makes_a_box_or_file_visible(html: str, look: Look) -> None:
    assert mine(await look(f"<form>{html}</form>")).hidden == ""


STEPS = {
    "steps": '<div class="step"><input></div><div class="step" style="display:none">'
    '<input class="me"></div>',
    "fieldsets": "<fieldset><input><input></fieldset>"
    '<fieldset style="display:none"><input class="me"><input></fieldset>',
    "ids": '<div id="page1"><input></div><div id="page2" hidden><input class="me"></div>',
    "tabs": '<button type="button" role="tab" aria-controls="t2">More</button><input>'
    '<div role="tabpanel" id="t2" hidden><input class="me"></div>',
    "details": '<input><details><summary>More</summary><input class="me"></details>',
    "accordion": '<a href="#c1" data-bs-toggle="collapse">Social</a><input>'
    '<div id="c1" style="display:none"><input class="me"></div>',
    "slider": '<div style="overflow:hidden;width:300px"><div style="display:flex;width:600px">'
    '<div class="slide" style="width:300px"><input></div>'
    '<div class="slide" style="width:300px"><input class="me"></div></div></div>',
}


@pytest.mark.parametrize("kind", STEPS)
async def test_a_later_step_is_not_taken_for_a_trap(kind: str, look: Look) -> None:
    control = mine(await look(f"<form>{STEPS[kind]}<button>Next</button></form>"))
    assert control.hidden != ""
    assert control.step_hidden


async def test_a_trap_inside_a_later_step_is_still_a_trap(look: Look) -> None:
    page = await look(
        '<form><div class="step"><input></div><div class="step" style="display:none"><input>'
        '<input class="me" tabindex="-1" style="position:absolute;left:-4000px"></div></form>'
    )
    assert not mine(page).step_hidden
    assert page.controls[1].step_hidden
