"""Which links go into rows of a network to choose and an address to type?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dbolt.domain.fields import SOCIAL, Field
from dbolt.domain.profile import Profile
from dbolt.forms.contents import is_networks
from dbolt.forms.page import Control, Option, Widget
from dbolt.forms.reading import Act, Action
from dbolt.forms.values.links import link_of
from dbolt.forms.values.signs import control_name
from dbolt.forms.words import words

_CALLED = {Field.X: frozenset({"x", "twitter"})}

Row = tuple[Control, Control]


def rows_of(controls: Sequence[Control]) -> list[Row]:
    """The rows: a list of networks, and the box for an address behind it.

    Without a name a box is not sent itself: such a pair makes entries of a list, one by one.
    """
    return [
        (network, box)
        for network, box in pairwise(controls)
        if network.widget is Widget.SELECT
        and is_networks(network)
        and box.widget is Widget.INPUT
        and box.type in {"text", "url"}
        and box.name
    ]


def links_for(row: Row, profile: Profile) -> list[tuple[Field, Option, str]]:
    """The profile's links to networks that *row* has, in the profile's order."""
    found = []
    for field in SOCIAL:
        url = link_of(profile, field)
        called = _CALLED.get(field, frozenset({field.value}))
        option = next((o for o in row[0].options if called & set(words(o.text))), None)
        if url and option is not None:
            found.append((field, option, url))
    return found


def network_actions(controls: Sequence[Control], profile: Profile) -> Iterator[Action]:
    """One link a row, as long as there are both."""
    rows = rows_of(controls)
    links = links_for(rows[0], profile) if rows else []
    for (network, box), (field, option, url) in zip(rows, links, strict=False):
        name = control_name(network)
        yield Action(network.ref, field, Act.SELECT, (option.value,), part="network", control=name)
        yield Action(box.ref, field, Act.TEXT, (url,), part="link", control=control_name(box))


def wants_a_row(controls: Sequence[Control], profile: Profile) -> Control | None:
    """The last row's box, where there are more links than rows."""
    rows = rows_of(controls)
    if not rows or len(links_for(rows[0], profile)) <= len(rows):
        return None
    return rows[-1][1]
