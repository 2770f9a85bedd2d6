"""A form as it is handed in, before it is a file: the words around the table, the same for workbook and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from server.documents.letterheads import Letterhead
from server.documents.vietnamese import day_words, short_day
from server.figures.definitions import Form
from server.figures.sheet import Cell, Row, Sheet

HIDDEN = "*"
"""In the place of a small number about denunciations. A cell written by hand is left empty, its column marked."""
HAND_MARK = "(ghi tay)"


@dataclass(frozen=True, slots=True)
class Printed:
    """`said`: a message in Vietnamese."""

    form: Form
    sheet: Sheet
    letterhead: Letterhead
    day: date
    said: Callable[[str], str]

    @property
    def title(self) -> str:
        return self.form.title.upper()

    @property
    def period(self) -> str:
        period = self.sheet.period
        named = f"Kỳ báo cáo: {period.window.name} năm {period.year}. " if period.window else ""
        return f"{named}Số liệu tính từ ngày {short_day(period.first)} đến hết ngày {short_day(period.last)}"

    @property
    def number(self) -> str:
        return f"Biểu số: {self.form.form}"

    @property
    def circular(self) -> str:
        return f"Ban hành kèm theo {self.form.circular}"

    @property
    def place_and_day(self) -> str:
        return f"{self.letterhead.place or '……………'}, {day_words(self.day)}"

    @property
    def headings(self) -> list[tuple[str, ...]]:
        return [
            ("Đơn vị",),
            *(self._marked(column.headings, column.by_hand) for column in self.sheet.layout.columns),
        ]

    @property
    def numbers(self) -> list[str]:
        return ["MS", *(column.formula for column in self.sheet.layout.columns)]

    def lines(self) -> Iterator[list[str | int | None]]:
        """The name of each row and its numbers, the totals last."""
        for row in self.sheet.rows:
            if not row.empty:
                yield [self.said(row.label) if row.translated else row.label, *self._values(row)]
        yield ["Tổng số", *self._values(self.sheet.total)]

    def notes(self) -> list[str]:
        """What somebody must know who reads the form on paper."""
        found = []
        for cell in self.sheet.total.cells[len(self.sheet.layout.columns) :]:
            if cell.compared is not None and cell.compared.value:
                found.append(f"{' – '.join(cell.column.headings)}: {cell.compared.value} (không tính trong biểu)")
        if any(column.by_hand for column in self.sheet.layout.columns):
            found.append(f"Cột {HAND_MARK}: hồ sơ điện tử không có số liệu này, đơn vị ghi tay.")
        if self.sheet.hides:
            found.append(f"{HIDDEN} Số nhỏ về tố cáo, hoặc số cho phép tính ra số đó: không hiện.")
        if not self.form.holds(self.sheet.period.last):
            found.append("Vào ngày cuối kỳ, biểu mẫu đang áp dụng là biểu mẫu khác: đối chiếu trước khi gửi.")
        return found

    def _values(self, row: Row) -> list[str | int | None]:
        return [_value(cell) for cell in row.cells[: len(self.sheet.layout.columns)]]

    @staticmethod
    def _marked(headings: tuple[str, ...], by_hand: bool) -> tuple[str, ...]:
        return (*headings[:-1], f"{headings[-1]} {HAND_MARK}") if by_hand else headings


def _value(cell: Cell) -> str | int | None:
    if cell.hidden:
        return HIDDEN
    return None if cell.compared is None else cell.compared.value
