"""However a worker ends: are its browser, driver, folder and every process gone 10 s later?"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import ray

from actors.ray_actors import NAMESPACE, RESOURCE
from actors.ray_pool import Hired, RayCrew
from dbolt.settings import Settings
from tests.support.processes import processes_with
from tests.support.visitor import VisitingActor

pytestmark = [pytest.mark.ray, pytest.mark.browser, pytest.mark.timeout(180)]

WITHIN_S = 10.0
NUMBERS = itertools.count()
OWNER = Path(__file__).with_name("ray_owner.py")


@dataclass(frozen=True)
class Family:
    """A worker's process and all below it, as they were before the end."""

    worker: psutil.Process
    below: list[psutil.Process]
    folder: Path
    """Where run folders lie."""

    @classmethod
    def of(cls, pid: int, folder: Path) -> Family:
        worker = psutil.Process(pid)
        family = cls(worker, worker.children(recursive=True), folder)
        runs = family.runs()
        assert len(runs) == 1, "it has no run folder"
        # Who clears up is no child of the worker.
        beside = set(processes_with(runs[0])) - {p.pid for p in family.below} - {pid}
        family.below.extend(psutil.Process(p) for p in beside)
        return family

    def one(self, word: str) -> psutil.Process:
        """The first process below with *word* in its command line."""
        return next(p for p in self.below if word in " ".join(p.cmdline()))

    @property
    def driver(self) -> psutil.Process:
        """Playwright's driver, the only one the worker itself started."""
        return next(p for p in self.below if p.ppid() == self.worker.pid)

    @property
    def chromium(self) -> psutil.Process:
        """The browser process, which is the driver's child."""
        return next(p for p in self.below if p.ppid() == self.driver.pid)

    def runs(self) -> list[str]:
        """The run folder of this worker, if it is there."""
        mark = f'"pid": {self.worker.pid},'
        owners = self.folder.glob("dbolt-browser-*/owner.json")
        return [str(path.parent) for path in owners if mark in path.read_text()]

    def left(self) -> list[str]:
        """What is still there, zombies included."""
        found = [f"{p.pid} {p.name()} {p.status()}" for p in self.below if _is_there(p)]
        return found + ([f"{self.worker.pid} worker"] if _is_there(self.worker) else [])


def _is_there(process: psutil.Process) -> bool:
    try:
        return process.is_running() and bool(process.name())
    except psutil.Error:
        return False


async def nothing_is_left(family: Family) -> None:
    """Fails where something is, after the time that is allowed."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while family.left() or family.runs():
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"left: {family.left()} {family.runs()}")


@contextmanager
def short_folder() -> Iterator[Path]:
    """For temporary files, Ray's too: the names of its sockets may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="dbolt-h-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# How a worker can end while its node lives on.


@dataclass(frozen=True)
class Case:
    """A worker, and the ways to it."""

    crew: RayCrew
    hired: Hired
    family: Family


async def returns(case: Case) -> None:
    await case.crew.drain("browser-0", case.hired)


async def raises(case: Case) -> None:
    await case.hired.actor.break_.remote()


async def is_dismissed(case: Case) -> None:
    await case.crew.dismiss(case.hired)


async def is_killed_by_ray(case: Case) -> None:
    ray.kill(case.hired.actor)


async def is_killed(case: Case) -> None:
    """As by `kill -9`, or by the kernel for want of memory."""
    case.family.worker.kill()


async def loses_chromium(case: Case) -> None:
    """The kernel took the browser, and the worker is drained without having noticed."""
    case.family.chromium.kill()
    await returns(case)


async def loses_a_page(case: Case) -> None:
    """The kernel took the page's process, which is the largest."""
    case.family.one("--type=renderer").kill()
    await returns(case)


async def driver_hangs_and_ray_kills(case: Case) -> None:
    case.family.driver.suspend()
    ray.kill(case.hired.actor)


async def driver_hangs_and_it_is_dismissed(case: Case) -> None:
    case.family.driver.suspend()
    await case.crew.dismiss(case.hired)


async def chromium_hangs_and_it_is_killed(case: Case) -> None:
    os.killpg(os.getpgid(case.family.chromium.pid), signal.SIGSTOP)
    case.family.worker.kill()


ENDS: list[Callable[[Case], Awaitable[None]]] = [
    raises,
    is_killed_by_ray,
    is_killed,
    driver_hangs_and_ray_kills,
]
SLOWER = [
    returns,
    loses_chromium,
    is_dismissed,
    loses_a_page,
    driver_hangs_and_it_is_dismissed,
    chromium_hangs_and_it_is_killed,
]


def cases(quick: list[Any], slower: list[Any]) -> list[Any]:
    """Parameters with names, of which the slower ones run in `make prove` only."""
    named = [pytest.param(one, id=one.__name__) for one in quick]
    return named + [pytest.param(one, id=one.__name__, marks=pytest.mark.long) for one in slower]


@pytest.fixture(scope="module")
def node() -> Iterator[Path]:
    """A Ray of our own, without an orchestrator; the folder of its temporary files."""
    with short_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        ray.init(
            namespace=NAMESPACE,
            _node_ip_address="127.0.0.1",
            include_dashboard=False,
            resources={RESOURCE: 4},
            log_to_driver=False,
        )
        yield folder
        ray.shutdown()


@pytest.mark.parametrize("end", cases(ENDS, SLOWER))
async def test_nothing_is_left_of_a_worker_that(
    end: Callable[[Case], Awaitable[None]], node: Path
) -> None:
    crew = RayCrew(Settings(home=node / "home"), VisitingActor)
    hired = await crew.hire(f"browser-{next(NUMBERS)}")
    async with asyncio.timeout(60):
        await hired.actor.visit.remote()
    told = await crew.ask(hired)
    assert told is not None
    family = Family.of(told.pid, node)
    assert family.one("--type=renderer")
    await end(Case(crew, hired, family))
    async with asyncio.timeout(WITHIN_S):
        while (await crew.look({"it": hired}))["it"].ended is None:
            await asyncio.sleep(0.05)
    # As the pool does with whoever has ended.
    await crew.bury(hired)
    await nothing_is_left(family)


# How its node can end.


def kill_raylet(owner: subprocess.Popen[bytes]) -> None:
    below = psutil.Process(owner.pid).children(recursive=True)
    next(p for p in below if "/raylet/raylet" in " ".join(p.cmdline())).kill()


def kill_owner(owner: subprocess.Popen[bytes]) -> None:
    owner.kill()


def interrupt_owner(owner: subprocess.Popen[bytes]) -> None:
    owner.send_signal(signal.SIGINT)


@pytest.mark.parametrize("end", cases([kill_raylet], [kill_owner, interrupt_owner]))
async def test_nothing_is_left_of_a_worker_whose_node_ends(
    end: Callable[[subprocess.Popen[bytes]], Any],
) -> None:
    with short_folder() as folder:
        env = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(Path.cwd())}
        owner = subprocess.Popen([sys.executable, str(OWNER)], stdout=subprocess.PIPE, env=env)
        try:
            assert owner.stdout is not None
            async with asyncio.timeout(90):
                told = await asyncio.to_thread(owner.stdout.readline)
            family = Family.of(json.loads(told)["worker"], folder)
            end(owner)
            await nothing_is_left(family)
        finally:
            owner.kill()
            owner.communicate()
            ours = [psutil.Process(pid) for pid in processes_with(str(folder))]
            for process in ours:
                process.kill()
            psutil.wait_procs(ours, 10)
