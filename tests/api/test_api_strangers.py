"""Does any address of the site open what belongs to somebody else?"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from PIL import Image

from serve_app import drafts, logos, photos
from serve_app.parts import Parts
from serve_app.qualification import Told
from serve_app.site import build_site
from tests.support.seeds import add_submission
from tests.support.selling import Shop, given
from tests.support.serving import Shelf
from tests.support.signing import PAGE, Visitor, routes_of

Visit = Callable[..., Awaitable[Visitor]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA = "ada@example.com"
PICTURE = b"a picture of Ada's listing"
STAFFS = ("/staff", "/pay", "/api/v1/directories")
"""Where nothing is a customer's."""


@pytest.fixture
def targets(parts: Parts) -> list[tuple[str, str]]:
    """Every method and path that names something of somebody's."""
    app = build_site(lambda: given(parts))
    found = [(method, path) for method, path in routes_of(app) if "{" in path]
    assert len(found) > 20
    return [(method, path) for method, path in found if "/link/" not in path]


class Victim:
    """A customer with an order, a job, a photo and a screenshot. ids: `customer_id` and so on."""

    def __init__(self, sha256: str, **ids: object) -> None:
        self.names = {
            **{name: str(value) for name, value in ids.items()},
            # Nobody's: it must not show whether there is one.
            "member_id": str(UUID(int=1)),
            "batch_id": str(UUID(int=1)),
            "token": "nothing",
            "slug": "d000",
            "sha256": sha256,
            "attention_id": "1",
            "key": "address",
            "key_id": str(UUID(int=1)),
            "update_id": "1",
        }

    def at(self, path: str) -> str:
        """*path* with this victim's ids in it."""
        return path.format(**self.names)


@pytest.fixture
async def victim(shop: Shop, shelf: Shelf, database: str, owner: Owner, parts: Parts) -> Victim:
    """Ada, who has ordered and paid and has begun to tell of her business."""
    placed = await shop.order(ADA)
    job_id = await shop.pay(placed, ADA)
    shelf.files["ab" * 32] = PICTURE
    await owner.execute("delete from submissions where directory = 'd000'")
    await add_submission(
        database,
        job_id,
        "d000",
        state="live",
        reason="found_live",
        evidence=[("after", "ab" * 32, "image/png")],
        typed=[("business_name", "Name", "Ada's secret bakery")],
    )
    order_id = UUID(placed["order_id"])
    await drafts.seed(parts, order_id, Told(town="the town of the secret bakery", country="US"))
    assert await logos.put(parts, order_id, _square(), "logo.png") == ""
    assert await photos.add(parts, order_id, _square(), "shop.png") == ""
    return Victim(
        "ab" * 32,
        order_id=order_id,
        job_id=job_id,
        customer_id=await owner.fetchval("select id from customers where email = $1", ADA),
        photo_id=await owner.fetchval("select id from draft_photos where order_id = $1", order_id),
    )


def _square() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (240, 240), "navy").save(file, "PNG")
    return file.getvalue()


async def tried(
    visitor: Visitor, method: str, path: str, profile: dict[str, Any]
) -> httpx.Response:
    """One request with everything that a browser would bring along."""
    if method == "POST" and not path.startswith("/api/"):
        return await visitor.post(path, email=ADA, listing_url="https://evil.example/")
    body = profile if method == "PUT" else None
    return await visitor.client.request(method, path, json=body, headers=PAGE)


@pytest.mark.parametrize("who", ["a foreign account", "an order under the same address", "nobody"])
async def test_nothing_of_somebody_elses_is_there(
    who: str,
    visit: Visit,
    shop: Shop,
    victim: Victim,
    owner: Owner,
    targets: list[tuple[str, str]],
    profile: dict[str, Any],
) -> None:
    stranger = await visit()
    if who == "a foreign account":
        await stranger.account("bob@example.com")
    elif who != "nobody":
        placed = await shop.order(ADA)
        stranger.client.cookies.set("dbolt-session", placed["session_token"])
    events = await owner.fetchval("select count(*) from events")
    for method, path in targets:
        answer = await tried(stranger, method, victim.at(path), profile)
        led_away = answer.status_code == 303 and "/sign-in" in answer.headers["location"]
        assert led_away or answer.status_code in {401, 403, 404}, (method, path)
        assert "secret bakery" not in answer.text, path
        assert PICTURE not in answer.content, path
    assert await owner.fetchval("select count(*) from events") == events
    assert await owner.fetchval("select count(*) from profiles") == 0
    assert await owner.fetchval("select max(version) from drafts") == 1
    assert await owner.fetchval("select state from jobs") == "awaiting_profile"


async def test_the_proven_account_opens_all_of_its_own(
    visit: Visit, victim: Victim, targets: list[tuple[str, str]]
) -> None:
    ada = await visit()
    await ada.prove(ADA)
    own = [
        path
        for method, path in targets
        if method == "GET" and not path.startswith(STAFFS) and "stream" not in path
    ]
    assert len(own) >= 6
    for path in own:
        answer = await ada.get(victim.at(path))
        assert answer.status_code in {200, 303}, path
        assert "sign-in" not in answer.headers.get("location", ""), path
    picture = await ada.get(victim.at("/api/v1/evidence/{sha256}"))
    assert picture.content == PICTURE
    page = await ada.get(victim.at("/jobs/{job_id}/directories/{slug}"))
    assert "secret bakery" in page.text
