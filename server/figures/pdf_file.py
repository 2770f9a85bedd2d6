"""A form as PDF: A4 across, the official head, the head of the table again on every page."""

from __future__ import annotations

from datetime import datetime

from fpdf import FPDF, Align, FontFace
from fpdf.enums import XPos, YPos

from server.documents.fonts import FAMILY, unprintable
from server.documents.pdf_file import add_faces
from server.figures.heads import head_rows
from server.figures.printed import Printed

_POINT = 25.4 / 72
_MARGINS = (12.0, 10.0, 12.0)  # left, top, right; wide tables need the room
_NAME = 38.0
_SMALLEST, _LARGEST = 5.5, 9.0
_PER_COLUMN = 1.05  # of a column's width in millimetres, what its letters may be in points at most


def pdf_of(printed: Printed, made_at: datetime) -> bytes:
    """Some tenths of a second of work: not on the event loop."""
    page = _Page(printed, made_at)
    page.above()
    page.table_of_figures()
    page.below()
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, printed: Printed, made_at: datetime) -> None:
        super().__init__(orientation="landscape", format="A4", unit="mm")
        self._printed = printed
        self.set_margins(*_MARGINS)
        self.set_auto_page_break(True, 12)
        self.set_title(f"{printed.form.form} {printed.form.title}")
        self.set_lang("vi")
        self.set_creation_date(made_at)
        add_faces(self)
        self.add_page()

    def above(self) -> None:
        printed, half = self._printed, self.epw / 2
        top = self.get_y()
        self._line(self.l_margin, half, printed.letterhead.superior, "", 11)
        self._line(self.l_margin, half, printed.letterhead.issuer, "B", 11)
        self.set_y(top)
        self._line(self.l_margin + half, half, printed.number, "B", 11)
        self._line(self.l_margin + half, half, printed.circular, "I", 10)
        self.ln(4)
        self._line(self.l_margin, self.epw, printed.title, "B", 13)
        self._line(self.l_margin, self.epw, printed.period, "I", 11)
        self.ln(3)

    def table_of_figures(self) -> None:
        printed = self._printed
        heads = head_rows(printed.headings)
        columns = len(printed.headings) - 1
        wide = (self.epw - _NAME) / columns
        size = min(_LARGEST, max(_SMALLEST, wide * _PER_COLUMN))
        self.set_font(FAMILY, "", size)
        plain = FontFace(family=FAMILY, emphasis="", size_pt=size)
        bold = FontFace(family=FAMILY, emphasis="B", size_pt=size)
        with self.table(
            col_widths=(_NAME, *([wide] * columns)),
            num_heading_rows=len(heads) + 1,
            headings_style=plain,
            line_height=size * _POINT * 1.2,
            text_align="CENTER",
            padding=(0.8, 0.4),
        ) as table:
            for head in heads:
                row = table.row()
                for cell in head:
                    row.cell(cell.text, colspan=cell.wide, rowspan=cell.high, style=bold)
            numbers = table.row()
            for text in printed.numbers:
                numbers.cell(text.replace("=", "= ").replace("+", "+ "))
            for values in printed.lines():
                row = table.row()
                style = bold if values[0] == "Tổng số" else plain
                for column, value in enumerate(values):
                    shown = "" if value is None else str(value)
                    for letter in unprintable(shown):
                        shown = shown.replace(letter, "?")
                    row.cell(shown, style=style, align=Align.L if column == 0 else Align.R)

    def below(self) -> None:
        printed, half = self._printed, self.epw / 2
        self.ln(2)
        self.set_font(FAMILY, "I", 9)
        for note in printed.notes():
            self.multi_cell(0, 9 * _POINT * 1.2, note, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if self.get_y() + 35 > self.h - self.b_margin:
            self.add_page()
        self.ln(2)
        self._line(self.l_margin + half, half, printed.place_and_day, "I", 11)
        top = self.get_y()
        self._line(self.l_margin, half, "NGƯỜI LẬP BIỂU", "B", 11)
        self.set_y(top)
        self._line(self.l_margin + half, half, "THỦ TRƯỞNG ĐƠN VỊ", "B", 11)

    def _line(self, x: float, width: float, text: str, style: str, size: int) -> None:
        self.set_font(FAMILY, style, size)
        self.set_x(x)
        self.multi_cell(
            width, size * _POINT * 1.25, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )  # fmt: skip
