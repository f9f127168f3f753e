"""Real proxies on loopback, each with a log: `proxy.py` for HTTP(S), `pproxy` for SOCKS 5."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from dbolt.providers.proxies import Proxy, Scheme

ROOT = Path(__file__).parents[2]
USER = "walter"
PASSWORD = "Sesame-55-open"


@dataclass
class Listed:
    """A source whose list a test writes."""

    known: list[Proxy] = field(default_factory=list)

    async def proxies(self) -> list[Proxy]:
        return list(self.known)


@dataclass(frozen=True)
class Running:
    """A proxy at work. It wants USER and PASSWORD."""

    scheme: Scheme
    port: int
    log: Path

    def proxy(self, id_: str, password: str = PASSWORD, **more: object) -> Proxy:
        """As a list would name it."""
        known: dict[str, object] = {
            "id": id_,
            "scheme": self.scheme,
            "host": "127.0.0.1",
            "port": self.port,
            "username": SecretStr(USER),
            "password": SecretStr(password),
            **more,
        }
        return Proxy.model_validate(known)

    def line(self, *options: str) -> str:
        """As a list would write it."""
        return " ".join([f"{self.scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}", *options])

    def served(self) -> list[str]:
        """What its own log says, line by line."""
        return self.log.read_text().splitlines()


@dataclass(frozen=True)
class SelfMade:
    """A certificate for 127.0.0.1 that nobody has signed, and its key."""

    certificate: Path
    key: Path

    @classmethod
    def made(cls, folder: Path) -> SelfMade:
        """A new one."""
        made = cls(folder / "certificate.pem", folder / "key.pem")
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1"
        command += " -addext subjectAltName=IP:127.0.0.1"
        words = [*command.split(), "-keyout", str(made.key), "-out", str(made.certificate)]
        subprocess.run(words, check=True, capture_output=True)
        return made

    def trusting(self, chromium: Path) -> Path:
        """A Chromium that takes this one key for good, and no other that is not."""
        known = x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_key()
        der = known.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        mark = b64encode(sha256(der).digest()).decode()
        program = self.key.with_name("chromium")
        switch = f"--ignore-certificate-errors-spki-list={mark}"
        program.write_text(f'#!/bin/sh\nexec {shlex.join([str(chromium), switch])} "$@"\n')
        program.chmod(0o700)
        return program


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def http_proxy(folder: Path) -> AsyncIterator[Running]:
    """Runs proxy.py with a password."""
    port = free_port()
    words = _proxy_py(port, folder / "proxy.py")
    async with _running(words, Running(Scheme.HTTP, port, folder / "http.log")) as running:
        yield running


@contextlib.asynccontextmanager
async def https_proxy(folder: Path, made: SelfMade) -> AsyncIterator[Running]:
    """Runs proxy.py with a password, behind TLS: it shows *made*, and hears nothing unencrypted."""
    port = free_port()
    words = _proxy_py(port, folder / "proxy.py-tls")
    words += ["--cert-file", str(made.certificate), "--key-file", str(made.key)]
    async with _running(words, Running(Scheme.HTTPS, port, folder / "https.log")) as running:
        yield running


def _proxy_py(port: int, folder: Path) -> list[str]:
    words = ["proxy", "--hostname", "127.0.0.1", "--port", str(port)]
    words += ["--basic-auth", f"{USER}:{PASSWORD}", "--num-workers", "1", "--num-acceptors", "1"]
    return [*words, "--data-dir", str(folder), "--threadless"]


@contextlib.asynccontextmanager
async def socks_proxy(folder: Path) -> AsyncIterator[Running]:
    """Runs pproxy with a password, asked for at every connection."""
    port = free_port()
    listen = f"socks5://127.0.0.1:{port}#{USER}:{PASSWORD}"
    words = ["pproxy", "-l", listen, "-v", "--auth", "0"]
    async with _running(words, Running(Scheme.SOCKS5, port, folder / "socks.log")) as running:
        yield running


@contextlib.asynccontextmanager
async def _running(words: list[str], running: Running) -> AsyncIterator[Running]:
    command = [sys.executable, "-u", "-W", "ignore", "-m", "tests.support.proxy_server", *words]
    with running.log.open("wb") as log:
        # In a group of its own, because proxy.py has children that must end with it.
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        await _listens(running, process)
        yield running
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


async def _listens(running: Running, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(30):
        while True:
            assert process.poll() is None, running.log.read_text()
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", running.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
