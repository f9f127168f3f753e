"""Pages whose controls are labelled by hand: as the engine sees them, and how well it reads."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from dbolt.browser import frames
from dbolt.browser.observe import observe
from dbolt.browser.visit import Visit
from dbolt.domain.fields import Field
from dbolt.forms.page import Page
from dbolt.forms.reading import Reading

OTHERS = {"none", "trap", "_submit", "_next", "_other"}
"""Labels of controls that hold nothing of a profile."""
LABELS = OTHERS | {f.value for f in Field}
_FIDS = """() => [...(window[Symbol.for("dbolt.refs")]?.elements ?? [])].flatMap((
  [number, held]
) => {
  const el = held.deref();
  const fid = el && el.getAttribute && el.getAttribute("data-fid");
  return fid ? [[number, fid]] : [];
})"""


def labels(file: Path) -> dict[str, dict[str, str]]:
    """Page → number of a control → its label."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        found[row["page"]][str(row["fid"])] = row["label"]
    return found


async def seen(visit: Visit, address: str) -> tuple[Page, dict[str, str]]:
    """The page without its address and the labels' numbers, and those numbers by ref."""
    await visit.page.goto(address)
    page = await observe(visit.page)
    fids: dict[str, str] = {}
    for frame in visit.page.frames:
        number = frames.number(visit.page, frame)
        fids |= {f"{number}:{n}": fid for n, fid in await frame.evaluate(_FIDS)}
    controls = tuple(
        replace(c, attributes=tuple(a for a in c.attributes if not a[0].startswith("data-fid")))
        for c in page.controls
    )
    return replace(page, url="https://directory.example/", controls=controls), fids


@dataclass(slots=True)
class Score:
    """Controls read rightly, wrongly and not at all, by label; traps taken for fields."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    trapped: list[str] = field(default_factory=list)

    def count(self, name: str, labels: dict[str, str], fids: dict[str, str], read: Reading) -> None:
        """Adds what *read* says of the controls of the page *name*."""
        said = {fids.get(g.ref): g.field for g in read.guesses if g.field}
        for fid, label in labels.items():
            told = said.get(fid)
            if label == "trap":
                self.trapped += [f"{name} {fid}"] if told else []
            elif label in OTHERS:
                self.wrong[label] += told is not None and not label.startswith("_")
            elif told == label:
                self.right[label] += 1
            else:
                self.missed[label] += 1
                self.wrong[label] += told is not None

    @property
    def f1(self) -> float:
        """F1 over all controls that hold something of a profile, from 0 to 1."""
        right = 2 * self.right.total()
        return right / (right + self.wrong.total() + self.missed.total())
