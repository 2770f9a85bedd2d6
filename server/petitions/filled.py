"""A form of the register as it came in, and its fields read one by one: a mistake is noted and reading goes on."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from server.petitions.register import Entry
from server.petitions.sentences import BAD_CHOICE

W = TypeVar("W", bound=StrEnum)
_TEXTS = ("content", "request")  # as they are written, with their line breaks
_LINES = ("representatives",)  # one in each line


@dataclass(slots=True)
class Filled:
    """`values` to show it again, `mistakes` (field to sentence), `entry` if there are none."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)
    entry: Entry | None = None

    def word(self, name: str, words: type[W], default: W | None = None) -> W | None:
        value = self.values.get(name, "")
        if not value and default is not None:
            return default
        try:
            return words(value)
        except ValueError:
            self.mistakes[name] = BAD_CHOICE
            return None

    def words(self, name: str, words: type[W]) -> frozenset[W]:
        came = set(self.values[name].split())
        known = frozenset(word for word in words if word in came)
        if len(known) < len(came):
            self.mistakes[name] = BAD_CHOICE
        return known

    def number(self, name: str, highest: int, sentence: str) -> int:
        """1 for nothing; 0 for a mistake."""
        text = self.values[name] or "1"
        if text.isascii() and text.isdecimal() and len(text) < 8 and 1 <= int(text) <= highest:
            return int(text)
        self.mistakes[name] = sentence
        return 0

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.values[name])
        except ValueError:
            return None


def texts_of(form: Mapping[str, object], names: Sequence[str]) -> dict[str, str]:
    """Composed (NFC) and trimmed; a line field keeps no line break."""
    values = {}
    for name in names:
        value = form.get(name, "")
        text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
        if name in _LINES:
            values[name] = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
        else:
            values[name] = text if name in _TEXTS else " ".join(text.split())
    return values
