"""Does the town open, tell what it holds, keep it over a kill, and forget it on request?"""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dbolt.domain.directory import Policy
from dbolt.sandbox import sites as sites_folder
from dbolt.sandbox.sites import discover
from dbolt.sandbox.store import Store
from dbolt.sandbox.town import Town, TownError
from tests.sandbox.people import FORMS, NAME, submit
from tests.support.town import RunningTown


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The town as its own process, with its first line."""
    command = [sys.executable, "-m", "dbolt.sandbox", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline()
        finally:
            running.kill()


def post(base: str, slug: str, path: str, form: dict[str, str]) -> httpx.Response:
    """One post to a site over the loopback address."""
    return httpx.post(base + path, data=form, headers={"Host": f"{slug}.localhost"})


def test_every_file_in_the_folder_is_a_site() -> None:
    files = {
        p.stem for p in Path(sites_folder.__file__).parent.glob("*.py") if p.stem != "__init__"
    }

    found = discover()
    assert len(found) == len(files) >= 26
    assert {slug.replace("-", "_") for slug in found} == files
    assert len({site.layout for site in found.values() if site.listens}) == len(found) - 1
    assert all(site.hard.endswith(".") for site in found.values())


def test_the_catalogue_entries_carry_no_hint_on_any_form(town: RunningTown) -> None:
    entries = town.directories()

    assert [e.slug for e in entries] == [s["slug"] for s in town.sites()]
    for entry in entries:
        assert entry.recipe.model_copy(update={"search": None}) == type(entry.recipe)()
        assert entry.submit_url.startswith(f"http://{entry.slug}.localhost:")
        assert entry.pace.spacing_s <= 0.2
    assert [e.slug for e in entries if e.policy is not Policy.AUTO] == ["handwritten"]
    assert {e.language for e in entries} == {"en", "de", "es", "fr"}


def test_the_town_tells_counts_and_expectations(town: RunningTown) -> None:
    submit(town, "cleanlist")
    submit(town, "link-garden")

    told = {s["slug"]: s for s in town.sites()}
    assert told["cleanlist"]["counts"]["published"] == 1
    assert told["link-garden"]["counts"]["pending"] == 1
    assert told["signpost"]["expected"] == {
        "state": "needs_person",
        "reason": "captcha",
        "also": [],
    }
    assert told["nightjar"]["expected"]["reason"] == "unreachable"


def test_the_index_page_lists_all_sites(town: RunningTown) -> None:
    page = httpx.get(town.base_url + "/").text

    assert len(re.findall("<h2>", page)) == len(discover())
    assert town.url("cleanlist", "/add-your-listing") in page


def test_an_unknown_host_or_path_is_not_found(town: RunningTown) -> None:
    with town.visitor("no-such-site") as visitor:
        assert visitor.get("/").status_code == 404
    for path in ("/_town", "/_town/cleanlist/secrets", "/_town/nobody/listings", "/x"):
        assert httpx.get(town.base_url + path).status_code == 404
    with town.visitor("cleanlist") as visitor:
        assert visitor.get("/_town/sites").status_code == 404


def test_a_reset_forgets_listings_sessions_and_mails(town: RunningTown) -> None:
    submit(town, "verifile")
    submit(town, "town-square", trader="Ferry Books", phone="207-555-0199")
    assert httpx.post(town.base_url + "/_town/reset").status_code == 200

    assert town.listings("verifile") == town.mails("verifile") == []
    assert [x["fields"]["business_name"] for x in town.listings("town-square")] == [NAME]
    submit(town, "verifile")
    assert [x["id"] for x in town.listings("verifile")] == [1]


def test_a_killed_town_forgets_nothing_it_has_said(tmp_path: Path) -> None:
    path, form = FORMS["cleanlist"]
    arguments = ("--port", "0", "--data", str(tmp_path))
    with process(*arguments) as (running, ready):
        found = re.search(r"with (\d+) sites is open at (http://127\.0\.0\.1:\d+)/", ready)
        assert found is not None
        for _ in range(3):
            assert post(found[2], "cleanlist", path, form).status_code == 200
        down = httpx.get(found[2] + "/_town/sites").json()
        running.kill()
        running.wait()

    with process(*arguments) as (running, ready):
        found = re.search(r"http://[^/]+", ready)
        assert found is not None
        kept = httpx.get(found[0] + "/_town/cleanlist/listings").json()
        again = httpx.get(found[0] + "/_town/sites").json()
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""

    assert [x["fields"]["business_name"] for x in kept] == [NAME] * 3
    # The site that is down stays at its address, so that what was noted of it stays true.
    urls = [next(s["url"] for s in told if s["slug"] == "nightjar") for told in (down, again)]
    assert urls[0] == urls[1]


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_gets_one_sentence(tmp_path: Path, port: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dbolt.sandbox", f"--port={port}", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == f"{port} is no port; take one from 1 to 65535, or 0 for any free one\n"


async def test_a_taken_port_or_an_unusable_folder_gets_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TownError, match=r"cannot listen on .*: Address already in use"):
            await Town(tmp_path, port=taken.getsockname()[1]).start()

    (tmp_path / "file").write_text("")
    with pytest.raises(TownError, match="cannot keep data in"):
        await Town(tmp_path / "file" / "town").start()


async def test_data_that_is_none_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cleanlist.sqlite").write_text("no database at all, but long enough to be read")

    with pytest.raises(TownError, match=r"cannot read .* move the folder away"):
        await Town(tmp_path).start()


def test_a_column_that_is_new_is_added_to_old_data(tmp_path: Path) -> None:
    old = Store(tmp_path / "a.sqlite", "listings", ("name",))
    old.add({"name": NAME})
    old.close()

    new = Store(tmp_path / "a.sqlite", "listings", ("name", "city"))
    assert new.add({"name": NAME, "city": "Portland"}) == 2
    assert [row["city"] for row in new.rows()] == ["", "Portland"]
    new.close()


@pytest.mark.parametrize(
    ("slug", "path", "kind", "body"),
    [
        ("reactory", "/graphql", "application/json", b"{nothing"),
        ("instalist", "/api/posts", "application/json", b"[1, 2]"),
        ("step-right", "/join/9", "application/x-www-form-urlencoded", b"org=x"),
        ("brandboard", "/brands/add", "multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ],
)
def test_nonsense_gets_an_answer(
    town: RunningTown, slug: str, path: str, kind: str, body: bytes
) -> None:
    with town.visitor(slug) as visitor:
        answer = visitor.post(path, content=body, headers={"Content-Type": kind})

    assert answer.status_code < 500
    assert town.listings(slug) == []


async def test_a_town_opens_again_after_it_was_closed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    path, form = FORMS["localoop"][0], {"commit": ""}
    for _ in range(2):
        await town.start()
        async with httpx.AsyncClient(base_url=town.base_url) as client:
            answer = await client.post(path, data=form, headers={"Host": "localoop.localhost"})
            assert answer.status_code == 422
        await town.stop()

    with pytest.raises(TownError, match="closed"):
        _ = town.port
    assert town.directories() == []


async def test_visitors_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    town = Town(tmp_path)
    await town.start()
    path, form = FORMS["cleanlist"]

    async def one(client: httpx.AsyncClient, number: int) -> None:
        mine = {**form, "name": f"{NAME} {number}"}
        answer = await client.post(path, data=mine, headers={"Host": "cleanlist.localhost"})
        assert f"{NAME} {number} is on the list" in answer.text

    async with httpx.AsyncClient(base_url=town.base_url) as client:
        await asyncio.gather(*(one(client, n) for n in range(20)))
        told = (await client.get("/_town/cleanlist/listings")).json()
    await town.stop()

    assert {x["fields"]["business_name"] for x in told} == {f"{NAME} {n}" for n in range(20)}
