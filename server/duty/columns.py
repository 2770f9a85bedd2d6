"""The columns of reported days in files, and the words that stand in cells: taken in Vietnamese and in English,
with or without diacritics; written in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.data.folding import fold
from server.receptions.tables import Receiver, ReceptionMode
from server.web.languages import LANGUAGES, N_

Translate = Callable[[str, str], str]
"""(language, message)"""

COLUMN_NAMES: dict[str, str] = {
    "unit": N_("Unit"),
    "day": N_("Day"),
    "receiver": N_("Who received"),
    "mode": N_("Form"),
    "nobody": N_("Nobody came"),
    "visits": N_("Visits"),
    "persons": N_("Persons"),
}
"""By the field of the form; in the order of a file we write."""
REQUIRED = ("unit", "day")
RECEIVER_WORDS: dict[str, str] = {Receiver.HEAD: N_("The head in person"), Receiver.DELEGATE: N_("Delegated")}
MODE_WORDS: dict[str, str] = {
    ReceptionMode.REGULAR: N_("Regular"),
    ReceptionMode.PERIODIC: N_("Periodic"),
    ReceptionMode.IRREGULAR: N_("Irregular"),
    ReceptionMode.DIALOGUE: N_("Dialogue"),
}
YES_WORDS: dict[str, str] = {"yes": N_("Yes"), "": N_("No")}
WORDS: dict[str, Mapping[str, str]] = {"receiver": RECEIVER_WORDS, "mode": MODE_WORDS, "nobody": YES_WORDS}
_OTHER_NAMES = {
    "unit": ("Tên đơn vị", "Mã đơn vị"),
    "day": ("Ngày tiếp",),
    "visits": ("Số lượt",),
    "persons": ("Số người",),
}
_OTHER_WORDS: dict[str, Mapping[str, str]] = {
    "receiver": {
        "Trực tiếp": Receiver.HEAD,
        "Chủ tịch": Receiver.HEAD,
        "Ủy quyền": Receiver.DELEGATE,
        "Cấp phó": Receiver.DELEGATE,
    },
    "mode": {"Tiếp định kỳ": ReceptionMode.PERIODIC, "Tiếp thường xuyên": ReceptionMode.REGULAR},
    "nobody": {"x": "yes", "1": "yes", "0": ""},
}


class Vocabulary:
    """What the names of columns and the words in cells mean."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self._fields = {
            fold(known): name
            for name, message in COLUMN_NAMES.items()
            for known in (name, *self._said(message), *_OTHER_NAMES.get(name, ()))
        }
        self._words = {
            name: {fold(text): str(word) for word, said in known.items() for text in (word, *self._said(said))}
            | {fold(text): str(word) for text, word in _OTHER_WORDS[name].items()}
            for name, known in WORDS.items()
        }

    def column(self, header: str) -> str | None:
        return self._fields.get(fold(header))

    def word(self, name: str, text: str) -> str | None:
        return self._words[name].get(fold(text))

    def heading(self, name: str, language: str) -> str:
        return self._translate(language, COLUMN_NAMES[name])

    def offered(self, name: str, language: str) -> list[str]:
        return [self._translate(language, said) for said in WORDS[name].values()]

    def said(self, name: str, word: str, language: str) -> str:
        return self._translate(language, WORDS[name].get(word, word))

    def _said(self, message: str) -> list[str]:
        return [self._translate(language, message) for language in LANGUAGES]
