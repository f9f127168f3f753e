"""Does a VAT or tax number have the shape that its country gives such numbers?

Shapes alone: whether a number is given out is known to its country's office only, and many
businesses are asked for another number than that for VAT.

*Source:* European Commission, VIES, "What is the format of a VAT number?"; HMRC, the Swiss UID
register and the Norwegian register of entities for GB, CH and NO; IRS for the EIN.
"""

from __future__ import annotations

import re

_SHAPES: dict[str, tuple[str, str]] = {
    "AT": (r"U\d{8}", "ATU12345678"),
    "BE": (r"[01]\d{9}", "BE0123456789"),
    "BG": (r"\d{9,10}", "BG123456789"),
    "CY": (r"\d{8}[A-Z]", "CY12345678X"),
    "CZ": (r"\d{8,10}", "CZ12345678"),
    "DE": (r"\d{9}", "DE123456789"),
    "DK": (r"\d{8}", "DK12345678"),
    "EE": (r"\d{9}", "EE123456789"),
    "EL": (r"\d{9}", "EL123456789"),
    "ES": (r"[A-Z\d]\d{7}[A-Z\d]", "ESX1234567X"),
    "FI": (r"\d{8}", "FI12345678"),
    "FR": (r"[A-HJ-NP-Z\d]{2}\d{9}", "FR12345678901"),
    "HR": (r"\d{11}", "HR12345678901"),
    "HU": (r"\d{8}", "HU12345678"),
    "IE": (r"\d[A-Z\d+*]\d{5}[A-Z]{1,2}", "IE1234567X"),
    "IT": (r"\d{11}", "IT12345678901"),
    "LT": (r"(?:\d{9}|\d{12})", "LT123456789"),
    "LU": (r"\d{8}", "LU12345678"),
    "LV": (r"\d{11}", "LV12345678901"),
    "MT": (r"\d{8}", "MT12345678"),
    "NL": (r"[A-Z\d+*]{10}\d{2}", "NL123456789B01"),
    "PL": (r"\d{10}", "PL1234567890"),
    "PT": (r"\d{9}", "PT123456789"),
    "RO": (r"\d{2,10}", "RO1234567890"),
    "SE": (r"\d{12}", "SE123456789012"),
    "SI": (r"\d{8}", "SI12345678"),
    "SK": (r"\d{10}", "SK1234567890"),
    "XI": (r"(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})", "XI123456789"),
    "GB": (r"(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})", "GB123456789"),
    "CHE": (r"\d{9}(?:MWST|TVA|IVA)?", "CHE-123.456.789"),
    "NO": (r"\d{9}(?:MVA)?", "NO123456789MVA"),
}
"""Prefix → what follows it without spaces, dots and dashes, and an example."""
_EIN = "12-3456789"


def odd_shape(number: str, country: str) -> str:
    """How such a number is written, where *number* is written otherwise; else nothing.

    country: ISO 3166-1 alpha-2, of the business. A number that begins with no country's letters is
    judged in the United States alone: elsewhere it may be a tax number of another kind.
    """
    plain = re.sub(r"[\s.\-/]", "", number).upper()
    # Greece writes EL before its numbers, and is asked for under both names.
    told = re.sub(r"^GR(?=\d{9}$)", "EL", plain)
    for length in (3, 2):
        known = _SHAPES.get(told[:length])
        if known is not None and told[length : length + 1].isalnum():
            return "" if re.fullmatch(known[0], told[length:]) else known[1]
    if country == "US" and plain.isdigit() and len(plain) != 9:
        return _EIN
    return ""
