"""A mail server on loopback, as far as one letter needs it (RFC 5321)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What it does: `refuse` answers a recipient so; `deaf` takes so many letters and hangs up."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""
    deaf: int = 0

    @property
    def url(self) -> str:
        """Its address, for SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            writer.write(b"220 loopback\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    if not await self._letter(reader, writer):
                        return
                elif verb == b"RCPT" and self.refuse:
                    writer.write(f"{self.refuse}\r\n".encode())
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                else:
                    writer.write(b"250 ok\r\n")
        finally:
            writer.close()

    async def _letter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"354 go on\r\n")
        text = await reader.readuntil(b"\r\n.\r\n")
        letter = message_from_bytes(text[:-3], _class=EmailMessage, policy=policy.default)
        self.letters.append(letter)
        if self.deaf:
            self.deaf -= 1
            return False
        writer.write(b"250 taken\r\n")
        return True


@asynccontextmanager
async def mail_server(**ways: object) -> AsyncIterator[MailServer]:
    """A running one."""
    server = MailServer(**ways)  # type: ignore[arg-type] # the fields' own types, by name
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
