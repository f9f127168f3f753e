"""Which sites stand in the town? Each module in this folder that defines `site`; nothing else to do."""

from __future__ import annotations

import importlib
import pkgutil

from dbolt.sandbox.site import Site


def discover() -> dict[str, Site]:
    """All sites by slug, in alphabetical order.

    Raises TypeError if a module defines no site, ValueError if a slug or host name is used twice.
    """
    found: dict[str, Site] = {}
    hosts: set[str] = set()
    for module in pkgutil.iter_modules(__path__):
        defined = vars(importlib.import_module(f"{__name__}.{module.name}"))
        site = defined.get("site")
        if not isinstance(site, Site):
            raise TypeError(f"sites/{module.name}.py defines no `site = Site(...)`")
        for host in (site.slug, *site.hosts):
            if host in hosts:
                raise ValueError(f"sites/{module.name}.py uses the host {host!r} a second time")
            hosts.add(host)
        found[site.slug] = site
    return dict(sorted(found.items()))
