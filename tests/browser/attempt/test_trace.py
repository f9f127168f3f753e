"""A failed attempt may leave a trace, and no secret stands in it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from dbolt.browser.chromium import find_chromium
from dbolt.browser.proof import MASK
from dbolt.browser.session import Browser
from dbolt.domain.submission import Account, EvidenceKind, Result
from tests.browser.attempt.support import FIELDS, THANKS, form_page, try_at
from tests.support.site import Said, Site

pytestmark = pytest.mark.browser

SECRET = 'Pa"ss&w<ö>rd/42 x'
LOGIN = """<p><label for=u>Choose a user name *</label> <input id=u name=user required></p>
<p><label for=q>Choose a password *</label> <input id=q name=pass type=password required></p>"""


def _traces(result: Result, folder: Path) -> list[dict[str, bytes]]:
    found = []
    for ref in result.evidence:
        if ref.kind is EvidenceKind.TRACE:
            (path,) = (p for p in folder.rglob("*") if ref.sha256 in p.name)
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
                found.append({name: archive.read(name) for name in archive.namelist()})
    return found


async def test_only_a_failure_is_traced_and_without_its_secrets(tmp_path: Path) -> None:
    answers = [Said("<h1>Hmm</h1>", headers={"Set-Cookie": "sid=cookie-secret"}), Said(THANKS)]
    account = Account(username="harborlane", password=SecretStr(SECRET))
    form = Said(form_page(FIELDS + LOGIN), headers={"Set-Cookie": "pre=cookie-secret"})
    pages = {"GET /add": form, "POST /add": lambda _asked: answers.pop(0)}
    async with Site(pages) as site, Browser(find_chromium(), traces=True) as browser:
        unclear, _ = await try_at(browser, site, tmp_path, account=account)
        accepted, _ = await try_at(browser, site, tmp_path, account=account)
        assert [asked.form["pass"] for asked in site.asked if asked.method == "POST"] == [
            SECRET,
            SECRET,
        ]
    (trace,) = _traces(unclear, tmp_path)
    everything = b"\n".join(trace.values())
    # It is a trace of this attempt, and whatever is not secret can be read in it.
    assert b"Harbor Lane Bakery" in everything
    assert "trace.trace" in trace
    assert MASK.encode() in everything
    for part in (b"w<\xc3\xb6>rd", b"rd/42", b"rd%2F42", b"cookie-secret"):
        assert part not in everything, part
    assert _traces(accepted, tmp_path) == []
