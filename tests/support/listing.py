"""A business and directories for tests; only what a test cares about has to be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from dbolt.domain.directory import Directory
from dbolt.domain.profile import Profile
from dbolt.domain.submission import Assignment, Task

BAKERY: dict[str, object] = {
    "business_name": "Harbor Lane Bakery",
    "tagline": "Sourdough, baked before dawn",
    "descriptions": [
        (
            "Harbor Lane Bakery bakes sourdough bread, croissants and cakes on the waterfront. "
            "Everything is made by hand, from local flour, every morning of the year."
        ),
        "Sourdough bread, croissants and cakes by the waterfront.",
    ],
    "category": "Bakery",
    "keywords": ["sourdough", "bread", "cakes"],
    "contact": {"first_name": "Maya", "last_name": "Lindqvist", "role": "Owner"},
    "email": "maya@harborlanebakery.com",
    "phone": "+1 207 555 0142",
    "website": "https://harborlanebakery.com/",
    "address": {
        "street": "12 Harbor Lane",
        "city": "Portland",
        "state": "ME",
        "postal_code": "04101",
        "country": "US",
    },
    "terms_agreed": True,
}


def a_profile(**facts: object) -> Profile:
    """The bakery, with *facts* changed."""
    return Profile.model_validate({**BAKERY, **facts})


def a_directory(**facts: object) -> Directory:
    """A directory that may be handed in to by a robot."""
    known: dict[str, object] = {
        "slug": "some",
        "name": "Some directory",
        "home_url": "http://localhost/",
        "submit_url": "http://localhost/add",
        "policy": "auto",
        "timeout_s": 60,
    }
    return Directory.model_validate({**known, **facts})


def an_assignment(
    directory: Directory, profile: Profile | None = None, **facts: object
) -> Assignment:
    """A fresh lease on *directory* for two minutes."""
    known: dict[str, object] = {
        "task": Task.SUBMIT,
        "submission_id": uuid4(),
        "job_id": uuid4(),
        "attempt": 1,
        "token": uuid4(),
        "epoch": 1,
        "deadline_at": datetime.now(UTC) + timedelta(seconds=120),
        "directory": directory,
        "profile": profile or a_profile(),
    }
    return Assignment.model_validate({**known, **facts})
