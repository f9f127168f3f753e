"""What does one site keep? One SQLite file: its listings, mails, sessions and memory.

Every write is committed before the visitor is answered, so a killed town forgets nothing it
has said.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_SIDE_TABLES = {
    "_mails": "id INTEGER PRIMARY KEY, recipient TEXT, subject TEXT, body TEXT",
    "_sessions": "sid TEXT PRIMARY KEY, content TEXT",
    "_memory": "name TEXT PRIMARY KEY, content TEXT",
    "_decoys": "id INTEGER PRIMARY KEY, path TEXT, content TEXT",
}


class Store:
    """The storage of one site. *columns* are its listing table's own, all free text."""

    def __init__(self, path: Path, table: str, columns: tuple[str, ...]) -> None:
        self.table = table
        self._columns = columns
        # The town's loop may run in another thread than the one that made it; never in two.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        own = "".join(f", \"{name}\" TEXT NOT NULL DEFAULT ''" for name in columns)
        self._db.execute(
            f'CREATE TABLE IF NOT EXISTS "{table}" '
            f"(id INTEGER PRIMARY KEY AUTOINCREMENT, _state TEXT NOT NULL{own})"
        )
        known = {row["name"] for row in self._db.execute(f'PRAGMA table_info("{table}")')}
        for name in columns:
            if name not in known:  # the folder is older than the site's file
                self._db.execute(f'ALTER TABLE "{table}" ADD "{name}" TEXT NOT NULL DEFAULT \'\'')
        for name, definition in _SIDE_TABLES.items():
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({definition})")

    def close(self) -> None:
        """Ends the connection."""
        self._db.close()

    def clear(self) -> None:
        """Forgets everything, ids included."""
        self._db.execute("BEGIN IMMEDIATE")
        for name in (self.table, *_SIDE_TABLES, "sqlite_sequence"):
            self._db.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names of our own tables
        self._db.execute("COMMIT")

    @property
    def changes(self) -> int:
        """How many rows this connection has written since it was opened."""
        return self._db.total_changes

    def add(self, values: Mapping[str, object], state: str = "published") -> int:
        """The id of a new listing made of those *values* that have a column; the rest is dropped."""
        kept = {k: str(v).strip() for k, v in values.items() if k in self._columns}
        names = "".join(f', "{k}"' for k in kept)
        marks = ", ?" * len(kept)
        cursor = self._db.execute(
            f'INSERT INTO "{self.table}" (_state{names}) VALUES (?{marks})',  # noqa: S608 - own names
            (state, *kept.values()),
        )
        return int(cursor.lastrowid or 0)

    def row(self, number: int | str) -> Row | None:
        """One listing with its `id` and `_state`, or None."""
        try:
            wanted = int(number)
        except ValueError:
            return None
        return next((row for row in self.rows() if row["id"] == wanted), None)

    def rows(self, state: str = "") -> list[Row]:
        """The listings (of one *state*, if given), oldest first."""
        every = self._db.execute(f'SELECT * FROM "{self.table}" ORDER BY id')  # noqa: S608 - own name
        return [dict(row) for row in every if state in ("", row["_state"])]

    def set_state(self, number: int, state: str) -> None:
        """Moves a listing to published, pending or unconfirmed."""
        self._db.execute(
            f'UPDATE "{self.table}" SET _state = ? WHERE id = ?',  # noqa: S608 - own name
            (state, number),
        )

    def mail(self, recipient: str, subject: str, body: str) -> None:
        """Puts a mail where `/_town/{slug}/mails` shows it; nothing leaves the machine."""
        self._db.execute(
            "INSERT INTO _mails (recipient, subject, body) VALUES (?, ?, ?)",
            (recipient, subject, body),
        )

    def mails(self) -> list[Row]:
        """All mails, oldest first: `id`, `recipient`, `subject`, `body`."""
        return [dict(row) for row in self._db.execute("SELECT * FROM _mails ORDER BY id")]

    def decoy(self, path: str, content: Mapping[str, str]) -> None:
        """Notes what came in by a form that is no listing form."""
        self._db.execute(
            "INSERT INTO _decoys (path, content) VALUES (?, ?)", (path, json.dumps(dict(content)))
        )

    def decoys(self) -> list[Row]:
        """What came in by search, newsletter and contact forms: `path`, `content`."""
        found = self._db.execute("SELECT path, content FROM _decoys ORDER BY id")
        return [{"path": row["path"], "content": json.loads(row["content"])} for row in found]

    def remember(self, name: str, content: object) -> None:
        """Keeps a JSON value under *name*."""
        self._db.execute(
            "INSERT OR REPLACE INTO _memory VALUES (?, ?)", (name, json.dumps(content))
        )

    def recall(self, name: str, default: Any = None) -> Any:
        """What was kept under *name*."""
        row = self._db.execute("SELECT content FROM _memory WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row["content"])

    def session(self, sid: str) -> dict[str, Any]:
        """A visitor's session; empty for one never seen."""
        row = self._db.execute("SELECT content FROM _sessions WHERE sid = ?", (sid,)).fetchone()
        return {} if row is None else dict(json.loads(row["content"]))

    def keep_session(self, sid: str, content: Mapping[str, Any]) -> None:
        """Writes a visitor's session."""
        self._db.execute(
            "INSERT OR REPLACE INTO _sessions VALUES (?, ?)", (sid, json.dumps(dict(content)))
        )
