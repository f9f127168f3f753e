"""Real widget libraries, used as a form's author would: what is meant is what the server gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page as Tab

from dbolt.browser import act
from dbolt.browser.observe import observe
from dbolt.browser.session import Browser
from dbolt.domain.fields import Field
from dbolt.domain.submission import TypedValue
from dbolt.forms.page import Control
from dbolt.forms.reading import Act, Action
from dbolt.forms.values.signs import control_name
from tests.browser.widgets.case import Library, Want
from tests.browser.widgets.choosers import CHOOSERS
from tests.browser.widgets.inputs import INPUTS
from tests.browser.widgets.shelf import Shelf, parts
from tests.support.listing import a_directory
from tests.support.site import Site


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    async with browser.new_context(a_directory()) as visit:
        yield visit.page


@pytest.fixture(scope="session")
def shelf(npm_modules: Path) -> Shelf:
    return Shelf(npm_modules)


async def opened(tab: Tab, site: Site, page: str) -> dict[str, Control]:
    """The controls of a widget page by the names that a person would give them."""
    await tab.goto(f"{site.url}/{page}")
    await tab.wait_for_function("window.ready === true")
    seen = await observe(tab)
    return {control_name(c): c for c in seen.controls if not c.hidden}


def actions(seen: dict[str, Control], wants: tuple[Want, ...]) -> list[Action]:
    got = {w.label: seen[w.label].widget if w.label in seen else None for w in wants}
    assert got == {w.label: w.widget for w in wants}, list(seen)
    return [
        Action(seen[w.label].ref, w.field, w.act, w.values, file=w.file, control=w.label)
        for w in wants
    ]


async def handed_in(tab: Tab, site: Site) -> dict[str, list[str]]:
    """What the server gets when the form is sent."""
    async with tab.expect_response("**/send"):
        await tab.locator("button", has_text="Send").click()
    return parts(site.to("/send")[-1])


def differences(wants: tuple[Want, ...], values: list[TypedValue]) -> list[str]:
    return [
        f"{w.label}: kept {v.kept}, typed {v.typed!r}, read back {v.read_back!r}"
        for w, v in zip(wants, values, strict=True)
        if v.kept is not w.kept
        or v.read_back.split() != (w.held if w.held is not None else v.typed).split()
    ]


@pytest.mark.parametrize("library", [*CHOOSERS, *INPUTS], ids=lambda x: x.page)
async def test_what_is_meant_is_what_the_server_gets(
    tab: Tab, shelf: Shelf, library: Library
) -> None:
    async with Site(shelf) as site:
        seen = await opened(tab, site, library.page)
        wanted = actions(seen, library.wants)
        values = await act.perform(tab, wanted)
        assert not differences(library.wants, values)
        assert await act.read_back(tab, wanted) == values
        if library.until:
            await tab.wait_for_function(library.until)
        if library.state:
            assert await tab.evaluate(library.state) == library.says
        got = await handed_in(tab, site)
    sent = {w.name: w.sent for w in library.wants if w.sent is not None}
    assert {n: got.get(n, [""]) for n in sent} == {
        n: s if isinstance(s, list) else [s] for n, s in sent.items()
    }


async def test_a_wizards_later_step_is_told_from_a_trap(tab: Tab, shelf: Shelf) -> None:
    async with Site(shelf) as site:
        await opened(tab, site, "stepper")
        first = {c.name: c for c in (await observe(tab)).controls}
        assert [(n, bool(c.hidden), c.step_hidden) for n, c in first.items()] == [
            ("name", False, False),
            ("city", True, True),
            ("trap", True, False),
        ]
        await tab.get_by_text("Next").click()
        await tab.locator("#city").wait_for()
        second = {c.name: c for c in (await observe(tab)).controls}
        assert (second["city"].hidden, second["city"].ref) == ("", first["city"].ref)
        wanted = [Action(second["city"].ref, Field.CITY, Act.TEXT, ("Portland",))]
        assert (await act.perform(tab, wanted))[0].kept
        assert (await handed_in(tab, site))["city"] == ["Portland"]
