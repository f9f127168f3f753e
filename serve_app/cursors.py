"""Where did a page of a list end? An opaque text that the client hands back for the next one."""

from __future__ import annotations

import base64
import binascii

from serve_app.problems import Problem

NOT_OURS = "The cursor is not one of ours; begin again without it."


def written(place: str) -> str:
    """What the client gets."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read(text: str) -> str | None:
    """The place that was `written` as *text*; None for anything else."""
    try:
        place = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (ValueError, binascii.Error):
        return None
    return place if place.isprintable() else None


def wanted(text: str | None) -> str | None:
    """The place that a request names, if it names one. Raises Problem(422) for a wrong one."""
    if text is None:
        return None
    place = read(text)
    if place is None:
        raise Problem(422, NOT_OURS)
    return place


def wanted_number(text: str | None) -> int | None:
    """The same for lists that go by a number."""
    place = wanted(text)
    if place is None:
        return None
    if not place.isascii() or not place.isdigit() or int(place) >= 2**63:
        raise Problem(422, NOT_OURS)
    return int(place)
