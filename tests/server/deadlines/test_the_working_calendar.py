"""Which days are worked: what the law fixes, what an operator adds, and what is refused."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from server.deadlines.calendar import SHIPPED, DayKind, read_calendar
from server.deadlines.errors import BadDataFile, YearNotCovered

HEAD = "date,kind,name\n"
# As announced for 2026: Friday 2/1 is off, Saturday 10/1 is worked for it.
ANNOUNCED = HEAD + "2026-01-02,holiday,Nghỉ hoán đổi\n2026-01-10,working,Làm bù ngày 02/01\n"


def _file(folder: Path, text: str | bytes, name: str = "ours.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_shipped_years_have_the_eleven_days_of_the_labour_code() -> None:
    calendar = read_calendar(SHIPPED)
    assert calendar.years == {2023, 2024, 2025, 2026, 2027}
    for year in calendar.years:
        days = (
            date.fromordinal(number)
            for number in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
        )
        off = [calendar.name_of(day) for day in days if calendar.kind_of(day) is DayKind.HOLIDAY]
        names = Counter(name for name in off if not name.startswith(("Nghỉ bù", "Hoán đổi")))
        assert names == {
            "Tết Dương lịch": 1,
            "Tết Âm lịch": 5,
            "Ngày Giỗ Tổ Hùng Vương": 1,
            "Ngày Chiến thắng": 1,
            "Ngày Quốc tế lao động": 1,
            "Quốc khánh": 2,
        }


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_a_holiday_on_a_weekend_is_made_up_for(year: int) -> None:
    """Labour Code Art. 111(3): as many days off in lieu as holidays lie on a Saturday or a Sunday."""
    calendar = read_calendar(SHIPPED)
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    off = [
        day for day in map(date.fromordinal, range(first, last + 1)) if calendar.kind_of(day) is DayKind.HOLIDAY
    ]
    in_lieu = [day for day in off if calendar.name_of(day).startswith("Nghỉ bù")]
    assert len(in_lieu) == sum(day.weekday() >= 5 for day in off)
    assert all(day.weekday() < 5 for day in in_lieu)
    swapped = [day for day in off if calendar.name_of(day).startswith("Hoán đổi")]
    worked = [day for day in map(date.fromordinal, range(first, last + 1)) if calendar.is_working(day)]
    assert len(swapped) == sum(day.weekday() >= 5 for day in worked), "a swapped day is worked on a Saturday"


@pytest.mark.parametrize(
    ("first", "back_at_work"),
    [
        (date(2023, 1, 20), date(2023, 1, 27)),  # Tết, as the Government announced it
        (date(2023, 4, 29), date(2023, 5, 4)),
        (date(2024, 2, 8), date(2024, 2, 15)),
        (date(2024, 4, 27), date(2024, 5, 2)),
        (date(2025, 4, 30), date(2025, 5, 5)),
        (date(2026, 1, 1), date(2026, 1, 5)),
        (date(2026, 2, 14), date(2026, 2, 23)),
        (date(2026, 4, 25), date(2026, 4, 28)),
        (date(2026, 8, 29), date(2026, 9, 3)),
    ],
)
def test_the_long_rests_are_those_the_government_announced(first: date, back_at_work: date) -> None:
    calendar = read_calendar(SHIPPED)
    days = map(date.fromordinal, range(first.toordinal(), back_at_work.toordinal()))
    assert not [day for day in days if calendar.is_working(day)]
    assert calendar.is_working(back_at_work)


@pytest.mark.parametrize(
    ("new_year", "hung_kings"),
    [
        (date(2023, 1, 22), date(2023, 4, 29)),
        (date(2024, 2, 10), date(2024, 4, 18)),
        (date(2025, 1, 29), date(2025, 4, 7)),
        (date(2026, 2, 17), date(2026, 4, 26)),
        (date(2027, 2, 6), date(2027, 4, 16)),
    ],
)
def test_the_lunar_days_stand_where_the_moon_has_them(new_year: date, hung_kings: date) -> None:
    calendar = read_calendar(SHIPPED)
    first_three = [
        new_year,
        date.fromordinal(new_year.toordinal() + 1),
        date.fromordinal(new_year.toordinal() + 2),
    ]
    assert {calendar.name_of(day) for day in first_three} == {"Tết Âm lịch"}
    assert calendar.name_of(hung_kings) == "Ngày Giỗ Tổ Hùng Vương"


def test_a_week_is_worked_from_monday_to_friday() -> None:
    calendar = read_calendar(SHIPPED)
    worked = [calendar.is_working(date(2026, 3, day)) for day in range(2, 9)]  # 2/3/2026 is a Monday
    assert worked == [True] * 5 + [False] * 2


def test_what_is_announced_is_added_from_a_second_file(tmp_path: Path) -> None:
    calendar = read_calendar(SHIPPED, _file(tmp_path, ANNOUNCED))
    assert calendar.kind_of(date(2026, 1, 1)) is DayKind.HOLIDAY
    assert calendar.kind_of(date(2026, 1, 2)) is DayKind.HOLIDAY
    assert calendar.kind_of(date(2026, 1, 3)) is DayKind.WEEKEND
    assert calendar.kind_of(date(2026, 1, 10)) is DayKind.WORKING
    assert calendar.name_of(date(2026, 1, 10)) == "Làm bù ngày 02/01"
    assert calendar.name_of(date(2026, 1, 12)) == ""


def test_a_later_file_may_choose_other_days_for_tet(tmp_path: Path) -> None:
    chosen = HEAD + "2027-02-04,holiday,Tết Âm lịch\n2027-02-09,working,Ngày làm việc\n"
    calendar = read_calendar(SHIPPED, _file(tmp_path, chosen))
    assert calendar.kind_of(date(2027, 2, 4)) is DayKind.HOLIDAY
    assert calendar.kind_of(date(2027, 2, 9)) is DayKind.WORKING


def test_a_day_taken_back_without_another_leaves_the_year_incomplete(tmp_path: Path) -> None:
    calendar = read_calendar(SHIPPED, _file(tmp_path, HEAD + "2027-02-09,working,Ngày làm việc\n"))
    with pytest.raises(YearNotCovered, match="2027 with 10 public holidays"):
        calendar.is_working(date(2027, 6, 1))


def test_a_year_that_is_not_covered_is_named(tmp_path: Path) -> None:
    with pytest.raises(YearNotCovered, match="2028 with 0 public holidays listed") as refused:
        read_calendar(SHIPPED).kind_of(date(2028, 5, 5))
    assert refused.value.year == 2028
    # An announcement alone does not make a year complete.
    calendar = read_calendar(SHIPPED, _file(tmp_path, HEAD + "2028-01-03,holiday,Nghỉ bù\n"))
    with pytest.raises(YearNotCovered, match="2028 with 1 public holidays listed"):
        calendar.name_of(date(2028, 1, 3))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + ANNOUNCED.encode(),
        ANNOUNCED.replace("\n", "\r\n"),
        ANNOUNCED.replace(",", ";"),
        "# ghi chú\n\n" + ANNOUNCED,
        ANNOUNCED.replace("2026-01-02", "02/01/2026").replace("2026-01-10", "10/1/2026"),
        ANNOUNCED.replace("date,", "note,date,").replace("2026-", "x,2026-"),
    ],
    ids=["byte-order mark", "CRLF", "semicolons", "notes", "day first", "a column of one's own"],
)
def test_what_spreadsheets_make_is_understood(tmp_path: Path, content: str | bytes) -> None:
    calendar = read_calendar(SHIPPED, _file(tmp_path, content))
    assert calendar.is_working(date(2026, 1, 10))
    assert not calendar.is_working(date(2026, 1, 2))


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    first = HEAD + "31/02/2026,holyday,\n2026-03-09,holiday,Nghỉ bù\n2026-03-09,holiday,Nghỉ bù\n"
    second = HEAD + "2026-04-07,working,Làm bù\n2026-04-11,working,Làm bù, thứ Bảy\n"
    with pytest.raises(BadDataFile) as refused:
        read_calendar(SHIPPED, _file(tmp_path, first, "1.csv"), _file(tmp_path, second, "2.csv"))
    assert [(wrong.file, wrong.line, wrong.column, wrong.came) for wrong in refused.value.problems] == [
        ("1.csv", 2, "date", "31/02/2026"),
        ("1.csv", 2, "kind", "holyday"),
        ("1.csv", 2, "name", ""),
        ("1.csv", 4, "date", "2026-03-09, as in line 3"),
        ("2.csv", 2, "date", "2026-04-07, worked anyway"),
        ("2.csv", 3, "", "4 cells"),
    ]
    assert "1.csv, line 2, kind: came 'holyday', allowed is one of holiday, in_lieu, working" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", "date,kind\n2026-01-02,holiday\n", HEAD.encode("utf-16"), HEAD.encode() + b"2026-01-02,holiday,\xff\n"],
    ids=["empty", "no name", "UTF-16", "bytes"],
)
def test_what_is_no_calendar_is_refused_once(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(BadDataFile) as refused:
        read_calendar(SHIPPED, _file(tmp_path, content))
    assert len(refused.value.problems) == 1


def test_a_file_that_is_not_there_is_a_problem_like_the_others(tmp_path: Path) -> None:
    with pytest.raises(BadDataFile) as refused:
        read_calendar(SHIPPED, tmp_path / "none.csv")
    assert [(wrong.file, wrong.line) for wrong in refused.value.problems] == [("none.csv", 0)]
