"""`python -m tests.support.proxy_server MODULE …` runs a proxy that knows names of its own.

Real proxies look names up where they stand. These find every `*.localhost` and `*.example` on
loopback, which neither the machine nor Chromium does: whoever arrives had the proxy look it up.
"""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any

_LOOK_UP = socket.getaddrinfo


def _look_up(host: Any, *more: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    known = isinstance(name, str) and name.endswith((".localhost", ".example"))
    return _LOOK_UP("127.0.0.1" if known else host, *more, **named)


if __name__ == "__main__":
    socket.getaddrinfo = _look_up
    # Another event loop would look names up by itself.
    sys.modules["uvloop"] = None  # type: ignore[assignment]
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__")
