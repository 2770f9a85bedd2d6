"""The columns of the register in files: their names as the office writes them, and the words that stand in cells.

Names and words are taken in Vietnamese and English, with or without diacritics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.data.folding import fold
from server.petitions.lists import Lists
from server.petitions.rules import (
    AGE_WORDS,
    CHANNEL_WORDS,
    FLAG_WORDS,
    KIND_WORDS,
    PETITIONER_WORDS,
    SETTLED_WORDS,
)
from server.petitions.tables import Confidentiality
from server.web.languages import LANGUAGES, N_

COLUMN_NAMES: dict[str, str] = {
    "code": N_("Code"),
    "kind": N_("Kind"),
    "received_on": N_("Day of receipt"),
    "channel": N_("How it came in"),
    "petitioner_kind": N_("Who sends it"),
    "petitioner_name": N_("Petitioner"),
    "petitioner_address": N_("Address"),
    "petitioner_count": N_("Number of people"),
    "representatives": N_("Further representatives"),
    "summary": N_("Summary"),
    "content": N_("Content"),
    "request": N_("Request"),
    "field": N_("Field"),
    "place": N_("Where the matter arose"),
    "unit_in_charge": N_("Unit in charge"),
    "case_age": N_("Case"),
    "times_received": N_("Received for which time"),
    "settled": N_("Settled before"),
    "settled_by": N_("Body that settled it"),
    "settled_document": N_("Number of its document"),
    "flags": N_("Marks of the case"),
    "earlier": N_("Code of the earlier petition"),
    "confidentiality": N_("Confidentiality"),
    "opaque_reference": N_("Reference of the file outside this system"),
}
"""By the field of the form; in the order of a file we write."""
REQUIRED = ("kind", "received_on")
CONFIDENTIALITY_WORDS = {Confidentiality.NORMAL: N_("Normal"), Confidentiality.CONFIDENTIAL: N_("Confidential")}
_OTHER_NAMES = {
    "code": ("Mã đơn", "Số đơn"),
    "received_on": ("Ngày nhận", "Ngày tiếp nhận", "Received on"),
    "channel": ("Nguồn đơn",),
    "petitioner_name": ("Họ tên", "Họ và tên", "Họ tên người gửi", "Name"),
    "petitioner_count": ("Số lượng người",),
    "summary": ("Trích yếu", "Nội dung tóm tắt", "Tóm tắt nội dung"),
    "place": ("Địa bàn", "Nơi xảy ra", "Place"),
    "unit_in_charge": ("Cơ quan phụ trách",),
    "times_received": ("Lần thứ",),
}

Translate = Callable[[str, str], str]
"""(language, message)"""


class Vocabulary:
    """What the names of columns and the words in cells mean."""

    def __init__(self, translate: Translate, lists: Lists) -> None:
        self._translate = translate
        self._fields: dict[str, str] = {}
        for name, message in COLUMN_NAMES.items():
            for known in (name, *self._said(message), *_OTHER_NAMES.get(name, ())):
                self._fields.setdefault(fold(known), name)
        words: dict[str, Mapping[Any, str]] = {
            "kind": KIND_WORDS,
            "channel": CHANNEL_WORDS,
            "petitioner_kind": PETITIONER_WORDS,
            "case_age": AGE_WORDS,
            "settled": SETTLED_WORDS,
            "flags": FLAG_WORDS,
            "confidentiality": CONFIDENTIALITY_WORDS,
        }
        self._words = {
            name: {fold(text): str(word) for word, said in known.items() for text in (word, *self._said(said))}
            for name, known in words.items()
        }
        self._words["field"] = {
            fold(text): field.code for field in lists.fields for text in (field.code, field.name, field.english)
        }
        self._offered: dict[str, list[tuple[str, str]]] = {
            name: [(str(word), said) for word, said in known.items()] for name, known in words.items()
        }
        self._lists = lists

    def column(self, header: str) -> str | None:
        return self._fields.get(fold(header))

    def has_words(self, name: str) -> bool:
        return name in self._words

    def word(self, name: str, text: str) -> str | None:
        return self._words[name].get(fold(text))

    def heading(self, name: str, language: str) -> str:
        return self._translate(language, COLUMN_NAMES[name])

    def offered(self, name: str, language: str) -> list[str]:
        """The words that may stand in the column, as they are said."""
        if name == "field":
            return [field.said(language) for field in self._lists.fields]
        return [self._translate(language, said) for _, said in self._offered[name]]

    def said(self, name: str, word: str, language: str) -> str:
        if name == "field":
            return self._lists.field_words(language).get(word, word)
        return self._translate(language, dict(self._offered[name]).get(word, word))

    def _said(self, message: str) -> list[str]:
        return [self._translate(language, message) for language in LANGUAGES]
