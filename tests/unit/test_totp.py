"""Does the second factor speak RFC 6238, and does each secret stay its owner's?"""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from serve_app.staff.totp import Vault, code, new_secret, spoken, step_of, uri

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("now_s", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_rfcs_appendix_b(now_s: int, expected: str) -> None:
    assert code(RFC_SECRET, now_s // 30, digits=8) == expected


def test_clocks_may_differ_by_one_step_and_no_more() -> None:
    now = 1_000_000_000
    step = now // 30
    for shift in (-1, 0, 1):
        assert step_of(RFC_SECRET, code(RFC_SECRET, step + shift), now) == step + shift
    for shift in (-2, 2):
        assert step_of(RFC_SECRET, code(RFC_SECRET, step + shift), now) is None
    assert step_of(RFC_SECRET, "ünf123", now) is None


def test_a_sealed_secret_opens_for_its_owner_alone() -> None:
    secret, vault = new_secret(), Vault(SecretStr("key"))
    sealed = vault.seal(secret, "ada")
    assert secret not in sealed
    assert vault.open(sealed, "ada") == secret
    for other, owner in ((vault, "bob"), (Vault(SecretStr("another")), "ada")):
        with pytest.raises(InvalidTag):
            other.open(sealed, owner)


def test_a_secret_is_told_as_apps_take_it() -> None:
    assert spoken(RFC_SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert uri(RFC_SECRET, "ada@a.example") == (
        "otpauth://totp/DirectoryBolt%3Aada%40a.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=DirectoryBolt"
    )
