"""Do the pages keep to their rules where no browser is needed to see it?"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from dbolt.providers.payments.stripe import StripeCheckout
from serve_app.identity import is_staff_cookie, staff_cookie
from serve_app.parts import Parts
from serve_app.site import build_site
from serve_app.web.pages import asset, local_path
from tests.support.selling import Shop, given
from tests.support.serving import STAFF, STAFF_TOKEN, client_of

PAGE = {"Accept": "text/html"}
ORDER = {"email": "ada@example.com", "plan": "starter"}


def token_in(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found is not None
    return found[1]


async def test_a_form_needs_the_token_that_we_gave_this_visitor(
    api: httpx.AsyncClient, parts: Parts
) -> None:
    mine = token_in((await api.get("/order")).text)
    good = {"Sec-Fetch-Site": "same-origin", **PAGE}
    for data in (ORDER, ORDER | {"form_token": "0" * 64}, ORDER | {"form_token": "ü"}):
        answer = await api.post("/order", data=data, headers=good)
        assert answer.status_code == 403
    # The token of another visitor does not fit my cookie.
    async with client_of(build_site(lambda: given(parts))) as other:
        theirs = token_in((await other.get("/order")).text)
    assert theirs != mine
    answer = await api.post("/order", data=ORDER | {"form_token": theirs}, headers=good)
    assert answer.status_code == 403
    assert await parts.pool.fetchval("select count(*) from orders") == 0
    answer = await api.post("/order", data=ORDER | {"form_token": mine}, headers=good)
    assert answer.status_code == 303
    assert await parts.pool.fetchval("select count(*) from orders") == 1


async def test_a_right_token_from_another_site_is_refused(
    api: httpx.AsyncClient, parts: Parts
) -> None:
    mine = token_in((await api.get("/order")).text)
    headers = {"Sec-Fetch-Site": "cross-site", **PAGE}
    answer = await api.post("/order", data=ORDER | {"form_token": mine}, headers=headers)
    assert answer.status_code == 403
    assert await parts.pool.fetchval("select count(*) from orders") == 0


async def test_people_get_a_page_and_programs_a_problem(api: httpx.AsyncClient) -> None:
    person = await api.get("/nothing", headers=PAGE)
    assert (person.status_code, person.headers["content-type"]) == (
        404,
        "text/html; charset=utf-8",
    )
    assert "There is nothing at this address." in person.text
    program = await api.get("/nothing")
    assert program.headers["content-type"] == "application/problem+json"
    inside = await api.get("/api/v1/nothing", headers=PAGE)
    assert inside.headers["content-type"] == "application/problem+json"


async def test_an_address_that_cannot_be_is_one_where_nothing_is(
    api: httpx.AsyncClient,
) -> None:
    for path in ("/jobs/17", "/orders/x", "/sign-in/x"):
        assert (await api.get(path, headers=PAGE | STAFF)).status_code == 404, path


async def test_a_visitor_without_a_session_is_led_to_the_right_door(
    api: httpx.AsyncClient,
) -> None:
    job = f"/jobs/{UUID(int=0)}"
    for path, door in (("/staff?tab=failed", "/staff/sign-in"), (job, "/sign-in")):
        answer = await api.get(path, headers=PAGE)
        assert answer.status_code == 303
        target = urlsplit(answer.headers["location"])
        assert (target.path, parse_qs(target.query)) == (door, {"next": [path]})


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "/\nx",
        "/\t/evil.example",
    ],
)
def test_a_sign_in_leads_to_our_own_pages_only(target: str) -> None:
    assert local_path(target, "/staff") == "/staff"
    assert local_path("/jobs/1?show=live", "/staff") == "/jobs/1?show=live"


async def test_over_https_cookies_are_held_to_this_host(parts: Parts) -> None:
    secure = replace(parts, base_url="https://testserver")
    async with client_of(build_site(lambda: given(secure), https=True)) as api:
        api.base_url = httpx.URL("https://testserver")
        page = await api.get("/staff/sign-in")
        form = {"key": STAFF_TOKEN, "next": "/staff", "form_token": token_in(page.text)}
        answer = await api.post(
            "/staff/sign-in", data=form, headers={"Origin": "https://testserver"}
        )
    cookies = [*page.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")]
    names = ["__Host-form", "__Host-staff", "__Host-staff-browser"]
    assert [cookie.split("=")[0] for cookie in cookies] == names
    for cookie in cookies:
        assert {"HttpOnly", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert "samesite=lax" in cookie.lower()
        assert STAFF_TOKEN not in cookie
    assert answer.headers["strict-transport-security"]


async def test_a_staff_cookie_cannot_be_made_up_or_kept_for_ever(parts: Parts) -> None:
    cookie = staff_cookie(parts)
    assert is_staff_cookie(parts, cookie)
    ends, number, signed = cookie.split(".")
    for forged in (
        f"{int(ends) + 1}.{number}.{signed}",
        f"{ends}.{number}.{'0' * 64}",
        "",
        "..",
        "x.ü",
    ):
        assert not is_staff_cookie(parts, forged), forged
    assert not is_staff_cookie(parts, staff_cookie(parts, now_s=0))


async def test_forms_may_lead_to_stripe_where_one_pays_there(parts: Parts) -> None:
    origin = StripeCheckout.origin
    async with client_of(build_site(lambda: given(parts), pay_origin=origin)) as api:
        policy = (await api.get("/order")).headers["content-security-policy"]
    assert "form-action 'self' https://checkout.stripe.com;" in policy


async def test_the_stand_in_exists_without_stripe_only(api: httpx.AsyncClient) -> None:
    # These parts have no address of a webhook, as on a server with real payments.
    placed = (await api.post("/api/v1/orders", json=ORDER)).json()
    answer = await api.get(f"/pay/{placed['order_id']}", headers=PAGE)
    assert answer.status_code == 404


async def test_static_files_are_kept_and_pages_are_not(api: httpx.AsyncClient) -> None:
    page = await api.get("/")
    assert page.headers["cache-control"] == "no-store"
    styles = re.findall(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', page.text)
    answer = await api.get(styles[0])
    assert "immutable" in answer.headers["cache-control"]
    assert (await api.get("/static/../site.py")).status_code == 404
    # Without its version it may be another one tomorrow.
    bare = await api.get(styles[0].partition("?")[0])
    assert bare.headers["cache-control"] == "no-cache"


async def test_scripts_go_compressed_and_as_what_they_are(api: httpx.AsyncClient) -> None:
    page = (await api.get("/staff/sign-in", follow_redirects=True)).text
    scripts = re.findall(r'src="(/static/[a-z/]+\.js\?v=[0-9a-f]{12})"', page)
    for path in (*scripts, asset("htmx/htmx.js")):
        answer = await api.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.num_bytes_downloaded < len(answer.content) / 2
    # Pages hold form tokens, and what a visitor makes them say: together no matter to compress.
    assert "content-encoding" not in (await api.get("/")).headers


async def test_pages_hold_no_inline_code_or_style(api: httpx.AsyncClient) -> None:
    for path in ("/", "/order", "/sign-in", "/staff/sign-in"):
        html = (await api.get(path)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html), path


async def test_a_nul_in_a_form_is_refused(api: httpx.AsyncClient, shop: Shop, parts: Parts) -> None:
    placed = await shop.order("ada@example.com")
    job_id = await shop.pay(placed, "ada@example.com")
    api.cookies.set("dbolt-session", placed["session_token"])
    path, own = f"/jobs/{job_id}/profile", {"Sec-Fetch-Site": "same-origin", **PAGE}
    form = {"form_token": token_in((await api.get(path)).text), "vat_id": "A\x00B"}
    answer = await api.post(path, data=form, headers=own)
    assert answer.status_code == 422
    assert "NUL" in answer.text
    assert await parts.pool.fetchval("select count(*) from profiles") == 0


async def test_the_key_is_shown_to_the_browser_that_ordered_alone(
    api: httpx.AsyncClient, shop: Shop
) -> None:
    placed = await shop.order("ada@example.com")
    job_id = await shop.pay(placed, "ada@example.com")
    path, key = f"/jobs/{job_id}/profile", placed["session_token"]
    assert key not in (await api.get(path, headers=STAFF | PAGE)).text
    api.cookies.set("dbolt-session", key)
    link = f"http://testserver/sign-in/key?next=/jobs/{job_id}#{key}"
    assert f'href="{link}"' in (await api.get(path)).text
    assert key not in (await api.get(path, headers=STAFF | PAGE)).text
