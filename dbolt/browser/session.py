"""One Chromium at a time, replaced before it grows old, and a fresh context for each submission."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Error, Page

from dbolt.browser import chromium, launcher
from dbolt.browser.instance import Instance, first_line
from dbolt.browser.robots import Kept
from dbolt.browser.visit import Visit
from dbolt.domain.directory import Directory
from dbolt.domain.route import Route

__all__ = ["Browser", "Lifetime", "first_line"]

log = logging.getLogger(__name__)

_WEIGHED_S = 5.0
"""Memory is looked at no more often: it means reading all of /proc."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a Chromium is replaced; whatever comes first.

    contexts: after so many. age_s: after so long. memory_mb: when its processes and the driver
    take more in all. Below about 300 MB every Chromium is replaced after each context.
    """

    contexts: int = 200
    age_s: float = 3600.0
    memory_mb: int = 2_000


class Browser:
    """A Chromium that starts, is recycled, and dies with its owner.

    lifetime: after which a fresh one takes over. The old one ends with its last context, so that
    nothing under way is cut off and nobody waits for it.
    run_parent: where its temporary files go; the system's place for them by default.
    contact_url: where a site's owner learns who we are; part of what we call ourselves.
    rules_s: for how long a robots.txt that was read holds for later attempts.
    traces: whether attempts that fail leave a Playwright trace among their evidence.
    """

    def __init__(
        self,
        program: Path,
        *,
        contact_url: str = "",
        lifetime: Lifetime | None = None,
        run_parent: Path | None = None,
        rules_s: float = 0.0,
        traces: bool = False,
    ) -> None:
        self.traces = traces
        self.rules = Kept(rules_s)
        self._program = program
        self._contact_url = contact_url
        self._lifetime = lifetime or Lifetime()
        self._run_parent = run_parent
        self._changing = asyncio.Lock()
        self._current: Instance | None = None
        self._retired: set[Instance] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._replaced: Counter[str] = Counter()
        self._weighed_at = 0.0
        self._memory = 0

    @property
    def user_agent(self) -> str:
        """Chromium's own name for itself, followed by ours; empty before the start."""
        return self._name_of(self._current) if self._current else ""

    def _name_of(self, instance: Instance) -> str:
        return f"{instance.own_name} {chromium.product(self._contact_url)}"

    async def start(self) -> None:
        """Starts Chromium, after ending what dead owners left behind.

        Raises chromium.NoBrowser if the program does not start.
        """
        async with self._changing:
            await asyncio.to_thread(launcher.sweep, self._run_parent)
            self._current = await self._fresh()

    async def _fresh(self) -> Instance:
        return await Instance.start(self._program, self._run_parent)

    async def stop(self) -> None:
        """Ends Chromium and the driver, hung or not. Nothing of them is left."""
        async with self._changing:
            current, self._current = self._current, None
            for instance in {*self._retired, *([current] if current else [])}:
                self._end(instance)
        await asyncio.gather(*self._ending)

    def _end(self, instance: Instance) -> None:
        self._retired.discard(instance)
        # Nobody waits for it: the slot that was the last in it has better things to do.
        task = asyncio.create_task(instance.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def is_alive(self) -> bool:
        """Whether Chromium is there and answers on its pipe."""
        return self._current is not None and self._current.is_alive()

    def memory_bytes(self) -> int:
        """What the driver and all of Chromium's processes take, shared pages counted once."""
        return self._current.memory_bytes() if self._current else 0

    def status(self) -> dict[str, Any]:
        """What there is of it at the moment. `memory_mb` is as of the last look."""
        current = self._current
        return {
            "contexts": sum(i.open for i in (*self._retired, *([current] if current else []))),
            "served": current.served if current else 0,
            "age_s": round(current.age_s()) if current else 0,
            "memory_mb": round(self._memory / 1e6),
            "retiring": len(self._retired),
            "replaced": dict(self._replaced),
        }

    @contextlib.asynccontextmanager
    async def new_context(
        self, directory: Directory, route: Route | None = None
    ) -> AsyncIterator[Visit]:
        """A fresh context for one submission: nothing of any other is seen in it.

        route: the proxy that it goes through; None for the direct way.

        Where Chromium has died, or served its time, a new one is started first. Raises NoBrowser
        or playwright's Error.
        """
        instance, visit = await self._visit(directory, route)
        try:
            yield visit
        finally:
            try:
                await visit.close()
            finally:
                self._leave(instance)

    @contextlib.asynccontextmanager
    async def own_page(self) -> AsyncIterator[Page]:
        """A page for what we wrote ourselves: it runs no scripts and reaches no network.

        Raises NoBrowser or playwright's Error.
        """
        instance = await self._enter()
        try:
            context = await instance.chromium.new_context(
                java_script_enabled=False, offline=True, color_scheme="light"
            )
            try:
                yield await context.new_page()
            finally:
                await context.close()
        finally:
            self._leave(instance)

    async def _visit(self, directory: Directory, route: Route | None) -> tuple[Instance, Visit]:
        while True:
            instance = await self._enter()
            try:
                name = self._name_of(instance)
                return instance, await Visit.open(
                    instance.chromium, directory, user_agent=name, route=route
                )
            except BaseException as error:
                self._leave(instance)
                # A death is noticed at the first call after it; then there is a new one to be had.
                if not isinstance(error, Error) or instance.is_alive():
                    raise

    async def _enter(self) -> Instance:
        async with self._changing:
            if self._current is None:
                raise chromium.NoBrowser("the browser was not started")
            spent = await self._spent(self._current)
            if spent:
                await self._replace(self._current, spent)
            self._current.open += 1
            self._current.served += 1
            return self._current

    async def _replace(self, old: Instance, why: str) -> None:
        try:
            self._current = await self._fresh()
        except chromium.NoBrowser:
            if not old.is_alive():
                raise
            log.exception("a fresh browser does not start; the old one goes on")
            return
        self._replaced[why] += 1
        self._retired.add(old)
        if old.open == 0:
            self._end(old)

    def _leave(self, instance: Instance) -> None:
        instance.open -= 1
        if instance.open == 0 and instance in self._retired:
            self._end(instance)

    async def _spent(self, instance: Instance) -> str:
        """Why it has to be replaced: death, count, age or memory; empty if it has not."""
        if not instance.is_alive():
            return "death"
        if instance.served >= self._lifetime.contexts:
            return "count"
        if instance.age_s() >= self._lifetime.age_s:
            return "age"
        now = time.monotonic()
        if now - self._weighed_at >= _WEIGHED_S and instance.served:
            self._weighed_at = now
            self._memory = await asyncio.to_thread(instance.memory_bytes)
            if self._memory > self._lifetime.memory_mb * 1_000_000:
                return "memory"
        return ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
