"""What the tests of attempts share: a directory's server that remembers, and presses counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dbolt.browser.attempt import attempt
from dbolt.browser.session import Browser
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Account, Pressed, Result
from dbolt.providers.evidence.folder import FolderEvidence
from tests.support.listing import a_directory, a_profile, an_assignment
from tests.support.site import Asked, Said, Site

FIELDS = """
<p><label for=n>Business name *</label> <input id=n name=company required></p>
<p><label for=e>Business e-mail *</label> <input id=e name=email type=email required></p>
<p><label for=p>Phone *</label> <input id=p name=phone type=tel required></p>
<p><label for=w>Website</label> <input id=w name=web type=url></p>
<p><label for=s>Street address *</label> <input id=s name=street required></p>
<p><label for=c>City *</label> <input id=c name=city required></p>
<p><label for=z>ZIP code *</label> <input id=z name=zip required></p>
<p><label for=d>Description *</label> <textarea id=d name=about required></textarea></p>
"""
THANKS = (
    "<!doctype html><title>Thank you</title><h1>Thank you! Your listing has been submitted.</h1>"
)


def form_page(
    fields: str = FIELDS, *, action: str = "/add", button: str = "", more: str = ""
) -> str:
    """A page with a form for new listings."""
    button = button or "<button type=submit>Submit your listing</button>"
    return (
        "<!doctype html><html lang=en><title>Add your business</title>"
        "<h1>Add your business to our directory</h1>"
        f"<form method=post action='{action}'>{fields}{button}</form>{more}</html>"
    )


@dataclass(slots=True)
class Permits:
    """Says yes or no to presses, and notes what the site had heard by then."""

    site: Site
    answer: bool = True
    asked: int = 0
    posts_before: list[int] = field(default_factory=list)
    seen_absent: bool | None = None

    async def __call__(self, *, seen_absent: bool) -> bool:
        self.asked += 1
        self.seen_absent = seen_absent
        self.posts_before.append(len(posts(self.site)))
        return self.answer


def posts(site: Site) -> list[Asked]:
    """Everything that was posted to the site."""
    return [asked for asked in site.asked if asked.method == "POST"]


def store_and_thank(stored: list[dict[str, str]]) -> object:
    """A handler that keeps what is posted."""

    def handle(asked: Asked) -> Said:
        stored.append(asked.form)
        return Said(THANKS)

    return handle


async def try_at(
    browser: Browser,
    site: Site,
    folder: Path,
    *,
    permit: Permits | None = None,
    profile: Profile | None = None,
    account: Account | None = None,
    **directory: object,
) -> tuple[Result, Permits]:
    """One attempt at the site's /add."""
    permit = permit or Permits(site)
    known = {"home_url": site.url + "/", "submit_url": site.url + "/add", **directory}
    assignment = an_assignment(a_directory(**known), profile or a_profile(), account=account)
    result = await attempt(browser, assignment, permit=permit, evidence=FolderEvidence(folder))
    return result, permit


def as_pressed(result: Result) -> Pressed:
    """The result, which must be a press."""
    assert isinstance(result, Pressed), result
    return result
