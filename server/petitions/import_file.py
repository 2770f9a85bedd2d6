"""Reading a file of petitions, without the database: good rows, and for each bad one where and why.

A row is read by the same rules as the form. A row with a denunciation may have nothing about a person in it; what
stands there all the same is neither shown again nor kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.csv_text import NotCsv, NotText, day_in
from server.petitions.columns import REQUIRED, Vocabulary
from server.petitions.forms import DENUNCIATION_FIELDS, SEVERAL, Asked, read, read_denunciation
from server.petitions.places import Places
from server.petitions.register import Entry
from server.petitions.rules import leading
from server.petitions.sentences import Woven
from server.petitions.tables import PetitionKind
from server.spreadsheets import NotXlsx, rows_in_file
from server.web.languages import N_

MAX_ROWS = 2000
_SHOWN = 60
_BETWEEN = re.compile(r"[;,\n]")

NOT_A_FILE = N_("a spreadsheet (XLSX) of ordinary size, or text saved as CSV UTF-8")
NO_COLUMNS = N_("a first line that names the columns, with %(columns)s among them")
TOO_MANY = N_("at most %(most)s petitions in one file; split the file")
ONE_OF = N_("one of: %(words)s")
NO_DAY = N_("a day as 31/01/2026 or 2026-01-31")
NOTHING_HERE = N_("nothing: of a denunciation only code, day, way, field and reference are entered")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`column` is a field's name, or empty where the row as a whole is wrong; `cells` as they came, by field."""

    line: int
    column: str
    came: str
    allowed: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GoodRow:
    line: int
    entry: Entry
    cells: Mapping[str, str]
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """`ignored`: names of columns that mean nothing here."""

    rows: tuple[GoodRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    ignored: tuple[str, ...] = ()


class _Wrong(Exception):
    def __init__(self, column: str, came: str, allowed: str) -> None:
        super().__init__(column)
        self.column, self.came, self.allowed = column, came[:_SHOWN], allowed


class Reader:
    """`places`: the communes of a day."""

    def __init__(
        self, vocabulary: Vocabulary, asked: Asked, places: Callable[[date], Places], language: str
    ) -> None:
        self._vocabulary, self._asked, self._places, self._language = vocabulary, asked, places, language

    def read(self, content: bytes) -> ImportFile:
        """Never raises for what is in the file."""
        try:
            lines = rows_in_file(content)
        except (NotXlsx, NotText, NotCsv) as problem:
            return _nothing(getattr(problem, "line", 1), "", getattr(problem, "came", ""), NOT_A_FILE)
        if not lines:
            return _nothing(1, "", "", self._no_columns())
        (first, header), *others = lines
        columns = [self._vocabulary.column(name) for name in header]
        if not set(REQUIRED) <= set(columns):
            return _nothing(first, "", ", ".join(filter(None, header))[:_SHOWN], self._no_columns())
        if len(others) > MAX_ROWS:
            return _nothing(first, "", str(len(others)), Woven(TOO_MANY, most=MAX_ROWS))
        return self._rows(columns, others, tuple(
            name for name, column in zip(header, columns, strict=True) if name and column is None
        ))  # fmt: skip

    def _rows(
        self, columns: list[str | None], lines: Iterable[tuple[int, list[str]]], ignored: tuple[str, ...]
    ) -> ImportFile:
        rows: list[GoodRow] = []
        refused: list[RefusedRow] = []
        for line, cells in lines:
            named = {name: text for name, text in zip(columns, cells, strict=False) if name is not None and text}
            if not named:
                continue
            try:
                rows.append(self._row(line, named))
            except _Wrong as wrong:
                kept = _without_identity(named) if self._denounces(named) else named
                refused.append(RefusedRow(line, wrong.column, wrong.came, wrong.allowed, kept))
        return ImportFile(tuple(rows), tuple(refused), ignored)

    def _row(self, line: int, cells: Mapping[str, str]) -> GoodRow:
        values = dict(cells)
        kinds = [PetitionKind(word) for word in self._several("kind", cells.get("kind", ""))]
        if not kinds:
            raise _Wrong("kind", "", self._one_of("kind"))
        if PetitionKind.DENUNCIATION in kinds:
            for name in cells:
                if name not in (*DENUNCIATION_FIELDS, "kind", "opaque_reference", "confidentiality"):
                    raise _Wrong(name, "…", NOTHING_HERE)
        for name in values:
            if name != "kind" and self._vocabulary.has_words(name):
                found = self._several(name, values[name]) if name in SEVERAL else [self._word(name, values[name])]
                values[name] = " ".join(found)
        day = day_in(values.get("received_on", ""))
        if day is None:
            raise _Wrong("received_on", values.get("received_on", ""), NO_DAY)
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

    def _entry(self, line: int, values: dict[str, str], cells: Mapping[str, str], day: date) -> GoodRow:
        asked = replace(self._asked, places=self._places(day), earlier={values.get("earlier", ""): 0})
        denounces = values["kind"] == PetitionKind.DENUNCIATION
        filled = read_denunciation(values, asked) if denounces else read(values, asked)
        if filled.entry is None:
            column, allowed = next(iter(filled.mistakes.items()))
            raise _Wrong("kind" if column == "other_kinds" else column, cells.get(column, ""), allowed)
        return GoodRow(line, replace(filled.entry, earlier_id=None), cells, values.get("earlier", ""))

    def _several(self, name: str, text: str) -> list[str]:
        """ "Khiếu nại; phản ánh". A word of a list may hold a comma itself."""
        whole = self._vocabulary.word(name, text)
        return [whole] if whole else [self._word(name, part) for part in _BETWEEN.split(text) if part.strip()]

    def _word(self, name: str, text: str) -> str:
        word = self._vocabulary.word(name, text)
        if word is None:
            raise _Wrong(name, text.strip(), self._one_of(name))
        return word

    def _denounces(self, cells: Mapping[str, str]) -> bool:
        parts = _BETWEEN.split(cells.get("kind", ""))
        return any(self._vocabulary.word("kind", part) == PetitionKind.DENUNCIATION for part in parts)

    def _one_of(self, name: str) -> Woven:
        return Woven(ONE_OF, words=", ".join(self._vocabulary.offered(name, self._language)))

    def _no_columns(self) -> Woven:
        names = ", ".join(self._vocabulary.heading(name, self._language) for name in REQUIRED)
        return Woven(NO_COLUMNS, columns=names)


def _without_identity(cells: Mapping[str, str]) -> dict[str, str]:
    kept = (*DENUNCIATION_FIELDS, "kind", "opaque_reference")
    return {name: text for name, text in cells.items() if name in kept}


def _nothing(line: int, column: str, came: str, allowed: str) -> ImportFile:
    return ImportFile(refused=(RefusedRow(line, column, came, allowed, {}),))
