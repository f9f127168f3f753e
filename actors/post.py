"""Who tells the world what has happened? At least once, each time under the same key.

A message is taken for a while before it is told. Who dies in between, or cannot mark it as told,
leaves it to be told again; the receiver knows it by its key.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from dbolt.providers.mail import Mail, Undeliverable
from dbolt.providers.mail.folder import FolderMail
from dbolt.providers.mail.letters import Complete, complete, written
from dbolt.providers.mail.smtp import SmtpMail
from dbolt.settings import Settings
from dbolt.store import outbox
from dbolt.store.outbox import Message
from dbolt.store.pool import is_lost

log = logging.getLogger(__name__)

AT_ONCE = 20
HOLD_S = 300.0
"""Telling all that was taken takes less than this, or some is told twice."""
TRIES = 20
"""With the waits below, about three days."""
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Post:
    """How messages leave. `sender`: an address, with a name or without.

    `url`: where customers find the site, without a slash at the end; empty where there is none.
    """

    mail: Mail
    sender: str
    url: str = ""
    every_s: float = 2.0
    """How long to wait when there is nothing to tell."""
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Office:
    """What the post needs besides the secrets. `folder`: where letters go without a mail server."""

    sender: str
    url: str
    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Office:
        """As the settings say."""
        here = f"http://{settings.host}:{settings.port}" if settings.port else ""
        return cls(
            settings.mail_from or "DirectoryBolt <directorybolt@localhost>",
            (settings.public_url or here).rstrip("/"),
            settings.home.resolve() / "mail",
        )

    def post(self, smtp_url: SecretStr | None) -> Post:
        """How messages leave."""
        mail = FolderMail(self.folder) if smtp_url is None else SmtpMail(smtp_url)
        return Post(mail, self.sender, self.url)


class Postman:
    """Tells what is in the outbox, as long as its epoch lasts."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], epoch: int, post: Post) -> None:
        self._pool = pool
        self._epoch = epoch
        self._post = post

    async def run(self) -> None:
        """For ever. Whatever goes wrong with a message, the queue goes on without it."""
        while True:
            taken = 0
            try:
                taken = await self.round()
            except Exception as error:
                if not is_lost(error):
                    log.exception("the outbox cannot be read")
            if not taken:
                await asyncio.sleep(self._post.every_s)

    async def round(self) -> int:
        """Tells what may be told now; how many messages that were."""
        taken = await outbox.take(self._pool, self._epoch, AT_ONCE, HOLD_S)
        for message in taken:
            await self._deliver(message)
        return len(taken)

    async def _deliver(self, message: Message) -> None:
        try:
            await self._tell(message)
        except Undeliverable as error:
            problem = _without_address(str(error))
            log.warning("message %s of the outbox is given up: %s", message.id, problem)
            await outbox.give_up(self._pool, message.id, problem)
        except Exception as error:  # noqa: BLE001 - a message must not stop the others
            if message.tries >= TRIES:
                log.warning(
                    "message %s of the outbox is given up after %s tries", message.id, TRIES
                )
                await outbox.give_up(self._pool, message.id, _problem(error))
            else:
                wait_s = wait_before_next(message.tries, self._post.chance())
                await outbox.later(self._pool, message.id, wait_s, _problem(error))
        else:
            await outbox.done(self._pool, message.id)

    async def _tell(self, message: Message) -> None:
        await self._post.mail.send(await self._letter(message))

    async def _letter(self, message: Message) -> EmailMessage:
        post = self._post
        match message.kind:
            case "mail":
                return written(message.payload, sender=post.sender, key=message.key)
            case "job_complete":
                job_id = UUID(message.payload["job_id"])
                told = await outbox.job(self._pool, job_id)
                if told is None:
                    raise Undeliverable("the job is gone")
                about = Complete(told.email, told.business, job_id, told.counts)
                return complete(about, sender=post.sender, key=message.key, url=post.url)
            case _:
                raise Undeliverable(f"this release knows no messages of the kind {message.kind}")


def wait_before_next(tries: int, chance: float) -> float:
    """Seconds until the next try, with full jitter over the upper half.

    tries: so far, 1 or more. chance: 0 to 1.
    """
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (tries - 1))
    return longest * (0.5 + chance / 2)


_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>:,;]+")


def _without_address(words: str) -> str:
    """*words* of a mail server; whom they are about is kept with the account alone."""
    return _ADDRESS.sub("address", words)


def _problem(error: Exception) -> str:
    return _without_address(f"{type(error).__name__}: {error}")[:300]
