"""Where do the lines go? Geometry for the pages' SVG, from numbers alone.

Shapes are attributes of SVG elements, so that the strict style policy holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbolt.domain.lifecycle import State
from serve_app.web.words import GROUPS, Group


@dataclass(frozen=True, slots=True)
class Segment:
    """One arc of a ring whose whole length is 100."""

    group: Group
    count: int
    length: float
    offset: float

    def path(self, radius: float = 52.0, centre: float = 60.0) -> str:
        """The arc as an SVG path, clockwise from where it begins.

        A dashed circle would do, but for Chromium, which draws a torn end where a dash begins right
        at one of the points of which it makes up a circle.
        """
        # One that ends where it began would be nothing.
        begin, end = -self.offset, -self.offset + min(self.length, 99.999)
        points = [
            f"{centre + radius * math.sin(math.tau * at / 100):.3f} "
            f"{centre - radius * math.cos(math.tau * at / 100):.3f}"
            for at in (begin, end)
        ]
        return f"M{points[0]}A{radius:g} {radius:g} 0 {int(self.length > 50)} 1 {points[1]}"


def ring(counts: Mapping[State, int]) -> list[Segment]:
    """The arcs of all groups that there are, clockwise from the top."""
    total = sum(counts.values())
    segments, begin = [], 0.0
    for group in GROUPS:
        count = sum(counts.get(state, 0) for state in group.states)
        if count == 0:
            continue
        length = 100 * count / total
        segments.append(Segment(group, count, round(length, 3), round(-begin, 3)))
        begin += length
    return segments


def points(
    values: Sequence[float], *, width: float, height: float, top: float | None = None
) -> str:
    """*values* as an SVG polyline's points, left to right, zero at the bottom."""
    if not values:
        return ""
    highest = top if top is not None else max(*values, 1)
    step = width / max(1, len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{height - height * min(1, value / highest):.1f}"
        for index, value in enumerate(values)
    )


def area(values: Sequence[float], *, width: float, height: float, top: float) -> str:
    """The polygon below the line."""
    line = points(values, width=width, height=height, top=top)
    return f"0,{height:.1f} {line} {width:.1f},{height:.1f}" if line else ""


def ceiling(highest: float) -> int:
    """The round number at the top of an axis with four equal steps."""
    steps = (4, 8, 20, 40, 60, 80, 100, 200, 400, 600, 800, 1000)
    scale = 1
    while highest > steps[-1] * scale:
        scale *= 10
    return next(step * scale for step in steps if highest <= step * scale)


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a chart."""

    name: str
    tone: str
    points: str
    area: str
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A time chart of *width* x *height* units. `ticks`: height on the page and its number."""

    lines: list[Line]
    ticks: list[tuple[float, int]]
    width: float
    height: float


def chart(
    series: Mapping[str, tuple[str, Sequence[int]]], *, width: float = 640, height: float = 168
) -> Chart:
    """*series*: name → tone and values, all of one length."""
    top = ceiling(max((max(values, default=0) for _, values in series.values()), default=0))
    lines = [
        Line(
            name=name,
            tone=tone,
            points=points(values, width=width, height=height, top=top),
            area=area(values, width=width, height=height, top=top),
            total=sum(values),
        )
        for name, (tone, values) in series.items()
    ]
    ticks = [(height - height * n / 4, top * n // 4) for n in range(5)]
    return Chart(lines, ticks, width, height)
