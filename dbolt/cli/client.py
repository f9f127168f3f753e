"""How does the command line reach a running DirectoryBolt? Over its HTTP API, like any client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr, ValidationError

from dbolt.cli.output import Exit, Trouble
from dbolt.settings import Secrets, Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What a running `dbolt up` wrote down about itself, in HOME/run/server.json."""

    url: str
    pid: int


def run_folder(home: Path) -> Path:
    """Where a running server leaves its address and secrets."""
    return home / "run"


def note_running(home: Path, running: Running) -> None:
    """Writes down where the server can be reached."""
    folder = run_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.json").write_text(json.dumps({"url": running.url, "pid": running.pid}))


def forget_running(home: Path) -> None:
    """Takes the note away at shutdown."""
    (run_folder(home) / "server.json").unlink(missing_ok=True)


class Client:
    """A few calls of the API, with every failure as one sentence."""

    def __init__(self, url: str, token: SecretStr) -> None:
        if not url.startswith(("http://", "https://")):
            raise Trouble(f"{url!r} is no address of a server; begin with http:// or https://.")
        if not token.get_secret_value().isascii():
            raise Trouble("The API key holds letters that no key has; copy it again.")
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
            timeout=30.0,
        )

    @classmethod
    def find(cls, url: str | None, api_key: str | None) -> Client:
        """A client for *url* with *api_key*; what is not given comes from the local server."""
        home = Settings().home
        if not url:
            try:
                url = json.loads((run_folder(home) / "server.json").read_text())["url"]
            except (OSError, ValueError, KeyError) as error:
                raise Trouble(
                    "No running DirectoryBolt was found here; start `dbolt up` or give --url.",
                    code=Exit.UNREACHABLE,
                ) from error
        if api_key:
            return cls(str(url), SecretStr(api_key))
        try:
            return cls(str(url), Secrets.load(run_folder(home) / "secrets.json").staff_token)
        except (OSError, ValidationError) as error:
            raise Trouble(
                "No API key is known for that server; give --api-key or set DBOLT_API_KEY."
            ) from error

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer to a GET."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a POST of *body* as JSON."""
        return self._call("POST", path, json=body, headers=headers)

    def post_raw(self, path: str, content: bytes, headers: Mapping[str, str]) -> Any:
        """The JSON answer to a POST of *content* to the byte, as a webhook needs it."""
        return self._call("POST", path, content=content, headers=headers)

    def put(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a PUT of *body* as JSON."""
        return self._call("PUT", path, json=body, headers=headers)

    def delete(self, path: str) -> Any:
        """The JSON answer to a DELETE."""
        return self._call("DELETE", path)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise Trouble(
                f"DirectoryBolt at {self.url} does not answer ({type(error).__name__}); "
                "is `dbolt up` running?",
                code=Exit.UNREACHABLE,
            ) from error
        if answer.is_success:
            try:
                return answer.json() if answer.content else None
            except ValueError as error:
                raise Trouble(
                    f"What answers at {self.url} is no DirectoryBolt; check --url."
                ) from error
        raise _problem(answer)


def _problem(answer: httpx.Response) -> Trouble:
    try:
        body = answer.json()
        problem = body.get("detail") or body.get("title") or answer.reason_phrase
    except (ValueError, AttributeError):
        problem = answer.reason_phrase
    if wait_s := answer.headers.get("retry-after"):
        problem = f"{problem} Try again in {wait_s} s."
    code = Exit.UNREACHABLE if answer.status_code >= 500 else Exit.USAGE
    return Trouble(f"{problem} (HTTP {answer.status_code})", code=code)
