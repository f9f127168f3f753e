"""Does each site take what a careful person types, and refuse what it should?"""

from __future__ import annotations

import io
import re
import socket
import time
from typing import Any

import httpx
import pytest
from PIL import Image

from dbolt.domain.lifecycle import State
from dbolt.sandbox.compare import mismatches
from dbolt.sandbox.sites import discover
from tests.sandbox.people import CITY, EMAIL, LOGO, NAME, PROFILE, STREET, submit
from tests.support.town import RunningTown

SITES = discover()
TAKES_NOTHING = {"nightjar", "civic-register", "town-square"}
TAKING = sorted(set(SITES) - TAKES_NOTHING)
WAITS = {
    State.IN_REVIEW: "pending",
    State.AWAITING_EMAIL: "unconfirmed",
    State.AWAITING_CUSTOMER: "unconfirmed",
}


@pytest.mark.parametrize("slug", TAKING)
def test_a_site_stores_what_a_careful_person_typed(town: RunningTown, slug: str) -> None:
    began = time.monotonic()
    answer = submit(town, slug)

    assert answer.status_code < 300, answer.text
    assert time.monotonic() - began >= SITES[slug].delay_s
    (listing,) = town.listings(slug)
    fields = listing["fields"]
    assert fields["business_name"] == NAME
    assert listing["state"] == WAITS.get(SITES[slug].expected.state, "published")
    assert mismatches(PROFILE, fields, SITES[slug].right_categories) == []
    # Every column that stands for a field was filled, so the table above leaves none untested.
    told = {c for c, f in SITES[slug].columns.items() if f is not None and f != "newsletter"}
    assert {c for c in told if not listing["raw"][c]} == set()


@pytest.mark.parametrize("slug", sorted(set(TAKING) - {"old-mill"}))
def test_pressing_twice_stores_two(town: RunningTown, slug: str) -> None:
    submit(town, slug, presses=2)

    assert [x["fields"]["business_name"] for x in town.listings(slug)] == [NAME, NAME]


@pytest.mark.parametrize("slug", sorted(s for s in TAKING if SITES[s].search and s != "old-mill"))
def test_a_complete_search_finds_it_at_once_and_nothing_before(
    town: RunningTown, slug: str
) -> None:
    search = town.directory(slug).recipe.search
    assert search is not None
    address = search.url.replace("{name}", "Harbor+Lane+Bakery")
    with town.visitor(slug) as visitor:
        before = visitor.get(address)
        submit(town, slug)
        after = visitor.get(address)
        href = re.search(rf"href=['\"]([^'\"]+)['\"]>\s*{NAME}", after.text)
        assert href is not None
        shown = visitor.get(href[1])

    assert before.status_code == after.status_code == shown.status_code == 200
    assert NAME not in re.sub(r'value="[^"]*"', "", before.text)
    assert NAME in shown.text


@pytest.mark.parametrize("slug", sorted(set(SITES) - {"nightjar", "old-mill"}))
def test_home_and_form_pages_open(town: RunningTown, slug: str) -> None:
    with town.visitor(slug) as visitor:
        home = visitor.get("/")
        visitor.get(town.directory(slug).submit_url)
        page = visitor.get(town.directory(slug).submit_url)
        lost = visitor.get("/no/such/page")

    assert (home.status_code, page.status_code, lost.status_code) == (200, 200, 404)
    assert "<title>" in page.text


@pytest.mark.parametrize("slug", sorted(set(TAKING) - {"old-mill", "step-right", "hashgate"}))
def test_an_empty_form_is_refused(town: RunningTown, slug: str) -> None:
    blank = {
        "instalist": ("/api/posts", {"title": ""}),
        "reactory": ("/graphql", {"variables": {"input": {}}}),
    }
    with town.visitor(slug) as visitor:
        if slug in blank:
            visitor.post(blank[slug][0], json=blank[slug][1])
        else:
            visitor.post(town.directory(slug).submit_url, data={"nothing": ""})
            visitor.post("/biz/start", data={"nothing": ""})
            visitor.post("/f/7731", data={"nothing": ""})

    assert town.listings(slug) == []


def test_the_site_that_is_down_refuses_connections(town: RunningTown) -> None:
    url = httpx.URL(town.directory("nightjar").submit_url)
    assert url.port not in (None, town.port)

    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", url.port)):
        pass


