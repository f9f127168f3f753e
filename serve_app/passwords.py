"""Is this the right password, and would it be a good one?

*Source:* NIST SP 800-63B, section 3.1.1 (length and a list of refused passwords instead of rules
on composition); RFC 9106, section 4 (Argon2id), whose second recommended setting is argon2-cffi's
default.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TypeVar

from argon2 import Parameters, PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from serve_app.problems import Problem

SHORTEST, LONGEST = 8, 256
AT_ONCE = 2
"""Hashes computed side by side; each takes 64 MiB."""
WAIT_S = 10.0

_LINES = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")

T = TypeVar("T")


class Passwords:
    """Hashes and compares passwords, in threads and few at a time."""

    def __init__(self, parameters: Parameters = profiles.RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """What the database keeps. Raises Problem(503) where too many wait for their turn."""
        return await self._in_turn(lambda: self._hasher.hash(_plain(password)))

    async def is_right(self, known: str | None, password: str) -> bool:
        """Whether *password* is the one that *known* was made of.

        Takes as long where there is none to compare with. Raises Problem(503) as `hash` does.
        """
        right = await self._in_turn(lambda: self._matches(known or self._nobodys, password))
        return right and known is not None

    def is_outdated(self, known: str) -> bool:
        """Whether *known* was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, _plain(password[: 4 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Problem(
                503, "Many people sign in at once; try again.", headers={"Retry-After": "5"}
            ) from error
        try:
            return await asyncio.to_thread(work)
        finally:
            self._turns.release()


def fault(password: str, email: str) -> str:
    """Why *password* is not good enough for the account of *email*; empty where it is."""
    plain = _plain(password).casefold()
    if len(_plain(password)) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few words in a row are easy to keep."
    if len(_plain(password)) > LONGEST:
        return f"Use at most {LONGEST} characters."
    name, _, domain = email.casefold().partition("@")
    told = {email.casefold(), name, domain, domain.partition(".")[0]}
    if plain in told or plain.strip("0123456789!?.-_@") in told:
        return "Do not use your e-mail address as the password."
    if plain in common() or _is_pattern(plain):
        return "Too many people use this password; choose another one."
    return ""


def _plain(password: str) -> str:
    """One spelling for what looks the same on two keyboards."""
    return unicodedata.normalize("NFKC", password)


def _is_pattern(plain: str) -> bool:
    if len(set(plain)) <= 2:
        return True
    if any(plain == plain[:n] * (len(plain) // n) for n in (2, 3) if len(plain) % n == 0):
        return True
    return any(plain in line * 3 or plain in line[::-1] * 3 for line in _LINES)


@cache
def common() -> frozenset[str]:
    """The passwords that everybody tries first."""
    text = (resources.files("serve_app") / "common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())
