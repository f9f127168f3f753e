"""`dbolt keys create|list|revoke`: which programs may use the API of a running DirectoryBolt?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from dbolt.cli.client import Client
from dbolt.cli.output import Trouble, emit_json, out, table
from dbolt.cli.remote import ApiKey, AsJson, Url


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    WRITE = "write"
    WORKER = "worker"
    ADMIN = "admin"


keys = typer.Typer(name="keys", help="Make, list and revoke keys of the API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(keys)


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What it may do, repeatable; write includes read, admin all."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="How long it lasts; without it, for good.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """Make a key and print it. It is not shown again."""
    scopes = [one.value for one in scope or [Scope.READ]]
    body = {"name": name, "scopes": scopes, "days": days}
    made = Client.find(url, api_key).post("/api/v1/keys", body)
    if as_json:
        emit_json(made)
        return
    out.print(made["key"], soft_wrap=True, markup=False)
    out.print("Keep it now: only a hash of it is stored.", style="dim")


@keys.command("list")
def list_keys(
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """List keys, newest first."""
    found = Client.find(url, api_key).get("/api/v1/keys", {"limit": limit})["items"]
    if as_json:
        emit_json(found)
        return
    if not found:
        out.print("There are no keys. `dbolt keys create NAME` makes one.")
        return
    table(
        ["key", "name", "scopes", "created", "last used", "owner", "ends"],
        [
            (
                one["prefix"],
                one["name"],
                " ".join(one["scopes"]),
                _day(one["created_at"]),
                _day(one["last_used_at"]),
                one["owner"] or "staff token",
                _end(one),
            )
            for one in found
        ],
    )


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(help="How it begins (dbk_…), or its id.")],
    as_json: AsJson = False,
    url: Url = None,
    api_key: ApiKey = None,
) -> None:
    """End a key at once and for good."""
    client = Client.find(url, api_key)
    key_id = _id_of(client, key)
    client.delete(f"/api/v1/keys/{key_id}")
    if as_json:
        emit_json({"revoked": key_id})
    else:
        out.print(f"Revoked: {key}")


def _id_of(client: Client, key: str) -> str:
    try:
        return str(UUID(key))
    except ValueError:
        pass
    # Whoever pastes a whole key means the one that begins like it.
    prefix = "_".join(key.split("_")[:2])
    asked: dict[str, str | int] = {"limit": 200}
    while True:
        page = client.get("/api/v1/keys", asked)
        for one in page["items"]:
            if one["prefix"] == prefix:
                return str(one["id"])
        if page["next_cursor"] is None:
            raise Trouble(f"No key begins with {prefix!r}; `dbolt keys list` shows them.")
        asked["cursor"] = page["next_cursor"]


def _end(key: dict[str, Any]) -> str:
    """When it ends, or why it has."""
    if key["owner_disabled"]:
        return "owner disabled"
    return f"revoked {_day(key['revoked_at'])}" if key["revoked_at"] else _day(key["expires_at"])


def _day(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""
