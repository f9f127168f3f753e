"""Can a business's website that a browser opens lead it into our own network, or keep it busy?

127.0.0.2 stands for the internet here, and 127.0.0.1 for what nobody may reach.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from playwright.async_api import Page

from dbolt.browser import website
from dbolt.browser.chromium import find_chromium
from dbolt.browser.guard import Guard
from dbolt.browser.instance import Instance
from dbolt.browser.outside import Lookup
from dbolt.browser.website import Limits, Visitor, contact_pages, read_website
from dbolt.domain.addresses import Address, is_public
from dbolt.domain.website import WebsiteNotRead, WebsiteRead
from tests.support.site import Asked, Said, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

OUTSIDE = "127.0.0.2"
QUICK = Limits(total_s=20, page_s=6, settle_s=2.5)


class Names:
    """A name server; the last answer to a name holds for ever."""

    def __init__(self, **answers: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): told for name, told in answers.items()}

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        with contextlib.suppress(ValueError):
            return [ipaddress.ip_address(host)]
        told = self._answers.get(host)
        if told is None:
            raise OSError(f"no {host}")
        return [ipaddress.ip_address(told.pop(0) if len(told) > 1 else told[0])]


class Every:
    """All ports."""

    def __contains__(self, port: object) -> bool:
        return True


def lookup(names: Names | None = None) -> Lookup:
    def permitted(address: Address) -> bool:
        return str(address) == OUTSIDE or is_public(address)

    return Lookup(permitted=permitted, ports=Every(), resolve=(names or Names()).resolve)


async def read(
    url: str, where: Lookup | None = None, limits: Limits = QUICK
) -> WebsiteRead | WebsiteNotRead:
    visitor = Visitor(find_chromium(), "https://us.example", limits)
    return await read_website(url, visitor, where or lookup())


@contextlib.asynccontextmanager
async def deaf_udp() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A UDP port of the private side, and what arrives there."""
    heard: list[bytes] = []

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            heard.append(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1], heard
    finally:
        transport.close()


DRAWN = """<!doctype html><title>Shop</title><a href="/about">About</a>
<div id="app"></div><script type="module">
const told = await (await fetch("/facts.json")).json();
document.getElementById("app").innerHTML = `<p>Harbor Lane Bakery</p>
  <a href="tel:${told.phone}">Call</a> <a href="/kontakt#top">Write</a>
  <a href="/impressum">Imprint</a> <a href="/contact-us">Contact</a>`;
const box = document.body.appendChild(document.createElement("x-hours"));
box.attachShadow({mode: "open"}).innerHTML = "<p>In the shadow</p>";
</script>"""


async def test_what_scripts_draw_is_read_with_two_pages_more() -> None:
    pages = {
        "/": DRAWN,
        "/facts.json": Said('{"phone": "+12125550142"}', headers={"Content-Type": "text/json"}),
        "/kontakt": "<p>Kontakt",
        "/impressum": "<p>Impressum",
    }
    async with Site(pages, host=OUTSIDE) as shop:
        got = await read(f"{shop.url}/")
        assert isinstance(got, WebsiteRead)
        assert [page.url for page in got.pages] == [
            f"{shop.url}/",
            f"{shop.url}/kontakt",
            f"{shop.url}/impressum",
        ]
        assert 'href="tel:+12125550142"' in got.pages[0].html
        assert "In the shadow" in got.pages[0].html
        agents = {asked.headers["user-agent"] for asked in shop.asked}
        assert all("DirectoryBolt/" in agent for agent in agents), agents
        assert shop.asked[0].path == "/robots.txt"
        assert shop.to("/contact-us") == []


def test_further_pages_are_of_the_same_host_and_two_at_most() -> None:
    links = [
        ("http://a.example/Contact#form", "x"),
        ("http://b.example/contact", "Contact"),
        ("mailto:x@a.example", "Contact"),
        ("http://a.example/", "Contact"),
        ("http://a.example/p7", "Mentions légales et contact"),
        ("http://a.example/imprint", ""),
    ]
    assert contact_pages("http://a.example/", links) == [
        "http://a.example/Contact",
        "http://a.example/p7",
    ]


