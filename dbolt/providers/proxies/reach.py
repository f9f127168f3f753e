"""Does a proxy carry us to a site, and if not, who is at fault?

*Source:* RFC 1928 (SOCKS 5) for its reply codes, RFC 9110 for an HTTP proxy's status codes.
"""

from __future__ import annotations

import asyncio
import ssl
from enum import StrEnum

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio.v2 import Proxy as Client

from dbolt.providers.proxies import Proxy, Scheme

DIAL_S = 5.0
"""To the proxy itself."""
CONNECT_S = 15.0
"""To the site through the proxy."""


class Fault(StrEnum):
    """What went wrong on the way."""

    GONE = "does not answer"
    AUTH = "does not accept the credentials"
    REFUSED = "refuses to go there"
    BROKEN = "broke off"
    SILENT = "got no answer in time"
    SITE = "says that the site cannot be reached"
    CERTIFICATE = "showed a certificate that does not hold"


_SITE_STATUS = frozenset({500, 502, 503, 504})
_SITE_REPLY = frozenset({1, 3, 4, 5, 6})


def client_of(proxy: Proxy) -> Client:
    """Connects through *proxy*, which looks the names up. Its errors hold no credentials."""
    username = proxy.username.get_secret_value()
    return Client(
        ProxyType.SOCKS5 if proxy.is_socks else ProxyType.HTTP,
        proxy.host,
        proxy.port,
        username or None,
        proxy.password.get_secret_value() if username else None,
        rdns=True,
        proxy_ssl=ssl.create_default_context() if proxy.scheme is Scheme.HTTPS else None,
    )


async def reach(proxy: Proxy, host: str, port: int, *, tls: bool = False) -> Fault | None:
    """What keeps *proxy* from connecting to the site; None if nothing does.

    tls: shake hands with the site, too, and check its certificate.
    """
    try:
        async with asyncio.timeout(DIAL_S):
            _, writer = await asyncio.open_connection(proxy.host, proxy.port)
            writer.close()
    except (OSError, UnicodeError):
        return Fault.GONE
    try:
        secured = ssl.create_default_context() if tls else None
        stream = await client_of(proxy).connect(host, port, secured, timeout=CONNECT_S)
    except Exception as error:  # noqa: BLE001 - whatever a broken proxy makes of a library
        return _fault(proxy, error)
    await stream.close()
    return None


def _fault(proxy: Proxy, error: Exception) -> Fault:
    match error:
        case ProxyTimeoutError():
            return Fault.SILENT
        case ProxyConnectionError():
            return Fault.GONE
        case ProxyError():
            return _told(proxy, error)
        case ssl.SSLCertVerificationError():
            return Fault.CERTIFICATE
        case _:
            return Fault.BROKEN


def _told(proxy: Proxy, error: ProxyError) -> Fault:
    code = error.error_code
    if code is None:
        return Fault.AUTH if "auth" in str(error).lower() else Fault.BROKEN
    if code in (_SITE_REPLY if proxy.is_socks else _SITE_STATUS):
        return Fault.SITE
    return Fault.AUTH if code == 407 and not proxy.is_socks else Fault.REFUSED
