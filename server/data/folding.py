"""Folding Vietnamese text to what people type when they search: no diacritics, lower case, single spaces."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"đ": "d", "Đ": "d"})  # the bar of đ is no combining mark


def fold(text: str) -> str:
    """ "Phường Hoà Lạc" and "phuong  hoa lac" fold to the same: "phuong hoa lac".

    Tone marks may sit on either vowel (Hoà, Hòa) and may be composed or not; punctuation stays.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(bare.translate(_LETTERS).casefold().split())


def literally(text: str) -> str:
    """For a pattern of LIKE with the backslash as its escape: signs that mean something there mean themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
