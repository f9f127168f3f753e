"""Is this the code that the app on the other device shows now?

*Source:* RFC 6238 (TOTP) with its defaults: SHA-1, six digits, steps of 30 s; RFC 4226 section 5.3.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
"""As long as the hash, as RFC 4226 wants it."""
_SLACK = 1
"""Steps by which the two clocks may differ, each way."""
_NONCE_BYTES = 12


def new_secret() -> bytes:
    """A fresh shared secret."""
    return secrets.token_bytes(SECRET_BYTES)


def code(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, said: str, now_s: float) -> int | None:
    """The step whose code was *said*, among those that count at *now_s*; None for a wrong one."""
    now = int(now_s) // STEP_S
    found = None
    # All are compared, so that the time does not tell which one it was.
    for step in range(now - _SLACK, now + _SLACK + 1):
        if hmac.compare_digest(code(secret, step).encode(), said.encode()):
            found = step
    return found


def spoken(secret: bytes) -> str:
    """The secret as people type it: base 32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def uri(secret: bytes, email: str) -> str:
    """The address that authenticator apps open."""
    text = base64.b32encode(secret).decode()
    query = urlencode({"secret": text, "issuer": "DirectoryBolt"})
    return f"otpauth://totp/{quote(f'DirectoryBolt:{email}')}?{query}"


class Vault:
    """Encrypts shared secrets at rest (AES-256-GCM), each bound to its owner."""

    def __init__(self, key: SecretStr) -> None:
        derived = hmac.digest(key.get_secret_value().encode(), b"dbolt staff totp 1", sha256)
        self._cipher = AESGCM(derived)

    def seal(self, secret: bytes, owner: str) -> bytes:
        """What the database keeps."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """The secret. Raises cryptography.exceptions.InvalidTag for another key or owner."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return self._cipher.decrypt(nonce, rest, owner.encode())
