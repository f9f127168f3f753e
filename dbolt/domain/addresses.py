"""Is this address somebody's on the internet, or one of this machine or its network?

*Source:* the IANA special-purpose address registries, as Python's `ipaddress` has them; what some
releases of it leave out is here.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOBODYS = tuple(
    map(
        ipaddress.ip_network,
        (
            # IETF protocol assignments; a cloud tells its machines their secrets at one of them.
            "192.0.0.0/24",
            "192.88.99.0/24",
            "3fff::/20",
            # It looks public, and answers the machines of one cloud alone, about themselves.
            "168.63.129.16/32",
        ),
    )
)


def is_own_machine(host: str) -> bool:
    """Whether *host*, a name or an address, is the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(address: Address) -> bool:
    """Whether *address* is on the internet; one inside of another counts as the inner one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    if any(address in network for network in _NOBODYS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