def hostile(inside: str, udp: int) -> str:
    host = inside.removeprefix("http://")
    return f"""<!doctype html><title>Hostile</title><p>Hello
<img src="{inside}/img"><iframe src="{inside}/frame"></iframe>
<link rel="stylesheet" href="{inside}/style"><script src="{inside}/script"></script>
<link rel="prefetch" href="{inside}/prefetch"><link rel="preconnect" href="{inside}">
<video src="{inside}/video"></video><object data="{inside}/object"></object>
<iframe src="http://localhost:{host.rpartition(":")[2]}/named"></iframe>
<iframe src="http://[::1]/six"></iframe><iframe src="http://169.254.169.254/latest"></iframe>
<iframe srcdoc="<script>fetch('{inside}/srcdoc')</script>"></iframe>
<form id="f" method="post" action="{inside}/form" target="w"></form><iframe name="w"></iframe>
<script>
fetch("{inside}/fetch").catch(() => 0);
fetch("{inside}/cors", {{mode: "no-cors", method: "POST", body: "x"}}).catch(() => 0);
navigator.sendBeacon("{inside}/beacon", "x");
new WebSocket("ws://{host}/socket");
new EventSource("{inside}/events");
window.open("{inside}/window");
document.getElementById("f").submit();
const code = `fetch("{inside}/worker").catch(() => 0); new WebSocket("ws://{host}/ws")`;
new Worker(URL.createObjectURL(new Blob([code])));
for (const frame of [window, document.querySelector("iframe[srcdoc]").contentWindow])
  try {{
    const call = new frame.RTCPeerConnection({{iceServers: [
      {{urls: "stun:127.0.0.1:{udp}"}},
      {{urls: "turn:{host}?transport=tcp", username: "u", credential: "p"}},
    ]}});
    call.createDataChannel("x");
    call.createOffer().then((offer) => call.setLocalDescription(offer));
  }} catch (e) {{ document.title += " " + e.name; }}
try {{ new WebTransport("https://127.0.0.1:{udp}/"); }} catch (e) {{ }}
</script>"""


async def test_nothing_that_a_page_can_do_leads_inside() -> None:
    async with deaf_udp() as (udp, heard), Site({"/": "secret"}) as inside:
        pages = {"/": hostile(inside.url, udp)}
        async with Site(pages, host=OUTSIDE) as shop:
            got = await read(f"{shop.url}/")
        assert isinstance(got, WebsiteRead), got
        assert inside.asked == []
        assert heard == []
        assert any(inside.url.removeprefix("http://") in one for one in got.kept_out)
        assert any(one.startswith("169.254.169.254:80") for one in got.kept_out)


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "target",
    [
        "{inside}/",
        pytest.param("http://169.254.169.254/latest/", marks=LONG),
        pytest.param("file:///etc/passwd", marks=LONG),
    ],
)
async def test_a_redirect_of_any_kind_does_not_lead_inside(target: str) -> None:
    async with Site({"/": "secret root:x:0"}) as inside:
        target = target.format(inside=inside.url)
        pages = {
            "/": Said("", 302, {"Location": target}),
            "/script": f"<script>location.href = '{target}'</script>",
            "/meta": f'<meta http-equiv="refresh" content="0;url={target}">',
        }
        async with Site(pages, host=OUTSIDE) as shop:
            for path in pages:
                got = await read(shop.url + path)
                told = got.problem if isinstance(got, WebsiteNotRead) else got.pages[0].html
                assert "root:" not in told
                assert "secret" not in told
                assert len(shop.to(path)) == 1
        assert inside.asked == []


