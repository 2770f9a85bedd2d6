"""Reading a file of reported days, without the database: good rows, and for each bad one where and why.

A row whose cell of the day holds a month says that the unit told all of that month, and be it no day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from server.csv_text import day_in
from server.duty.columns import REQUIRED, Vocabulary
from server.duty.forms import SENTENCES, DayFault, count_in, day_faults, month_in
from server.duty.recording import Told, ToldDay
from server.duty.units import DutyUnit, DutyUnits
from server.receptions.duty import last_of
from server.receptions.tables import Receiver, ReceptionMode
from server.row_files import Cells, Expected, ImportFile, WrongCell, read_rows
from server.web.languages import N_

MAX_ROWS = 5000  # a year of 54 communes with two days a month, three times over
NO_COLUMNS = N_("a first line that names the columns, with Unit and Day among them")
TOO_MANY = N_("at most 5,000 rows in one file; split the file")
NO_DAY = N_("a day as 31/01/2026 or 2026-01-31, or a month as 01/2026 of which the unit told everything")
NO_UNIT = N_("code or name of one unit that existed on this day; the code tells units of one name apart")
NOT_OVER = N_("a month that is over")
ONLY_UNIT = N_("nothing: a row with a month says only that the unit told everything of it")
ONE_OF: dict[str, str] = {
    "receiver": N_("the head in person, or delegated"),
    "mode": N_("regular, periodic, irregular or dialogue; empty means periodic"),
    "nobody": N_("yes or no; empty means no"),
}


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A day; or, with none, that the unit told all of `month`."""

    line: int
    unit: DutyUnit
    month: date
    day: ToldDay | None
    cells: Cells


class Reader:
    def __init__(self, vocabulary: Vocabulary, units: DutyUnits, today: date) -> None:
        self._vocabulary, self._units, self._today = vocabulary, units, today

    def read(self, content: bytes) -> ImportFile[GoodRow]:
        """Never raises for what is in the file."""
        seen: dict[tuple[str, date], ToldDay] = {}

        def row(line: int, cells: Cells) -> GoodRow:
            found = self._row(line, cells)
            if found.day and seen.setdefault((found.unit.key, found.day.day), found.day) != found.day:
                raise WrongCell("day", cells["day"], SENTENCES[DayFault.TWICE])
            return found

        expected = Expected(REQUIRED, NO_COLUMNS, MAX_ROWS, TOO_MANY)
        return read_rows(content, expected, self._vocabulary.column, row)

    def _row(self, line: int, cells: Cells) -> GoodRow:
        text = cells.get("day", "")
        day = day_in(text)
        month = month_in(text) if day is None else day.replace(day=1)
        if month is None:
            raise WrongCell("day", text, NO_DAY)
        unit = self._units.named(cells.get("unit", ""), day or last_of(month))
        if unit is None and day is None:  # one that ended within the month
            unit = self._units.named(cells.get("unit", ""), month)
        if unit is None:
            raise WrongCell("unit", cells.get("unit", ""), NO_UNIT)
        if day is not None:
            return GoodRow(line, unit, month, self._day(day, unit, cells), cells)
        if last_of(month) >= self._today:
            raise WrongCell("day", text, NOT_OVER)
        for name in cells:
            if name not in REQUIRED:
                raise WrongCell(name, cells[name], ONLY_UNIT)
        return GoodRow(line, unit, month, None, cells)

    def _day(self, day: date, unit: DutyUnit, cells: Cells) -> ToldDay:
        counts: dict[str, int | None] = {}
        for name in ("visits", "persons"):
            try:
                counts[name] = count_in(cells.get(name, ""))
            except ValueError:
                raise WrongCell(name, cells[name], SENTENCES[DayFault.NO_COUNT]) from None
        told = ToldDay(
            day,
            Receiver(self._word("receiver", cells.get("receiver", ""))),
            ReceptionMode(self._word("mode", cells.get("mode", ReceptionMode.PERIODIC))),
            self._word("nobody", cells.get("nobody", "0")) == "yes",
            **counts,
        )
        for column, fault in day_faults(told, unit, self._today).items():
            raise WrongCell(column, cells.get(column, ""), SENTENCES[fault])
        return told

    def _word(self, name: str, text: str) -> str:
        word = self._vocabulary.word(name, text)
        if word is None:
            raise WrongCell(name, text, ONE_OF[name])
        return word


def told_by_unit(rows: Iterable[GoodRow], *, whole: Callable[[date], bool]) -> list[Told]:
    """`whole`: whether the file also tells that this month is told whole, for each unit with a day in it."""
    days: dict[str, list[ToldDay]] = {}
    months: dict[str, set[date]] = {}
    units: dict[str, DutyUnit] = {}
    for row in rows:
        units[row.unit.key] = row.unit
        of_unit = days.setdefault(row.unit.key, [])
        if row.day is not None and row.day not in of_unit:
            of_unit.append(row.day)
        if row.day is None or whole(row.month):
            months.setdefault(row.unit.key, set()).add(row.month)
    return [Told(unit, tuple(days[key]), tuple(sorted(months.get(key, ())))) for key, unit in units.items()]
