"""How are proxies told, and does a complaint keep their secrets?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dbolt.providers.proxies import ProxiesMissing, Proxy, Scheme
from dbolt.providers.proxies.listing import parse
from dbolt.providers.proxies.sources import FileSource, Known, source_of
from tests.support.proxies import Listed

LIST = """
# two of the seller's, one of ours
http://ann:p%40ss%3Aword@proxy.example:3128 country=US label=fast label=isp concurrency=8
socks5h://bob:hunter2@[2001:db8::7]:1080 id=berlin-1 country=de
198.51.100.7:8080:carl:word:with:colons
https://plain.example:443
"""


def test_a_list_says_all_that_is_to_be_known() -> None:
    ann, bob, carl, plain = parse(LIST)
    assert ann.facts.country == "us"
    assert (ann.labels, ann.concurrency) == (("fast", "isp"), 8)
    assert ann.username.get_secret_value() == "ann"
    assert ann.password.get_secret_value() == "p@ss:word"
    assert (bob.id, bob.host, bob.scheme) == ("berlin-1", "2001:db8::7", Scheme.SOCKS5H)
    assert (carl.scheme, carl.port) == (Scheme.HTTP, 8080)
    assert carl.password.get_secret_value() == "word:with:colons"
    assert (plain.id, plain.username.get_secret_value()) == ("plain.example-443", "")


def test_ids_stay_the_same_and_tell_accounts_on_one_host_apart() -> None:
    one, two = parse("http://a:x@h.example:1\nhttp://b:x@h.example:1")
    assert one.id != two.id
    (again,) = parse("http://a:another-password@h.example:1 country=de")
    assert again.id == one.id
    assert one.id.startswith("h.example-1-")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("ftp://u:S3cret@h:1", "begins with one of"),
        ("http://u:S3cret@h", "port is missing"),
        ("http://u:S3cret@h:99999", "port"),
        ("http://u:S3cret@h:port", "port"),
        ("http://u:S3cret#1@h:1", "%2F"),
        ("u:S3cret", "port"),
        ("h:1:u", "looks like"),
        ("http://u:S3cret@h:1 country=usa", "two letters"),
        ("http://u:S3cret@h:1 concurrency=S3cret", "number"),
        ("http://u:S3cret@h:1 S3cret", "come country="),
        ("http://u:S3cret@h:1\nhttp://u:S3cret@h:1", "tell them apart"),
    ],
)
def test_a_complaint_names_the_line_and_repeats_nothing_of_it(line: str, complaint: str) -> None:
    with pytest.raises(ProxiesMissing) as raised:
        parse(line)
    words = repr(raised.value) + str(raised.value) + repr(raised.value.__cause__)
    assert complaint in words
    assert "S3cret" not in words


def test_secrets_are_not_printed() -> None:
    for proxy in parse(LIST):
        for words in (repr(proxy), str(proxy), proxy.model_dump_json(), repr(proxy.facts)):
            assert not any(secret in words for secret in ("p@ss", "hunter2", "colons", "ann"))


async def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "proxies.txt"
    path.write_text("http://h.example:1")
    source = FileSource(path)
    assert [proxy.port for proxy in await source.proxies()] == [1]
    path.write_text("http://h.example:1\nhttp://h.example:2")
    os.utime(path, (1, 1))
    assert [proxy.port for proxy in await source.proxies()] == [1, 2]
    path.write_text("nonsense")
    with pytest.raises(ProxiesMissing):
        await source.proxies()
    path.unlink()
    with pytest.raises(ProxiesMissing, match="cannot be read"):
        await source.proxies()


async def test_a_provider_module_is_named_by_its_path() -> None:
    source = source_of(f"{__name__}:Ours")
    assert source is not None
    (proxy,) = await source.proxies()
    assert proxy.id == "ours"
    assert source_of("") is None
    for wrong in ("no.such.module:Name", f"{__name__}:missing", f"{__name__}:LIST"):
        with pytest.raises(ProxiesMissing):
            source_of(wrong)
    assert isinstance(source_of("proxies.txt"), FileSource)


class Ours:
    """A provider of one proxy."""

    async def proxies(self) -> list[Proxy]:
        return [Proxy(id="ours", scheme=Scheme.HTTP, host="h.example", port=1)]


class Failing(Listed):
    """A source that goes away."""

    gone = False

    async def proxies(self) -> list[Proxy]:
        if self.gone:
            raise RuntimeError("http://u:S3cret@h:1 cannot be read")
        return await super().proxies()


async def test_the_last_list_holds_while_a_source_is_away(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Failing([Proxy(id="p", scheme=Scheme.HTTP, host="h", port=1)])
    known = Known(source)
    assert await known.find("p") is not None
    source.gone = True
    monkeypatch.setattr("dbolt.providers.proxies.sources.UNKNOWN_S", 0.0)
    assert await known.find("other") is None
    assert await known.find("p") is not None
    assert "RuntimeError" in caplog.text
    assert "S3cret" not in caplog.text
