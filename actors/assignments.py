"""What does a worker need for its lease? Directory, profile, account: all in one assignment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import SecretStr, ValidationError

from actors.board import Board
from actors.granting import Granted
from dbolt.domain.credentials import account_for
from dbolt.domain.directory import Directory
from dbolt.domain.profile import Profile
from dbolt.domain.proxy_book import Wish, countries_for
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account, Assignment, HandOver, NotSent, Result
from dbolt.store import directories, jobs
from dbolt.store.leases import Leased

PROFILES_KEPT = 64
"""A profile with pictures takes some megabytes."""

_BROKEN = HandOver(
    reason=Reason.MISSING_VALUE, detail="The profile does not pass the checks any more."
)
_NO_PROXY = NotSent(reason=Reason.NO_PROXY, detail="No proxy was free for it.")

_NOTHING: Mapping[str, Any] = {}
_BLANK = Assignment.model_construct(**_NOTHING)


def _checked(doc: object) -> Profile | None:
    """The profile, which is true for good, for a version never changes; None if it is broken."""
    try:
        return Profile.model_validate(doc)
    except ValidationError:
        return None


class Assembler:
    """Builds assignments; keeps the profiles of late."""

    def __init__(
        self, board: Board, pool: asyncpg.Pool[asyncpg.Record], vault_key: SecretStr | None = None
    ) -> None:
        """vault_key: what accounts on directories follow from; without it none are made."""
        self._board = board
        self._pool = pool
        self._vault_key = vault_key
        self._profiles: OrderedDict[UUID, Profile | None] = OrderedDict()

    async def build(self, granted: Sequence[Granted]) -> dict[UUID, Assignment | Result]:
        """By token; a result where it ends before it begins.

        That is where the profile does not pass this release's checks any more, or where the proxy
        that was counted on has gone meanwhile.
        """
        known = await self._usernames(granted)
        wanted = {one.lease.profile_id for one in granted}
        profiles = {profile_id: await self._profile(profile_id) for profile_id in wanted}
        built: dict[UUID, Assignment | Result] = {}
        for one in granted:
            profile = profiles[one.lease.profile_id]
            built[one.lease.token] = (
                self._assignment(one, profile, known) if profile is not None else _BROKEN
            )
        return built

    def _assignment(
        self,
        one: Granted,
        profile: Profile,
        known: Mapping[tuple[UUID, str], str],
    ) -> Assignment | Result:
        lease, directory = one.lease, self._board.directories[one.lease.directory]
        proxy_id = self._proxy(lease, directory, profile)
        if proxy_id is None:
            return _NO_PROXY
        changed = {
            "task": one.task,
            "submission_id": lease.id,
            "job_id": lease.job_id,
            "attempt": lease.attempt,
            "token": lease.token,
            "epoch": self._board.epoch,
            "deadline_at": lease.deadline_at,
            "directory": directory,
            "profile": profile,
            "account": self._account(one, profile, known),
            "captcha_service": lease.plan in self._board.terms.captcha_plans,
            "proxy_id": proxy_id,
            "listing_url": lease.listing_url,
        }
        # All of it was checked when it came in; checking a profile again costs more than its lease,
        # and a copy of nothing half of what making it anew does.
        return _BLANK.model_copy(update=changed)

    def _proxy(self, lease: Leased, directory: Directory, profile: Profile) -> str | None:
        board = self._board
        if lease.token in board.held and board.goes_direct(directory.slug):
            return ""
        countries = countries_for(directory, profile.address.country)
        wish = Wish(directory.slug, lease.customer_id, countries)
        return board.take_proxy(lease.token, directory.slug, wish)

    def _account(
        self, one: Granted, profile: Profile, known: Mapping[tuple[UUID, str], str]
    ) -> Account | None:
        if self._vault_key is None:
            return None
        whose = (one.lease.customer_id, one.lease.directory)
        made = account_for(self._vault_key, *whose, profile.business_name)
        # A business may have been renamed since; its account was not.
        return made.model_copy(update={"username": known.get(whose, made.username)})

    async def _usernames(self, granted: Sequence[Granted]) -> dict[tuple[UUID, str], str]:
        if self._vault_key is None:
            return {}
        wanted = [(one.lease.customer_id, one.lease.directory) for one in granted]
        return await directories.usernames(self._pool, wanted)

    async def _profile(self, profile_id: UUID) -> Profile | None:
        if profile_id not in self._profiles:
            doc = await jobs.profile(self._pool, profile_id)
            # Somebody else may have asked for the same meanwhile.
            if profile_id not in self._profiles:
                self._profiles[profile_id] = _checked(doc)
            while len(self._profiles) > PROFILES_KEPT:
                self._profiles.popitem(last=False)
        self._profiles.move_to_end(profile_id)
        return self._profiles[profile_id]
