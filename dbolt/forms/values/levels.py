"""Is a list one of categories, by what it holds, and is it a level below another such list?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.forms.page import Control, LabelKind, Option, Widget
from dbolt.forms.values.ask import is_prompt
from dbolt.forms.values.categories import FIRM, ranking
from dbolt.forms.values.crosswalk import type_called, type_within
from dbolt.forms.values.text import fold

_LISTS = frozenset({Widget.SELECT, Widget.RADIO})
_FEWEST = 3
_SHARE = 0.35
"""How many of a list's options must be trades that are known."""


def choices(control: Control) -> tuple[Option, ...]:
    """The options that a person could choose."""
    return tuple(o for o in control.options if not o.disabled and not is_prompt(o))


def is_waiting(control: Control) -> bool:
    """Whether a list still waits for its options, which come when another one is set."""
    return control.widget is Widget.SELECT and (control.disabled or not choices(control))


def is_unset(control: Control) -> bool:
    """Whether nothing is typed into, chosen in or ticked at the control."""
    if control.options:
        return not any(o.selected and not is_prompt(o) for o in control.options)
    return not control.checked and not control.value.strip()


def holds_category(control: Control, profile: Profile, language: str) -> bool:
    """Whether a list that nothing else explains is one of trades, and has the profile's own."""
    offered = choices(control)
    if control.widget not in _LISTS or len(offered) < _FEWEST:
        return False
    best = ranking(offered, profile.category, language)[:1]
    if not best or best[0][0] < FIRM:
        return False
    trades = sum(bool(type_called(o.text) or type_within(o.text)) for o in offered)
    return trades >= _SHARE * len(offered)


def unnamed_levels(
    controls: Sequence[Control], fields: Mapping[str, Field | None]
) -> frozenset[str]:
    """Refs of the lists without any words that stand right behind a list of categories.

    controls: of one form, in order. fields: what each is known to ask for, by its ref.
    """
    found: set[str] = set()
    behind = False
    for control in controls:
        known = fields.get(control.ref)
        bare = control.widget is Widget.SELECT and not _is_named(control) and known is None
        if behind and bare:
            found.add(control.ref)
        behind = (known is Field.CATEGORY and control.widget is Widget.SELECT) or (behind and bare)
    return frozenset(found)


def is_level(control: Control, above: Sequence[Control]) -> bool:
    """Whether *control* narrows down what was chosen in one of the lists *above* it.

    Such lists stand side by side under the words of the first; a second category of its own has
    words of its own, or the same options.
    """
    if control.widget is not Widget.SELECT or _is_named(control):
        return False
    offered = [o.text for o in choices(control)]
    return all([o.text for o in choices(other)] != offered or not offered for other in above)


def _is_named(control: Control) -> bool:
    # "Choose..." is the list's own first option, and names nothing.
    return any(label.kind is not LabelKind.PLACEHOLDER for label in control.labels)


def holds_town(control: Control, profile: Profile) -> bool:
    """Whether the business's town is among what there is to choose from."""
    town = fold(profile.address.city)
    return bool(town) and any(fold(option.text) == town for option in control.options)
