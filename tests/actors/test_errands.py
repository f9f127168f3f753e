"""Does a pool that has shrunk to nothing open a website, and shrink again?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

from actors import runtime
from dbolt.domain.website import Errand, ErrandStage, WebsiteRead
from dbolt.settings import Secrets, Settings
from serve_app.browsers import RayBrowsers
from tests.support.postgres import TEMPLATE, at, run_sql
from tests.support.site import Site

pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def nobody(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Ray with a pool that keeps no worker for long."""
    name = f"ray_{uuid4().hex}"
    asyncio.run(run_sql(template_url, f"create database {name} template {TEMPLATE}"))
    home = tmp_path_factory.mktemp("home")
    secrets = Secrets(
        database_url=SecretStr(at(template_url, name)),
        stripe_webhook_secret=SecretStr("whsec_of_this_test"),
        staff_token=SecretStr("staff_of_this_test"),
    )
    secrets.save(home / "secrets.json")
    settings = Settings(home=home, dashboard_port=0, workers_min=0, workers_max=1, browser_idle_s=1)
    runtime.start(settings, home / "secrets.json", backoff=0.0)
    yield
    runtime.stop()
    asyncio.run(run_sql(template_url, f"drop database {name} with (force)"))


async def test_a_worker_is_hired_for_a_website_and_goes_after_it(nobody: None) -> None:
    browsers, stages = RayBrowsers(), set[ErrandStage | None]()
    page = "<p id=x><script>x.innerHTML = '<a href=tel:+12125550142>Call</a>'</script>"
    async with Site({"/": page}) as shop, asyncio.timeout(120):
        assert (await browsers.status()).browsers == []
        errand = Errand(uuid4(), "ada", f"{shop.url}/", private=True)
        answer = asyncio.create_task(browsers.read_website(errand))
        while not answer.done():
            stages.add(await browsers.stage(errand.id))
            await asyncio.sleep(0.05)
        read = await answer
        assert isinstance(read, WebsiteRead), read
        assert "tel:+12125550142" in read.pages[0].html
        assert {ErrandStage.STARTING, ErrandStage.READING} <= stages
        while (await browsers.status()).browsers:
            await asyncio.sleep(0.2)
