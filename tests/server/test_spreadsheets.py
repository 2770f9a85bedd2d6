"""Spreadsheets: what is read of a stranger's, what is refused, and that ours compute nothing."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.csv_text import rows_of
from server.spreadsheets import MAX_LINES, NotXlsx, as_csv, as_xlsx, rows_in_xlsx, unmarked

DANGEROUS = ("=1+1", "+84 912", "-5", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1")  # fmt: skip


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_values_are_read_as_text() -> None:
    moment = datetime(2026, 1, 31, 9)  # noqa: DTZ001  (a sheet knows no zone)
    content = book(("Mã", "Ngày", "Số"), (None,) * 3, (" Hoà ", moment, 7.0), (date(2026, 2, 1), 1.5, True))
    assert list(rows_in_xlsx(content)) == [
        (1, ["Mã", "Ngày", "Số"]),
        (3, ["Hoà", "2026-01-31", "7"]),
        (4, ["2026-02-01", "1.5", "True"]),
    ]


def test_a_formula_is_not_read() -> None:
    assert list(rows_in_xlsx(book(("=1+1", "b")))) == [(1, ["", "b"])]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_we_write_is_never_a_formula_and_comes_back_as_it_was(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(("1", [10], [["Đầu"], [text]])))).worksheets[0]
    cell = sheet["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    ((_, (back,)),) = rows_of(as_csv([[text]]))
    assert back[0] not in "=+-@\t\r"
    assert unmarked(back) == " ".join(text.split()) or text.startswith("\t")


def test_our_csv_opens_right_in_excel() -> None:
    content = as_csv([["Mã", date(2026, 1, 31), -3, None]])
    assert content == "﻿Mã,31/01/2026,-3,\r\n".encode()


def test_signs_that_no_sheet_may_hold_are_left_out() -> None:
    content = as_xlsx(("1", [10], [["a\x00\x0bb\xa0c"]]))
    assert list(rows_in_xlsx(content)) == [(1, ["ab\xa0c"])]


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def replaced(part: str, content: bytes) -> bytes:
    """A real workbook with one part exchanged."""
    with zipfile.ZipFile(io.BytesIO(book(("a",)))) as archive:
        return packed(**{name: archive.read(name) for name in archive.namelist()} | {part: content})


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"not a workbook",
        packed(a=b"x"),
        packed(**{"xl/a.xml": b"0" * 45_000_000}),
        packed(**{f"part{number}": b"" for number in range(400)}),
        replaced(SHEET, LAUGHS),
        replaced(SHEET, b"<worksheet"),
        replaced("xl/workbook.xml", b"<a/>"),
        replaced(SHEET, FAR),
        book(*[("x",)] * (MAX_LINES + 1)),
    ],
    ids=["empty", "cut", "text", "no sheet", "bomb", "many parts", "entities", "broken", "no book", "far", "long"],
)
def test_what_nobody_writes_by_hand_is_refused(content: bytes) -> None:
    with pytest.raises(NotXlsx):
        list(rows_in_xlsx(content))


@given(st.binary(max_size=200), st.integers(0, 4000))
def test_a_damaged_workbook_is_read_or_refused(noise: bytes, at: int) -> None:
    whole = bytearray(_WHOLE)
    whole[at : at + len(noise)] = noise
    with contextlib.suppress(NotXlsx):
        list(rows_in_xlsx(bytes(whole)))


_WHOLE = book(("Mã đơn", "Loại đơn"), ("KN-1", "Khiếu nại"))
