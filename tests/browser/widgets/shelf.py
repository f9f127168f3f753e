"""A site of our widget pages: the libraries, and a server that takes the form."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from pathlib import Path

from tests.support.npm import bundled
from tests.support.site import Answering, Asked, Said

PAGES = Path(__file__).parent / "pages"
CITIES = ("Portland, ME", "Portland, OR", "Boston")


class Shelf(Mapping[str, str | Said | Answering]):
    """What is served under each path: /PAGE, /npm/FILE, /made/PAGE.js, /cities, /upload, /send."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules
        self._made: dict[str, bytes] = {}
        self._own: dict[str, Answering] = {"/cities": _cities, "/upload": _upload, "/send": _sent}

    def __getitem__(self, path: str) -> Said | Answering:
        if path in self._own:
            return self._own[path]
        if path.startswith("/npm/"):
            return _file(self._modules / path.removeprefix("/npm/"))
        if path.startswith("/made/"):
            return Said(self._script(path), headers={"Content-Type": "text/javascript"})
        page = PAGES / f"{path.strip('/')}.html"
        if not page.is_file():
            raise KeyError(path)
        return Said(page.read_bytes())

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def _script(self, path: str) -> bytes:
        name = path.removeprefix("/made/").removesuffix(".js")
        if name not in self._made:
            self._made[name] = bundled(self._modules, PAGES / f"{name}.jsx")
        return self._made[name]


def _file(path: Path) -> Said:
    if not path.is_file():
        raise KeyError(str(path))
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Said(path.read_bytes(), headers={"Content-Type": kind})


def _cities(asked: Asked) -> Said:
    term = (asked.query.get("term") or asked.query.get("q") or "").casefold()
    found = [{"id": c.replace(", ", "-"), "text": c} for c in CITIES if term in c.casefold()]
    body = json.dumps({"results": found})
    return Said(body, headers={"Content-Type": "application/json"})


def _upload(asked: Asked) -> Said:
    return Said("f-1", headers={"Content-Type": "text/plain"})


def _sent(asked: Asked) -> Said:
    return Said("<h1>Thank you</h1>")


def parts(asked: Asked) -> dict[str, list[str]]:
    """What a multipart form held: texts, and the names of files."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    held: dict[str, list[str]] = {}
    for part in BytesParser().parsebytes(head + asked.body).walk():
        name = part.get_param("name", header="content-disposition")
        body = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(body, bytes):
            held.setdefault(name, []).append(part.get_filename() or body.decode())
    return held
