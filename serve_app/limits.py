"""How often may somebody try? Token buckets in Postgres, so that all replicas count together.

Buckets are found by a keyed hash: who tried what is not kept. No limit can lock anybody out of an
account: guesses from browsers that have never been signed in share a bucket for each address, a
browser that has been signed in has one of its own, and each letter that a stranger asks for holds
a link that works for whoever reads the mail.

*Source:* OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import hmac
import ipaddress
import math
from dataclasses import dataclass

from fastapi import Request

from dbolt.store.queries import statements
from serve_app.parts import Parts, parts_of
from serve_app.problems import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries at once, and one more each `every_s` seconds. `told`: what to do meanwhile."""

    name: str
    burst: int
    every_s: float
    told: str = "Too many tries from your network; wait a little."

    @property
    def window_s(self) -> int:
        """How long an empty bucket takes to fill."""
        return math.ceil(self.burst * self.every_s)


GUESSES_NETWORK = Limit("guess/network", 20, 60)
GUESSES_ADDRESS = Limit(
    "guess/address",
    10,
    900,
    "There were too many wrong passwords for this address. Have a sign-in link mailed to you.",
)
GUESSES_BROWSER = Limit(
    "guess/browser",
    10,
    900,
    "There were too many wrong passwords in this browser. Have a sign-in link mailed to you.",
)
LETTERS_NETWORK = Limit("letter/network", 12, 120)
LETTERS_ADDRESS = Limit(
    "letter/address",
    4,
    600,
    "Several letters were sent to this address already; the links in the latest ones work.",
)
LINKS_NETWORK = Limit("link/network", 30, 20)
ORDERS_NETWORK = Limit("order/network", 20, 60)
QUALIFY = Limit("qualify/network", 60, 3, "You have asked very often; wait a little.")
PREFILLS = Limit(
    "prefill/customer", 6, 60, "We have just read your website; wait a minute before the next try."
)
EXPORTS = Limit("export", 4, 900, "You have fetched your data several times already; wait a bit.")

_MANY = "Too many requests; wait as long as Retry-After says, and ask for more in each."
API_PROGRAM = Limit("api/program", 600, 0.05, _MANY)
API_CUSTOMER = Limit("api/customer", 240, 0.25, _MANY)
API_NETWORK = Limit("api/network", 120, 0.5, _MANY)
"""For who has said nothing of themselves, or nothing true."""


async def take(parts: Parts, limit: Limit, value: str) -> float:
    """One try of *value*; how many are left.

    Raises Problem(429) with the time to wait where none was.
    """
    key, sql = _key(parts, limit, value), statements("limits", "serve_app")
    taken = await parts.pool.fetchval(sql["take"], key, limit.burst, limit.every_s)
    if taken is None:
        wait_s = await parts.pool.fetchval(sql["wait"], key, limit.every_s)
        after_s = math.ceil(wait_s or 1)
        raise Problem(429, limit.told, headers={"Retry-After": str(after_s)})
    left: float = taken
    return left


async def give_back(parts: Parts, limit: Limit, value: str) -> None:
    """The try of *value* does not count: it was right."""
    sql = statements("limits", "serve_app")["give_back"]
    await parts.pool.execute(sql, _key(parts, limit, value), limit.burst)


def _key(parts: Parts, limit: Limit, value: str) -> bytes:
    secret = parts.secrets.staff_token.get_secret_value().encode()
    return hmac.digest(secret, f"dbolt limit {limit.name} {value}".encode(), "sha256")


def network_of(request: Request) -> str:
    """Where a request comes from: an IPv4 address, or the /64 that one IPv6 customer has whole."""
    host = request.client.host if request.client else ""
    proxies = parts_of(request).proxies
    forwarded = request.headers.get("x-forwarded-for", "").split(",")
    if proxies and len(forwarded) >= proxies:
        # Each proxy adds whom it heard at the end; what stands before ours anybody may have said.
        host = forwarded[-proxies].strip()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
