"""Which source do the settings name, and when is it asked again?"""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbolt.providers.proxies import ProxiesMissing, Proxy, ProxySource
from dbolt.providers.proxies.listing import parse

log = logging.getLogger(__name__)

ASK_AGAIN_S = 60.0
TELL_S = 30.0
UNKNOWN_S = 5.0
"""How soon a source is asked again for an id that it did not tell."""
_MODULE = re.compile(r"[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*")


def source_of(setting: str) -> ProxySource | None:
    """The source that DBOLT_PROXIES names: a file, or `package.module:name`; None for none.

    Raises ProxiesMissing for a module that does not have it. A file is read when it is asked.
    """
    if not setting:
        return None
    if _MODULE.fullmatch(setting) and not Path(setting).exists():
        return _loaded(setting)
    return FileSource(Path(setting))


def _loaded(setting: str) -> ProxySource:
    module, _, name = setting.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), name)
        source: ProxySource = found() if isinstance(found, type) else found
    except Exception as error:
        raise ProxiesMissing(
            f"DBOLT_PROXIES={setting}: {type(error).__name__} while it was loaded; "
            "name a class without arguments, or an object, as package.module:name."
        ) from error
    if not callable(getattr(source, "proxies", None)):
        raise ProxiesMissing(f"DBOLT_PROXIES={setting}: it has no method `proxies`.")
    return source


class FileSource:
    """A list in a file, read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._proxies: list[Proxy] = []

    async def proxies(self) -> Sequence[Proxy]:
        """Raises ProxiesMissing."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[Proxy]:
        try:
            found = self.path.stat()
            stamp = found.st_mtime_ns, found.st_size
            if stamp != self._seen:
                self._proxies = parse(self.path.read_text(encoding="utf-8"))
                self._seen = stamp
        except OSError as error:
            raise ProxiesMissing(
                f"The list of proxies {str(self.path)!r} cannot be read ({error.strerror}); "
                "set DBOLT_PROXIES to a file of yours, or unset it."
            ) from error
        except UnicodeDecodeError as error:
            raise ProxiesMissing(f"{str(self.path)!r} is no UTF-8 text.") from error
        return self._proxies


class Known:
    """A source's proxies by id, as told of late."""

    def __init__(self, source: ProxySource) -> None:
        self._source = source
        self._by_id: dict[str, Proxy] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, id_: str) -> Proxy | None:
        """The proxy of that id; None where the source does not tell it."""
        async with self._asking:
            age_s = time.monotonic() - self._asked_at
            if age_s > ASK_AGAIN_S or (id_ not in self._by_id and age_s > UNKNOWN_S):
                await self._ask()
        return self._by_id.get(id_)

    async def _ask(self) -> None:
        self._asked_at = time.monotonic()
        try:
            self._by_id = {proxy.id: proxy for proxy in await asked(self._source)}
        except Exception as error:  # noqa: BLE001 - a module of the operator's; the last list holds
            log.warning("the proxies were not told: %s", said(error))


async def asked(source: ProxySource) -> Sequence[Proxy]:
    """What *source* tells. Raises whatever it raises, and TimeoutError where it takes too long."""
    async with asyncio.timeout(TELL_S):
        return await source.proxies()


def said(error: Exception) -> str:
    """What an error of a source says that may be logged."""
    # Words of other people's modules may hold addresses with passwords.
    return " ".join(error.problems) if isinstance(error, ProxiesMissing) else type(error).__name__
