"""robots.txt is read as RFC 9309 says. The longest match wins, and permission wins a tie."""

from __future__ import annotations

import time

import pytest

from dbolt.browser.robots import Robots

HOST = "https://directory.example"


def _allowed(text: str, path: str) -> bool:
    return Robots(text).allows(HOST + path)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/add", True),
        ("User-agent: *\nDisallow: /", "/add", False),
        ("User-agent: *\nDisallow:", "/add", True),
        ("User-agent: *\nDisallow: /admin/", "/add", True),
        ("User-agent: *\nDisallow: /add", "/add-listing", False),
        ("User-agent: *\nDisallow: /\nAllow: /add", "/add", True),
        ("User-agent: *\nAllow: /add\nDisallow: /add", "/add", True),
        ("User-agent: *\nDisallow: /add/private\nAllow: /add", "/add/private/x", False),
        ("User-agent: *\nDisallow: /*.php$", "/add.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/add.php?x=1", True),
        ("User-agent: *\nDisallow: /*?", "/add?x=1", False),
        ("User-agent: *\nDisallow: /a*b*c", "/a-b-c", False),
        ("User-agent: *\nDisallow: /%7Eme", "/~me", False),
        ("User-agent: *\nDisallow: /stra%C3%9Fe", "/straße", False),
        ("User-agent: *\nDisallow: /\n", "/robots.txt", True),
        # A group of our own replaces the one for everybody.
        ("User-agent: *\nDisallow: /\n\nUser-agent: DirectoryBolt\nAllow: /", "/add", True),
        ("User-agent: directorybolt/0.1\nDisallow: /add\n\nUser-agent: *\nAllow: /", "/add", False),
        # Two names share one group; two groups of one name are one.
        ("User-agent: other\nUser-agent: DirectoryBolt\nDisallow: /add", "/add", False),
        (
            (
                "User-agent: DirectoryBolt\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\n"
                "User-agent: DirectoryBolt\nDisallow: /b"
            ),
            "/b",
            False,
        ),
        ("User-agent: DirectoryBoltOther\nDisallow: /", "/add", True),
        # Comments, case, a byte order mark and stray lines.
        (
            "\ufeffUSER-AGENT: * # all\nDISALLOW: /add # not here\nnonsense\nCrawl-delay: 5",
            "/add",
            False,
        ),
        ("Disallow: /\nUser-agent: *\nAllow: /", "/add", True),
        ("<!doctype html><title>Not a robots file</title>", "/add", True),
    ],
)
def test_rules(text: str, path: str, *, allowed: bool) -> None:
    assert _allowed(text, path) is allowed


def test_a_hostile_file_costs_no_time() -> None:
    stars = "User-agent: *\n" + "Disallow: /" + "*a" * 25 + "*b$\n" + "Disallow: /x\n" * 100_000
    began = time.perf_counter()
    assert _allowed(stars, "/" + "a" * 60)
    assert time.perf_counter() - began < 5
