"""The duty of communes, departments and districts, period by period, by the dated rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.deadlines.calendar import SHIPPED, WorkingCalendar, read_calendar
from server.duty.rules import (
    DutyStanding,
    HeldByUnit,
    UnitMonth,
    most_wanting_first,
    periods_of,
    unit_month,
)
from server.duty.units import DutyLevel, DutyUnit, DutyUnits
from server.receptions.dated_rules import read_reception_rules
from server.receptions.duty import last_of
from server.receptions.tables import Receiver, ReceptionMode
from server.rooms.departments import Department
from server.rooms.tables import Room, RoomLevel

RULES = read_reception_rules(Path("/nonexistent"))
CALENDAR = read_calendar(SHIPPED)
TODAY = date(2026, 11, 28)
COMMUNES, DEPARTMENTS, DISTRICTS = DutyLevel.COMMUNES, DutyLevel.DEPARTMENTS, DutyLevel.DISTRICTS
MISSED, NOT_REPORTED, RUNNING = DutyStanding.MISSED, DutyStanding.NOT_REPORTED, DutyStanding.RUNNING
KEPT, NOT_ASKED = DutyStanding.KEPT, DutyStanding.NOT_ASKED


def unit(level: DutyLevel = COMMUNES, first: date = date(2020, 1, 1), last: date | None = None) -> DutyUnit:
    return DutyUnit(level, "7", "Xã Thử", "09999 Xã Thử", ((first, last),))


def held(*days: str, receiver: Receiver = Receiver.HEAD, mode: str = "periodic") -> list[HeldByUnit]:
    return [HeldByUnit(date.fromisoformat(day), receiver, ReceptionMode(mode)) for day in days]


def judged(
    month: str,
    days: Iterable[HeldByUnit] = (),
    *,
    of: DutyUnit | None = None,
    told: Iterable[str] = (),
    today: date = TODAY,
    calendar: WorkingCalendar = CALENDAR,
) -> UnitMonth:
    first, of = date.fromisoformat(f"{month}-01"), of or unit()
    asked = periods_of(RULES, calendar, of.level, first)
    return unit_month(of, asked, days, {date.fromisoformat(f"{each}-01") for each in told}, first, today)


def weeks(month: UnitMonth) -> list[str]:
    return [f"{each.period.first:%d/%m}-{each.period.last:%d/%m}" for each in month.periods]


def test_what_was_not_told_is_not_reported_and_what_was_told_whole_is_missed() -> None:
    one_of_two = held("2026-10-05")
    assert judged("2026-10", one_of_two).standing is NOT_REPORTED
    assert judged("2026-10", one_of_two, told=["2026-10"]).standing is MISSED
    assert judged("2026-10", one_of_two, told=["2026-09"]).standing is NOT_REPORTED
    assert judged("2026-10", told=["2026-10"]).missing == 2
    assert judged("2026-10", held("2026-10-05", "2026-10-19")).standing is KEPT


def test_who_delegates_or_receives_irregularly_does_not_keep_the_duty() -> None:
    days = [
        *held("2026-10-05"),
        *held("2026-10-12", receiver=Receiver.DELEGATE),
        *held("2026-10-19", mode="irregular"),
        *held("2026-10-20", mode="dialogue"),
    ]
    month = judged("2026-10", days, told=["2026-10"])
    assert (month.standing, month.missing, month.days) == (MISSED, 1, (date(2026, 10, 5),))
    assert (len(month.delegated), len(month.irregular)) == (1, 2)


def test_a_month_that_runs_is_neither_missed_nor_unreported() -> None:
    assert judged("2026-11").standing is RUNNING
    assert judged("2026-11", held("2026-11-02", "2026-11-09")).standing is KEPT
    assert judged("2026-11", today=date(2026, 11, 30)).standing is RUNNING
    assert judged("2026-11", today=date(2026, 12, 1)).standing is NOT_REPORTED


def test_a_week_belongs_to_the_month_in_which_its_sunday_lies() -> None:
    june = judged("2026-06")
    assert weeks(june) == ["01/06-07/06", "08/06-14/06", "15/06-21/06", "22/06-28/06"]
    assert weeks(judged("2026-05"))[0] == "27/04-03/05"


def test_a_day_before_the_month_keeps_the_week_that_ends_in_it() -> None:
    days = held("2026-04-29", "2026-05-06", "2026-05-13", "2026-05-20", "2026-05-27")
    may = judged("2026-05", days, told=["2026-05"])
    assert (may.standing, may.asked, len(may.days)) == (KEPT, 5, 4)


def test_of_a_week_across_two_months_both_must_be_told_before_it_is_missed() -> None:
    days = held("2026-05-06", "2026-05-13", "2026-05-20", "2026-05-27")
    assert judged("2026-05", days, told=["2026-05"]).standing is NOT_REPORTED
    both = judged("2026-05", days, told=["2026-04", "2026-05"])
    assert (both.standing, both.missing) == (MISSED, 1)
    assert [f"{each.first:%d/%m}" for each in both.short] == ["27/04"]


def test_the_week_across_1_july_2026_is_asked_of_nobody_and_then_months_are() -> None:
    june, july = judged("2026-06"), judged("2026-07", held("2026-06-29", "2026-06-30", "2026-07-06"))
    assert june.rule is not None
    assert june.rule.unit == "week"
    assert max(each.period.last for each in june.periods) == date(2026, 6, 28)
    assert july.rule is not None
    assert july.rule.unit == "month"
    assert (len(july.periods), july.asked, july.days) == (1, 2, (date(2026, 7, 6),))
    assert july.standing is NOT_REPORTED


def test_two_days_in_one_week_do_not_keep_the_week_beside_it() -> None:
    days = held("2026-06-02", "2026-06-03", "2026-06-16", "2026-06-23")
    june = judged("2026-06", days, told=["2026-06"])
    assert (june.standing, june.missing, [f"{each.first:%d/%m}" for each in june.short]) == (MISSED, 1, ["08/06"])


def test_the_week_of_tet_asks_for_nothing() -> None:
    february = judged("2026-02", told=["2026-01", "2026-02"])
    asked = {f"{each.period.first:%d/%m}": each.period.asked for each in february.periods}
    assert asked == {"26/01": 1, "02/02": 1, "09/02": 1, "16/02": 0}
    assert (february.missing, february.periods[-1].standing) == (3, NOT_ASKED)


def test_a_year_the_calendar_does_not_know_asks_as_the_rule_is_written() -> None:
    february = judged("2026-02", told=["2026-01", "2026-02"], calendar=WorkingCalendar({}))
    assert february.missing == 4


def test_units_that_end_and_begin_on_1_july_2025_are_asked_for_whole_weeks_only() -> None:
    before, after = unit(last=date(2025, 6, 30)), unit(first=date(2025, 7, 1))
    june, july = judged("2025-06", of=before), judged("2025-07", of=after)
    assert weeks(june)[-1] == "23/06-29/06"
    assert all(each.standing is NOT_REPORTED for each in june.periods)
    assert [each.standing for each in july.periods] == [NOT_ASKED, *[NOT_REPORTED] * 3]
    assert weeks(july)[0] == "30/06-06/07"
    assert judged("2025-07", of=before).standing is NOT_ASKED


def test_districts_are_asked_until_they_end_and_nothing_after() -> None:
    district = unit(DISTRICTS, last=date(2025, 6, 30))
    june = judged("2025-06", held("2025-06-10", "2025-06-24"), of=district)
    assert (june.standing, june.asked) == (KEPT, 2)
    assert judged("2025-06", held("2025-06-10"), of=district, told=["2025-06"]).standing is MISSED
    july = judged("2025-07", of=unit(DISTRICTS))
    assert (july.rule, july.periods, july.standing) == (None, (), NOT_ASKED)


def test_a_department_is_asked_for_one_day_a_month() -> None:
    department = unit(DEPARTMENTS)
    assert judged("2026-10", held("2026-10-30"), of=department).standing is KEPT
    assert judged("2026-10", of=department, told=["2026-10"]).missing == 1


def test_who_falls_short_comes_first() -> None:
    months = [
        judged("2026-10", held("2026-10-05", "2026-10-19")),
        judged("2026-10", held("2026-10-05"), told=["2026-10"]),
        judged("2026-10"),
        judged("2026-10", told=["2026-10"]),
    ]
    standings = [(each.standing, each.missing) for each in most_wanting_first(months)]
    assert standings == [(MISSED, 2), (MISSED, 1), (NOT_REPORTED, 2), (KEPT, 0)]


@given(
    st.sets(st.dates(date(2026, 1, 1), date(2026, 10, 31)), max_size=40),
    st.dates(date(2026, 1, 1), date(2026, 10, 31)),
    st.integers(2, 10),
)
def test_one_more_day_in_person_never_makes_it_worse(days: set[date], more: date, number: int) -> None:
    month, told = f"2026-{number:02d}", [f"2026-{each:02d}" for each in range(1, 11)]
    fewer = judged(month, held(*map(str, days)), told=told)
    richer = judged(month, held(*map(str, days | {more})), told=told)
    assert richer.missing <= fewer.missing
    assert fewer.missing == sum(each.missing for each in fewer.periods)
    for each in fewer.periods:
        inside = sum(each.period.first <= day <= each.period.last for day in days)
        assert (each.standing is MISSED) == (inside < each.period.asked)


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_every_day_of_a_weekly_rule_lies_in_one_week_at_most(day: date) -> None:
    months = {(day + timedelta(days=number)).replace(day=1) for number in (0, 6)}
    periods = [each for month in months for each in periods_of(RULES, CALENDAR, COMMUNES, month)[1]]
    assert sum(each.first <= day <= each.last for each in periods) <= 1
    if last_of(day) < date(2026, 6, 1):
        assert sum(each.first <= day <= each.last for each in periods) == 1


def room(code: str, name: str, first: date, last: date | None, level: RoomLevel = RoomLevel.COMMUNE) -> Room:
    number = int(code) * 10 + first.year % 10
    return Room(
        id=number, code=code, name=name, name_key="", type="", level=level, valid_from=first, valid_to=last
    )


OLD, NEW = date(2020, 1, 1), date(2025, 7, 1)
UNITS = DutyUnits(
    [
        room("06799", "Xã Cộng Hòa", OLD, date(2024, 10, 31)),
        room("06799", "Xã Hải Hòa", NEW, None),
        room("07000", "Phường Bắc Sơn", OLD, None),
        room("07001", "Phường Bắc Sơn", OLD, None),
        room("193", "Thành phố Hạ Long", OLD, date(2025, 6, 30), RoomLevel.DISTRICT),
        room("22", "Tỉnh Quảng Ninh", OLD, None, RoomLevel.PROVINCE),
    ],
    [
        Department(OLD, date(2025, 2, 28), False, "", "Sở Xây dựng"),
        Department(date(2025, 3, 1), None, False, "", "Sở Xây dựng"),
        Department(OLD, date(2025, 2, 28), False, "", "Sở Giao thông vận tải"),
    ],
)


@pytest.mark.parametrize(
    ("text", "day", "name"),
    [
        ("06799", date(2024, 5, 1), "Xã Cộng Hòa"),
        ("6799", date(2024, 5, 1), "Xã Cộng Hòa"),  # as a spreadsheet writes it
        ("06799", date(2025, 7, 1), "Xã Hải Hòa"),
        ("xa hai hoa", date(2026, 1, 1), "Xã Hải Hòa"),
        ("UBND xã Hải Hoà", date(2026, 1, 1), "Xã Hải Hòa"),
        ("07001", date(2026, 1, 1), "Phường Bắc Sơn"),
        ("Phường Bắc Sơn", date(2026, 1, 1), None),  # two of the name
        ("06799", date(2025, 1, 1), None),  # the one ended, the other did not begin
        ("193", date(2025, 6, 30), "Thành phố Hạ Long"),
        ("193", date(2025, 7, 1), None),
        ("Tỉnh Quảng Ninh", date(2026, 1, 1), None),  # a reception of the province is no unit's
        ("so xay dung", date(2025, 2, 28), "Sở Xây dựng"),
        ("Sở Xây dựng", date(2025, 3, 1), "Sở Xây dựng"),
        ("Sở Giao thông vận tải", date(2025, 3, 1), None),
        ("", date(2026, 1, 1), None),
    ],
)
def test_who_is_meant_depends_on_the_day(text: str, day: date, name: str | None) -> None:
    found = UNITS.named(text, day)
    assert (None if found is None else found.name) == name


def test_a_department_whose_rows_meet_is_asked_across_them() -> None:
    building = UNITS.get("Sở Xây dựng")
    assert building is not None
    assert building.existed_throughout(date(2025, 2, 1), date(2025, 3, 31))
    transport = UNITS.get("Sở Giao thông vận tải")
    assert transport is not None
    assert judged("2025-02", of=transport).standing is NOT_REPORTED
    assert judged("2025-03", of=transport).standing is NOT_ASKED
