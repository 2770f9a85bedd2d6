"""Folding: what is typed without accents finds what is written with them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.data.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường Hà Khánh", "phuong ha khanh"),
        ("Đầm Hà", "dam ha"),
        ("ĐƯỜNG đất", "duong dat"),
        ("Hoà Lạc", "hoa lac"),
        ("Hòa Lạc", "hoa lac"),
        ("Quỳnh ƠI, ươn ướt", "quynh oi, uon uot"),
        ("  nhiều \t khoảng\u00a0trắng ", "nhieu khoang trang"),
        ("KN-0231", "kn-0231"),
        ("", ""),
    ],
)
def test_diacritics_and_the_bar_of_d_go(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_does_not_depend_on_composition_and_is_stable(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert fold(fold(text)) == fold(text)
