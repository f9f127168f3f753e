"""Who prints a report? A worker that has a Chromium already, else a task that starts one.

The pool shrinks to nothing when there is no work, which is just when reports are fetched. The task
asks Ray for the same resource as a worker, so it runs where browsers may, and makes the cluster
grow where none may run yet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError

from actors.ray_actors import RESOURCE
from dbolt.browser.printing import print_once

log = logging.getLogger(__name__)

ASK_S = 2.0
WORKER_S = 30.0
OWN_S = 35.0
TRIED = 4
"""Workers that are asked: some of them may be waiting for a node for a long time yet."""


async def print_page(
    html: str, workers: Sequence[Any], program: Path | None = None
) -> bytes | None:
    """*html* as PDF within about 70 s; None where no browser could be had.

    workers: actors that may have a browser. program: the Chromium, if not the usual one.
    """
    for worker in workers[:TRIED]:
        if await _answer(worker.status.remote(), ASK_S) is None:
            continue
        found: bytes | None = await _answer(worker.print_page.remote(html), WORKER_S)
        if found:
            return found
        break
    task = ray.remote(_print).options(num_cpus=0, resources={RESOURCE: 1}, max_retries=0)
    ref = task.remote(html, program)
    found = await _answer(ref, OWN_S)
    if found is None:
        await asyncio.to_thread(ray.cancel, ref)
    return found


async def _answer(ref: Any, wait_s: float) -> Any:
    """What comes of *ref* in time, or None."""
    try:
        async with asyncio.timeout(wait_s):
            return await ref
    except (RayError, TimeoutError) as error:
        log.warning("a report was not printed: %s", type(error).__name__)
        return None


def _print(html: str, program: Path | None) -> bytes:
    return asyncio.run(print_once(html, program))
