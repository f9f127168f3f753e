"""`dbolt proxies`: which proxies are there, how are they doing, and do they work from here?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.text import Text

from dbolt.cli.client import Client
from dbolt.cli.output import Exit, Trouble, emit_json, err, out, table
from dbolt.cli.remote import ApiKey, AsJson, Url
from dbolt.providers.proxies import ProxiesMissing, Proxy, ProxySource
from dbolt.providers.proxies.listing import parse
from dbolt.providers.proxies.sources import said, source_of
from dbolt.settings import SecretVariables, Settings

AT_ONCE = 20
EXAMPLE = "https://example.com/"
_COLOURS = {"good": "green", "on trial": "yellow", "cooling": "red"}


class _Given:
    """The proxies of DBOLT_PROXY_URLS."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def proxies(self) -> Sequence[Proxy]:
        return parse(self._text)


def given_text(given: SecretVariables) -> str:
    """DBOLT_PROXY_URLS as the lines of a list; empty where it is not set."""
    secret = given.dbolt_proxy_urls
    return secret.get_secret_value().replace(",", "\n") if secret is not None else ""


def source_here(settings: Settings) -> ProxySource | None:
    """Where this machine learns of proxies; None where none are set. Raises Trouble."""
    text = given_text(SecretVariables())
    if text and settings.proxies:
        raise Trouble("Set DBOLT_PROXIES or DBOLT_PROXY_URLS, not both.")
    try:
        return _Given(text) if text else source_of(settings.proxies)
    except ProxiesMissing as missing:
        raise Trouble(*missing.problems) from missing


def listed(settings: Settings) -> list[Proxy]:
    """The proxies as they are set; none where nothing is. Raises Trouble."""
    source = source_here(settings)
    if source is None:
        return []
    try:
        return list(asyncio.run(_told(source)))
    except ProxiesMissing as missing:
        raise Trouble(*missing.problems) from missing
    except Exception as error:
        raise Trouble(f"DBOLT_PROXIES={settings.proxies} failed: {said(error)}.") from error


async def _told(source: ProxySource) -> Sequence[Proxy]:
    return await source.proxies()


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=False)
    group.callback(invoke_without_command=True)(proxies)
    group.command()(check)
    app.add_typer(group, name="proxies")


def proxies(
    context: typer.Context, as_json: AsJson = False, url: Url = None, api_key: ApiKey = None
) -> None:
    """List the proxies with their scores; `check` tries each of them."""
    if context.invoked_subcommand is not None:
        return
    told = _from_server(url, api_key)
    rows = told if told is not None else [_row(proxy) for proxy in listed(Settings())]
    if as_json:
        emit_json(rows)
        return
    if not rows:
        out.print("There are no proxies: set DBOLT_PROXIES to a list (docs/proxies.md).")
        return
    columns = ["id", "host", "country", "labels", "score", "state", "cooling", "in use", "faults"]
    table(columns, [_cells(row) for row in rows])
    if told is None:
        err.print("DirectoryBolt is not running here: nobody knows how they do.", style="dim")


def _from_server(url: str | None, api_key: str | None) -> list[dict[str, Any]] | None:
    """What the orchestrator says; None where none is running and none was asked for."""
    try:
        client = Client.find(url, api_key)
    except Trouble:
        if url is not None:
            raise
        return None
    found: list[dict[str, Any]] = client.get("/autobolt/status")["proxies"]
    return found


def _row(proxy: Proxy) -> dict[str, Any]:
    facts = proxy.facts
    return {
        "id": facts.id,
        "scheme": facts.scheme,
        "host": facts.host,
        "port": facts.port,
        "country": facts.country,
        "labels": list(facts.labels),
        "concurrency": facts.concurrency,
    }


def _cells(row: dict[str, Any]) -> list[Any]:
    known = "state" in row
    cooling_s = row.get("cooling_s", 0)
    return [
        row["id"],
        f"{row['scheme']}://{row['host']}:{row['port']}",
        row["country"],
        " ".join(row["labels"]),
        f"{row['score']:.2f}" if known else "",
        Text(row["state"], _COLOURS.get(row["state"], "")) if known else "",
        f"{cooling_s:.0f} s" if cooling_s else "",
        f"{row['in_use']}/{row['concurrency']}" if known else f"-/{row['concurrency']}",
        row.get("faults", ""),
    ]


def check(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these; all without.")] = None,
    target: Annotated[
        str, typer.Option("--target", "-t", help="The site that each is to reach.")
    ] = EXAMPLE,
    as_json: AsJson = False,
) -> None:
    """Try each proxy from this machine; exit 1 if one of them does not get through."""
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Trouble(f"{target!r} is not a web address; write it like https://example.com/.")
    known = listed(Settings())
    wanted = [proxy for proxy in known if not ids or proxy.id in ids]
    if missing := set(ids or ()) - {proxy.id for proxy in wanted}:
        raise Trouble(f"There is no proxy called {' or '.join(sorted(missing))}.")
    found = asyncio.run(_tried(wanted, target))
    if as_json:
        emit_json(found)
    else:
        rows = [
            (one["id"], Text("ok", "green") if one["ok"] else Text(one["fault"], "red"), one["s"])
            for one in found
        ]
        table(["proxy", target, "seconds"], rows)
    if not all(one["ok"] for one in found):
        raise typer.Exit(Exit.FAILED)


async def _tried(wanted: Sequence[Proxy], target: str) -> list[dict[str, Any]]:
    from dbolt.providers.proxies.reach import reach

    parts = urlsplit(target)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(proxy: Proxy) -> dict[str, Any]:
        async with places:
            began = time.monotonic()
            fault = await reach(proxy, parts.hostname or "", port, tls=tls)
            took_s = round(time.monotonic() - began, 2)
            return {"id": proxy.id, "ok": fault is None, "fault": str(fault or ""), "s": took_s}

    return list(await asyncio.gather(*map(one, wanted)))
