"""How is a list of proxies written? One proxy a line, its options behind it.

    http://user:p%40ss@proxy.example:3128 country=us label=fast concurrency=8
    socks5h://user:password@[2001:db8::7]:1080 country=de id=berlin-1
    proxy.example:8080:user:password

A complaint about a line never repeats what stands in it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from dbolt.providers.proxies import ProxiesMissing, Proxy, Scheme

_SCHEMES = ", ".join(Scheme)
_MEANT = {
    "country": "country= takes two letters, such as us",
    "concurrency": "concurrency= takes a number from 1 to 1000",
    "id": "id= takes letters, digits, dots, dashes and underscores",
    "host": "the host is not one",
    "port": "the port must be a number from 1 to 65535",
}


def parse(text: str) -> list[Proxy]:
    """The proxies of *text*; empty lines and those that begin with # are skipped.

    Raises ProxiesMissing with a sentence for each faulty line.
    """
    proxies: list[Proxy] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            proxies.append(_proxy(line.split()))
        except ValidationError as error:
            names = {str(one["loc"][0]) for one in error.errors(include_input=False)}
            faults += [f"line {number}: {_MEANT.get(name, name)}." for name in sorted(names)]
        except ValueError as error:
            faults.append(f"line {number}: {error}.")
    counted = Counter(proxy.id for proxy in proxies)
    faults += [
        f"two proxies are called {id_}; tell them apart by id=."
        for id_, n in counted.items()
        if n > 1
    ]
    if faults:
        raise ProxiesMissing(*faults)
    return proxies


def _proxy(words: list[str]) -> Proxy:
    """Raises ValueError, whose text holds nothing of *words*, or ValidationError."""
    values = _address(words[0])
    labels: list[str] = []
    for word in words[1:]:
        name, is_option, value = word.partition("=")
        if not is_option or name not in {"country", "label", "concurrency", "id"}:
            raise ValueError("behind the address come country=, label=, concurrency= and id= only")
        if name == "label":
            labels.append(value)
        else:
            values[name] = value.lower() if name == "country" else value
    values.setdefault("id", _id(values))
    return Proxy(**values, labels=tuple(labels))


def _address(word: str) -> dict[str, Any]:
    scheme, has_scheme, rest = word.partition("://")
    if not has_scheme:
        return _bare(word)
    if scheme.lower() not in set(Scheme):
        raise ValueError(f"a proxy's address begins with one of {_SCHEMES}")
    if set("/?#") & set(rest.rstrip("/")):
        raise ValueError("an address ends with its port; write / ? # @ in a password as %2F …")
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port
    except ValueError:
        raise ValueError(_MEANT["port"]) from None
    if port is None:
        raise ValueError("the port is missing")
    return {
        "scheme": scheme.lower(),
        "host": parts.hostname or "",
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }


def _bare(word: str) -> dict[str, Any]:
    """`host:port` or `host:port:user:password`, as many sellers write it."""
    match word.split(":", 3):
        case [host, port]:
            return {"scheme": Scheme.HTTP, "host": host, "port": port}
        case [host, port, user, password]:
            known = {"scheme": Scheme.HTTP, "host": host, "port": port}
            return {**known, "username": user, "password": password}
        case _:
            raise ValueError("an address looks like http://user:password@host:port")


def _id(values: dict[str, Any]) -> str:
    """The same for the same proxy in any list: host and port, and a mark of whose account it is."""
    name = f"{values['host']}-{values['port']}".replace(":", "-")
    if not values.get("username"):
        return name
    mark = hashlib.sha256(f"{name} {values['username']}".encode()).hexdigest()[:6]
    return f"{name}-{mark}"
