"""The two files an operator may put into the data directory, read at start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.errors import BadDataFile, NoRuleInForce
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
