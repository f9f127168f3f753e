"""Which businesses were sent where from this folder? A line is on disk before each press."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from dbolt.domain.directory import Directory
from dbolt.domain.lifecycle import State, after
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Pressed, event_of_verdict

_PORTS = {"http": 80, "https": 443}
_TRACKING = ("utm_", "fbclid", "gclid", "msclkid")


class Journal:
    """The presses of `dbolt submit`, which has no database to remember them by."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def knows(self, profile: Profile, directory: Directory) -> bool:
        """Whether a press is on record that was not proven to have been refused."""
        if not self.path.exists():
            return False
        with self.path.open(encoding="utf-8") as file:
            return _pressed(file, _key(profile, directory))

    def claim(self, profile: Profile, directory: Directory, *, again: bool) -> bool:
        """Records a press that is about to happen, and returns True after it is on disk.

        False, and nothing recorded, where a press is on record already: another `dbolt submit` may
        have been faster. again: press all the same.
        """
        with self._locked() as file:
            if not again and _pressed(file, _key(profile, directory)):
                return False
            _write(file, profile, directory, "press")
        return True

    def settle(self, profile: Profile, directory: Directory, result: Pressed) -> None:
        """Records that the directory refused what was sent, so that it may be sent again."""
        if after(State.PRESSED, event_of_verdict(result.verdict)) is State.REJECTED:
            with self._locked() as file:
                _write(file, profile, directory, "rejected")

    @contextmanager
    def _locked(self) -> Iterator[TextIO]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _pressed(file: TextIO, key: str) -> bool:
    file.seek(0)
    known = False
    for line in file:
        try:
            entry: Any = json.loads(line)
        except ValueError:
            # A line that was cut off while it was written: its press never came.
            continue
        if isinstance(entry, dict) and entry.get("key") == key:
            known = entry.get("event") == "press"
    return known


def _write(file: TextIO, profile: Profile, directory: Directory, event: str) -> None:
    entry = {
        "key": _key(profile, directory),
        "event": event,
        "url": directory.submit_url,
        "at": datetime.now(UTC).isoformat(),
    }
    # A new line first: what stands there may be one that was cut off.
    file.write(f"\n{json.dumps(entry)}\n")
    file.flush()
    os.fsync(file.fileno())


def _key(profile: Profile, directory: Directory) -> str:
    who = f"{profile.business_name}|{profile.phone}|{same_page(directory.submit_url)}".casefold()
    return hashlib.sha256(who.encode()).hexdigest()


def same_page(url: str) -> str:
    """*url* without what leads to the same page all the same.

    Scheme, default port, `www.`, a closing slash, the fragment, marks of advertising.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, _PORTS.get(parts.scheme)) else ""
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted((k, v) for k, v in asked if not k.lower().startswith(_TRACKING)))
    return f"{host}{port}{parts.path.rstrip('/')}?{query}"
