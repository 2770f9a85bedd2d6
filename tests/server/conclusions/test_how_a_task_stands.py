"""Standing is computed from the day. 2/3/2026 is a Monday; no public holiday is near before 26/4."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.conclusions.follow_up import REVIEW_MEETINGS_FILE, read_follow_up
from server.conclusions.reviewing import MonthCount, month_before, month_count
from server.conclusions.standing import DayWarning, day_warning, standing, today_by
from server.conclusions.tables import TaskState
from server.deadlines.computing import State, soon_until
from server.deadlines.errors import BadDataFile
from server.deadlines.terms import Terms
from server.rooms.departments import DEPARTMENTS_FILE
from tests.server.deadlines.shipped import CALENDAR, TABLE

S = TaskState
DUE = date(2026, 3, 20)  # a Friday


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 3, 16), State.DUE),  # Tue, Wed, Thu, Fri are four
        (date(2026, 3, 17), State.SOON),
        (date(2026, 3, 20), State.SOON),
        (date(2026, 3, 21), State.OVERDUE),
    ],
)
def test_how_it_stands_on_a_day(today: date, state: State) -> None:
    assert standing(S.IN_PROGRESS, DUE, None, today_by(CALENDAR, today)) is state


def test_done_is_the_day_of_the_report_and_not_of_its_confirmation() -> None:
    today = today_by(CALENDAR, date(2026, 4, 15))
    for state in (S.REPORTED, S.CONFIRMED):
        assert standing(state, DUE, DUE, today) is State.DONE_IN_TIME
        assert standing(state, DUE, DUE + timedelta(days=1), today) is State.DONE_LATE
    assert standing(S.CANCELLED, DUE, None, today) is None


@given(st.dates(date(2023, 1, 1), date(2027, 12, 31)), st.integers(0, 60), st.integers(0, 6))
def test_soon_is_as_many_working_days_away_as_said(today: date, ahead: int, most: int) -> None:
    due_on = today + timedelta(days=ahead)
    if due_on.year not in CALENDAR.years:
        return
    away = Terms(CALENDAR, TABLE).working_days(today, due_on)
    assert (due_on <= soon_until(CALENDAR, today, most)) == (away <= most)


def test_where_the_calendar_ends_nothing_is_refused() -> None:
    last = date(max(CALENDAR.years), 12, 31)
    assert soon_until(CALENDAR, last) == last
    beyond = today_by(CALENDAR, date(2090, 1, 1))
    assert standing(S.ASSIGNED, date(2090, 1, 1), None, beyond) is State.SOON
    assert standing(S.ASSIGNED, date(2090, 1, 2), None, beyond) is State.DUE
    assert standing(S.ASSIGNED, date(2089, 1, 2), None, beyond) is State.OVERDUE


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        (date(2026, 3, 20), None),
        (date(2026, 3, 21), DayWarning.WEEKEND),
        (date(2026, 4, 30), DayWarning.HOLIDAY),
        (date(2090, 3, 20), DayWarning.NOT_COVERED),
    ],
)
def test_a_deadline_on_a_day_off_is_warned_of(day: date, warning: DayWarning | None) -> None:
    assert day_warning(CALENDAR, day) is warning


def test_review_meetings_are_counted_by_the_month_and_the_rule_of_the_month(tmp_path: Path) -> None:
    shipped = read_follow_up(tmp_path)
    held = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    march, february = month_count(shipped, held, date(2026, 3, 9)), month_count(shipped, held, date(2026, 2, 1))
    assert (march.held, march.missing) == (2, 0)
    assert (february.held, february.missing) == (1, 1)
    assert month_count(shipped, held, date(2023, 12, 5)) == MonthCount(date(2023, 12, 1), 0, None)
    assert month_before(date(2026, 3, 1)) == date(2026, 2, 28)
    assert month_before(date(2026, 1, 31)) == date(2025, 12, 31)


def test_the_office_adds_departments_and_a_rule_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "departments.csv").write_text(
        "name;valid_from;valid_to;confirmed;source\nHội Nông dân tỉnh;01/01/2026;;yes;Quy chế\n", "utf-8"
    )
    found = read_follow_up(tmp_path)
    assert "Hội Nông dân tỉnh" in found.departments.on(date(2026, 3, 2))
    assert "Hội Nông dân tỉnh" not in found.departments.on(date(2025, 12, 31))
    before, after = found.departments.on(date(2025, 2, 28)), found.departments.on(date(2025, 3, 1))
    assert "Sở Tài nguyên và Môi trường" in before
    assert "Sở Tài nguyên và Môi trường" not in after
    assert "Sở Nông nghiệp và Môi trường" in after


def test_the_files_in_the_handbook_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    for name, head in ((DEPARTMENTS_FILE, "    name,valid_from"), (REVIEW_MEETINGS_FILE, "    times_a_month")):
        block = text[text.index(head) :].split("\n\n", 1)[0]
        (tmp_path / name).write_text("".join(line[4:] + "\n" for line in block.splitlines()), "utf-8")
    found = read_follow_up(tmp_path)
    assert "Ban Quản lý Khu kinh tế" in found.departments.on(date(2026, 1, 1))
    rule = found.review_rule_on(date(2023, 12, 31))
    assert rule is not None
    assert rule.times_a_month == 4


def test_mistakes_in_both_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "departments.csv").write_text(
        "name,valid_from,valid_to,confirmed,source\nThanh tra tỉnh,2026-01-01,,yes,x\n", "utf-8"
    )
    (tmp_path / "review_meetings.csv").write_text(
        "times_a_month,valid_from,valid_to,confirmed,source\nhai,2023-01-01,2022-01-01,yes,x\n", "utf-8"
    )
    with pytest.raises(BadDataFile) as refused:
        read_follow_up(tmp_path)
    told = str(refused.value)
    assert "departments.csv" in told
    assert "one row a day for Thanh tra tỉnh" in told
    assert "'hai'" in told
    assert "a last day that is not before the first" in told
