"""What do listing sites check on their servers? The rules that several of them share."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping

from PIL import Image, UnidentifiedImageError


def listed(text: str) -> tuple[str, ...]:
    """The words between the bars of "Bars | Bakeries | Hotels"."""
    return tuple(word.strip() for word in text.split("|"))


STATES: dict[str, str] = {
    item[:2]: item[3:]
    for item in listed(
        "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|"
        "DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|"
        "IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|"
        "MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|"
        "NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|"
        "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|"
        "RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|"
        "VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
    )
}
"""US states by code, as sites offer them."""


def is_email(text: str) -> bool:
    """Something, an at sign, something with a dot."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", text) is not None


def is_url(text: str) -> bool:
    """An address that begins with http:// or https://."""
    return re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", text) is not None


def is_phone(text: str) -> bool:
    """Seven to fifteen digits, whatever stands between."""
    return 7 <= len(re.sub(r"\D", "", text)) <= 15 and not re.search(r"[A-Za-z]", text)


def missing(form: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The message for each wanted name that is empty in the form."""
    return {name: message for name, message in wanted.items() if not form[name]}


def picture_facts(data: bytes) -> dict[str, object] | None:
    """What a stored picture is: `format`, `width`, `height`, `bytes`, `look`; None if it is none.

    `look`: 64 bits as hex, the picture shrunk to 8 x 8 and split at its mean, which stays the
    same when a picture is scaled or saved anew.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            kind, (width, height) = str(image.format), image.size
            flat = Image.new("RGB", image.size, "white")
            flat.paste(image, mask=image.convert("RGBA").getchannel("A"))
    except (UnidentifiedImageError, OSError):
        return None
    grey = list(flat.convert("L").resize((8, 8)).tobytes())
    mean = sum(grey) / 64
    look = int("".join("1" if value > mean else "0" for value in grey), 2)
    return {
        "format": kind,
        "width": width,
        "height": height,
        "bytes": len(data),
        "look": f"{look:016x}",
    }


def to_text(data: bytes) -> str:
    """Bytes for a text column."""
    return base64.b64encode(data).decode("ascii")


def stored_picture(text: str) -> dict[str, object] | None:
    """The facts of a picture in a text column."""
    return picture_facts(base64.b64decode(text)) if text else None
