"""Letters as files in a folder of this machine, where no mail server is set."""

from __future__ import annotations

import asyncio
import os
import re
from email.message import EmailMessage
from pathlib import Path


class FolderMail:
    """A file `<Message-ID>.eml` for each letter, below *path*, which is made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, letter: EmailMessage) -> None:
        """The letter is on the disk when this returns. Raises OSError."""
        name = re.sub(r"[^\w.@-]", "", letter["Message-ID"])
        await asyncio.to_thread(_write, self._path / f"{name}.eml", letter.as_bytes())


def _write(path: Path, letter: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(letter)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
