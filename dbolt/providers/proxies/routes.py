"""How does a worker get from a proxy's id to a way through it, and whom does it blame?"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from dbolt.domain.reasons import Reason
from dbolt.domain.route import Route
from dbolt.domain.submission import Assignment, Looked, NotSent, Result
from dbolt.providers.proxies import Proxy, ProxySource
from dbolt.providers.proxies.bridge import Bridge
from dbolt.providers.proxies.reach import Fault, reach
from dbolt.providers.proxies.sources import Known

_ASKED = frozenset({Reason.PROXY, Reason.UNREACHABLE, Reason.TIMEOUT})
"""Reasons that a proxy may be the cause of."""
_REASONS = {
    Fault.GONE: Reason.PROXY,
    Fault.AUTH: Reason.PROXY,
    Fault.REFUSED: Reason.PROXY,
    Fault.SITE: Reason.UNREACHABLE,
}
"""What is certain; other faults leave the reason as the browser found it."""


class Way:
    """A proxy that is in use."""

    def __init__(self, proxy: Proxy, route: Route) -> None:
        self._proxy = proxy
        self.route = route

    async def told(self, result: Result, url: str) -> Result:
        """*result* with the proxy's name and, where nothing came of it, with the right culprit.

        url: where the attempt or the look went.
        """
        named = result.model_copy(update={"proxy_id": self._proxy.id})
        if not _may_blame(named):
            return named
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return blamed(named, await reach(self._proxy, parts.hostname or "", port))


def _may_blame(result: Result) -> bool:
    """Whether the proxy may be the cause of such an end."""
    if isinstance(result, Looked):
        return result.found is None
    return isinstance(result, NotSent) and result.reason in _ASKED


def blamed(ended: Result, fault: Fault | None) -> Result:
    """*ended*, which has the proxy's id, as it is told once it is known how the proxy does."""
    if fault is None:
        return ended
    detail = f"{ended.detail} The proxy {ended.proxy_id} {fault}.".strip()
    reason = _REASONS.get(fault)
    if isinstance(ended, Looked) and reason is Reason.PROXY:
        return NotSent(reason=reason, proxy_id=ended.proxy_id, detail=detail)
    if isinstance(ended, NotSent) and reason is not None:
        return ended.model_copy(update={"reason": reason, "detail": detail})
    return ended.model_copy(update={"detail": detail})


class Routes:
    """The ways that a worker can take."""

    def __init__(self, source: ProxySource | None) -> None:
        self._known = Known(source) if source is not None else None

    @contextlib.asynccontextmanager
    async def open(self, proxy_id: str) -> AsyncIterator[Way | None]:
        """The way through that proxy; None where this machine does not know it.

        Raises OSError where no port is free on loopback.
        """
        proxy = await self._known.find(proxy_id) if self._known is not None else None
        if proxy is None:
            yield None
        elif proxy.is_socks:
            async with Bridge(proxy) as bridge:
                yield Way(proxy, Route(bridge.url))
        else:
            host = f"[{proxy.host}]" if ":" in proxy.host else proxy.host
            server = f"{proxy.scheme}://{host}:{proxy.port}"
            yield Way(proxy, Route(server, proxy.username, proxy.password))

    async def take(
        self,
        assignment: Assignment,
        url: str,
        through: Callable[[Route | None], Awaitable[Result]],
    ) -> Result:
        """How *through* ended on the way that the assignment names, told as in `Way.told`."""
        if not assignment.proxy_id:
            return await through(None)
        async with self.open(assignment.proxy_id) as way:
            if way is None:
                # Never without it: somebody relies on where we seem to come from.
                return NotSent(
                    reason=Reason.PROXY,
                    proxy_id=assignment.proxy_id,
                    detail=f"This machine's list of proxies lacks {assignment.proxy_id}.",
                )
            return await way.told(await through(way.route), url)
