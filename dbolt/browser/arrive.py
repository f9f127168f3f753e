"""Can the directory's page be reached, and may we go there?"""

from __future__ import annotations

import contextlib
import re
from urllib.parse import urlsplit

from playwright.async_api import Error, Response
from playwright.async_api import TimeoutError as PlaywrightTimeout

from dbolt.browser.robots import MAX_BYTES, Robots
from dbolt.browser.run import Run
from dbolt.browser.session import first_line
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import HandOver, Left, NotSent

Refused = NotSent | HandOver | Left
"""How an attempt ends at the door; nothing was sent, and nothing is known of a listing."""

_ROBOTS_S = 10.0
_PAGE_S = 30.0
_PROXY_AUTH = 407
"""What a proxy that does not accept its credentials answers in place of the site."""
_LATER = frozenset({429, _PROXY_AUTH})

_CAUSES: tuple[tuple[str, Reason], ...] = (
    (r"ERR_CERT|ERR_SSL|ERR_BAD_SSL", Reason.CERTIFICATE),
    (r"ERR_PROXY|ERR_TUNNEL|ERR_SOCKS|ERR_MANDATORY_PROXY", Reason.PROXY),
    (r"ERR_TIMED_OUT|ERR_CONNECTION_TIMED_OUT", Reason.TIMEOUT),
    (r"ERR_HTTP_RESPONSE_CODE_FAILURE|ERR_TOO_MANY_REDIRECTS", Reason.SERVER_ERROR),
    (r"ERR_INVALID|ERR_HTTP2|ERR_CONTENT|ERR_INCOMPLETE|ERR_RESPONSE", Reason.SERVER_ERROR),
    (r"ERR_NAME|ERR_CONNECTION|ERR_ADDRESS|ERR_EMPTY_RESPONSE", Reason.UNREACHABLE),
    (r"ERR_INTERNET|ERR_NETWORK|ERR_SOCKET|ERR_UNSAFE_PORT|ERR_DNS", Reason.UNREACHABLE),
    (r"ERR_ABORTED|Download is starting|ERR_BLOCKED|ERR_UNKNOWN_URL_SCHEME", Reason.NO_FORM),
    (r"context was destroyed|another navigation|frame was detached", Reason.TIMEOUT),
    (r"crash|has been closed|Connection closed|disconnected", Reason.BROWSER_CRASHED),
)


async def arrive(run: Run, url: str) -> Refused | None:
    """Goes to *url*, if robots.txt lets us. None once its document is there."""
    refused = await permitted(run, url)
    if refused is not None:
        return refused
    try:
        response = await run.visit.page.goto(url, wait_until="commit", timeout=_PAGE_S * 1000)
    except Error as error:
        return not_reached(error)
    with contextlib.suppress(Error):
        await run.visit.page.wait_for_load_state("domcontentloaded", timeout=_PAGE_S * 500)
    return None if response is None else _by_status(response)


async def permitted(run: Run, url: str) -> Refused | None:
    """None if robots.txt lets us visit *url*; it is read once for each host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return NotSent(reason=Reason.NO_FORM, detail=f"{url[:200]} is no web address.")
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in run.robots:
        read = run.rules.get(origin) or await _read_robots(run, origin)
        if not isinstance(read, Robots):
            return read
        run.robots[origin] = read
        run.rules.put(origin, read)
    if run.robots[origin].allows(url):
        return None
    return Left(
        reason=Reason.ROBOTS_TXT, detail=f"{origin}/robots.txt does not allow {parts.path or '/'}."
    )


async def _read_robots(run: Run, origin: str) -> Robots | Refused:
    # Through the page, so that the request takes the browser's own way: proxy, names, cookies.
    try:
        response = await run.visit.page.goto(
            f"{origin}/robots.txt", wait_until="commit", timeout=_ROBOTS_S * 1000
        )
        if response is None:
            return Robots()
        if response.status >= 500 or response.status in _LATER:
            # RFC 9309, 2.3.1.4: rules that cannot be read are taken as a complete refusal.
            return _server_error(response)
        if response.status >= 400 or urlsplit(response.url).path.endswith((".html", "/")):
            return Robots()
        return Robots((await response.body())[:MAX_BYTES].decode("utf-8", "replace"))
    except PlaywrightTimeout:
        return NotSent(reason=Reason.TIMEOUT, detail=f"{origin}/robots.txt took too long.")
    except Error as error:
        ended = not_reached(error)
        # An empty 404 has no document, and neither has a download.
        rules_exist = ended.reason not in (Reason.NO_FORM, Reason.SERVER_ERROR)
        return ended if rules_exist else Robots()


def _by_status(response: Response) -> Refused | None:
    status = response.status
    if status >= 500 or status in _LATER:
        return _server_error(response)
    if status in (404, 410):
        return NotSent(
            reason=Reason.PAGE_GONE, http_status=status, detail=f"The page answered {status}."
        )
    if status == 401:
        return HandOver(reason=Reason.LOGIN_REQUIRED, detail="The page answered 401.")
    if status >= 400:
        return HandOver(reason=Reason.ROBOT_WALL, detail=f"The page answered {status}.")
    kind = response.headers.get("content-type", "text/html").lower()
    if not re.match(r"text/html|application/xhtml", kind):
        return NotSent(reason=Reason.NO_FORM, detail=f"The address leads to {kind[:80]}.")
    return None


def _server_error(response: Response) -> NotSent:
    wait = response.headers.get("retry-after", "")[:80]
    after = f"; Retry-After: {wait}" if wait else ""
    return NotSent(
        reason=Reason.PROXY if response.status == _PROXY_AUTH else Reason.SERVER_ERROR,
        http_status=response.status,
        detail=f"{response.url[:200]} answered {response.status}{after}.",
    )


def not_reached(error: Error) -> NotSent:
    """What a failed navigation means."""
    text = str(error)
    if isinstance(error, PlaywrightTimeout):
        return NotSent(reason=Reason.TIMEOUT, detail="The page took too long to load.")
    known = (reason for pattern, reason in _CAUSES if re.search(pattern, text))
    return NotSent(reason=next(known, Reason.BROWSER_CRASHED), detail=first_line(error))
