"""Do tokens of an outside identity service open what is theirs, and forged ones nothing?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from dbolt.settings import Secrets, Settings
from serve_app.opening import place_of, supabase_of
from serve_app.parts import Parts
from serve_app.site import build_site
from serve_app.supabase import REFRESH_S, Supabase, SupabaseTerms
from tests.support.selling import Shop, given
from tests.support.serving import client_of

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA = "ada@example.com"
SECRET = "a-shared-secret-of-a-project-that-is-long-enough"


@dataclass
class Issuer:
    """A project's keys, and the loopback server that publishes them."""

    url: str = ""
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    asked: int = 0
    broken: bool = False

    def new_key(self, name: str) -> None:
        """One more key, published at once."""
        self.keys[name] = ec.generate_private_key(ec.SECP256R1())

    def claims(self, **more: Any) -> dict[str, Any]:
        """What a fresh token says."""
        now = int(time.time())
        return {
            "iss": f"{self.url}/auth/v1",
            "aud": "authenticated",
            "role": "authenticated",
            "sub": str(uuid4()),
            "email": ADA,
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
            **more,
        }

    def token(self, name: str = "first", **more: Any) -> str:
        """A token signed by one of the keys; None takes a claim away."""
        claims = {key: value for key, value in self.claims(**more).items() if value is not None}
        return jwt.encode(claims, self.keys[name], algorithm="ES256", headers={"kid": name})

    def document(self) -> bytes:
        """The public keys as JWKS."""
        found = []
        for name, key in self.keys.items():
            told = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
            found.append(told | {"kid": name, "alg": "ES256", "use": "sig"})
        return json.dumps({"keys": found}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request over HTTP."""
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = b"<html>" if self.broken else self.document()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """The identity service."""
    found = Issuer()
    found.new_key("first")
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    async with server:
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield found


Ask = Callable[[str], Awaitable[httpx.Response]]


@pytest_asyncio.fixture
async def ask(parts: Parts, issuer: Issuer) -> AsyncIterator[Ask]:
    """Lists the jobs of whom a token names."""
    terms = SupabaseTerms(url=issuer.url, secret=SecretStr(SECRET))
    trusting = replace(parts, supabase=Supabase(terms))
    async with client_of(build_site(lambda: given(trusting))) as client:

        async def one(token: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return await client.get("/api/v1/jobs", headers=headers)

        yield one


async def test_a_token_opens_what_was_ordered_under_its_proven_address(
    ask: Ask, issuer: Issuer, shop: Shop, owner: Owner
) -> None:
    job_id, _ = await shop.paid_job(ADA)
    await shop.paid_job("bob@example.com")
    subject = str(uuid4())
    answer = await ask(issuer.token(sub=subject))
    assert [item["id"] for item in answer.json()["items"]] == [str(job_id)]
    row = await owner.fetchrow("select * from customers where email = $1", ADA)
    assert row is not None
    assert str(row["auth_subject"]) == subject
    # From now on the account is found by its user, whatever the address in the token says.
    moved = await ask(issuer.token(sub=subject, email="moved@example.com", email_verified=None))
    assert [item["id"] for item in moved.json()["items"]] == [str(job_id)]
    assert issuer.asked == 1


async def test_an_address_that_is_not_proven_opens_nothing(
    ask: Ask, issuer: Issuer, shop: Shop, owner: Owner
) -> None:
    await shop.paid_job(ADA)
    for doubtful in (
        {"email_verified": None},
        {"email_verified": False},
        # Users write this one themselves.
        {"email_verified": None, "user_metadata": {"email_verified": True}},
        {"email": None},
        {"email": "", "phone": "15550100", "phone_verified": True},
        {"email": "no address"},
    ):
        answer = await ask(issuer.token(**doubtful))
        assert answer.status_code == 403, doubtful
    vouched = {"email_verified": None, "app_metadata": {"email_verified": True}}
    assert (await ask(issuer.token(**vouched))).status_code == 200
    # Another user of the service does not get the same account.
    assert (await ask(issuer.token())).status_code == 403
    assert await owner.fetchval("select count(*) from customers") == 1


async def test_a_project_that_confirms_addresses_is_believed_where_staff_say_so(
    issuer: Issuer,
) -> None:
    token = issuer.token(email_verified=None)
    for confirmed, email in ((False, None), (True, ADA)):
        terms = SupabaseTerms(url=issuer.url, emails_confirmed=confirmed)
        person = await Supabase(terms).person(token)
        assert person is not None
        assert person.email == email


async def test_forged_and_foreign_tokens_open_nothing(
    ask: Ask, issuer: Issuer, owner: Owner
) -> None:
    now = int(time.time())
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = issuer.keys["first"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = issuer.claims()
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signed(key: Any, algorithm: str, kid: str = "first") -> str:
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})

    whole = issuer.token()
    head, body, signature = whole.split(".")
    forged = {
        "late": issuer.token(exp=now - 60),
        "without an end": issuer.token(exp=None),
        "not yet": issuer.token(nbf=now + 600),
        "for others": issuer.token(aud="somebody-else"),
        "from others": issuer.token(iss="https://evil.example/auth/v1"),
        "of nobody": issuer.token(sub=None),
        "no user": issuer.token(sub="not-a-uuid"),
        "anonymous": issuer.token(is_anonymous=True),
        "service": issuer.token(role="service_role"),
        "stranger": signed(stranger, "ES256"),
        "unknown key": signed(stranger, "ES256", "other"),
        "RSA": signed(rsa_key, "RS256"),
        "wrong secret": signed("x" * 40, "HS256"),
        "unsigned": jwt.encode(claims, None, algorithm="none"),
        "no signature": f"{head}.{body}.",
        "cut": f"{head}.{body}.{signature[:-4]}",
        "huge": issuer.token(more="x" * 9000),
        "dots": "..",
        "noise": "a.b.c",
    }
    # The public key taken for a secret: PyJWT refuses to sign so, so the token is made by hand.
    forged["confused"] = _hs256_by_hand(claims, pem)
    for name, token in forged.items():
        assert (await ask(token)).status_code == 401, name
    assert await owner.fetchval("select count(*) from customers") == 0
    assert (await ask(whole)).status_code == 200


def _hs256_by_hand(claims: dict[str, Any], key: bytes) -> str:
    import base64
    import hmac

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "first"}).encode())
    body = part(json.dumps(claims).encode())
    return f"{head}.{body}.{part(hmac.digest(key, f'{head}.{body}'.encode(), 'sha256'))}"


async def test_a_shared_secret_works_where_it_is_set_and_only_there(
    ask: Ask, issuer: Issuer
) -> None:
    token = jwt.encode(issuer.claims(), SECRET, algorithm="HS256")
    assert (await ask(token)).status_code == 200
    assert await Supabase(SupabaseTerms(url=issuer.url)).person(token) is None
    assert issuer.asked == 0


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def test_keys_change_and_made_up_names_do_not_make_us_ask_without_end(
    issuer: Issuer,
) -> None:
    clock = Clock()
    service = Supabase(SupabaseTerms(url=issuer.url), clock_s=clock)
    old = issuer.token()
    assert await service.person(old) is not None
    for number in range(50):
        forged = issuer.keys["first"]
        made_up = jwt.encode(
            issuer.claims(), forged, algorithm="ES256", headers={"kid": f"made up {number}"}
        )
        assert await service.person(made_up) is None
    assert issuer.asked == 1
    issuer.new_key("second")
    fresh = issuer.token("second")
    assert await service.person(fresh) is None
    clock.now_s += REFRESH_S
    assert all(await asyncio.gather(*(service.person(fresh) for _ in range(20))))
    assert issuer.asked == 2
    # A key that the project has withdrawn is good no more once the set is fetched anew.
    del issuer.keys["first"]
    assert await service.person(old) is not None
    clock.now_s += 601
    assert await service.person(old) is None
    # A service that is broken for a while does not shut everybody out.
    issuer.broken = True
    clock.now_s += 601
    assert await service.person(fresh) is not None
    assert issuer.asked == 4


def test_keys_over_a_line_that_others_can_change_are_refused() -> None:
    with pytest.raises(ValueError, match="https://"):
        Supabase(SupabaseTerms(url="http://project.supabase.example"))


async def test_the_settings_say_whom_to_trust(tmp_path: Path, issuer: Issuer) -> None:
    secrets = Secrets(
        database_url=SecretStr("postgresql:///x"),
        stripe_webhook_secret=SecretStr("whsec_x"),
        staff_token=SecretStr("staff"),
        supabase_jwt_secret=SecretStr(SECRET),
    )
    assert supabase_of(place_of(Settings(home=tmp_path), tmp_path / "s", 1), secrets) is None
    settings = Settings(home=tmp_path, supabase_url=issuer.url, supabase_emails_confirmed=True)
    service = supabase_of(place_of(settings, tmp_path / "s", 1), secrets)
    assert service is not None
    for token in (
        issuer.token(email_verified=None),
        jwt.encode(issuer.claims(email_verified=False), SECRET, algorithm="HS256"),
    ):
        person = await service.person(token)
        assert person is not None
        assert person.email == ADA
    assert SECRET not in repr(secrets)
