"""People with browsers at the site: forms with their tokens, cookies, and the letters they get."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
PASSWORD = "seven grey herons at dawn"


class Visitor:
    """One browser."""

    def __init__(self, client: httpx.AsyncClient, database: str) -> None:
        self.client, self._database = client, database
        self._token = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A page."""
        return await self.client.get(path, headers=PAGE | headers)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """A form, with the token that this browser was given."""
        if not self._token:
            found = re.search(r'"form_token" value="(\w+)"', (await self.get("/sign-up")).text)
            assert found is not None
            self._token = found[1]
        return await self.client.post(
            path, data={"form_token": self._token, **fields}, headers=PAGE
        )

    async def letters(self, email: str) -> list[dict[str, Any]]:
        """What was written to an address, oldest first."""
        return await letters_to(self._database, email)

    async def link(self, email: str, number: int = -1) -> str:
        """The path of the link in a letter, the latest unless *number* says which."""
        found = re.search(r"(/link/\S+)", (await self.letters(email))[number]["text"])
        assert found is not None
        return found[1]

    async def prove(self, email: str) -> httpx.Response:
        """Signs in by a mailed link."""
        sent = await self.post("/sign-in/link", email=email)
        assert sent.status_code == 200, sent.text
        return await self.post(await self.link(email))

    async def account(self, email: str, password: str = PASSWORD) -> None:
        """Makes an account with a password, and signs in to it."""
        await self.prove(email)
        done = await self.post("/account/password", password=password)
        assert done.headers["location"] == "/account?done=password", done.text

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Signs in by password."""
        return await self.post("/sign-in", email=email, password=password)

    async def is_in(self) -> bool:
        """Whether this browser is signed in to a proven account."""
        answer = await self.get("/account")
        return answer.status_code == 200 and "Your account" in answer.text

    @property
    def session(self) -> str:
        """The session token in the cookies."""
        return self.client.cookies.get("dbolt-session") or ""


async def letters_to(database: str, email: str) -> list[dict[str, Any]]:
    """What was written to an address, oldest first."""
    owner = await asyncpg.connect(database)
    try:
        rows = await owner.fetch(
            "select payload from outbox where kind = 'mail' and recipient = $1 order by id", email
        )
        return [json.loads(row["payload"]) for row in rows]
    finally:
        await owner.close()


@contextlib.asynccontextmanager
async def visitor(
    app: FastAPI, database: str, address: str = "127.0.0.1"
) -> AsyncIterator[Visitor]:
    """A fresh browser at *address*. The app must be running."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 9))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield Visitor(client, database)


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path of *app*, but for its static files."""
    found = [
        (re.sub(r":\w+}", "}", route.path), route.methods or ())
        for route in iter_route_contexts(app.routes)
    ]
    return [(method, path) for path, methods in found if path for method in sorted(methods)]
