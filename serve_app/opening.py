"""How do the apps' parts come about in production? From settings and the secrets' file.

Runs in each replica: secrets are read there, so that they are in no deployment's description.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from pydantic import BaseModel, ConfigDict

from dbolt.domain.addresses import is_own_machine
from dbolt.providers.evidence.folder import FolderEvidence
from dbolt.providers.payments import Checkout, NoCheckout
from dbolt.providers.payments.standin import StandinCheckout
from dbolt.providers.payments.stripe import StripeCheckout
from dbolt.settings import Secrets, Settings
from dbolt.store.pool import Role, close_pool, open_pool
from serve_app.browsers import RayBrowsers
from serve_app.changes import Changes
from serve_app.counters import Counters
from serve_app.parts import OpenParts, Parts
from serve_app.queue import Queue
from serve_app.supabase import Supabase, SupabaseTerms

POOL_SIZE = 10


class Place(BaseModel):
    """Where a server is: what every replica needs to open its parts. Holds no secret.

    `base_url`: what customers see. `local_url`: where this machine reaches it. `payments`: where
    the stand-in for Stripe keeps its checkouts.
    """

    model_config = ConfigDict(frozen=True)

    secrets_path: Path
    evidence: Path
    base_url: str
    local_url: str
    payments: Path
    stripe_api_base: str = ""
    stripe_tax: bool = False
    trusted_proxies: int = 0
    metrics_loopback: bool = False
    prefill_private: bool = False
    supabase_url: str = ""
    supabase_jwks_url: str = ""
    supabase_emails_confirmed: bool = False
    shown: dict[str, str] = {}
    """The settings as staff may read them."""

    @property
    def https(self) -> bool:
        """Whether customers come over https."""
        return self.base_url.startswith("https://")


def place_of(settings: Settings, secrets_path: Path, port: int) -> Place:
    """The place that *settings* describe, with every path absolute."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    local_url = f"http://{host}:{port}"
    base_url = (settings.public_url or local_url).rstrip("/")
    trusting = settings.metrics_loopback
    return Place(
        secrets_path=secrets_path.resolve(),
        evidence=(settings.home / "evidence").resolve(),
        base_url=base_url,
        local_url=local_url,
        payments=(settings.home / "payments").resolve(),
        stripe_api_base=settings.stripe_api_base,
        stripe_tax=settings.stripe_tax,
        trusted_proxies=settings.trusted_proxies,
        metrics_loopback=_is_loopback(base_url) if trusting is None else trusting,
        prefill_private=settings.prefill_private,
        supabase_url=settings.supabase_url,
        supabase_jwks_url=settings.supabase_jwks_url,
        supabase_emails_confirmed=settings.supabase_emails_confirmed,
        shown=shown(settings),
    )


_ADDRESSES = frozenset({"proxies", "stripe_api_base", "captcha_api_base"})
"""Addresses may hold user names or passwords: only whether they are set is told."""


def shown(settings: Settings) -> dict[str, str]:
    """*settings* by their variables' names, as staff may read them."""
    found = {}
    for name in sorted(Settings.model_fields):
        value = getattr(settings, name)
        text = ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        text = text or "not set"
        if name in _ADDRESSES and value:
            text = "set"
        found[f"DBOLT_{name.upper()}"] = text
    return found


def supabase_of(place: Place, secrets: Secrets) -> Supabase | None:
    """The outside identity service, where one is set up. Raises ValueError where it is unsafe."""
    if not place.supabase_url:
        return None
    terms = SupabaseTerms(
        url=place.supabase_url,
        jwks_url=place.supabase_jwks_url,
        secret=secrets.supabase_jwt_secret,
        emails_confirmed=place.supabase_emails_confirmed,
    )
    return Supabase(terms)


def checkout_of(place: Place, secrets: Secrets) -> Checkout:
    """Stripe with a key; without one the stand-in, on a server that only this machine reaches.

    Anybody can pay at the stand-in, so a server that others reach goes without payments instead.
    """
    if secrets.stripe_secret_key is not None:
        return StripeCheckout(
            secrets.stripe_secret_key, api_base=place.stripe_api_base, tax=place.stripe_tax
        )
    private = _is_loopback(place.local_url) and _is_loopback(place.base_url)
    return StandinCheckout(place.payments) if private else NoCheckout()


def _is_loopback(url: str) -> bool:
    return is_own_machine(urlsplit(url).hostname or "")


def opener(place: Place, queue: Queue, *, live: bool = True) -> OpenParts:
    """What an app's lifespan calls. *live*: whether it listens for changes."""

    @asynccontextmanager
    async def open_parts() -> AsyncIterator[Parts]:
        secrets = Secrets.load(place.secrets_path)
        url = secrets.database_url_web or secrets.database_url
        checkout = checkout_of(place, secrets)

        async def listen() -> asyncpg.Connection[asyncpg.Record]:
            return await asyncpg.connect(
                url.get_secret_value(), server_settings={"role": Role.WEB.value}, timeout=10
            )

        changes = Changes(listen)
        pool = await open_pool(url, Role.WEB, max_size=POOL_SIZE)
        counters = Counters()
        try:
            async with changes.running() if live else nullcontext(), counters.running(pool):
                yield Parts(
                    pool=pool,
                    queue=queue,
                    browsers=RayBrowsers(),
                    changes=changes,
                    evidence=FolderEvidence(place.evidence),
                    checkout=checkout,
                    secrets=secrets,
                    base_url=place.base_url,
                    webhook_url=(
                        f"{place.local_url}/webhooks/stripe"
                        if isinstance(checkout, StandinCheckout)
                        else None
                    ),
                    counters=counters,
                    supabase=supabase_of(place, secrets),
                    proxies=place.trusted_proxies,
                    metrics_loopback=place.metrics_loopback,
                    prefill_private=place.prefill_private,
                    shown=place.shown,
                )
        finally:
            await close_pool(pool)
            await checkout.close()

    return open_parts
