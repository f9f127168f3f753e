"""What does the environment ask for? The one place that reads it.

Values come from the process environment, then `.env.local`, then `.env`. `dbolt up` moves what is
secret into a file that only its owner can read and out of the environment, before Ray starts: a Ray
worker inherits its node's environment, and browser workers must not hold a database address.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dbolt.domain.directory import ProxyPolicy
from dbolt.domain.plan import PLANS, PlanName


class Settings(BaseSettings):
    """Everything that can be set from outside and is not secret. See docs/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix="DBOLT_",
        env_file=(".env", ".env.local"),
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    home: Path = Path(".dbolt")
    """Where the embedded database, evidence, logs and secrets live."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8700
    """Where Ray Serve listens. 0 takes a free one."""
    dashboard_port: Annotated[int, Field(ge=0, le=65_535)] = 8265
    ray_address: Annotated[
        str, Field(validation_alias=AliasChoices("DBOLT_RAY_ADDRESS", "RAY_ADDRESS"))
    ] = ""
    """The Ray cluster to join ("auto": the one on this machine); empty starts one here."""
    public_url: str = ""
    """The address customers see; empty for http://HOST:PORT."""
    directories: Path | None = None
    """Folder of directory files; None for the one that comes with the product."""
    chromium: Path | None = None
    """The browser to use; None finds one."""
    slots: Annotated[int, Field(ge=1, le=64)] | None = None
    """Submissions one browser carries at a time; None for what its machine has room for."""
    workers_min: Annotated[int, Field(ge=0, le=1000)] = 1
    workers_max: Annotated[int, Field(ge=1, le=1000)] = 1
    """Bounds of the browser pool. One browser fills two cores."""
    proxies: str = ""
    """A file that lists proxies, or `package.module:name` of a provider; empty for none."""
    proxy_policy: ProxyPolicy = ProxyPolicy.PREFER
    """For directories that say nothing about it."""
    backlog_s: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    """What could start now is to be carried out within so long; less means more browsers."""
    browser_idle_s: Annotated[float, Field(ge=0, le=86_400)] = 60.0
    """For how long a browser must have been one too many before it goes."""
    trace_failed: bool = False
    """Whether an attempt that fails leaves a Playwright trace among its evidence. It costs time."""
    lease_s: Annotated[float, Field(ge=5, le=3600)] = 90.0
    """A lease without a heartbeat lasts this long."""
    mail_from: str = ""
    """The sender of letters to customers; needed where SMTP_URL is set."""
    stripe_tax: bool = False
    """Whether Stripe Tax reckons taxes at checkout, by the settings of the Stripe account."""
    stripe_api_base: str = ""
    """Another address than Stripe's own, for tests against an emulator; empty for Stripe."""
    captcha_plans: Annotated[tuple[PlanName, ...], NoDecode] = tuple(
        plan.name for plan in PLANS.values() if plan.captcha_service
    )
    """The plans whose jobs may pay a captcha service, where a directory's file allows one."""
    captcha_job_cents: Annotated[int, Field(ge=0, le=1_000_000)] = 200
    captcha_day_cents: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """What the service may take for one job, and in any 24 hours, in US cents."""
    captcha_api_base: str = ""
    """Another address than the captcha service's own, for tests; empty for the service."""
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """Proxies before us, each of which adds to X-Forwarded-For; limits go by what they say."""
    metrics_loopback: bool | None = None
    """Whether /metrics opens without a key to this machine: no proxy may run on it then.

    None: where `public_url` is not set or is this machine's own, so that nothing stands before us.
    """
    prefill_private: bool = False
    """Whether businesses' websites on private addresses are read too: for sandboxes alone."""
    supabase_url: str = ""
    """The Supabase project whose tokens are taken; empty takes none."""
    supabase_jwks_url: str = ""
    """Where its public keys are; empty for the usual place below `supabase_url`."""
    supabase_emails_confirmed: bool = False
    """Whether that project lets nobody in before the address is confirmed."""

    @field_validator("slots", mode="before")
    @classmethod
    def _automatic(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() == "auto" else value

    @field_validator("captcha_plans", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_json: bool = False


class Secrets(BaseModel):
    """What must never reach a browser worker, a log or a repr.

    `database_url` of the owner runs migrations; the two roles connect with their own where given,
    else by the owner's with the role set at connection.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: SecretStr
    database_url_orchestrator: SecretStr | None = None
    database_url_web: SecretStr | None = None
    stripe_webhook_secret: SecretStr
    stripe_secret_key: SecretStr | None = None
    staff_token: SecretStr
    vault_key: SecretStr | None = None
    """What customers' accounts on directories follow from; None makes none."""
    worker_token: SecretStr | None = None
    """What workers over HTTP show; None turns them away."""
    smtp_url: SecretStr | None = None
    """The mail server; None keeps letters as files."""
    captcha_key: SecretStr | None = None
    """The account with the captcha service; None asks nobody."""
    supabase_jwt_secret: SecretStr | None = None
    """What tokens of the Supabase project are signed with, where that is no key pair."""

    @classmethod
    def load(cls, path: Path) -> Secrets:
        """The secrets that `save` wrote. Raises OSError or pydantic.ValidationError."""
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Writes to *path*, readable by the owner alone, whole or not at all."""
        values = {
            name: value.get_secret_value()
            for name in type(self).model_fields
            if isinstance(value := getattr(self, name), SecretStr)
        }
        write_private(path, json.dumps(values))


def write_private(path: Path, text: str) -> None:
    """Writes *text* to *path*, readable by the owner alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class SecretVariables(BaseSettings):
    """The secrets as the environment gives them, under the names that everybody uses for them."""

    model_config = SettingsConfigDict(
        env_file=(".env", ".env.local"), extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: SecretStr | None = None
    """The owner's: runs migrations. Without it an embedded Postgres is started."""
    database_url_orchestrator: SecretStr | None = None
    database_url_web: SecretStr | None = None
    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    dbolt_staff_token: SecretStr | None = None
    dbolt_worker_token: SecretStr | None = None
    dbolt_vault_key: SecretStr | None = None
    smtp_url: SecretStr | None = None
    twocaptcha_api_key: SecretStr | None = None
    dbolt_proxy_urls: SecretStr | None = None
    """Proxies as in a list's lines, separated by commas or line ends."""
    supabase_jwt_secret: SecretStr | None = None


def ray_token_path() -> Path:
    """Where Ray keeps the token that opens its clusters."""
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")


def forget_secret_variables() -> None:
    """Takes the secrets out of this process's environment, so that no child inherits them."""
    for name in SecretVariables.model_fields:
        for spelling in (name, name.upper()):
            os.environ.pop(spelling, None)
