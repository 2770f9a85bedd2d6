"""Which passwords are taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    BadPassword,
    PasswordFault,
    hash_password,
    matches,
    password_fault,
)


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
