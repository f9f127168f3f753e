"""What do letters to customers say? One template as text and one as HTML for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import jinja2


class Kind(StrEnum):
    """The letters that there are. Each has mail/KIND.txt, whose first line is the subject."""

    CONFIRM = "confirm"
    SIGN_IN = "sign_in"
    RESET = "reset"
    PASSWORD_SET = "password_set"  # noqa: S105  - the name of a letter
    ERASED = "erased"


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter, ready to go. Its text may hold a link that opens an account."""

    recipient: str
    subject: str
    text: str
    html: str

    def payload(self) -> dict[str, str]:
        """What stands in the outbox."""
        return {
            "to": self.recipient,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
        }


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("serve_app", "mail"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def letter(kind: Kind, recipient: str, **values: Any) -> Letter:
    """The letter of that *kind*, filled in."""
    text = _templates().get_template(f"{kind}.txt").render(recipient=recipient, **values)
    subject, _, body = text.partition("\n")
    html = (
        _templates()
        .get_template(f"{kind}.html")
        .render(recipient=recipient, subject=subject, **values)
    )
    return Letter(recipient, subject.strip(), body.strip() + "\n", html)
