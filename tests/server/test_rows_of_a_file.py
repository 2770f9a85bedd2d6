"""Where the rows of a spreadsheet begin: below the line that names the columns, wherever an office has it."""

from __future__ import annotations

import io

import openpyxl
import pytest

from server.row_files import Cells, Expected, ImportFile, read_rows

EXPECTED = Expected(("kind", "day"), "no columns", 3, "too many")
COLUMNS = {"Loại đơn": "kind", "Ngày nhận": "day"}


def read(content: bytes) -> ImportFile[tuple[int, Cells]]:
    return read_rows(content, EXPECTED, COLUMNS.get, lambda line, cells: (line, cells))


def ledger(titles: int) -> bytes:
    """As offices keep it: a title over merged cells, what it is about, an empty line, and then the head."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in range(1, titles + 1):
        sheet.cell(line, 1, f"SỔ TIẾP NHẬN ĐƠN, dòng {line}")
        sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=3)
    for column, text in enumerate(("STT", "Loại đơn", "Ngày nhận"), 1):
        sheet.cell(titles + 2, column, text)
    for column, text in enumerate(("1", "Khiếu nại", "31/12/2025"), 1):
        sheet.cell(titles + 3, column, text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("titles", [0, 1, 2, 9])
def test_a_title_above_the_head_is_no_fault(titles: int) -> None:
    found = read(ledger(titles))
    assert found.rows == ((titles + 3, {"kind": "Khiếu nại", "day": "31/12/2025"}),)
    assert found.ignored == ("STT",)
    assert found.refused == ()


def test_a_head_that_nobody_would_look_for_is_none() -> None:
    (refused,) = read(ledger(10)).refused
    assert (refused.line, refused.came, refused.allowed) == (1, "SỔ TIẾP NHẬN ĐƠN, dòng 1", "no columns")


def test_a_title_in_text_with_semicolons_is_no_fault_either() -> None:
    text = "\ufeffSỔ TIẾP NHẬN ĐƠN;;\r\n;;\r\nSTT;Loại đơn;Ngày nhận\r\n1;Tố cáo;29/02/2024\r\n"
    assert read(text.encode()).rows == ((4, {"kind": "Tố cáo", "day": "29/02/2024"}),)


def test_a_title_without_a_semicolon_says_nothing_of_the_lines_below() -> None:
    text = "Sổ tiếp nhận đơn quý 4\n\nLoại đơn;Ngày nhận\nTố cáo;29/02/2024\n"
    assert read(text.encode()).rows == ((4, {"kind": "Tố cáo", "day": "29/02/2024"}),)


def test_of_lines_that_are_no_head_the_nearest_is_named() -> None:
    (refused,) = read("Sổ tiếp nhận\nSTT;Loại đơn;Ngày vào sổ\n1;Tố cáo;29/02/2024\n".encode()).refused
    assert (refused.line, refused.came) == (2, "STT, Loại đơn, Ngày vào sổ")


def test_titles_are_not_counted_as_rows() -> None:
    rows = "".join(f"Kiến nghị;{day}/11/2026\n" for day in (1, 2, 3))
    assert len(read(f"Sổ;\n;\nLoại đơn;Ngày nhận\n{rows}".encode()).rows) == 3
    (refused,) = read(f"Sổ;\n;\nLoại đơn;Ngày nhận\n{rows}Phản ánh;4/11/2026\n".encode()).refused
    assert (refused.came, refused.allowed) == ("4", "too many")
