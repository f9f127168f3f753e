"""Where does a name lead that a stranger gave? Out to the internet, or nowhere.

A host is resolved once, every address that it has must be a public one, and whoever asks gets one
of those that were looked at: a second answer of the name server changes nothing (DNS rebinding).

*Source:* OWASP, "Server-Side Request Forgery Prevention".
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Container, Sequence
from enum import StrEnum

from dbolt.domain.addresses import Address, is_public

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

WEB_PORTS = frozenset({80, 443})
_MOST_NAMES = 200


class Refusal(StrEnum):
    """Why a host is not connected to."""

    PORT = "not a port of the web"
    NO_NAME = "no such name"
    PRIVATE = "not a public address"
    MANY = "too many names"


class Closed(Exception):
    """There is no way to this host; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class _Every(Container[int]):
    def __contains__(self, port: object) -> bool:
        return True


async def system_resolve(host: str, port: int) -> Sequence[Address]:
    """All addresses that the system's resolver knows of *host*. Raises OSError, UnicodeError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope id ("%eth0") belongs to link-local addresses alone.
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]


class Lookup:
    """The way out for one visit: a name leads to the same address, or nowhere, as long as it lives.

    permitted: which addresses may be connected to. ports: which ports.
    """

    def __init__(
        self,
        *,
        permitted: Callable[[Address], bool] = is_public,
        ports: Container[int] = WEB_PORTS,
        resolve: Resolve | None = None,
    ) -> None:
        self._permitted = permitted
        self._ports = ports
        self._resolve = resolve or system_resolve
        self._known: dict[str, asyncio.Task[str]] = {}

    @classmethod
    def anywhere(cls) -> Lookup:
        """Leads everywhere, to any port: for sandboxes and tests on this machine."""
        return cls(permitted=lambda _: True, ports=_Every())

    async def address(self, host: str, port: int) -> str:
        """The address of *host* to connect to. Raises Closed."""
        if port not in self._ports:
            raise Closed(Refusal.PORT)
        name = host.strip("[]").lower().rstrip(".")
        if name not in self._known:
            if len(self._known) >= _MOST_NAMES:
                raise Closed(Refusal.MANY)
            self._known[name] = task = asyncio.create_task(self._look(name, port))
            # Nobody may be left to hear of a failure.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Whoever asked first may give up; the others still want to know.
        return await asyncio.shield(self._known[name])

    async def _look(self, name: str, port: int) -> str:
        try:
            found = await self._resolve(name, port)
        except (OSError, UnicodeError, ValueError) as error:
            raise Closed(Refusal.NO_NAME) from error
        if not found:
            raise Closed(Refusal.NO_NAME)
        if not all(map(self._permitted, found)):
            raise Closed(Refusal.PRIVATE)
        # Many networks have no way out for IPv6.
        return str(min(found, key=lambda address: address.version))
