"""Who gets which proxy, and who has to wait?"""

from __future__ import annotations

import math
from collections import Counter
from uuid import UUID, uuid4

import pytest

from dbolt.domain.directory import ProxyPolicy
from dbolt.domain.proxy import FIRST_REST_S, ProxyFacts, Went
from dbolt.domain.proxy_book import Book, Wish, countries_for
from tests.support.queue import directory

PREFER, REQUIRE, NEVER = ProxyPolicy.PREFER, ProxyPolicy.REQUIRE, ProxyPolicy.NEVER


def facts(id_: str, country: str = "", concurrency: int = 1) -> ProxyFacts:
    """A proxy of that name."""
    return ProxyFacts(id_, "http", "127.0.0.1", 1, country, (), concurrency)


def book(*known: ProxyFacts) -> Book:
    """A book of these."""
    made = Book()
    made.update(known)
    return made


def wish(slug: str = "a", *countries: str, customer: UUID | None = None) -> Wish:
    """Somebody wants to go to *slug*."""
    return Wish(slug, customer or uuid4(), countries)


def taken(made: Book, where: Wish, policy: ProxyPolicy = REQUIRE, now: float = 0.0) -> str | None:
    """What a new attempt gets."""
    return made.take(uuid4(), where, policy, now)


def test_without_proxies_the_way_is_direct_and_what_requires_one_waits() -> None:
    empty = book()
    assert taken(empty, wish(), PREFER) == ""
    assert taken(empty, wish(), NEVER) == ""
    assert taken(empty, wish(), REQUIRE) is None
    assert empty.opens_at(REQUIRE, 0.0) == math.inf


def test_nothing_that_may_need_one_begins_before_the_list_is_known() -> None:
    unread = Book(read=False)
    assert taken(unread, wish(), PREFER) is None
    assert taken(unread, wish(), NEVER) == ""
    unread.update([facts("p")])
    assert taken(unread, wish(), PREFER) == "p"


def test_nobody_uses_a_proxy_beyond_its_concurrency() -> None:
    made = book(facts("p", concurrency=2))
    tokens = [uuid4() for _ in range(3)]
    got = [made.take(token, wish(), PREFER, 0.0) for token in tokens]
    assert got == ["p", "p", None]
    assert made.places(0.0) == 0
    assert made.take(tokens[0], wish(), PREFER, 0.0) == "p", "the same token, the same answer"
    assert made.give_back(tokens[0])
    assert not made.give_back(tokens[0])
    assert made.take(tokens[2], wish(), PREFER, 0.0) == "p"


def test_a_failed_proxy_rests_and_another_one_is_used() -> None:
    made = book(facts("p"), facts("q"))
    customer, token = uuid4(), uuid4()
    first = made.take(token, wish(customer=customer), REQUIRE, 0.0)
    made.report(token, Went.BADLY, 1.0)
    made.give_back(token)
    second = taken(made, wish(customer=customer), now=1.0)
    assert {first, second} == {"p", "q"}
    assert taken(made, wish(customer=customer), now=1.0) is None
    assert made.opens_at(REQUIRE, 1.0) == 1.0 + FIRST_REST_S


def test_prefer_goes_directly_only_where_every_proxy_rests() -> None:
    made, token = book(facts("p")), uuid4()
    assert made.take(token, wish(), PREFER, 0.0) == "p"
    assert taken(made, wish(), PREFER) is None, "it is busy, not bad"
    made.report(token, Went.BADLY, 0.0)
    made.give_back(token)
    assert taken(made, wish(), PREFER) == ""
    assert taken(made, wish(), REQUIRE) is None
    assert taken(made, wish(), PREFER, now=FIRST_REST_S) == "p"


def test_after_its_rest_a_proxy_is_tried_by_one_attempt_at_a_time() -> None:
    made, token = book(facts("p", concurrency=4)), uuid4()
    made.take(token, wish(), REQUIRE, 0.0)
    made.report(token, Went.BADLY, 0.0)
    made.give_back(token)
    assert made.places(FIRST_REST_S) == 1
    assert made.take(token, wish(), REQUIRE, FIRST_REST_S) == "p"
    assert taken(made, wish(), now=FIRST_REST_S) is None
    made.report(token, Went.WELL, FIRST_REST_S)
    made.give_back(token)
    assert made.places(FIRST_REST_S) == 4


def test_a_customer_keeps_the_proxy_on_a_directory_even_after_a_restart() -> None:
    known = [facts(f"p{number}", concurrency=100) for number in range(20)]
    customers = [uuid4() for _ in range(50)]
    before, after = book(*known), book(*reversed(known))
    first = [taken(before, wish(customer=c)) for c in customers]
    assert [taken(before, wish(customer=c)) for c in customers] == first
    assert [taken(after, wish(customer=c)) for c in customers] == first
    assert len(set(first)) > 10, "and they are spread"


def test_a_restless_memory_is_not_needed_to_try_another_one_after_a_doubt() -> None:
    made = book(*[facts(f"p{n}", concurrency=9) for n in range(3)])
    customer, used = uuid4(), list[str | None]()
    for now in range(2):
        token = uuid4()
        used.append(made.take(token, wish(customer=customer), REQUIRE, float(now)))
        made.report(token, Went.DOUBTFUL, float(now))
        made.give_back(token)
    assert used[0] != used[1]


def test_proxies_near_the_business_come_first_and_others_stand_in() -> None:
    made = book(facts("far", "de"), facts("unknown"), facts("near", "us"), facts("next", "ca"))
    seen = [taken(made, wish("a", "us", "ca")) for _ in range(5)]
    assert seen == ["near", "next", "unknown", "far", None]


def test_a_bad_score_means_fewer_customers() -> None:
    made, token = book(*[facts(n, concurrency=10_000) for n in ("good", "bad")]), uuid4()
    for now in range(40):
        for slug in ("x", "x"):
            made.take(token, wish(slug), REQUIRE, float(now))
            made.report(token, Went.DOUBTFUL, float(now))
            made.give_back(token)
    status = {one["id"]: one for one in made.status(40.0)}
    assert all(0 < one["score"] < 1 for one in status.values())
    before = Book()
    before.update([facts("good", concurrency=10_000), facts("bad", concurrency=10_000)])
    for _ in range(6):
        while before.take(token, wish(), REQUIRE, 0.0) != "bad":
            before.give_back(token)
        before.report(token, Went.DOUBTFUL, 0.0)
        before.give_back(token)
    counted = Counter(taken(before, wish()) for _ in range(2000))
    assert counted["good"] > 1.3 * counted["bad"] > 0


def test_a_proxy_that_left_the_list_is_used_no_more_and_keeps_nothing_waiting() -> None:
    made, token = book(facts("p"), facts("q")), uuid4()
    made.update([facts("q")])
    assert made.take(token, wish(), REQUIRE, 0.0) == "q"
    made.update([facts("p")])
    made.report(token, Went.BADLY, 0.0)
    assert made.give_back(token)
    assert taken(made, wish()) == "p"


@pytest.mark.parametrize(
    ("market", "country", "wanted"),
    [("global", "US", ("us",)), ("us|ca", "CA", ("ca", "us")), ("de", "AT", ("at", "de"))],
)
def test_the_business_own_country_is_wanted_first(
    market: str, country: str, wanted: tuple[str, ...]
) -> None:
    assert countries_for(directory("a", market=market), country) == wanted
