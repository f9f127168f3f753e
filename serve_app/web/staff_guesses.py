"""How often may somebody try at the staff's door, without locking out whose account it is?

Whoever knows a member's address can use up what strangers may try, from as many networks as they
have. What a member can show and a stranger cannot has a budget of its own, which nobody else can
spend: a browser that was signed in to the account before, a recovery code that works, an
invitation, an open session.

*Source:* OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from serve_app import limits
from serve_app.identity import Staff, cookie_name, token_hash
from serve_app.limits import Limit
from serve_app.parts import parts_of
from serve_app.staff import audit, members
from serve_app.web.doors import known_browser

COOKIE = "staff-browser"
TOKEN_HOLDER = "staff token"  # noqa: S105  - a name in the log, no password
_STRANGER = (
    "Too many tries at this account. Sign in with a browser that you have signed in with before, "
    "or with a recovery code in place of the six digits; or wait a few minutes."
)
_TOLD = "Too many wrong tries; wait a few minutes."

STRANGERS_HERE = Limit("guess/staff here", 10, 120, _STRANGER)
STRANGERS_ANYWHERE = Limit("guess/staff", 40, 60, _STRANGER)
KNOWN_BROWSER = Limit("guess/staff browser", 10, 120, _TOLD)
RECOVERY_CODE = Limit("guess/staff recovery", 10, 120, _TOLD)
INVITATION = Limit("guess/staff invitation", 10, 120, _TOLD)
OPEN_SESSION = Limit("guess/staff session", 10, 120, _TOLD)

Guess = tuple[Limit, str]


async def take_at_door(request: Request, email: str, code: str) -> Sequence[Guess]:
    """One try to sign in to *email*, noted in the audit log; give it back where it was right.

    code: what was said beside the password. Raises Problem(429) where no try is left.
    """
    own = await _of_member(request, email, code)
    if own is not None:
        await limits.take(parts_of(request), *own)
        await audit.begin(request, email, None)
        return [own]
    network = limits.network_of(request)
    # First, so that guesses without end do not fill the audit log either.
    await limits.take(parts_of(request), limits.GUESSES_NETWORK, network)
    await audit.begin(request, email, None)
    taken = [(STRANGERS_HERE, f"{network} {email}"), (STRANGERS_ANYWHERE, email)]
    for guess in taken:
        await limits.take(parts_of(request), *guess)
    return taken


async def _of_member(request: Request, email: str, code: str) -> Guess | None:
    """The budget of something that only the member has; None for strangers."""
    browser = known_browser(request, email, COOKIE)
    if browser:
        return KNOWN_BROWSER, f"{browser} {email}"
    # 80 random bits: that one works cannot be found out by guessing.
    if await members.has_recovery_code(parts_of(request), email, code):
        return RECOVERY_CODE, f"{email} {members.plain_code(code)}"
    return None


async def take_for_token(request: Request) -> Sequence[Guess]:
    """One try at the staff token. Raises Problem(429)."""
    browser = known_browser(request, TOKEN_HOLDER, COOKIE)
    guess = (
        (KNOWN_BROWSER, f"{browser} {TOKEN_HOLDER}")
        if browser
        else (limits.GUESSES_NETWORK, limits.network_of(request))
    )
    await limits.take(parts_of(request), *guess)
    await audit.begin(request, TOKEN_HOLDER, None)
    return [guess]


async def take_for_invitation(request: Request, token: str) -> Sequence[Guess]:
    """One try at the password of whoever holds an invitation. Raises Problem(429)."""
    guess = (INVITATION, token_hash(token).hex())
    await limits.take(parts_of(request), *guess)
    return [guess]


async def take_in_session(request: Request, member: Staff) -> Sequence[Guess]:
    """One try at both factors of whoever is signed in. Raises Problem(429)."""
    session = token_hash(request.cookies.get(cookie_name(request, "staff"), ""))
    guess = (OPEN_SESSION, f"{session.hex()} {member.email}")
    await limits.take(parts_of(request), *guess)
    return [guess]


async def give_back(request: Request, taken: Sequence[Guess]) -> None:
    """The try does not count: it was right."""
    for guess in taken:
        await limits.give_back(parts_of(request), *guess)
