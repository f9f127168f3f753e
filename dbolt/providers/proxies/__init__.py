"""Where do proxies come from? A file, the environment, or a module of yours behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dbolt.domain.proxy import ProxyFacts
from dbolt.domain.route import NOTHING


class Scheme(StrEnum):
    """How a proxy is spoken to. Names of sites are looked up by the proxy with all of them."""

    HTTP = "http"
    HTTPS = "https"
    SOCKS5 = "socks5"
    SOCKS5H = "socks5h"


class Proxy(BaseModel):
    """One proxy with its credentials. What else may know of it is in `facts`.

    `id`: what logs, metrics and pages call it. `country`: ISO 3166-1 alpha-2 in lower case, empty
    if unknown. `concurrency`: how many attempts may use it at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    scheme: Scheme
    host: Annotated[str, Field(pattern=r"^[^\s/@?#\[\]]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65_535)]
    username: SecretStr = NOTHING
    """Secret, too: sellers write session keys into it."""
    password: SecretStr = NOTHING
    country: Annotated[str, Field(pattern=r"^([a-z]{2})?$")] = ""
    labels: tuple[str, ...] = ()
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 4

    @property
    def facts(self) -> ProxyFacts:
        """All but the credentials."""
        return ProxyFacts(
            self.id,
            self.scheme.value,
            self.host,
            self.port,
            self.country,
            self.labels,
            self.concurrency,
        )

    @property
    def is_socks(self) -> bool:
        """Whether Chromium needs a bridge to it."""
        return self.scheme in {Scheme.SOCKS5, Scheme.SOCKS5H}


class ProxiesMissing(Exception):
    """The proxies cannot be had: what is wrong and what to do, in one sentence for each thing."""

    def __init__(self, problem: str, *more: str) -> None:
        super().__init__(problem, *more)
        self.problems = (problem, *more)


class ProxySource(Protocol):
    """What a provider module implements; `docs/proxies.md` shows one.

    The orchestrator asks it for facts and each worker for credentials, in processes of their own,
    so an id must mean the same proxy wherever and whenever it is told.
    """

    async def proxies(self) -> Sequence[Proxy]:
        """All that may be used now; asked about once a minute. Raises ProxiesMissing or OSError."""
        ...
