"""Is a VAT number of an odd shape noticed, and every right one let be?"""

from __future__ import annotations

import pytest

from dbolt.domain.vat import _SHAPES, odd_shape


@pytest.mark.parametrize("prefix", sorted(_SHAPES))
def test_each_countrys_own_example_is_right(prefix: str) -> None:
    example = _SHAPES[prefix][1]
    assert odd_shape(example, "DE") == ""
    assert odd_shape(example.lower().replace("1", " 1", 1), "DE") == ""
    assert odd_shape(f"{example}0000000000", "DE") == example


@pytest.mark.parametrize(
    ("number", "country", "told"),
    [
        ("DE 123 456 789", "DE", ""),
        ("CHE-123.456.789 MWST", "CH", ""),
        ("GR123456789", "GR", ""),
        ("NL123456789B01", "NL", ""),
        ("DE12345678", "DE", "DE123456789"),
        ("ATU1234567", "AT", "ATU12345678"),
        # A German tax number that is none for VAT.
        ("12/345/67890", "DE", ""),
        ("12-3456789", "US", ""),
        ("123", "US", "12-3456789"),
        ("ABN 51 824 753 556", "AU", ""),
        ("", "US", ""),
    ],
)
def test_other_numbers(number: str, country: str, told: str) -> None:
    assert odd_shape(number, country) == told
