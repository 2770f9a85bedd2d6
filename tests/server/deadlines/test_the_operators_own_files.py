"""The files an operator may put into the data directory, read at start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.calendar import HOLIDAYS_A_YEAR_FILE
from server.deadlines.errors import BadDataFile, NoRuleInForce, YearNotCovered
from server.deadlines.rules import DeadlineKey
from server.deadlines.terms import DEADLINES_FILE, HOLIDAYS_FILE, read_terms

HOLIDAYS = "date,kind,name\n"
DEADLINES = "key,variant,count,unit,max_extensions,extension_count,valid_from,valid_to,confirmed,source\n"


def test_without_files_of_its_own_an_office_has_the_shipped_ones(tmp_path: Path) -> None:
    terms = read_terms(tmp_path)
    # 10 working days from Mon 2/3/2026: Mon 16/3.
    assert terms.deadline(DeadlineKey.RECEPTION_RESULT_NOTICE, date(2026, 3, 2)).due_on == date(2026, 3, 16)
    with pytest.raises(NoRuleInForce):
        terms.deadline(DeadlineKey.REFLECTION, date(2026, 3, 2))


def test_its_own_files_are_added(tmp_path: Path) -> None:
    (tmp_path / HOLIDAYS_FILE).write_text(HOLIDAYS + "2026-03-09,holiday,Nghỉ bù\n", encoding="utf-8")
    row = "reflection,normal,15,calendar,0,,2026-01-01,,yes,Quy chế của tỉnh\n"
    (tmp_path / DEADLINES_FILE).write_text(DEADLINES + row, encoding="utf-8")
    terms = read_terms(tmp_path)
    assert terms.deadline(DeadlineKey.RECEPTION_RESULT_NOTICE, date(2026, 3, 2)).due_on == date(2026, 3, 17)
    assert terms.deadline(DeadlineKey.REFLECTION, date(2026, 3, 2)).due_on == date(2026, 3, 17)


def test_the_files_in_the_handbook_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, head in ((HOLIDAYS_FILE, "    date,kind"), (DEADLINES_FILE, "    key,variant")):
        block = text[text.index(head) :].split("\n\n", 1)[0]
        (tmp_path / name).write_text("".join(line[4:] + "\n" for line in block.splitlines()), encoding="utf-8")
    terms = read_terms(tmp_path)
    assert not terms.calendar.is_working(date(2026, 1, 2))
    assert terms.calendar.is_working(date(2026, 1, 10))
    assert terms.deadline(DeadlineKey.RECOMMENDATION, date(2026, 3, 2)).rule.count == 15


def test_the_problems_of_both_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / HOLIDAYS_FILE).write_text(HOLIDAYS + "2026-13-01,holiday,Nghỉ\n", encoding="utf-8")
    (tmp_path / DEADLINES_FILE).write_text(DEADLINES + "reflexion,normal,0\n", encoding="utf-8")
    with pytest.raises(BadDataFile) as refused:
        read_terms(tmp_path)
    assert [problem.file for problem in refused.value.problems] == [DEADLINES_FILE, HOLIDAYS_FILE]


def test_a_law_that_adds_a_holiday_is_a_row_and_no_change_of_the_program(tmp_path: Path) -> None:
    """From then on a year that does not list it is not taken for complete; years before are."""
    rows = "days,valid_from,valid_to,confirmed,source\n12,2027-07-01,,yes,Luật sửa đổi\n"
    (tmp_path / HOLIDAYS_A_YEAR_FILE).write_text(rows, encoding="utf-8")
    lacking = read_terms(tmp_path).calendar
    assert lacking.is_working(date(2026, 11, 24))
    with pytest.raises(YearNotCovered, match=r"2027 with 11 public holidays listed.*that lists its 12 holidays"):
        lacking.is_working(date(2027, 3, 1))
    (tmp_path / HOLIDAYS_FILE).write_text(HOLIDAYS + "2027-11-24,holiday,Ngày Văn hóa\n", encoding="utf-8")
    calendar = read_terms(tmp_path).calendar
    assert calendar.is_working(date(2027, 3, 1))
    assert not calendar.is_working(date(2027, 11, 24))


def test_a_year_before_any_row_is_not_covered(tmp_path: Path) -> None:
    with pytest.raises(YearNotCovered, match=r"with a row of holidays_a_year\.csv"):
        read_terms(tmp_path).calendar.is_working(date(2020, 3, 2))


def test_a_row_that_says_no_number_is_told_with_the_other_mistakes(tmp_path: Path) -> None:
    rows = "days,valid_from,valid_to,confirmed,source\nnhiều,2027-01-01,,yes,Luật\n"
    (tmp_path / HOLIDAYS_A_YEAR_FILE).write_text(rows, encoding="utf-8")
    (tmp_path / HOLIDAYS_FILE).write_text(HOLIDAYS + "2026-13-01,holiday,Nghỉ\n", encoding="utf-8")
    with pytest.raises(BadDataFile) as refused:
        read_terms(tmp_path)
    assert [problem.file for problem in refused.value.problems] == [HOLIDAYS_FILE, HOLIDAYS_A_YEAR_FILE]
