"""How does one attempt's traffic leave the machine? The address that its browser context is given.

Where there is no route, it leaves directly.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

NOTHING = SecretStr("")


@dataclass(frozen=True, slots=True)
class Route:
    """A proxy as Chromium can use it.

    `server`: scheme, host and port. `username` empty: the proxy asks for none.
    """

    server: str
    username: SecretStr = NOTHING
    password: SecretStr = NOTHING
