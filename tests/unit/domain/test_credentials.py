"""Are the accounts that customers get on directories the same again, and hard to guess?"""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from dbolt.domain.credentials import account_for, password_for

KEY = SecretStr("one key")


@given(st.uuids(), st.text(min_size=1), st.text())
def test_an_account_is_the_same_again_and_right_for_most_sites(
    customer: UUID, directory: str, name: str
) -> None:
    account = account_for(KEY, customer, directory, name)
    assert account == account_for(KEY, customer, directory, name)
    assert re.fullmatch(r"[a-z0-9]{4,19}", account.username)
    password = account.password.get_secret_value()
    assert len(password) == 20
    for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[-_.!]"):
        assert re.search(kind, password)


def test_no_two_directories_customers_or_keys_share_a_password() -> None:
    customers = [uuid4() for _ in range(50)]
    told = {
        password_for(SecretStr(key), customer, directory).get_secret_value()
        for key in ("one key", "another key")
        for customer in customers
        for directory in ("albany", "boston", "albany|1")
    }
    assert len(told) == 2 * 50 * 3


def test_a_renamed_business_keeps_its_password() -> None:
    customer = uuid4()
    accounts = [account_for(KEY, customer, "albany", name) for name in ("Ada's Bakery", "Bob's")]
    assert accounts[0].password == accounts[1].password
    assert accounts[0].username != accounts[1].username
