"""Are secrets kept from whoever may look?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from dbolt.settings import Secrets, SecretVariables, Settings, forget_secret_variables

URL = "postgresql://owner:hunter2@db.example/dbolt"


def secrets() -> Secrets:
    return Secrets(
        database_url=SecretStr(URL),
        stripe_webhook_secret=SecretStr("whsec_abc"),
        staff_token=SecretStr("letmein"),
    )


def test_a_secret_is_in_no_repr() -> None:
    assert "hunter2" not in repr(secrets())
    assert "hunter2" not in str(secrets())


def test_secrets_are_read_back_and_only_their_owner_may(tmp_path: Path) -> None:
    path = tmp_path / "run" / "secrets.json"
    secrets().save(path)
    secrets().save(path)
    assert Secrets.load(path) == secrets()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rays_token_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from actors.runtime import close_token

    token = tmp_path / "auth_token"
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
    close_token()
    token.write_text("whoever reads this may run code")
    token.chmod(0o644)
    close_token()
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_secrets_are_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    assert SecretVariables().database_url == SecretStr(URL)
    forget_secret_variables()
    assert not {"DATABASE_URL", "STRIPE_SECRET_KEY"} & set(os.environ)


@pytest.mark.parametrize(("given", "slots"), [("", None), ("auto", None), ("5", 5)])
def test_slots_are_a_number_or_automatic(
    given: str, slots: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBOLT_SLOTS", given)
    assert Settings().slots == slots


def test_env_local_wins_over_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DBOLT_PORT=1111\nDBOLT_SLOTS=7\n")
    (tmp_path / ".env.local").write_text("DBOLT_PORT=2222\n")
    settings = Settings()
    assert (settings.port, settings.slots) == (2222, 7)
