"""How does the command line tell what happened: tables for people, JSON for scripts, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dbolt.domain.lifecycle import State

# What is written to a file or a pipe has no screen's edge to be folded at.
_WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
out = Console(highlight=False, width=_WIDE)
err = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """What a script can rely on."""

    OK = 0
    FAILED = 1
    """The work was done, and not everything went well."""
    USAGE = 2
    """What was typed or given in a file is wrong."""
    MISSING = 3
    """Something the machine needs is not there: a browser, the database, a free port."""
    UNREACHABLE = 4
    """The running DirectoryBolt did not answer."""
    INTERRUPTED = 130


class Trouble(Exception):
    """A foreseen end: what is wrong and what to do, in one sentence for each thing."""

    def __init__(self, problem: str, *more: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(problem, *more)
        self.problems = (problem, *more)
        self.code = code


def complain(trouble: Trouble) -> None:
    """Writes the trouble to standard error, a line each."""
    for problem in trouble.problems:
        err.print(Text.assemble(("dbolt: ", "bold red"), problem), soft_wrap=True)


def emit_json(value: Any) -> None:
    """Writes *value* to standard output as JSON, and nothing else."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def printable(text: str) -> str:
    """*text* without control characters: words of foreign pages must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def say(text: str, style: str = "") -> None:
    """Prints a line that may hold words of others, as they are."""
    out.print(Text(printable(text), style))


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> None:
    """Prints rows as a table; cells may be rich renderables, anything else is taken literally."""
    grid = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for column in columns:
        # What is to be copied stays in one piece.
        grid.add_column(column, overflow="fold", no_wrap=column in {"job", "id"})
    for row in rows:
        grid.add_row(
            *(cell if isinstance(cell, Text) else escape(printable(str(cell))) for cell in row)
        )
    out.print(grid)


_COLOURS: dict[str, str] = {
    State.SUBMITTED: "green",
    State.LIVE: "bold green",
    State.AWAITING_EMAIL: "cyan",
    State.AWAITING_CUSTOMER: "cyan",
    State.IN_REVIEW: "cyan",
    State.NEEDS_PERSON: "yellow",
    State.DUPLICATE: "blue",
    State.FAILED: "red",
    State.REJECTED: "red",
    State.UNCERTAIN: "magenta",
}


def state_text(state: str) -> Text:
    """A state's name in its colour."""
    return Text(state, style=_COLOURS.get(state, "dim"))