def test_the_register_thanks_and_stores_nothing(town: RunningTown) -> None:
    answer = submit(town, "civic-register")

    assert answer.status_code == 200
    assert "Thank you" in answer.text
    assert "NOT received" in answer.text
    assert town.listings("civic-register") == []


def test_a_phone_in_another_format_is_refused_beside_its_field(town: RunningTown) -> None:
    answer = submit(town, "dialtone", number="+12075550142")

    error = re.search(
        r'name="number".*?<span class="fielderror"[^>]*>([^<]+)', answer.text, re.DOTALL
    )
    assert error is not None
    assert "(212) 555-0142" in error[1]
    assert f'name="subscriber" value="{NAME}"' in answer.text
    assert town.listings("dialtone") == []


def test_a_logo_over_the_limit_or_of_another_type_is_refused(town: RunningTown) -> None:
    noise = Image.effect_noise((700, 700), 90)
    for kind, name in (("BMP", "logo.bmp"), ("PNG", "logo.png")):
        file = io.BytesIO()
        noise.resize((60, 60) if kind == "BMP" else (700, 700)).save(file, kind)
        answer = submit(town, "brandboard", logo_file=(name, file.getvalue(), "image/png"))
        assert answer.status_code == 422
        assert "Only PNG and JPEG" in answer.text or "200 kB is the limit" in answer.text

    assert town.listings("brandboard") == []


def test_a_logo_is_stored_whole(town: RunningTown) -> None:
    submit(town, "brandboard")

    (listing,) = town.listings("brandboard")
    assert listing["fields"]["logo"]["bytes"] == len(LOGO)


@pytest.mark.parametrize("trap", ["website", "url", "second-name"])
def test_whoever_fills_a_trap_is_thanked_and_thrown_away(town: RunningTown, trap: str) -> None:
    honest = submit(town, "cleanlist")
    filled: dict[str, Any] = {trap: "https://example.com"}
    caught = submit(town, "cleanlist", **filled)

    assert caught.status_code == honest.status_code == 200
    assert "Thank you" in caught.text
    assert caught.text == honest.text
    assert len(town.listings("cleanlist")) == 1


def test_a_wrong_captcha_is_refused_and_asked_anew(town: RunningTown) -> None:
    answer = submit(town, "signpost", CAPTCHA="wrong")

    assert "Invalid code" in answer.text
    assert town.listings("signpost") == []


def test_the_captcha_is_a_picture_that_changes(town: RunningTown) -> None:
    with town.visitor("signpost") as visitor:
        shown = []
        for _ in range(2):
            visitor.get("/submit.php")
            shown.append(visitor.get("/captcha.php?imagehash=1"))

    assert {s.headers["content-type"] for s in shown} == {"image/png"}
    assert shown[0].content != shown[1].content


@pytest.mark.parametrize("answer", ["", "12.34.:5", "nonsense"])
def test_an_unsolved_puzzle_is_refused(town: RunningTown, answer: str) -> None:
    page = submit(town, "hashgate", gate_answer=answer)

    assert "the puzzle was not solved" in page.text
    assert town.listings("hashgate") == []


def test_a_listing_is_confirmed_by_the_link_in_the_mail_only(town: RunningTown) -> None:
    submit(town, "verifile")
    (mail,) = town.mails("verifile")
    assert mail["recipient"] == EMAIL
    link = re.search(r"http://\S+", mail["body"])
    assert link is not None

    with town.visitor("verifile") as visitor:
        assert visitor.get("/confirm?key=").status_code == 404
        assert [x["state"] for x in town.listings("verifile")] == ["unconfirmed"]
        visitor.get(link[0])

    assert [x["state"] for x in town.listings("verifile")] == ["published"]


def test_nothing_is_listed_without_an_account(town: RunningTown) -> None:
    with town.visitor("guildhall") as visitor:
        page = visitor.get("/my/listings/new")
        posted = visitor.post("/my/listings/new", data={"title": NAME, "craft": "Baker"})

    assert page.url.path == posted.url.path == "/login"
    assert "/register" in page.text
    assert town.listings("guildhall") == []


def test_the_demo_business_is_listed_already(town: RunningTown) -> None:
    answer = submit(town, "town-square")

    (listing,) = town.listings("town-square")
    assert mismatches(PROFILE, listing["fields"], SITES["town-square"].right_categories) == []
    assert f"/trader/{listing['id']}" in answer.text
    assert "already listed" in answer.text
    submit(town, "town-square", trader="Ferry Books", phone="207-555-0199")
    assert len(town.listings("town-square")) == 2


