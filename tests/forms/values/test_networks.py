"""Rows of a network and an address, split postal codes, full addresses, trades by their root."""

from __future__ import annotations

import pytest

from dbolt.domain.fields import Field
from dbolt.forms.page import Control, Option, Widget
from dbolt.forms.values.categories import ranking
from dbolt.forms.values.networks import network_actions, wants_a_row
from tests.forms.values.building import bakery, control, text_for

NETWORKS = tuple(Option(n, n) for n in ("Facebook", "LinkedIn", "Instagram", "YouTube"))
LINKS = {"facebook": "https://facebook.com/harbor", "instagram": "https://instagram.com/harbor"}


def row(number: int, name: str) -> list[Control]:
    network = Control(
        f"0:{number}", "select", "select-one", Widget.SELECT, name=f"{name}n", options=NETWORKS
    )
    return [network, Control(f"0:{number + 1}", "input", "url", Widget.INPUT, name=name)]


def test_one_link_goes_into_each_row() -> None:
    profile = bakery(social=LINKS)
    controls = [*row(1, "a"), *row(3, "b")]
    typed = [(a.ref, a.field, a.values[0]) for a in network_actions(controls, profile)]
    assert typed == [
        ("0:1", Field.FACEBOOK, "Facebook"),
        ("0:2", Field.FACEBOOK, LINKS["facebook"]),
        ("0:3", Field.INSTAGRAM, "Instagram"),
        ("0:4", Field.INSTAGRAM, LINKS["instagram"]),
    ]
    assert wants_a_row(controls, profile) is None


def test_a_row_more_is_wanted_while_there_are_links_left() -> None:
    controls = row(1, "a")
    wanted = wants_a_row(controls, bakery(social=LINKS))
    assert wanted is not None
    assert wanted.ref == "0:2"


def test_a_row_that_only_makes_entries_of_a_list_stays_empty() -> None:
    assert not list(network_actions(row(1, ""), bakery(social=LINKS)))


@pytest.mark.parametrize(("called", "other"), [("Baking", "Banking"), ("Bakers", "Barbers")])
def test_a_trade_is_known_by_its_root(called: str, other: str) -> None:
    options = [Option("1", other), Option("2", called)]
    assert [o.text for _, o in ranking(options, "Bakery")][:1] == [called]


def test_a_full_address_has_its_town_whatever_stands_beside_it() -> None:
    beside = frozenset({Field.CITY, Field.STATE})
    full, bare = (
        text_for(control(label=called), Field.ADDRESS, beside=beside) or ""
        for called in ("Full address", "Address")
    )
    town = bakery().address.city
    assert town in full
    assert town not in bare


@pytest.mark.parametrize(("part", "size", "held"), [("first", 2, "31"), ("last", 3, "146")])
def test_a_postal_code_is_parted_where_the_form_parts_it(part: str, size: int, held: str) -> None:
    address = {"street": "ul. Długa 3", "city": "Kraków", "postal_code": "31-146", "country": "PL"}
    asked = control(maxlength=size)
    assert text_for(asked, Field.POSTAL_CODE, bakery(address=address), part) == held
