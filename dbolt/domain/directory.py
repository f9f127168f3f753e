"""What is known of one directory: where its form is, what it permits, how fast it may be used."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dbolt.domain.fields import Field as ListingField

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]


class Policy(StrEnum):
    """Who may hand in a listing: the robot, the robot with a person, a person, nobody."""

    AUTO = "auto"
    ASSISTED = "assisted"
    MANUAL = "manual"
    SKIP = "skip"


class CaptchaPolicy(StrEnum):
    """What to do about a captcha: give up, park for a person, or buy the answer."""

    NEVER = "never"
    HUMAN = "human"
    SERVICE = "service"


class ProxyPolicy(StrEnum):
    """How attempts get there: directly, through a proxy where one is good, or not without one."""

    NEVER = "never"
    PREFER = "prefer"
    REQUIRE = "require"


class Evidence(StrEnum):
    """How well the entry is known. Plans count what is `proven`."""

    CANDIDATE = "candidate"
    PROVEN = "proven"
    CHANGED = "changed"
    GONE = "gone"
    FORBIDDEN = "forbidden"


class Cost(StrEnum):
    """What the directory itself asks for a listing."""

    FREE = "free"
    FREEMIUM = "freemium"
    PAID = "paid"
    UNKNOWN = "unknown"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pace(_Model):
    """How fast a directory may be used, whoever the customer is.

    `concurrency`: attempts at a time. `spacing_s`: seconds between two presses.
    `per_day`: presses in any 24 h.
    """

    concurrency: Annotated[int, Field(ge=1, le=50)] = 1
    spacing_s: Annotated[float, Field(ge=0, le=86_400)] = 30.0
    per_day: Annotated[int, Field(ge=1, le=100_000)] = 50


class ListingSearch(_Model):
    """How to find a listing again, without an account.

    `url` may hold `{name}`, `{phone}`, `{city}` and `{website}`, filled in URL-encoded.
    `complete`: every accepted listing is findable at once, so that not finding it proves that
    it is not there. Where editors or an index come between, this is False.
    """

    url: str
    complete: bool = False


class Hint(_Model):
    """A recipe's word on one control: this CSS selector holds that field (None: leave alone)."""

    selector: str
    field: ListingField | None = None


class Recipe(_Model):
    """Optional knowledge that saves the form engine from finding out. Never a condition."""

    form: str = ""
    """CSS selector of the form, where the page has several that look alike."""
    hints: list[Hint] = []
    success_text: list[str] = []
    success_url: str = ""
    search: ListingSearch | None = None


class Directory(_Model):
    """One online directory, as its YAML file tells it."""

    slug: Slug
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    home_url: str
    submit_url: str
    kind: str = "local_directory"
    market: str = "global"
    """`global`, or ISO 3166-1 country codes in lower case joined by `|`: `us|ca`."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    categories: list[str] = ["any"]
    cost: Cost = Cost.UNKNOWN
    account_needed: bool | None = None
    """None where nobody has looked yet."""
    policy: Policy = Policy.MANUAL
    policy_source: str = ""
    policy_date: str = ""
    captcha: CaptchaPolicy = CaptchaPolicy.HUMAN
    pace: Pace = Pace()
    proxy: ProxyPolicy | None = None
    """None: as the settings say."""
    verification: str = "unknown"
    evidence: Evidence = Evidence.CANDIDATE
    block_media: bool = True
    """Images, fonts and media are not loaded. False where the site needs them."""
    timeout_s: Annotated[float, Field(ge=10, le=600)] = 120.0
    recipe: Recipe = Recipe()
    source: str = ""
    """Where the facts come from, and when they were looked at (ISO 8601 date)."""
    source_date: str = ""
    notes: str = ""

    def serves(self, country: str) -> bool:
        """Whether a business in *country* (ISO 3166-1 alpha-2) may be listed."""
        return self.market == "global" or country.lower() in self.market.split("|")
