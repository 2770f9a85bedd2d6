"""Which passwords are taken."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from server.people import passwords
from server.people.accounts import account_by_login
from server.people.passwords import (
    COST,
    MAX_LENGTH,
    MIN_LENGTH,
    BadPassword,
    PasswordFault,
    hash_password,
    is_outdated,
    matches,
    password_fault,
)
from tests.server.conftest import Office


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("ngắn", PasswordFault.LENGTH),
        ("x" * (MAX_LENGTH + 1), PasswordFault.LENGTH),
        ("Password123", PasswordFault.COMMON),
        ("Mật Khẩu 123", PasswordFault.COMMON),
        ("12345678", PasswordFault.COMMON),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("abababababab", PasswordFault.COMMON),
        ("NTVan@2026", PasswordFault.LOGIN),
        ("bốn từ dễ nhớ", None),
        ("correct horse", None),
    ],
)
def test_the_first_that_are_tried_are_refused(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password, "ntvan") is fault
    if fault is not None:
        with pytest.raises(BadPassword) as refused:
            hash_password(password, "ntvan")
        assert refused.value.fault is fault
        assert password not in str(refused.value)


def test_a_short_login_name_is_in_many_words() -> None:
    assert password_fault("làng xóm vui vẻ", "lan") is None


@given(st.text(max_size=MAX_LENGTH + 5))
def test_what_is_too_short_or_too_long_is_refused_whatever_it_is(password: str) -> None:
    long_enough = MIN_LENGTH <= len(password) <= MAX_LENGTH
    assert (password_fault(password) is PasswordFault.LENGTH) == (not long_enough)


def test_spaces_and_letters_of_every_language_count() -> None:
    hashed = hash_password("nước chảy đá mòn")
    assert matches(hashed, "nước chảy đá mòn")
    assert not matches(hashed, "nuoc chay da mon")


@pytest.fixture
def full_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere but in tests."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher.from_parameters(COST))


def test_a_hash_costs_what_the_standard_asks(full_cost: None) -> None:
    hashed = hash_password("nước chảy đá mòn")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, section 4, the second choice
    assert matches(hashed, "nước chảy đá mòn")
    assert not is_outdated(hashed)


async def test_a_hash_of_less_cost_is_made_again_at_the_login(office: Office, full_cost: None) -> None:
    async def stored() -> str:
        account = await office.database.run(account_by_login, "canbo")
        assert account is not None
        return account.password_hash

    assert is_outdated(before := await stored())
    assert (await office.log_in("canbo", "another password")).status == 403
    assert await stored() == before
    assert (await office.log_in("canbo")).status == 303
    assert (await stored()).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await office.log_in("canbo")).status == 303
