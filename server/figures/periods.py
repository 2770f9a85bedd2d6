"""From which day to which day is counted, and the same days of the year before: pure.

A report's period comes from the dated windows (15th to 14th), the others from the calendar.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from server.figures.dated_files import DatedTables, Window

FROM_TO, MONTH, QUARTER, CALENDAR_YEAR, DAY = "days", "month", "quarter", "calendar_year", "day"
CALENDAR = (DAY, MONTH, QUARTER, CALENDAR_YEAR, FROM_TO)
FIRST_YEAR, LAST_YEAR = 2000, 2099
_MOST_DAYS = 3660
_FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included. `window`: the report's, if it is one."""

    first: date
    last: date
    key: str = FROM_TO
    window: Window | None = None

    @property
    def year(self) -> int:
        """Of the report, or of the calendar."""
        return self.last.year

    @property
    def number(self) -> int:
        """Of the month or the quarter."""
        return self.last.month if self.key == MONTH else (self.last.month + 2) // 3

    def months(self) -> list[tuple[date, date]]:
        """The calendar months that end with the period's last day: twelve, the last one up to that day."""
        found, end = [], self.last
        for _ in range(12):
            found.append((end.replace(day=1), end))
            end = end.replace(day=1) - timedelta(days=1)
        return found[::-1]


def same_period(period: Period) -> Period:
    """The same days one year before. The last day of a February stays the last."""
    return Period(
        _year_before(period.first, last=False), _year_before(period.last, last=True), period.key, period.window
    )


def _year_before(day: date, *, last: bool) -> date:
    year, february = day.year - 1, day.month == _FEBRUARY
    length = calendar.monthrange(year, day.month)[1]
    ends = last and february and day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, day.month, length if ends else min(day.day, length))


def period_in(query: Mapping[str, str], tables: DatedTables, today: date) -> Period | None:
    """As it stands in an address: `period`, `year`, `number`, `from`, `to`. Without anything: the year of reports
    until today. None: what came is no period."""
    key = query.get("period", "")
    if not key:
        return so_far(tables, today)
    if key in (FROM_TO, DAY):
        return _from_to(query, key)
    year = _whole(query.get("year", ""), FIRST_YEAR, LAST_YEAR)
    if year is None:
        return None
    if key == CALENDAR_YEAR:
        return Period(date(year, 1, 1), date(year, 12, 31), key)
    if key in (MONTH, QUARTER):
        size = 1 if key == MONTH else 3
        number = _whole(query.get("number", ""), 1, 12 // size)
        return None if number is None else _months(year, number * size - size + 1, number * size, key)
    return _report(tables, key, year)


def so_far(tables: DatedTables, today: date) -> Period:
    """The year of reports that today is in, until today."""
    years = (_report(tables, "year", today.year + more) for more in (1, 0))
    first = next((year.first for year in years if year is not None and year.first <= today), None)
    return Period(first or date(today.year, 1, 1), today)


def latest_over(tables: DatedTables, today: date) -> Period | None:
    """The report's period that ended last; of two that ended on one day the longer one."""
    ended = (
        period
        for row in tables.windows
        for back in range(2)
        if (period := _report(tables, row.key, today.year - back)) is not None and period.last < today
    )
    return max(ended, key=lambda period: (period.last, -period.first.toordinal()), default=None)


def _report(tables: DatedTables, key: str, year: int) -> Period | None:
    window = tables.window(key, year)
    return None if window is None else Period(*window.days(year), key, window)


def _months(year: int, first: int, last: int, key: str) -> Period:
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]), key)


def _from_to(query: Mapping[str, str], key: str) -> Period | None:
    first = _day(query.get("from", ""))
    last = first if key == DAY else _day(query.get("to", ""))
    if first is None or last is None or last < first or (last - first).days > _MOST_DAYS:
        return None
    return Period(first, last, key)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _whole(text: str, lowest: int, highest: int) -> int | None:
    known = text.isascii() and text.isdecimal() and len(text) <= len(str(highest))
    return int(text) if known and lowest <= int(text) <= highest else None
