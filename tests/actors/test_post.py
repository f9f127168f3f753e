"""Is the customer told, whatever the mail server does, and by one letter as far as anybody can?"""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from actors.orchestrator import Orchestrator
from actors.post import Office, Post, wait_before_next
from dbolt.domain.lifecycle import State
from dbolt.providers.mail.folder import FolderMail
from dbolt.providers.mail.letters import Complete, complete
from dbolt.providers.mail.smtp import SmtpMail
from dbolt.settings import Settings
from tests.support.queue import (
    QUICK,
    Shop,
    accepted,
    carry_out,
    catalogue,
    lease,
    not_sent,
    until,
)
from tests.support.serving import as_role
from tests.support.smtp import MailServer, mail_server

SENDER = "DirectoryBolt <post@bolt.example>"


async def finished(shop: Shop, post: Post) -> UUID:
    """A job of which one submission was handed in and one failed, with that post."""
    orchestrator = await Orchestrator.open(shop.database, QUICK, post=post)
    shop.open.append(orchestrator)
    await orchestrator.sync_directories(catalogue(2))
    job = await shop.job(orchestrator)
    first, second = await lease(orchestrator, want=2)
    await carry_out(orchestrator, first, accepted())
    await carry_out(orchestrator, second, not_sent())
    while again := await lease(orchestrator, wait_s=0.2):
        await carry_out(orchestrator, again[0], not_sent())
    return job


def through(server: MailServer) -> Post:
    """A post that does not wait."""
    mail = SmtpMail(SecretStr(server.url))
    return Post(mail, SENDER, "https://bolt.example", every_s=0.05)


async def test_the_customer_is_told_what_became_of_the_job(shop: Shop) -> None:
    async with mail_server() as server:
        job = await finished(shop, through(server))
        await until(shop, "select done_at is not null from outbox")
        [letter] = server.letters
    assert letter["To"] == await shop.one("select email from customers")
    assert letter["Subject"] == "Harbor Lane Bakery: handed in to 1 of 2 directories"
    assert letter["Message-ID"] == f"<{await shop.one('select key from outbox')}@bolt.example>"
    text = letter.get_content()
    assert "1  handed in" in text
    assert "1  not possible" in text
    assert f"https://bolt.example/jobs/{job}" in text


async def test_a_letter_written_elsewhere_goes_out_and_nothing_of_it_is_kept(shop: Shop) -> None:
    link = "https://bolt.example/link#opens-an-account"
    letter = {"to": "ada@example.com", "subject": "Sign in", "text": link, "html": f"<p>{link}</p>"}
    async with mail_server() as server:
        shop.open.append(await Orchestrator.open(shop.database, QUICK, post=through(server)))
        async with as_role(shop.database, "dbolt_web") as web:
            await web.execute(
                "insert into outbox (kind, recipient, payload) values ('mail', $1, $2)",
                letter["to"],
                json.dumps(letter),
            )
        await until(shop, "select done_at is not null from outbox")
        [got] = server.letters
    assert (got["To"], got["Subject"]) == ("ada@example.com", "Sign in")
    assert [part.get_content().strip() for part in got.iter_parts()] == [link, f"<p>{link}</p>"]
    assert await shop.one("select payload::text from outbox") == "{}"
    # Of who deletes the account, the last letter is not to say for ever who that was.
    assert await shop.one("select recipient from outbox") == ""


async def test_a_letter_whose_receipt_was_lost_comes_again_under_the_same_key(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.post.FIRST_WAIT_S", 0.1)
    async with mail_server(deaf=1) as server:
        await finished(shop, through(server))
        await until(shop, "select done_at is not null from outbox")
        first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert await shop.one("select tries from outbox") == 2


async def test_who_died_with_a_letter_in_hand_leaves_it_to_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        for name in ("done", "later", "give_up"):
            patch.setattr(f"actors.post.outbox.{name}", dies)
        async with mail_server() as server:
            await finished(shop, through(server))
            await until(shop, "select tries = 1 from outbox")
            await shop.open[-1].close()
    await shop.db.execute("update outbox set not_before = now()")
    async with mail_server() as server:
        shop.open.append(await Orchestrator.open(shop.database, QUICK, post=through(server)))
        await until(shop, "select done_at is not null from outbox")
        assert len(server.letters) == 1


async def test_a_refusal_for_good_is_kept_and_not_tried_again(shop: Shop) -> None:
    async with mail_server(refuse="550 5.1.1 <ada@harborlane.example>: no such user") as server:
        await finished(shop, through(server))
        await until(shop, "select done_at is not null from outbox")
        assert server.letters == []
    # Servers like to quote the address, which is kept with the account and goes with it.
    told = "the mail server said 550 5.1.1 <address>: no such user"
    assert await shop.one("select problem from outbox") == told
    assert await shop.one("select tries from outbox") == 1
    assert shop.open[0].serving


async def test_nobody_is_written_to_after_the_account_was_deleted(shop: Shop) -> None:
    async with mail_server(refuse="451 busy") as server:
        await finished(shop, through(server))
        await until(shop, "select problem <> '' from outbox")
        await shop.open.pop().close()
    session = b"s" * 32
    await shop.db.execute(
        "insert into sessions (token_hash, customer_id, expires_at, proved_at)"
        " select $1, id, now() + interval '1 hour', now() from customers",
        session,
    )
    assert await shop.one("select erase_customer($1)", session) == "erased"
    await shop.db.execute("update outbox set not_before = now()")
    async with mail_server() as server:
        shop.open.append(await Orchestrator.open(shop.database, QUICK, post=through(server)))
        await until(shop, "select done_at is not null from outbox")
        assert server.letters == []


async def test_a_refusal_for_now_is_tried_later(shop: Shop) -> None:
    async with mail_server(refuse="451 busy") as server:
        await finished(shop, through(server))
        await until(shop, "select problem <> '' from outbox")
    waits = "select not_before > now() + interval '10 s' and done_at is null from outbox"
    assert await shop.one(waits)


async def test_without_a_mail_server_letters_are_files(shop: Shop, tmp_path: Path) -> None:
    office = Office.of(Settings(home=tmp_path, public_url="https://bolt.example/"))
    await finished(shop, office.post(None))
    await until(shop, "select done_at is not null from outbox")
    [file] = (tmp_path / "mail").iterdir()
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert letter["Subject"] == "Harbor Lane Bakery: handed in to 1 of 2 directories"
    assert "directories" in str(letter.get_body())


async def test_a_file_is_written_once_however_often_it_is_sent(tmp_path: Path) -> None:
    about = Complete("a@b.example", "Two\nLines", uuid4(), {State.LIVE: 1})
    letter = complete(about, sender=SENDER, key=uuid4(), url="")
    assert letter["Subject"].startswith("Two Lines:")
    for _ in range(2):
        await FolderMail(tmp_path).send(letter)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "url", ["http://u:hunter2@host", "smtp://u:hunter2@", "u:hunter2", "smtp://u:hunter2@h:port"]
)
def test_a_wrong_address_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as raised:
        SmtpMail(SecretStr(url))
    assert "hunter2" not in str(raised.value)


def test_waits_grow_and_end() -> None:
    assert wait_before_next(1, 1.0) == 30.0
    assert wait_before_next(2, 0.0) == 30.0
    assert wait_before_next(40, 1.0) == 6 * 3600.0