def test_a_forged_post_is_refused(town: RunningTown) -> None:
    assert submit(town, "localoop", authenticity_token="x").status_code == 422
    assert town.listings("localoop") == []


def test_nothing_is_published_before_the_preview_is_confirmed(town: RunningTown) -> None:
    with town.visitor("broadsheet") as visitor:
        blank = visitor.post("/place-a-notice", data={"n_name": NAME})
        assert "Preview</h2>" not in blank.text

    assert town.listings("broadsheet") == []
    answer = submit(town, "broadsheet")
    assert answer.url.path == "/notice/1"


def test_later_steps_cannot_be_reached_without_the_earlier(town: RunningTown) -> None:
    with town.visitor("step-right") as visitor:
        page = visitor.get("/join/3")
        posted = visitor.post("/join/3", data={"words": "x" * 50, "agree": "1"})

    assert page.url.path == posted.url.path == "/join/1"
    assert town.listings("step-right") == []


def test_the_sleepy_site_wakes_after_one_503_and_dozes_after_each_entry(town: RunningTown) -> None:
    def call() -> list[int]:
        with town.visitor("flicker") as visitor:
            return [visitor.get("/places/new").status_code for _ in range(3)]

    assert call() == [503, 200, 200]
    submit(town, "flicker")
    assert call() == [503, 200, 200]


def test_the_first_post_of_each_business_is_lost(town: RunningTown) -> None:
    form = {"business": NAME, "category": "Bakery", "address": STREET, "city": CITY, "state": "ME"}
    form |= {"phone": "2075550142", "email": EMAIL}
    with town.visitor("hiccup") as visitor:
        assert visitor.post("/list-me", data=form).status_code == 503
        assert town.listings("hiccup") == []
        assert visitor.post("/list-me", data=form).status_code == 200
        assert visitor.post("/list-me", data=form | {"business": "Other"}).status_code == 503

    assert len(town.listings("hiccup")) == 1


def test_the_iframe_comes_from_another_host(town: RunningTown) -> None:
    with town.visitor("widgetworks") as visitor:
        outer = visitor.get("/get-listed")
        source = re.search(r"src='([^']+)'", outer.text)
        assert source is not None
        inner = visitor.get(source[1])

    assert httpx.URL(source[1]).host == "formfoundry.localhost"
    assert "q1" not in outer.text
    assert 'name="q1"' in inner.text


def test_categories_come_level_by_level(town: RunningTown) -> None:
    with town.visitor("tradetree") as visitor:
        assert visitor.get("/branches?of=2").json() == ["Production", "Retail", "Hospitality"]
        assert visitor.get("/branches?of=2.1").json()[0] == "Bakeries"
        assert visitor.get("/branches?of=2.1.1").json() == []
        assert visitor.get("/branches?of=nonsense").json() == []


def test_the_quiet_index_forbids_robots(town: RunningTown) -> None:
    with town.visitor("quiet-index") as quiet, town.visitor("cleanlist") as open_to_all:
        assert "Disallow: /write" in quiet.get("/robots.txt").text
        assert "Disallow: /add" not in open_to_all.get("/robots.txt").text


def test_the_front_page_has_a_link_and_no_listing_form(town: RunningTown) -> None:
    with town.visitor("main-street") as visitor:
        page = visitor.get(town.directory("main-street").submit_url)

    assert "biz[name]" not in page.text
    assert re.search(r'href="/biz/start">[^<]*Add your business', page.text)


def test_decoys_are_noted_and_list_nothing(town: RunningTown) -> None:
    with town.visitor("cleanlist") as visitor:
        visitor.post("/contact", data={"name": NAME, "email": EMAIL, "message": "Hello"})

    assert town.listings("cleanlist") == []
    (decoy,) = town.decoys("cleanlist")
    assert decoy["content"]["name"] == NAME


def test_a_newsletter_that_was_ordered_is_a_mismatch(town: RunningTown) -> None:
    submit(town, "guia-del-barrio", boletin="si")

    (listing,) = town.listings("guia-del-barrio")
    assert mismatches(PROFILE, listing["fields"], SITES["guia-del-barrio"].right_categories) == [
        "newsletter"
    ]
