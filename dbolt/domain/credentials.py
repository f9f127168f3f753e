"""Which account would a customer have on a directory? Derived, so that no crash can lose it.

A form that makes an account together with the listing wants a user name and a password. Both follow
from the vault's key, the customer and the directory: they are known again after a crash in the
midst of it, differ from directory to directory, and are at rest nowhere.
*Source:* HMAC as a key-derivation function, NIST SP 800-108 Rev. 1, section 4.1.
"""

from __future__ import annotations

import hashlib
import hmac
import string
from collections.abc import Iterator
from uuid import UUID

from pydantic import SecretStr

from dbolt.domain.submission import Account

_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
_LENGTH = 20
"""Letters of a password: over 100 bits, and within what most sites accept."""
_NAME_MOST = 15


def account_for(key: SecretStr, customer_id: UUID, directory: str, business_name: str) -> Account:
    """The account that the customer is to have on *directory* (its slug)."""
    stream = _numbers(key, f"username 1|{customer_id}|{directory}")
    plain = "".join(c for c in business_name.lower() if c.isascii() and c.isalnum())
    username = f"{plain[:_NAME_MOST] or 'business'}{next(stream) % 10_000:04d}"
    return Account(username=username, password=password_for(key, customer_id, directory))


def password_for(key: SecretStr, customer_id: UUID, directory: str) -> SecretStr:
    """The password of the customer's account on *directory* (its slug); always the same.

    It holds small and large letters, digits and a sign, as most sites want it.
    """
    stream = _numbers(key, f"password 1|{customer_id}|{directory}")
    letters = "".join(_KINDS)
    picked = [letters[next(stream) % len(letters)] for _ in range(_LENGTH - len(_KINDS))]
    for kind in _KINDS:
        picked.insert(next(stream) % (len(picked) + 1), kind[next(stream) % len(kind)])
    return SecretStr("".join(picked))


def _numbers(key: SecretStr, told: str) -> Iterator[int]:
    counter = 0
    while True:
        block = hmac.digest(
            key.get_secret_value().encode(),
            counter.to_bytes(4, "big") + told.encode(),
            hashlib.sha256,
        )
        for at in range(0, len(block), 4):
            yield int.from_bytes(block[at : at + 4], "big")
        counter += 1
