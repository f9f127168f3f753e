"""A Playwright trace of an attempt that failed, for who looks into it; without its secrets.

What was typed, sent and answered stands in a trace, so that every secret and all cookies and
credentials are covered in it before it is kept. View it with `playwright show-trace FILE`.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote, quote_plus

from playwright.async_api import BrowserContext, Error

from dbolt.browser.proof import MASK
from dbolt.browser.run import Ended, Run
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import EvidenceKind, HandOver, NotSent, Pressed, VerdictKind

_MOST_BYTES = 20_000_000
_STOP_S = 15.0
_FAILED = frozenset({VerdictKind.REJECTED, VerdictKind.BLOCKED, VerdictKind.UNCLEAR})

_CREDENTIAL = re.compile(
    rb'("name":"(?:cookie|set-cookie|authorization|proxy-authorization)","value":")(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_COOKIES = re.compile(rb'"cookies":\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]')


async def begin(context: BrowserContext) -> None:
    """Records from now on. Raises playwright's Error."""
    # Without pictures: a picture cannot be searched for what must not be in it.
    await context.tracing.start(snapshots=True, screenshots=False, sources=False)


async def end(run: Run, how: Ended) -> None:
    """Keeps the recording of an attempt that failed; drops any other. Never fails an attempt."""
    tracing = run.visit.context.tracing
    with contextlib.suppress(Error, OSError, TimeoutError, zipfile.BadZipFile):
        async with asyncio.timeout(_STOP_S):
            if not _failed(how):
                await tracing.stop()
                return
            with tempfile.TemporaryDirectory(prefix="dbolt-trace-") as folder:
                path = Path(folder) / "trace.zip"
                await tracing.stop(path=path)
                clean = await asyncio.to_thread(covered, path.read_bytes(), run.proof.secrets)
        if len(clean) <= _MOST_BYTES:
            await run.proof.keep(clean, EvidenceKind.TRACE, "application/zip")


def _failed(how: Ended) -> bool:
    if isinstance(how, Pressed):
        return how.verdict in _FAILED
    if isinstance(how, HandOver):
        return how.reason is Reason.UNSURE_OF_FORM
    return isinstance(how, NotSent)


def covered(trace: bytes, secrets: Collection[str]) -> bytes:
    """The trace with every secret, cookie and credential covered. Raises zipfile.BadZipFile."""
    marks = sorted({way for secret in secrets for way in _ways(secret)}, key=len, reverse=True)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(trace)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = _COOKIES.sub(b'"cookies":[]', _CREDENTIAL.sub(rb'\1"', old.read(name)))
            for mark in marks:
                data = data.replace(mark, MASK.encode())
            new.writestr(name, data)
    return out.getvalue()


def _ways(secret: str) -> set[bytes]:
    """How a secret may be written in JSON, in HTML, in an address and in a posted form."""
    escaped = json.dumps(secret)[1:-1]
    ways = {
        *(secret, escaped, json.dumps(escaped)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        *(html.escape(secret), quote(secret, safe=""), quote_plus(secret)),
    }
    return {way.encode() for way in ways if way}
