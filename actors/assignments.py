"""What does a worker need for its lease? Directory, profile, account: all in one assignment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from actors.board import Board
from actors.granting import Granted
from dbolt.domain.plan import PLANS, PlanName
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Account, Assignment
from dbolt.store import directories, jobs

PROFILES_KEPT = 64
"""A profile with pictures takes some megabytes."""


class Assembler:
    """Builds assignments; keeps the profiles of late."""

    def __init__(self, board: Board, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._board = board
        self._pool = pool
        self._profiles: OrderedDict[UUID, Profile | None] = OrderedDict()

    async def build(self, granted: Sequence[Granted]) -> dict[UUID, Assignment | None]:
        """By token; None where the profile does not pass this release's checks."""
        accounts = await self._accounts(granted)
        built: dict[UUID, Assignment | None] = {}
        for one in granted:
            profile = await self._profile(one.lease.profile_id)
            built[one.lease.token] = (
                self._assignment(one, profile, accounts) if profile is not None else None
            )
        return built

    def _assignment(
        self,
        one: Granted,
        profile: Profile,
        accounts: Mapping[tuple[UUID, str], Account],
    ) -> Assignment:
        lease = one.lease
        # All of it was checked when it came in; checking a profile again costs more than its lease.
        return Assignment.model_construct(
            task=one.task,
            submission_id=lease.id,
            job_id=lease.job_id,
            attempt=lease.attempt,
            token=lease.token,
            epoch=self._board.epoch,
            deadline_at=lease.deadline_at,
            directory=self._board.directories[lease.directory],
            profile=profile,
            account=accounts.get((lease.customer_id, lease.directory)),
            captcha_service=PLANS[PlanName(lease.plan)].captcha_service,
            listing_url=lease.listing_url,
        )

    async def _accounts(self, granted: Sequence[Granted]) -> dict[tuple[UUID, str], Account]:
        wanted = [
            (one.lease.customer_id, one.lease.directory)
            for one in granted
            if self._board.directories[one.lease.directory].account_needed
        ]
        return await directories.accounts(self._pool, wanted) if wanted else {}

    async def _profile(self, profile_id: UUID) -> Profile | None:
        if profile_id not in self._profiles:
            doc = await jobs.profile(self._pool, profile_id)
            try:
                # A version of a profile never changes, so what was read stays true.
                self._profiles[profile_id] = Profile.model_validate(doc)
            except ValidationError:
                self._profiles[profile_id] = None
            while len(self._profiles) > PROFILES_KEPT:
                self._profiles.popitem(last=False)
        self._profiles.move_to_end(profile_id)
        return self._profiles[profile_id]