async def test_a_name_that_moves_inside_stays_where_it_was() -> None:
    async with Site({"/": "secret"}) as inside:
        port = inside.url.rpartition(":")[2]
        page = f"""<p>Hello<script>
        for (let n = 0; n < 5; n++) fetch("http://moving.example:{port}/?" + n).catch(() => 0);
        </script><iframe src="http://moving.example:{port}/frame"></iframe>"""
        async with Site({"/": page}, host=OUTSIDE) as shop:
            names = Names(moving_example=[OUTSIDE, "127.0.0.1"])
            outside = shop.url.rpartition(":")[2]
            got = await read(f"http://moving.example:{outside}/", lookup(names))
            assert isinstance(got, WebsiteRead), got
            assert names.asked == ["moving.example"]
        assert inside.asked == []
        # Had it moved before we came, it would have been refused.
        late = Names(moving_example=["127.0.0.1"])
        got = await read(f"http://moving.example:{port}/", lookup(late))
        assert isinstance(got, WebsiteNotRead)
        assert "not on the public internet" in got.problem
        assert inside.asked == []


async def test_a_connection_is_not_used_for_another_host() -> None:
    """Over plain HTTP a proxy's connection may carry requests for several hosts."""
    async with Site({"/": "secret"}) as inside:
        then = f"fetch('{inside.url}/')"
        page = f"<p>Hi<script>fetch('/more').then(() => {then}).catch(() => 0);</script>"
        keep = {"Connection": "keep-alive"}
        pages = {"/": Said(page, headers=keep), "/more": Said("x", headers=keep)}
        async with Site(pages, host=OUTSIDE) as shop:
            assert isinstance(await read(f"{shop.url}/"), WebsiteRead)
            assert len(shop.to("/more")) == 1
            assert all(asked.path in {"/", "/more", "/robots.txt"} for asked in shop.asked)
        assert inside.asked == []


LIES = """<p>Hi<a href="/contact">Contact</a><script>
  String.prototype.slice = () => "a".repeat(5e7);
  Array.prototype.map = () => [1];
  Object.defineProperty(Element.prototype, "outerHTML", {get: () => ({
    length: {}, slice: () => "a".repeat(5e7) })});
</script>"""


async def test_a_page_cannot_answer_our_questions_in_its_own_way() -> None:
    async with Site({"/": LIES, "/contact": "<p>C"}, host=OUTSIDE) as shop:
        got = await read(f"{shop.url}/")
        assert isinstance(got, WebsiteRead), got
        assert [page.url for page in got.pages] == [f"{shop.url}/", f"{shop.url}/contact"]
    assert "<p>Hi" in got.pages[0].html


BOUNDLESS = ("drip", "flood", "bomb", "heap", "alerts")


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b"<p>more"
        await asyncio.sleep(0.02)


async def _flood() -> AsyncIterator[bytes]:
    for _ in range(1600):
        yield b"<p>a word" * 7_300


@pytest.mark.parametrize(
    "path",
    ["/loop", *(pytest.param(f"/{one}", marks=LONG) for one in BOUNDLESS)],
)
async def test_time_bytes_and_memory_are_bounded(path: str) -> None:
    bomb = gzip.compress(b"<p>" + b"a" * 900_000_000, 1)
    pages = {
        "/drip": Said("", more=_drip()),
        "/flood": Said("", more=_flood()),
        "/loop": "<p>x<script>for (;;);</script>",
        "/bomb": Said(bomb, headers={"Content-Encoding": "gzip"}),
        "/heap": "<p>x<script>const a = []; setInterval(() => {"
        "for (let n = 0; n < 20; n++) a.push(new Uint8Array(1e7).fill(1)); }, 1)</script>",
        "/alerts": "<p>x<script>for (;;) alert(1);</script>",
    }
    async with Site(pages, host=OUTSIDE) as shop:
        started = time.monotonic()
        limits = Limits(total_s=12, page_s=4, settle_s=2, most_bytes=3_000_000, memory_mb=700)
        got = await read(shop.url + path, limits=limits)
        assert time.monotonic() - started < 45
        if isinstance(got, WebsiteRead):
            assert len(got.pages[0].html) <= 2_000_000
        else:
            assert got.problem.endswith("type it in instead.") or "cannot be opened" in got.problem


