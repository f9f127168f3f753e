"""A button is pressed at most once, and it is said how."""

from __future__ import annotations

import pytest
from playwright.async_api import Page as Tab

from dbolt.browser import act
from dbolt.browser.act import How
from dbolt.browser.observe import observe
from tests.support.site import Answering, Said, Site

COUNT = """<script>let trusted = [];
b.addEventListener("click", (e) => trusted.push(e.isTrusted))</script>"""


async def test_a_press_is_one_real_click(tab: Tab) -> None:
    await tab.set_content(
        f"<div style='height:3000px'></div><button id=b type=button>Send</button>{COUNT}"
    )
    page = await observe(tab)
    done = await act.press(tab, page.buttons[0].ref)
    assert (done.how, done.may_have_been) == (How.MOUSE, True)
    assert await tab.evaluate("trusted") == [True]


async def test_a_covered_button_is_pressed_by_script_and_that_is_said(tab: Tab) -> None:
    await tab.set_content(
        f"<button id=b type=button>Send</button>{COUNT}"
        "<div style='position:fixed;inset:0;background:#0008'></div>"
    )
    page = await observe(tab)
    done = await act.press(tab, page.buttons[0].ref)
    assert done.how is How.SCRIPT
    assert "by script" in done.problem
    assert await tab.evaluate("trusted") == [False]


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        ("b.disabled = true", "disabled"),
        ("b.style.display = 'none'", "visible"),
        ("b.remove()", "no longer"),
    ],
)
async def test_what_cannot_be_pressed_is_not(tab: Tab, spoil: str, word: str) -> None:
    await tab.set_content(f"<button id=b type=button>Send</button>{COUNT}")
    page = await observe(tab)
    await tab.evaluate(f"{{ {spoil} }}")
    done = await act.press(tab, page.buttons[0].ref)
    assert (done.how, done.may_have_been) == (How.NOT, False)
    assert word in done.problem
    assert await tab.evaluate("trusted") == []


async def test_a_form_is_sent_once_and_a_stale_ref_presses_nothing(tab: Tab) -> None:
    again = "<form method=post action=/go><button>Again</button></form>"
    pages: dict[str, str | Said | Answering] = {
        "/": "<form method=post action=/go><button>Send</button></form>",
        "/go": Said(again),
    }
    async with Site(pages) as site:
        await tab.goto(site.url)
        ref = (await observe(tab)).buttons[0].ref
        async with tab.expect_navigation():
            assert (await act.press(tab, ref)).how is How.MOUSE
        await observe(tab)
        assert (await act.press(tab, ref)).how is How.NOT
        assert len(site.to("/go", "POST")) == 1
