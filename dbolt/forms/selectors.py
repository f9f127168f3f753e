"""Does a simple CSS selector of a recipe point at this control or form?"""

from __future__ import annotations

import re

from dbolt.forms.page import Control, Form

_PIECE = re.compile(
    r"""(?P<tag>^[a-z][\w-]*)|\#(?P<id>[\w-]+)|\.(?P<css>[\w-]+)
    |\[(?P<attr>[\w-]+)(?:(?P<op>[*^$]?=)["']?(?P<value>[^"'\]]*)["']?)?\]""",
    re.VERBOSE,
)


def selects(selector: str, target: Control | Form) -> bool:
    """Whether *selector* (tag, #id, .class, [attribute=value]; commas for "or") fits *target*.

    Only the last of several descending steps is looked at: the page model has no ancestors.
    """
    return any(_fits(part.split()[-1], target) for part in selector.split(",") if part.split())


def _fits(selector: str, target: Control | Form) -> bool:
    known = {"id": target.id, "class": target.css_class, "name": target.name}
    if isinstance(target, Control):
        known |= {"type": target.type, "autocomplete": target.autocomplete}
        known |= dict(target.attributes)
        tag = target.tag
    else:
        known |= {"action": target.action, "method": target.method, "role": target.role}
        tag = "form"
    position = 0
    for piece in _PIECE.finditer(selector):
        if piece.start() != position or not _piece_fits(piece, known, tag):
            return False
        position = piece.end()
    return position == len(selector) and position > 0


def _piece_fits(piece: re.Match[str], known: dict[str, str], tag: str) -> bool:
    if piece["tag"]:
        return piece["tag"] == tag
    if piece["id"]:
        return piece["id"] == known["id"]
    if piece["css"]:
        return piece["css"] in known["class"].split()
    have = known.get(piece["attr"])
    if have is None:
        return False
    wanted = piece["value"] or ""
    tests = {
        "=": have == wanted,
        "^=": have.startswith(wanted),
        "$=": have.endswith(wanted),
        "*=": wanted in have,
        None: bool(have),
    }
    return tests[piece["op"]]
