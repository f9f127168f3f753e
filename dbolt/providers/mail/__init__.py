"""How does a letter leave the house? One way to send, several places that it can go to."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class Undeliverable(Exception):
    """The letter will never be taken; trying again is no use. One sentence says why."""


class Mail(Protocol):
    """Letters on their way. A letter sent twice has the same Message-ID both times."""

    async def send(self, letter: EmailMessage) -> None:
        """When this returns, somebody else has taken the letter and keeps it.

        letter: with From, To, Subject and Message-ID. Raises Undeliverable, or OSError where
        trying again may help.
        """
        ...
