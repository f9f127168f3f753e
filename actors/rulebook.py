"""Which rules hold for each directory? Its file's, and what staff laid over them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any

from actors.batch import Batch, Command
from actors.board import Board
from actors.verbs import Verbs, not_for_robots
from dbolt.domain.directory import Directory, Policy
from dbolt.domain.override import Override, Rules, looser
from dbolt.domain.protocol import Refused
from dbolt.store import directories, jobs, overrides
from dbolt.store.overrides import Held

MACHINE = "orchestrator"
LONGEST_S = 10 * 366 * 86_400.0
"""How far ahead an override may end by itself."""


class Rulebook:
    """The commands about directories, to be run inside the committer's transactions."""

    def __init__(self, board: Board, verbs: Verbs) -> None:
        self._board = board
        self._verbs = verbs

    async def sync(self, files: Sequence[Directory], batch: Batch) -> None:
        """*files* are the catalogue from now on; overrides stay laid over them.

        What waits for a directory that is not among them is left out, and replaced.
        """
        held = await overrides.held(batch.connection)
        hold = [held[file.slug].over(file) if file.slug in held else file for file in files]
        await directories.replace(batch.connection, files, hold)
        stay = {file.slug for file in files}
        gone = {slug: one for slug, one in self._board.directories.items() if slug not in stay}
        await self._adopt([*hold, *gone.values()], batch, gone)

    async def override(
        self, slug: str, wanted: Override, actor: str, batch: Batch
    ) -> Refused | None:
        """*wanted* holds over the file of *slug*, in the place of the override before."""
        if slug not in self._board.directories:
            return Refused(problem=f"There is no directory {slug!r}.")
        if slug in self._board.retired:
            told = f"{slug!r} is not in the catalogue any more, so nothing is handed in there."
            return Refused(problem=told)
        [file] = await overrides.files(batch.connection, [slug])
        problem = self._problem(file, wanted)
        if problem:
            return Refused(problem=problem)
        made = Held(wanted, Rules.of(file))
        await overrides.add(batch.connection, slug, made, actor)
        await overrides.keep(batch.connection, file, made.over(file))
        await self._adopt([made.over(file)], batch, self._board.retired)
        await self._watch_ends(batch)
        return None

    def _problem(self, file: Directory, wanted: Override) -> str:
        """Why *wanted* cannot hold over *file*; empty where it can."""
        now = self._board.clock.now()
        if wanted.until is not None and not 0 < wanted.until.timestamp() - now < LONGEST_S:
            return "The end has to lie ahead, by ten years at most."
        if not wanted.wanted:
            return "Say which rule is to be another one."
        more = looser(file, wanted)
        if more and not wanted.permission.strip():
            return (
                f"This permits more than the directory's file ({', '.join(more)}). Only an admin "
                "may allow that, and has to say who gave the permission."
            )
        if wanted.wanted.items() <= Rules.of(file).given.items():
            return "The directory's file says so already."
        return ""

    async def take_back(self, slug: str, actor: str, batch: Batch) -> Refused | None:
        """The file of *slug* alone holds again; a second time is the same."""
        if slug not in self._board.directories:
            return Refused(problem=f"There is no directory {slug!r}.")
        if await overrides.end(batch.connection, slug, actor):
            await self._as_files_say([slug], batch)
        return None

    async def end_due(self, batch: Batch) -> None:
        """Ends the overrides whose time is up."""
        ended = await overrides.end_due(batch.connection, MACHINE)
        await self._as_files_say(ended, batch)

    async def _as_files_say(self, slugs: Sequence[str], batch: Batch) -> None:
        files = await overrides.files(batch.connection, slugs)
        for file in files:
            await overrides.keep(batch.connection, file, file)
        await self._adopt(files, batch, self._board.retired)
        await self._watch_ends(batch)

    async def _watch_ends(self, batch: Batch) -> None:
        at = await overrides.next_end(batch.connection)
        batch.after.append(partial(setattr, self._board, "override_ends", at))

    async def _adopt(
        self, hold: Sequence[Directory], batch: Batch, retired: Collection[str]
    ) -> None:
        """These rules hold from the commit on, for those who wait in line too.

        retired: directories that are not in the catalogue; nothing new goes to them.
        """
        board = self._board
        policies = {
            entry.slug: Policy.SKIP if entry.slug in retired else entry.policy for entry in hold
        }
        closing = [
            slug
            for slug, policy in policies.items()
            if policy is not Policy.AUTO and slug in board.directories
        ]
        waiting = await jobs.queued_on(batch.connection, closing)
        await self._verbs.move(batch, not_for_robots(waiting, policies))
        batch.everything = True

        def learn() -> None:
            for entry in hold:
                board.know(entry, active=entry.slug not in retired)
                board.schedule.set_directory(entry.slug, entry.pace)
            board.stir()

        batch.after.append(learn)

    async def keep(self, command: Callable[[Command], Awaitable[Any]]) -> None:
        """Ends overrides when their time is up, for ever. command: carries one out."""
        board = self._board
        while True:
            await asyncio.sleep(board.terms.reap_s)
            if board.clock.now() >= board.override_ends:
                await command(self.end_due)
