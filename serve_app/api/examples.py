"""What does a request of each kind look like, and its answer? For the OpenAPI document.

A test holds each against the schema that it stands for.
"""

from __future__ import annotations

from typing import Any

_JOB = "1f6d2d0a-5f0e-4b0e-9a53-8f3a4f4c7d21"
_SUBMISSION = "5b7f6a1e-2f0b-4f38-8a3c-1d6d0b3f9c44"
_TOKEN = "9b0f4b0e-7c7e-4c0f-8f56-1f6f1f0c2a10"  # noqa: S105 - of a lease that never was
_AT = "2026-03-02T09:30:00Z"

_KEY = {
    "id": "0d9a51cf-2c5d-4f3a-b0c0-5e0a7c8f1d11",
    "name": "nightly report",
    "prefix": "dbk_k3v9x2ma",
    "scopes": ["read"],
    "created_at": _AT,
    "created_by": "staff-7f3a9c12",
    "last_used_at": None,
    "expires_at": "2026-05-31T09:30:00Z",
    "revoked_at": None,
    "owner": "eva@example.com",
    "owner_disabled": False,
}
_RETRY = {
    "filter": {"job_id": _JOB, "states": ["failed"], "reasons": ["unreachable"]},
    "dry_run": True,
}
_NEXT = {"worker": "van-1", "want": 3, "wait_s": 5}
_UPDATE = {"worker": "van-1", "alive": [_TOKEN], "press": [_TOKEN], "seen_absent": [_TOKEN]}
_UPDATED = {
    "permits": {_TOKEN: True},
    "later": {},
    "revoked": [],
    "lease_s": 90,
    "drain": False,
}
_COMPLETE = {
    "worker": "van-1",
    "settled": [
        {"token": _TOKEN, "result": {"kind": "not_sent", "reason": "unreachable", "duration_s": 31}}
    ],
}
_PAUSE = {"level": "directory", "key": "yelp"}

_OVERRIDE = {
    "rules": {"per_day": 5, "spacing_s": 120},
    "reason": "Their editor asked us to slow down while they move.",
    "until": "2026-04-01T00:00:00Z",
}
_FILE = {"concurrency": 1, "spacing_s": 30, "per_day": 50, "policy": "auto"}
_DIRECTORY = {
    "slug": "d000",
    "name": "Town Pages",
    "home_url": "https://townpages.example/",
    "active": True,
    "paused": False,
    "failures": 0,
    "rests_until": None,
    "file": _FILE,
    "holds": {**_FILE, "per_day": 5, "spacing_s": 120},
    "override": {
        **_OVERRIDE,
        "rules": {"concurrency": None, "policy": None, "per_day": 5, "spacing_s": 120},
        "off": False,
        "permission": "",
        "actor": "staff-1f6d2d0a",
        "made_at": _AT,
    },
}

_LISTING_ID = 42
_LISTING = {
    "id": _LISTING_ID,
    "job_id": _JOB,
    "directory": "d000",
    "directory_name": "Town Pages",
    "home_url": "https://townpages.example/",
    "listing_url": "https://townpages.example/harbor-lane-bakery",
    "state": "done",
    "version": 2,
    "facts": [{"path": "phone", "label": "Phone", "old": "(212) 555-0142", "new": "+12125550199"}],
    "opened_at": _AT,
    "changed_at": _AT,
    "closed_at": _AT,
    "closed_by": "staff-1f6d2d0a",
    "reason": "",
    "note": "By the form on the listing's page.",
    "business_name": "Harbor Lane Bakery",
}

REQUESTS: dict[tuple[str, str], Any] = {
    ("post", "/api/v1/orders"): {"email": "ada@harborlane.example", "plan": "growth"},
    ("put", "/api/v1/jobs/{job_id}/profile"): {
        "business_name": "Harbor Lane Bakery",
        "descriptions": ["Sourdough and rye, baked before dawn in the old harbor."],
        "category": "Bakery",
        "contact": {"first_name": "Ada", "last_name": "Moreno"},
        "email": "hello@harborlane.example",
        "phone": "+1 212 555 0142",
        "address": {
            "street": "12 Harbor Lane",
            "city": "Portland",
            "state": "ME",
            "postal_code": "04101",
            "country": "US",
        },
    },
    ("put", "/api/v1/jobs/{job_id}/priority"): {"priority": 10},
    ("post", "/api/v1/pause"): _PAUSE,
    ("post", "/api/v1/resume"): _PAUSE,
    ("put", "/api/v1/directories/{slug}/override"): _OVERRIDE,
    ("put", "/api/v1/updates/{update_id}"): {
        "state": "done",
        "version": 1,
        "note": "By the form on the listing's page.",
    },
    ("post", "/api/v1/keys"): {"name": "nightly report", "scopes": ["read"], "days": 90},
    **{
        ("post", f"{prefix}/jobs/{verb}"): said
        for prefix in ("", "/api/v1")
        for verb, said in (
            ("next", _NEXT),
            ("update", _UPDATE),
            ("complete", _COMPLETE),
            ("retry", _RETRY),
        )
    },
}
"""(method, path) → the body of a request."""

ANSWERS: dict[tuple[str, str], Any] = {
    ("post", "/api/v1/orders"): {
        "order_id": "7f0c1a52-8e0c-49d2-bb5c-6f1e3f8b2a90",
        "session_token": "kq3Jc8s0m1xWl5c7c9f0v2b4n6m8Q1w3e5r7t9y1u3I",
        "amount_cents": 29900,
        "currency": "usd",
        "checkout_url": "https://checkout.example/c/pay/cs_1",
    },
    ("put", "/api/v1/jobs/{job_id}/profile"): {
        "job_id": _JOB,
        "profile_id": "b6b7c1d2-3c1b-4a84-9b7c-1e7d5f4a3b2c",
    },
    ("get", "/api/v1/directories"): {"items": [_DIRECTORY], "next_cursor": None},
    ("get", "/api/v1/directories/{slug}"): _DIRECTORY,
    ("put", "/api/v1/directories/{slug}/override"): _DIRECTORY,
    ("get", "/api/v1/updates"): {"items": [_LISTING], "next_cursor": None},
    ("put", "/api/v1/updates/{update_id}"): _LISTING,
    ("get", "/api/v1/keys"): {"items": [_KEY], "next_cursor": None},
    ("post", "/api/v1/keys"): {**_KEY, "key": "dbk_k3v9x2ma_3Zl0pQ…"},
    ("get", "/livez"): {"status": "ok"},
    ("get", "/readyz"): {
        "status": "ok",
        "database": "ok",
        "orchestrator": "ok",
        "live_updates": "ok",
    },
    **{
        ("post", f"{prefix}/jobs/{verb}"): told
        for prefix in ("", "/api/v1")
        for verb, told in (
            ("next", {"assignments": [], "lease_s": 90, "drain": False}),
            ("update", _UPDATED),
            ("complete", {"acks": {_TOKEN: "settled"}}),
            ("retry", {"count": 14}),
        )
    },
}
"""(method, path) → the body of the answer where all went well."""

PARAMETERS: dict[str, Any] = {
    "job_id": _JOB,
    "submission": _SUBMISSION,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "slug": _DIRECTORY["slug"],
    "key_id": _KEY["id"],
    "update_id": _LISTING_ID,
}
"""Name → a value."""
