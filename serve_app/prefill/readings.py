"""How does a website that a browser of the pool opens come into the form? Waited for beside it.

The draft's row says what is under way, so that a page of any replica can tell; the replica that was
asked waits for the answer. If that one ends, the row's age says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dbolt.domain.website import Errand, ErrandStage, WebsiteNotRead, WebsiteRead
from serve_app import drafts
from serve_app.browsers import READ_WAIT_S
from serve_app.drafts import DraftStep
from serve_app.parts import Parts
from serve_app.prefill.extract import TITLE, Proposal, extract
from serve_app.queue import QueueAway, QueueFailed

log = logging.getLogger(__name__)

Found = dict[str, dict[str, str]]

NOTHING = (
    "We read the page and found nothing about the business in it that we are sure of;"
    " please type it in."
)
NO_POOL = (
    "The browsers that open websites do not answer at the moment; type the details in instead,"
    " or try again later."
)
BROKEN_OFF = "Reading your website was broken off; read it again, or type the details in."
_WORDS = {
    ErrandStage.WAITING: "Our browsers read other websites just now; yours is next in line.",
    ErrandStage.STARTING: "A browser is being started for it, which can take some minutes.",
    ErrandStage.READING: "A browser has opened it and reads what is drawn there.",
    None: "We wait to hear from the browsers.",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How it stands. `words`: for the customer; `problem`: why nothing came of it, if so."""

    site: str
    ended: bool
    words: str = ""
    problem: str = ""


def ended_of(step: DraftStep) -> Reading | None:
    """What the draft's row says; None where no browser was asked. `ended` may be long past."""
    if not step.fields:
        return None
    site, ended = str(step.fields["site"]), bool(step.fields.get("ended"))
    age = datetime.now(UTC) - step.updated_at if step.updated_at else timedelta()
    if not ended and age > timedelta(seconds=READ_WAIT_S + 30):
        return Reading(site, ended=True, problem=BROKEN_OFF)
    return Reading(site, ended=ended, problem=str(step.fields.get("problem", "")))


async def reading_of(parts: Parts, step: DraftStep) -> Reading | None:
    """The same, with what the pool says of one that is under way."""
    known = ended_of(step)
    if known is None or known.ended:
        return known
    try:
        stage = await parts.browsers.stage(UUID(step.fields["id"]))
    except (QueueAway, QueueFailed):
        stage = None
    return Reading(known.site, ended=False, words=_WORDS[stage])


@dataclass(frozen=True, slots=True)
class Asked:
    """One form's wish. `before`: what plain HTTP found; `usable`: what the form would take."""

    order_id: UUID
    errand: Errand
    before: Found
    usable: Callable[[Sequence[Proposal]], Found]


class Readings:
    """The answers that this replica waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, parts: Parts, asked: Asked, version: int) -> None:
        """Notes it in the draft and waits for the browser without holding up anybody.

        version: of the draft's row.
        """
        fields = {"site": asked.errand.url, "id": str(asked.errand.id), "ended": ""}
        noted = await drafts.save(parts, asked.order_id, drafts.READING, version, fields)
        if noted is None:
            # Another tab asked at the same moment.
            return
        task = asyncio.create_task(self._wait(parts, asked, noted, fields))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait(self, parts: Parts, asked: Asked, version: int, fields: dict[str, str]) -> None:
        try:
            problem = await self._read(parts, asked)
        except (QueueAway, QueueFailed):
            problem = NO_POOL
        except Exception:
            log.exception("a website was read in vain")
            problem = BROKEN_OFF
        ended = fields | {"ended": "yes", "problem": problem}
        await drafts.save(parts, asked.order_id, drafts.READING, version, ended)

    async def _read(self, parts: Parts, asked: Asked) -> str:
        """Saves what was found; one sentence where nothing was."""
        answer = await parts.browsers.read_website(asked.errand)
        if isinstance(answer, WebsiteNotRead):
            return answer.problem
        found = asked.before | asked.usable(await asyncio.to_thread(proposals_of, answer))
        # The address of the site is no find of its own: it was typed in.
        if not found.keys() - {"website"}:
            return NOTHING
        async with parts.pool.acquire() as connection:
            version = (await drafts.read(connection, asked.order_id)).step(drafts.FOUND).version
        await drafts.save(parts, asked.order_id, drafts.FOUND, version, found)
        return ""


def proposals_of(read: WebsiteRead) -> list[Proposal]:
    """What all pages say, the first page's before the others', which are titled otherwise."""
    first, *others = (extract(page.html, page.url) for page in read.pages)
    return [*first, *(one for page in others for one in page if one.where != TITLE)]
