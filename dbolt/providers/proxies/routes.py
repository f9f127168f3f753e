"""How does a worker get from a proxy's id to a way through it, and whom does it blame?"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from dbolt.domain.reasons import Reason
from dbolt.domain.route import Route
from dbolt.domain.submission import Assignment, Looked, NotSent, Result
from dbolt.providers.proxies import Proxy, ProxySource
from dbolt.providers.proxies.bridge import Bridge
from dbolt.providers.proxies.reach import Fault, reach
from dbolt.providers.proxies.sources import Known

log = logging.getLogger(__name__)

_OURS = frozenset({Reason.BROWSER_CRASHED, Reason.PERMIT_REFUSED, Reason.WORKER_LOST})
"""Causes that no proxy has a part in."""
_ON_THE_WAY = frozenset({Reason.PROXY, Reason.UNREACHABLE, Reason.TIMEOUT})
_REASONS = {
    Fault.GONE: Reason.PROXY,
    Fault.AUTH: Reason.PROXY,
    Fault.REFUSED: Reason.PROXY,
    Fault.SITE: Reason.UNREACHABLE,
}
"""What is certain; other faults leave the reason as the browser found it."""
_WHATEVER_WAS_SEEN = frozenset({Fault.GONE, Fault.AUTH})
"""Faults that explain everything, such as a form that stopped to answer half-way."""


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
        fault = await reach(self._proxy, parts.hostname or "", port)
        if fault is Fault.REFUSED and parts.scheme == "http" and not self._proxy.is_socks:
            # Many HTTP proxies make no tunnels to port 80, because browsers want none there.
            fault = None
        return blamed(named, fault)


def _may_blame(result: Result) -> bool:
    """Whether the proxy may be the cause of such an end."""
    if isinstance(result, Looked):
        return result.found is None
    return isinstance(result, NotSent) and result.reason not in _OURS


def blamed(ended: Result, fault: Fault | None) -> Result:
    """*ended*, which has the proxy's id, as it is told once it is known how the proxy does."""
    if fault is None:
        return ended
    detail = f"{ended.detail} The proxy {ended.proxy_id} {fault}.".strip()
    reason = _REASONS.get(fault)
    if isinstance(ended, Looked) and reason is Reason.PROXY:
        return NotSent(reason=reason, proxy_id=ended.proxy_id, detail=detail)
    explained = fault in _WHATEVER_WAS_SEEN or (
        isinstance(ended, NotSent) and ended.reason in _ON_THE_WAY
    )
    if isinstance(ended, NotSent) and reason is not None and explained:
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
                log.warning("this machine's list of proxies lacks %s", assignment.proxy_id)
                return NotSent(
                    reason=Reason.NO_PROXY,
                    proxy_id=assignment.proxy_id,
                    detail=f"This machine's list of proxies lacks {assignment.proxy_id}.",
                )
            return await way.told(await through(way.route), url)
