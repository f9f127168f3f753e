"""What is asked of a browser that opens a business's own website, and what comes of it?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MAX_HTML = 2_000_000
"""Characters that are kept of a page."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A website to be read. `asker`: for whom; nobody has two under way at a time.

    private: whether it may be on this machine or its network, as sandboxes are.
    """

    id: UUID
    asker: str
    url: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as scripts have drawn it. `url`: where it was in the end."""

    url: str
    html: str


@dataclass(frozen=True, slots=True)
class WebsiteRead:
    """The page that was asked for, then at most two further ones. `kept_out`: see `Guard`."""

    pages: tuple[ReadPage, ...]
    kept_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebsiteNotRead:
    """One sentence about why there is nothing, and what to do. `kept_out`: see `Guard`."""

    problem: str
    kept_out: tuple[str, ...] = ()


class ErrandStage(StrEnum):
    """How far an errand is."""

    WAITING = "waiting"
    """All browsers that there are read other websites."""
    STARTING = "starting"
    """No browser is there yet; one is being started."""
    READING = "reading"
