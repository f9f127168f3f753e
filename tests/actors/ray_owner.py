"""A process that owns a Ray with one browser worker and says so; the tests kill it or its parts."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import ray

from actors.ray_actors import NAMESPACE, RESOURCE
from actors.ray_pool import RayCrew
from dbolt.domain.browsers import BrowserState
from dbolt.settings import Settings


async def main() -> None:
    ray.init(
        namespace=NAMESPACE,
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        resources={RESOURCE: 1},
        object_store_memory=80_000_000,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    crew = RayCrew(Settings(home=Path(os.environ["TMPDIR"]) / "home"))
    hired = await crew.hire("browser-0")
    while True:
        told = await crew.ask(hired)
        if told is not None and told.state is BrowserState.IDLE:
            break
        await asyncio.sleep(0.1)
    sys.stdout.write(json.dumps({"worker": told.pid}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main())
