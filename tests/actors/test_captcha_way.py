"""From the directory's file to the row: is a captcha bought, used, told and paid for?"""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from actors.orchestrator import Orchestrator
from actors.ray_actors import BrowserTrade
from actors.worker import Worker
from dbolt.browser.chromium import find_chromium
from dbolt.browser.session import Browser
from dbolt.domain.captcha import Captcha
from dbolt.domain.directory import CaptchaPolicy
from dbolt.domain.figures import of_queue
from dbolt.domain.plan import PlanName
from dbolt.providers.evidence.folder import FolderEvidence
from serve_app.web.words import captcha_words
from tests.browser.attempt.support import FIELDS, THANKS, form_page
from tests.support.captcha_service import KEY, Service
from tests.support.listing import BAKERY
from tests.support.queue import QUICK, Shop, directory, until
from tests.support.site import Asked, Said, Site

SITE_KEY = "0x4AAAAAAADnPIDROrmt1Wwj"
WIDGET = (
    "<div class=g-recaptcha data-sitekey=0x4AAAAAAADnPIDROrmt1Wwj><p>I am not a robot</p>"
    "<textarea name=g-recaptcha-response style='display:none'></textarea></div>"
)


class Direct:
    """The line to an orchestrator in the same process, which notes what is sent along it."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self.sent: list[str] = []

    async def call(self, verb: str, *values: object, within_s: float = 60, **named: object) -> Any:
        """Carries the call out, within a time."""
        self.sent.append(f"{verb} {values!r} {named!r}")
        async with asyncio.timeout(within_s):
            return await getattr(self._orchestrator, verb)(*values, **named)


@pytest.mark.browser
async def test_a_bought_captcha_lands_in_the_row_with_its_cost(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stored: list[dict[str, str]] = []
    async with Service() as service:

        def take(asked: Asked) -> Said:
            if not service.takes(asked.form.get("g-recaptcha-response", ""), SITE_KEY):
                return Said("<p role=alert>The captcha was not correct.</p>", 422)
            stored.append(asked.form)
            return Said(THANKS)

        async with Site({"GET /add": form_page(FIELDS + WIDGET), "POST /add": take}) as site:
            entry = directory(
                "some",
                home_url=site.url + "/",
                submit_url=site.url + "/add",
                captcha=CaptchaPolicy.SERVICE,
            )
            orchestrator = await shop.orchestrator([entry], QUICK, captchas=service.client())
            await shop.job(orchestrator, plan=PlanName.ENTERPRISE, address=BAKERY["address"])
            line = Direct(orchestrator)
            browser = Browser(find_chromium())
            trade = BrowserTrade(browser, FolderEvidence(tmp_path), line=line)
            worker = Worker("w", orchestrator.exchange, browser, trade, slots=1)
            running = asyncio.create_task(worker.run())
            await until(shop, "select exists (select from attempts)", 60)
            worker.drain()
            async with asyncio.timeout(40):
                await running
        async with asyncio.timeout(10):
            while not service.reported:
                await asyncio.sleep(0.01)
        (task_id,) = service.tasks
    assert [form["company"] for form in stored] == ["Harbor Lane Bakery"]
    assert service.reported == [("reportCorrect", task_id)]
    assert await shop.states() == {"submitted": 1}
    (captcha,) = json.loads(await shop.one("select result -> 'captchas' from attempts"))
    assert (captcha["kind"], captcha["outcome"], captcha["cost_cents"]) == (
        "challenge",
        "solved",
        1,
    )
    words = captcha_words(Captcha.model_validate(captcha))
    assert words == f"solved in {captcha['seconds']:.1f} s, $0.01"
    bought = await shop.db.fetchrow("select outcome, cost_micros, ref from captcha_purchases")
    assert bought is not None
    assert tuple(bought) == ("accepted", 2990, str(task_id))
    told = {
        (family.name, *sample.labels.values()): sample.value
        for family in of_queue(await orchestrator.figures())
        for sample in family.samples
    }
    assert told["dbolt_captchas", "challenge", "solved"] == 1
    assert told["dbolt_captcha_cost_cents", "challenge", "solved"] == 1
    # The key stays where it is: the worker's calls, the logs and the rows know nothing of it.
    everything = " ".join(line.sent) + caplog.text
    everything += str(await shop.db.fetch("select result::text from attempts"))
    assert [words.split(" ", 1)[0] for words in line.sent] == ["solve_captcha", "captcha_judged"]
    assert KEY not in everything
    assert stored[0]["g-recaptcha-response"] not in everything
