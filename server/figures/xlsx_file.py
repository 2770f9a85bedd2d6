"""A form as a workbook: the official head, merged groups above the columns, numbers as numbers."""

from __future__ import annotations

import io

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from server.figures.heads import head_rows
from server.figures.printed import Printed

_FONT = "Times New Roman"
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_NAME_WIDE, _WIDE = 34, 10


def xlsx_of(printed: Printed) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook begins with a worksheet")
    sheet.title = printed.form.form.replace("/", "-")
    wide = len(printed.headings)
    line = _above(sheet, printed, wide)
    line = _head(sheet, printed, line)
    sheet.freeze_panes = sheet.cell(line, 2).coordinate
    for values in printed.lines():
        for column, value in enumerate(values, 1):
            _put(sheet, line, column, value, bold=values[0] == "Tổng số").border = _BOX
        line += 1
    for note in printed.notes():
        _across(sheet, line, 1, wide, note, _LEFT, italic=True)
        line += 1
    _signatures(sheet, printed, line + 1, wide)
    _page(sheet, wide)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _above(sheet: Worksheet, printed: Printed, wide: int) -> int:
    """The issuing body on the left, the form's number on the right, its title below. Returns the next line."""
    half = max(1, wide // 2)
    left = (printed.letterhead.superior, printed.letterhead.issuer)
    for line, (issuer, form) in enumerate(zip(left, (printed.number, printed.circular), strict=True), 1):
        _across(sheet, line, 1, half, issuer, _MIDDLE, bold=line == len(left))
        _across(sheet, line, half + 1, wide, form, _MIDDLE, bold=line == 1)
    _across(sheet, 4, 1, wide, printed.title, _MIDDLE, bold=True)
    _across(sheet, 5, 1, wide, printed.period, _MIDDLE, italic=True)
    return 7


def _head(sheet: Worksheet, printed: Printed, line: int) -> int:
    heads = head_rows(printed.headings)
    for number, row in enumerate(heads):
        for cell in row:
            first, column = line + number, cell.column + 1
            _put(sheet, first, column, cell.text, bold=True)
            if cell.wide > 1 or cell.high > 1:
                sheet.merge_cells(
                    start_row=first, end_row=first + cell.high - 1, start_column=column,
                    end_column=column + cell.wide - 1,
                )  # fmt: skip
    line += len(heads)
    for column, text in enumerate(printed.numbers, 1):
        _put(sheet, line, column, text, italic=True)
    for row_number in range(line - len(heads), line + 1):
        for column in range(1, len(printed.headings) + 1):
            cell_ = sheet.cell(row_number, column)
            cell_.border, cell_.alignment = _BOX, _MIDDLE
    return line + 1


def _signatures(sheet: Worksheet, printed: Printed, line: int, wide: int) -> None:
    half = max(1, wide // 2)
    _across(sheet, line, half + 1, wide, printed.place_and_day, _MIDDLE, italic=True)
    _across(sheet, line + 1, 1, half, "NGƯỜI LẬP BIỂU", _MIDDLE, bold=True)
    _across(sheet, line + 1, half + 1, wide, "THỦ TRƯỞNG ĐƠN VỊ", _MIDDLE, bold=True)


def _page(sheet: Worksheet, wide: int) -> None:
    sheet.column_dimensions["A"].width = _NAME_WIDE
    for column in range(2, wide + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _across(
    sheet: Worksheet, line: int, first: int, last: int, text: str, alignment: Alignment, *,
    bold: bool = False, italic: bool = False,
) -> None:  # fmt: skip
    _put(sheet, line, first, text, bold=bold, italic=italic).alignment = alignment
    if last > first:
        sheet.merge_cells(start_row=line, end_row=line, start_column=first, end_column=last)


def _put(
    sheet: Worksheet, line: int, column: int, value: str | int | None, *, bold: bool = False, italic: bool = False
) -> openpyxl.cell.cell.Cell:
    cell = sheet.cell(line, column)
    if isinstance(cell, MergedCell):
        raise TypeError(f"cell {line}, {column} is part of another")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"  # whatever it begins with: "=" is no formula
    cell.font = Font(name=_FONT, size=11, bold=bold, italic=italic)
    cell.alignment = Alignment(vertical="center", wrap_text=isinstance(value, str))
    return cell
