"""Is a listing handed in rightly where software in use draws the form, in its own markup?"""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from dbolt.browser.session import Browser
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Pressed
from tests.browser.attempt.support import posts, try_at
from tests.forms.software.directories import PAGES, Built, built, differences, flat, pages
from tests.support.beside import Ended, beside_one_another
from tests.support.npm import bundled_into
from tests.support.site import Site
from tests.support.working import business as business_of

ALL = {one.slug: one for one in built()}
QUICK = [slug for slug, one in ALL.items() if not one.long]
LONG = [slug for slug, one in ALL.items() if one.long]


def business() -> Profile:
    """The invented bakery, with a logo."""
    drawn = io.BytesIO()
    Image.new("RGB", (400, 400), "navy").save(drawn, "PNG")
    data = base64.b64encode(drawn.getvalue()).decode()
    return Profile.model_validate(
        business_of("us") | {"logo": {"name": "logo.png", "media_type": "image/png", "data": data}}
    )


@pytest.fixture(scope="module")
def made(software_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles of all pages of the quick runs."""
    return _bundles(tmp_path_factory.mktemp("made"), software_modules, QUICK)


@pytest.fixture(scope="module")
def further(further_software_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles of all pages of the long runs."""
    return _bundles(tmp_path_factory.mktemp("further"), further_software_modules, LONG)


def _bundles(folder: Path, modules: Path, slugs: list[str]) -> Path:
    found = (next(PAGES.glob(f"{slug}.js*"), None) for slug in slugs)
    bundled_into(folder, modules, [entry for entry in found if entry is not None])
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ended(
    browser: Browser,
    made: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Ended]:
    """All that went wrong with each attempt; the chosen ones run beside one another."""

    async def wrong(slug: str) -> list[str]:
        return await _wrong(browser, tmp_path_factory.mktemp(slug), ALL[slug], made)

    async with beside_one_another(request, QUICK, wrong) as tasks:
        yield tasks


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.parametrize("slug", QUICK)
async def test_a_listing_is_handed_in_through_software_in_use(ended: Ended, slug: str) -> None:
    wrong = await ended[slug]
    assert not wrong, "\n".join(wrong)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("slug", LONG)
async def test_a_listing_is_handed_in_through_further_software(
    browser: Browser, further: Path, tmp_path: Path, slug: str
) -> None:
    wrong = await _wrong(browser, tmp_path, ALL[slug], further)
    assert not wrong, "\n".join(wrong)


async def _wrong(browser: Browser, folder: Path, one: Built, made: Path) -> list[str]:
    """All that is wrong with how an attempt ended, and with what is held then."""
    async with Site(pages(one, made)) as site:
        result, permit = await try_at(browser, site, folder, profile=business())
        sent = posts(site)
    end = result.verdict.value if isinstance(result, Pressed) else result.kind
    ends = (end, str(getattr(result, "reason", "")))
    wrong = [] if ends == one.ends else [f"ended as {ends}: {result.detail}"]
    if permit.asked != 1:
        wrong.append(f"{permit.asked} permits were asked for")
    if len(sent) != 1:
        wrong.append(f"{len(sent)} posts")
    return wrong + (differences(one, flat(sent[0])) if sent else ["nothing is held"])