def certificate(name: str, folder: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS as *name*; no browser trusts who signed it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "pem").write_bytes(made.public_bytes(Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return context


@contextlib.asynccontextmanager
async def tab_behind(guard: Guard) -> AsyncIterator[Page]:
    """A tab of a Chromium as websites are opened in, but for certificates, which it takes all."""
    instance = await Instance.start(find_chromium(), None, website.switches(guard))
    try:
        context = await instance.chromium.new_context(ignore_https_errors=True)
        yield await context.new_page()
    finally:
        await instance.stop()


async def test_tls_goes_through_the_guard_to_the_address_that_was_looked_at(
    tmp_path: Path,
) -> None:
    tls = certificate("shop.example", tmp_path)
    script = """<p>Hi<script>
      const socket = new WebSocket(`wss://${location.host}/socket`);
      fetch("https://inside.example:%d/").catch(() => fetch("/more"));
    </script>"""
    async with Site({"/": "secret"}, tls=tls) as inside:
        port = int(inside.url.rpartition(":")[2])
        pages = {"/": script % port, "/more": "more"}
        async with Site(pages, tls=tls, host=OUTSIDE) as shop:
            url = f"https://shop.example:{shop.url.rpartition(':')[2]}/"
            names = Names(
                shop_example=[OUTSIDE, "127.0.0.1"], inside_example=["127.0.0.1", OUTSIDE]
            )
            async with (
                Guard(lookup(names), most_bytes=1_000_000) as guard,
                tab_behind(guard) as tab,
            ):
                answer = await tab.goto(url, wait_until="networkidle")
                assert answer is not None
                assert answer.status == 200
                assert await tab.inner_text("p") == "Hi"
                assert guard.kept_out == (f"inside.example:{port}, not a public address",)
            asked = [one.path for one in shop.asked]
            assert sorted(asked) == ["/", "/more", "/socket"]
            # By itself our browser believes no certificate that nobody vouches for.
            told = await read(url, lookup(Names(shop_example=[OUTSIDE])))
            assert isinstance(told, WebsiteNotRead)
            assert len(shop.asked) == len(asked)
        assert inside.asked == []


async def test_what_a_browser_posts_arrives_whole_through_the_guard(tmp_path: Path) -> None:
    """A body of any length, its answer in pieces, and the next request anew."""
    got: list[int] = []

    def keep(asked: Asked) -> Said:
        got.append(len(asked.body))
        return Said("", more=_pieces())

    async with Site({"/": "<p>Hi", "/keep": keep}, host=OUTSIDE) as shop:
        async with Guard(lookup(), most_bytes=9_000_000) as guard, tab_behind(guard) as tab:
            await tab.goto(f"{shop.url}/")
            post = """async (n) => (await (await fetch("/keep", {method: "POST",
              body: "x".repeat(n)})).text()).length"""
            answered = [await tab.evaluate(post, size) for size in (0, 1, 300_000, 2_000_000)]
    assert got == [0, 1, 300_000, 2_000_000]
    assert answered == [30_000] * 4


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield b"y" * 10_000


async def test_robots_txt_is_kept_for_each_page() -> None:
    rules = "User-agent: DirectoryBolt\nDisallow: /contact\nDisallow: /closed"
    home = '<p>Hi<a href="/contact">Contact</a><a href="/imprint">Imprint</a>'
    pages = {"/robots.txt": rules, "/": home, "/imprint": "<p>I", "/contact": "<p>C", "/closed": ""}
    async with Site(pages, host=OUTSIDE) as shop:
        got = await read(f"{shop.url}/")
        assert isinstance(got, WebsiteRead)
        assert [page.url for page in got.pages] == [f"{shop.url}/", f"{shop.url}/imprint"]
        refused = await read(f"{shop.url}/closed")
        assert isinstance(refused, WebsiteNotRead)
        assert "robots.txt" in refused.problem
        assert shop.to("/contact") + shop.to("/closed") == []


async def test_nothing_is_left_of_the_browser(tmp_path: Path) -> None:
    async with Site({"/": "<p>Hi"}, host=OUTSIDE) as shop:
        visitor = Visitor(find_chromium(), limits=QUICK, run_parent=tmp_path)
        assert isinstance(await read_website(f"{shop.url}/", visitor, lookup()), WebsiteRead)
    assert list(tmp_path.iterdir()) == []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    gone = await read(f"http://{OUTSIDE}:{nobody}/")
    assert isinstance(gone, WebsiteNotRead)
