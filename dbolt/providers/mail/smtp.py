"""Letters through a mail server.

*Source:* RFC 5321 for what a reply's number means, RFC 8314 for `smtps`.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from dbolt.domain.addresses import is_own_machine
from dbolt.providers.mail import Undeliverable

TIMEOUT_S = 30.0
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMail:
    """The server at `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte.

    With `smtp` the connection is encrypted where the server offers it. A password is never sent
    in the clear to another machine.
    """

    def __init__(self, url: SecretStr) -> None:
        """Raises ValueError where *url* is no such address; its message holds no password."""
        try:
            parts = urlsplit(url.get_secret_value())
            self._port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise ValueError(
                "SMTP_URL is not like smtp://user:password@host:587 or smtps://host."
            ) from None
        if not parts.hostname:
            raise ValueError("SMTP_URL names no host.")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._user = unquote(parts.username or "")
        self._password = SecretStr(unquote(parts.password or ""))

    async def send(self, letter: EmailMessage) -> None:
        """The server has taken the letter when this returns. Raises Undeliverable, OSError."""
        # A letter is rare, and the standard library's client blocks.
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise _meaning(code, words) from refused
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            raise _meaning(refused.smtp_code, refused.smtp_error) from refused
        except smtplib.SMTPException as error:
            # Also wrong credentials: a person mends them, and the letter can still go.
            raise OSError(f"the mail server: {type(error).__name__}") from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        try:
            server.ehlo()
            encrypted = self._tls
            if not encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                encrypted = True
            if self._user:
                self._log_in(server, encrypted=encrypted)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP, *, encrypted: bool) -> None:
        if not encrypted and not is_own_machine(self._host):
            raise OSError("the mail server offers no encryption for the password")
        server.login(self._user, self._password.get_secret_value())


def _meaning(code: int, words: bytes | str) -> Exception:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    told = f"the mail server said {code} {text}"[:300]
    return Undeliverable(told) if code >= 500 else OSError(told)
