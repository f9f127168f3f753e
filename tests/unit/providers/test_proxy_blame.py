"""Whom does a worker blame, by what the proxy answered afterwards?"""

from __future__ import annotations

import pytest

from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Looked, NotSent
from dbolt.providers.proxies.reach import Fault
from dbolt.providers.proxies.routes import blamed


@pytest.mark.parametrize(
    ("seen", "fault", "told"),
    [
        (Reason.PROXY, Fault.SITE, Reason.UNREACHABLE),
        (Reason.PROXY, Fault.SILENT, Reason.PROXY),
        (Reason.PROXY, None, Reason.PROXY),
        (Reason.TIMEOUT, Fault.GONE, Reason.PROXY),
        (Reason.TIMEOUT, Fault.SILENT, Reason.TIMEOUT),
        (Reason.TIMEOUT, None, Reason.TIMEOUT),
        (Reason.UNREACHABLE, Fault.REFUSED, Reason.PROXY),
        (Reason.UNREACHABLE, Fault.CERTIFICATE, Reason.UNREACHABLE),
        (Reason.FILL_FAILED, Fault.GONE, Reason.PROXY),
        (Reason.FILL_FAILED, Fault.AUTH, Reason.PROXY),
        (Reason.NO_FORM, Fault.SITE, Reason.NO_FORM),
        (Reason.NO_FORM, Fault.REFUSED, Reason.NO_FORM),
    ],
)
def test_of_an_attempt(seen: Reason, fault: Fault | None, told: Reason) -> None:
    ended = blamed(NotSent(reason=seen, proxy_id="p", detail="It broke."), fault)
    assert isinstance(ended, NotSent)
    assert ended.reason is told
    if fault is not None and told is not Reason.NO_FORM:
        assert f"The proxy p {fault}." in ended.detail


@pytest.mark.parametrize(("fault", "looked"), [(Fault.GONE, False), (Fault.SITE, True)])
def test_of_a_look(fault: Fault, looked: bool) -> None:  # noqa: FBT001 - a case's value
    assert isinstance(blamed(Looked(found=None, proxy_id="p"), fault), Looked) is looked
