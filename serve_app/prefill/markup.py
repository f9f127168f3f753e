"""What stands in a page's markup that speaks of its owner? One pass, bounded in depth and in time.

Reads JSON-LD texts, microdata items, meta tags, links and `address` elements; judges nothing.

*Source:* the HTML standard (microdata, `address`), schema.org.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

MAX_TEXT = 12_000
MAX_JSON = 400_000
_CHUNK = 32_768
_MOST = 400
"""Links, items, metas and texts of each kind that are kept."""
_DEEP = 256
"""Open elements that are followed; what nests deeper is read as text."""
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_LINE = frozenset(["br", "p", "div", "li", "tr", "td", "span", "h1", "h2", "h3", "h4"])

Item = dict[str, Any]
"""A microdata item: `@type` and its properties, each a list, as JSON-LD would have it."""


@dataclass(slots=True)
class Markup:
    """What was found. `complete` is False where the page was too large to be read to its end."""

    json_ld: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    title: str = ""
    language: str = ""
    complete: bool = True


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet. `item`: the one it begins; `props`: what it is one of."""

    tag: str
    item: Item | None = None
    owner: Item | None = None
    props: tuple[str, ...] = ()
    text: list[str] | None = None


def read(
    html: str, *, within_s: float = 2.0, clock: Callable[[], float] = time.monotonic
) -> Markup:
    """The markup of *html*, as far as it can be read within *within_s* seconds."""
    reader, ends = _Reader(), clock() + within_s
    for at in range(0, len(html), _CHUNK):
        if clock() > ends:
            reader.found.complete = False
            break
        reader.feed(html[at : at + _CHUNK])
        if len(reader.rawdata) > 4 * _CHUNK:
            # Something began that does not end; each further piece would read it all again.
            reader.found.complete = False
            break
    reader.finish()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self._open: list[_Open] = []
        self._script: list[str] | None = None
        self._title: list[str] | None = None
        self._address: list[str] | None = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In HTML the slash closes nothing but in void elements.
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.found.language = told.get("lang", "")[:20]
        elif tag == "meta":
            self._meta(told)
        elif tag in {"a", "link"} and told.get("href") and len(self.found.links) < _MOST:
            self.found.links.append(told["href"].strip()[:2000])
        elif tag == "script" and told.get("type", "").split(";")[0].strip().lower() == (
            "application/ld+json"
        ):
            self._script = []
        elif tag == "title" and not self.found.title:
            self._title = []
        elif tag == "address" and len(self.found.addresses) < _MOST:
            self._address = []
        if self._address is not None and tag in _LINE:
            self._address.append("\n")
        self._element(tag, told)

    def _meta(self, told: dict[str, str]) -> None:
        name = (told.get("property") or told.get("name") or "").strip().lower()
        if name and told.get("content") and len(self.found.metas) < _MOST:
            self.found.metas.setdefault(name[:100], told["content"][:MAX_TEXT])

    def _element(self, tag: str, told: dict[str, str]) -> None:
        owner = next((one.item for one in reversed(self._open) if one.item is not None), None)
        props = tuple(told.get("itemprop", "").split())[:8] if owner is not None else ()
        item: Item | None = None
        if "itemscope" in told:
            kind = told.get("itemtype", "").strip().rstrip("/").rpartition("/")[2]
            item = {"@type": kind[:100]}
            if props:
                self._put(owner, props, item)
            elif len(self.found.items) < _MOST:
                self.found.items.append(item)
        value = _attribute(tag, told) if props and item is None else None
        if value is not None:
            self._put(owner, props, value)
            props = ()
        if tag not in _VOID and len(self._open) < _DEEP:
            text: list[str] | None = [] if props and item is None else None
            self._open.append(_Open(tag, item, owner, props, text))

    def _put(self, owner: Item | None, props: tuple[str, ...], value: Any) -> None:
        if owner is None:
            return
        for name in props:
            known = owner.setdefault(name[:60], [])
            if isinstance(known, list) and len(owner) < _MOST and len(known) < _MOST:
                known.append(value)

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            if sum(map(len, self._script)) < MAX_JSON:
                self._script.append(data)
            return
        if self._title is not None:
            self._title.append(data[:MAX_TEXT])
        if self._address is not None:
            self._address.append(data[:MAX_TEXT])
        for one in self._open:
            if one.text is not None and len(one.text) < _MOST:
                one.text.append(data[:MAX_TEXT])

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            text = "".join(self._script)
            if len(text) <= MAX_JSON and len(self.found.json_ld) < _MOST:
                self.found.json_ld.append(text)
            self._script = None
        elif tag == "title" and self._title is not None:
            self.found.title = "".join(self._title)[:MAX_TEXT]
            self._title = None
        elif tag == "address" and self._address is not None:
            self.found.addresses.append("".join(self._address)[:MAX_TEXT])
            self._address = None
        elif self._address is not None and tag in _LINE:
            self._address.append("\n")
        if any(one.tag == tag for one in self._open):
            while self._open:
                if self._close().tag == tag:
                    break

    def _close(self) -> _Open:
        one = self._open.pop()
        if one.text is not None:
            self._put(one.owner, one.props, "".join(one.text)[:MAX_TEXT])
        return one

    def finish(self) -> None:
        """What is still open ends here."""
        while self._open:
            self._close()


def _attribute(tag: str, told: dict[str, str]) -> str | None:
    """A property's value where an attribute holds it; None where it is the element's text."""
    if "content" in told:
        return told["content"][:MAX_TEXT]
    if tag in {"a", "area", "link"}:
        return told.get("href", "")[:2000]
    if tag in {"img", "audio", "video", "embed", "iframe", "source", "track"}:
        return told.get("src", "")[:2000]
    if tag in {"data", "meter"}:
        return told.get("value", "")[:MAX_TEXT]
    if tag == "time" and "datetime" in told:
        return told["datetime"][:100]
    return None
