"""Departments end, are renamed and merge: what was given to one of before, and whose it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.errors import Problem
from server.rooms.departments import Department, Departments, read_departments

OLD, TODAY = date(2014, 7, 1), date(2026, 11, 29)
BEFORE, LAST, FIRST = date(2024, 5, 6), date(2025, 2, 28), date(2025, 3, 1)
HEAD = "name,valid_from,valid_to,successor,confirmed,source\n"


def _department(name: str, first: date, last: date | None = None, successor: str = "") -> Department:
    return Department(first, last, False, "", name, successor)


def _read(directory: Path, *lines: str, head: str = HEAD) -> Departments:
    (directory / "departments.csv").write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")
    problems: list[Problem] = []
    found = read_departments(directory, problems)
    assert [str(problem) for problem in problems] == []
    return found


SHIPPED = read_departments(Path("/nonexistent"), [])


@pytest.mark.parametrize(
    ("name", "became"),
    [
        ("Sở Tài nguyên và Môi trường", "Sở Nông nghiệp và Môi trường"),
        ("Sở Nông nghiệp và Phát triển nông thôn", "Sở Nông nghiệp và Môi trường"),
        ("Sở Kế hoạch và Đầu tư", "Sở Tài chính"),
        ("Sở Tài chính", "Sở Tài chính"),
        ("Sở Lao động - Thương binh và Xã hội", None),  # shared out among several
        ("Sở Giao thông vận tải", None),
        ("Hội Nông dân tỉnh", None),
    ],
)
def test_the_departments_that_come_with_the_program(name: str, became: str | None) -> None:
    assert SHIPPED.became(name, BEFORE, TODAY) == became


def test_a_day_without_the_department_belongs_to_the_one_before() -> None:
    name = "Sở Tài nguyên và Môi trường"
    assert SHIPPED.became(name, BEFORE, LAST) == name
    assert SHIPPED.became(name, date(2026, 1, 5), TODAY) == "Sở Nông nghiệp và Môi trường"
    # Called so before there was one: the conclusion already knew its name.
    assert SHIPPED.became("Sở Nông nghiệp và Môi trường", BEFORE, TODAY) == "Sở Nông nghiệp và Môi trường"
    assert SHIPPED.became("Sở Nông nghiệp và Môi trường", BEFORE, LAST) is None


def test_successors_of_successors_and_a_name_that_is_used_again() -> None:
    found = Departments(
        [
            _department("A", OLD, LAST, "B"),
            _department("B", OLD, LAST),  # goes on under its name, with another source
            _department("B", FIRST, date(2026, 1, 31), "C"),
            _department("C", date(2026, 2, 1)),
            _department("D", OLD, LAST),
            _department("D", date(2026, 6, 1)),  # another one: nobody said that it is the same
        ]
    )
    assert [found.became("A", BEFORE, day) for day in (LAST, FIRST, TODAY)] == ["A", "B", "C"]
    assert found.became("D", BEFORE, TODAY) is None
    assert found.became("D", date(2026, 6, 1), TODAY) == "D"
    assert found.ever_of({"C"}, TODAY) == {"A", "B", "C"}
    assert found.ever_of(set(), TODAY) == set()
    for name in ("A", "B", "C"):
        assert set(found.names_of(name, TODAY)) == {"A", "B", "C"}
    assert found.names_of("E", TODAY) == ("E",)
    assert found.now_called("06664", TODAY) == "06664"


def test_the_office_ends_a_department_that_was_shipped_and_names_its_successor(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "Sở Y tế,2014-07-01,2026-09-30,Sở Sức khỏe,yes,Quyết định của UBND tỉnh",
        "Sở Sức khỏe,2026-10-01,,,yes,Quyết định của UBND tỉnh",
    )
    assert found.became("Sở Y tế", BEFORE, TODAY) == "Sở Sức khỏe"
    assert "Sở Y tế" not in found.on(TODAY)
    assert "Sở Nội vụ" in found.on(TODAY)


def test_a_file_of_before_has_no_column_for_successors(tmp_path: Path) -> None:
    head = "name,valid_from,valid_to,confirmed,source\n"
    found = _read(tmp_path, "Hội Nông dân tỉnh,2026-01-01,,yes,x", head=head)
    assert "Hội Nông dân tỉnh" in found.on(TODAY)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A,2020-01-01,,Sở Y tế,yes,x", "'Sở Y tế', allowed is a successor where valid_to says"),
        ("A,2020-01-01,2025-12-31,A,yes,x", "'A', allowed is another department, or none"),
        ("A,2020-01-01,2025-12-31,B,yes,x", "allowed is a department of the list that is in force on 2026-01-01"),
        ("A,2020-01-01,9999-12-31,Sở Y tế,yes,x", "allowed is a department of the list"),
        ("A,2020-01-01,2025-12-31,Sở Kế hoạch và Đầu tư,yes,x", "in force on 2026-01-01"),
    ],
)
def test_a_successor_that_is_none_is_refused(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "departments.csv").write_text(HEAD + line + "\n", "utf-8")
    problems: list[Problem] = []
    read_departments(tmp_path, problems)
    (problem,) = problems
    assert str(problem).startswith("departments.csv, line 2, successor: came ")
    assert told in str(problem)


def test_a_file_without_its_columns_is_told_which_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "departments.csv").write_text("name,successor\nA,B\n", "utf-8")
    problems: list[Problem] = []
    read_departments(tmp_path, problems)
    (problem,) = problems
    assert "columns name, valid_from, valid_to, confirmed, source; besides them successor" in str(problem)
