"""`python -m dbolt.sandbox --port 8800 --data DIR`: the town on its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from dbolt.sandbox.town import Town, TownError


async def _run(town: Town) -> None:
    await town.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    count = len(town.directories())
    sys.stdout.write(f"Sandbox town with {count} sites is open at {town.base_url}/\n")
    sys.stdout.flush()
    await stop.wait()
    await town.stop()


def main() -> int:
    """Runs until Ctrl-C or SIGTERM; 2 if the town cannot open."""
    parser = argparse.ArgumentParser(prog="python -m dbolt.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8800, help="0 takes a free one")
    parser.add_argument(
        "--data", type=Path, default=Path(".dbolt/town"), help="folder for its data"
    )
    asked = parser.parse_args()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(Town(asked.data, asked.host, asked.port)))
    except TownError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
