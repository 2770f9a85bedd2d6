"""Reading a file of petitions, without the database: good rows, and for each bad one where and why.

A row is read by the same rules as the form. A row with a denunciation may have nothing about a person in it; what
stands there all the same is neither shown again nor kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from server.csv_text import day_in
from server.petitions.columns import REQUIRED, Vocabulary
from server.petitions.forms import DENUNCIATION_FIELDS, SEVERAL, Asked, read, read_denunciation
from server.petitions.places import Places
from server.petitions.register import Entry
from server.petitions.rules import leading
from server.petitions.sentences import Woven
from server.petitions.tables import PetitionKind
from server.row_files import Cells, Expected, ImportFile, WrongCell, read_rows
from server.web.languages import N_

MAX_ROWS = 2000
_BETWEEN = re.compile(r"[;,\n]")

NO_COLUMNS = N_("a first line that names the columns, with %(columns)s among them")
TOO_MANY = N_("at most %(most)s petitions in one file; split the file")
ONE_OF = N_("one of: %(words)s")
NO_DAY = N_("a day as 31/01/2026 or 2026-01-31")
NOTHING_HERE = N_("nothing: of a denunciation only code, day, way, field and reference are entered")


@dataclass(frozen=True, slots=True)
class GoodRow:
    line: int
    entry: Entry
    cells: Cells
    earlier: str = ""


class Reader:
    """`places`: the communes of a day."""

    def __init__(
        self, vocabulary: Vocabulary, asked: Asked, places: Callable[[date], Places], language: str
    ) -> None:
        self._vocabulary, self._asked, self._places, self._language = vocabulary, asked, places, language

    def read(self, content: bytes) -> ImportFile[GoodRow]:
        """Never raises for what is in the file."""
        expected = Expected(REQUIRED, self._no_columns(), MAX_ROWS, Woven(TOO_MANY, most=MAX_ROWS))
        return read_rows(content, expected, self._vocabulary.column, self._row, self._kept)

    def _row(self, line: int, cells: Cells) -> GoodRow:
        values = dict(cells)
        kinds = [PetitionKind(word) for word in self._several("kind", cells.get("kind", ""))]
        if not kinds:
            raise WrongCell("kind", "", self._one_of("kind"))
        if PetitionKind.DENUNCIATION in kinds:
            for name in cells:
                if name not in (*DENUNCIATION_FIELDS, "kind", "opaque_reference", "confidentiality"):
                    raise WrongCell(name, "…", NOTHING_HERE)
        for name in values:
            if name != "kind" and self._vocabulary.has_words(name):
                found = self._several(name, values[name]) if name in SEVERAL else [self._word(name, values[name])]
                values[name] = " ".join(found)
        day = day_in(values.get("received_on", ""))
        if day is None:
            raise WrongCell("received_on", values.get("received_on", ""), NO_DAY)
        values |= {
            "kind": str(leading(kinds)),
            "other_kinds": " ".join({*map(str, kinds)} - {str(leading(kinds))}),
        }
        values["received_on"] = day.isoformat()
        values.setdefault("channel", "other")
        values["representatives"] = "\n".join(_BETWEEN.split(values.get("representatives", "")))
        if values.get("times_received", "1") not in ("", "1"):
            values.setdefault("case_age", "old")
        if values.get("place", "").isdecimal():
            values["place"] = values["place"].zfill(5)  # a spreadsheet takes 06664 for a number
        return self._entry(line, values, cells, day)

    def _entry(self, line: int, values: dict[str, str], cells: Cells, day: date) -> GoodRow:
        asked = replace(self._asked, places=self._places(day), earlier={values.get("earlier", ""): 0})
        denounces = values["kind"] == PetitionKind.DENUNCIATION
        filled = read_denunciation(values, asked) if denounces else read(values, asked)
        if filled.entry is None:
            column, allowed = next(iter(filled.mistakes.items()))
            raise WrongCell("kind" if column == "other_kinds" else column, cells.get(column, ""), allowed)
        return GoodRow(line, replace(filled.entry, earlier_id=None), cells, values.get("earlier", ""))

    def _several(self, name: str, text: str) -> list[str]:
        """ "Khiếu nại; phản ánh". A word of a list may hold a comma itself."""
        whole = self._vocabulary.word(name, text)
        return [whole] if whole else [self._word(name, part) for part in _BETWEEN.split(text) if part.strip()]

    def _word(self, name: str, text: str) -> str:
        word = self._vocabulary.word(name, text)
        if word is None:
            raise WrongCell(name, text.strip(), self._one_of(name))
        return word

    def _kept(self, cells: Cells) -> Cells:
        return _without_identity(cells) if self._denounces(cells) else cells

    def _denounces(self, cells: Cells) -> bool:
        parts = _BETWEEN.split(cells.get("kind", ""))
        return any(self._vocabulary.word("kind", part) == PetitionKind.DENUNCIATION for part in parts)

    def _one_of(self, name: str) -> Woven:
        return Woven(ONE_OF, words=", ".join(self._vocabulary.offered(name, self._language)))

    def _no_columns(self) -> Woven:
        names = ", ".join(self._vocabulary.heading(name, self._language) for name in REQUIRED)
        return Woven(NO_COLUMNS, columns=names)


def _without_identity(cells: Cells) -> dict[str, str]:
    kept = (*DENUNCIATION_FIELDS, "kind", "opaque_reference")
    return {name: text for name, text in cells.items() if name in kept}
