"""Are letters and passwords as they should be, where no server is needed to see it?"""

from __future__ import annotations

import re

import pytest
from argon2 import profiles

from serve_app.mail import Kind, letter
from serve_app.passwords import Passwords, common, fault

LINK = "https://listings.example.com/link/abc"


@pytest.mark.parametrize("kind", Kind)
def test_a_letter_says_the_same_as_text_and_as_html(kind: Kind) -> None:
    told = letter(kind, "o'neil&sons@example.com", link=LINK, minutes=15)
    assert 10 < len(told.subject) < 60
    assert "o'neil&sons@example.com" in told.text
    assert "o&#39;neil&amp;sons@example.com" in told.html
    assert (LINK in told.text) == (f'href="{LINK}"' in told.html) == (kind is not Kind.ERASED)
    assert told.subject not in told.text
    assert max(len(line) for line in told.text.splitlines()) <= 96
    # Nothing is fetched when it is opened, so nobody is told that it was read.
    assert not re.search(r"<img|<link|<script|url\(|src=", told.html)
    assert set(re.findall(r'href="([^"]+)"', told.html)) <= {LINK}
    assert LINK not in repr(told)


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "at least 8"),
        ("seven77", "at least 8"),
        ("x" * 257, "at most 256"),
        ("Password123", "Too many people"),
        ("ＰＡＳＳＷＯＲＤ", "Too many people"),  # noqa: RUF001  - full-width letters on purpose
        ("aaaaaaaaaa", "Too many people"),
        ("abababab", "Too many people"),
        ("23456789", "Too many people"),
        ("lkjhgfdsa", "Too many people"),
        ("ada.moreno@harborlane.example", "your e-mail address"),
        ("Ada.Moreno1!", "your e-mail address"),
        ("harborlane", "your e-mail address"),
        ("correct horse", ""),
        ("xkqzvwpt", ""),
        ("contraseña con espacios", ""),
        ("🐦🐦🌊🌊🍞🍞🌾🌾", ""),
        ("one more word " * 18, ""),
    ],
)
def test_a_password_is_refused_for_a_reason_or_not_at_all(password: str, told: str) -> None:
    said = fault(password, "ada.moreno@harborlane.example")
    assert told.lower() in said.lower()
    assert bool(said) == bool(told)


def test_what_everybody_uses_is_listed_in_the_spelling_that_is_compared() -> None:
    assert len(common()) > 300
    assert [word for word in common() if word != word.casefold() or len(word) < 8] == []


async def test_a_hash_is_argon2id_as_recommended_and_opens_to_one_password_alone() -> None:
    passwords = Passwords()
    known = await passwords.hash("a new and better one")
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.is_right(known, "a new and better one")
    assert not await passwords.is_right(known, "A new and better one")
    assert not await passwords.is_right(None, "a new and better one")
    assert not await passwords.is_right("no hash at all", "a new and better one")
    assert Passwords(profiles.CHEAPEST).is_outdated(known)
