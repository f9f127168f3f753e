"""What do all ways in have in common? Cookies, what a browser is called, and who may try."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import EmailStr, SecretStr, TypeAdapter, ValidationError
from starlette.datastructures import FormData

from dbolt.store.pool import CONNECTION_LOST
from serve_app import limits
from serve_app.identity import (
    SESSION_S,
    SIGNED_IN_S,
    Customer,
    cookie_name,
    customer_of_cookie,
    put_cookie,
    signature,
    token_hash,
)
from serve_app.parts import parts_of
from serve_app.problems import Problem

_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)

NO_ADDRESS = "This is not an e-mail address; write it like you@your-business.com."

BROWSER = "browser"
"""The cookie by which a customer's browser is known again."""

Next = Annotated[str, Query(alias="next", max_length=2000)]
"""Where to go afterwards: a path of this site."""


def email_in(form: FormData) -> str | None:
    """The e-mail address in *form*, in lower case; None where it is none."""
    try:
        return _EMAIL.validate_python(str(form.get("email", "")).strip()[:254]).lower()
    except ValidationError:
        return None


async def know_visitor(request: Request) -> None:
    """Lets pages say whether somebody is signed in; without a database nobody is."""
    try:
        await customer_of_cookie(request)
    except CONNECTION_LOST:
        request.state.customer = None


async def _own_account(request: Request) -> Customer:
    customer = await customer_of_cookie(request)
    if customer is None:
        raise Problem(401, "Sign in first.")
    return customer


async def _proven_account(customer: Annotated[Customer, Depends(_own_account)]) -> Customer:
    if not customer.verified:
        raise Problem(
            403, "Confirm your e-mail address first: your account's page has a button for it."
        )
    return customer


SomeCustomer = Annotated[Customer, Depends(_own_account)]
"""The customer of this browser's session, even one from an order."""

ProvenCustomer = Annotated[Customer, Depends(_proven_account)]
"""The customer whose account this browser is signed in to."""


def current_hash(request: Request) -> bytes:
    """The hash of the session in this browser; of nothing where there is none."""
    return token_hash(request.cookies.get(cookie_name(request, "session"), ""))


def let_in(request: Request, answer: Response, email: str, token: SecretStr) -> None:
    """Signs this browser in, and has it known as one that was signed in to the account."""
    put_cookie(request, answer, "session", token.get_secret_value(), max_age_s=SIGNED_IN_S)
    know_browser(request, answer, email)


def know_browser(request: Request, answer: Response, who: str, cookie: str = BROWSER) -> None:
    """Has this browser known as one that was signed in to the account of *who*."""
    nonce = known_browser(request, who, cookie) or secrets.token_hex(16)
    signed = _browser_mark(request, nonce, who, cookie)
    put_cookie(request, answer, cookie, f"{nonce}.{signed}", max_age_s=SESSION_S)


def known_browser(request: Request, who: str, cookie: str = BROWSER) -> str:
    """A name for this browser if it has been signed in to the account of *who* before."""
    told = request.cookies.get(cookie_name(request, cookie), "")
    nonce, _, signed = told.partition(".")
    right = hmac.compare_digest(
        signed.encode(), _browser_mark(request, nonce, who, cookie).encode()
    )
    return nonce if right else ""


def _browser_mark(request: Request, nonce: str, who: str, cookie: str) -> str:
    return signature(parts_of(request).secrets.staff_token, cookie, f"{nonce} {who}")


async def take_guess(request: Request, email: str) -> tuple[limits.Limit, str]:
    """One try at the password of *email*; give it back where it was right. Raises Problem(429)."""
    parts = parts_of(request)
    await limits.take(parts, limits.GUESSES_NETWORK, limits.network_of(request))
    browser = known_browser(request, email)
    taken = (
        (limits.GUESSES_BROWSER, f"{browser} {email}")
        if browser
        else (limits.GUESSES_ADDRESS, email)
    )
    await limits.take(parts, *taken)
    return taken


async def take_letter(request: Request, email: str) -> None:
    """One letter to *email*. Raises Problem(429)."""
    parts = parts_of(request)
    await limits.take(parts, limits.LETTERS_NETWORK, limits.network_of(request))
    await limits.take(parts, limits.LETTERS_ADDRESS, email)


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def agent_of(request: Request) -> str:
    """The browser in two or three words, as in "Firefox on Linux": no more of it is kept."""
    told = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in told), "")
    system = next((name for mark, name in _SYSTEMS if mark in told), "")
    if not browser:
        browser = re.sub(r"[^\w .-]", "", told.partition("/")[0], flags=re.ASCII)[:40]
    return " on ".join(part for part in (browser, system) if part)
