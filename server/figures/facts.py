"""What every page of figures says of its period, and what it lets choose."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web

from server.figures.asking import period_query
from server.figures.dated_files import DatedTables
from server.figures.definitions import DEFINITIONS
from server.figures.periods import CALENDAR, MONTH, Period, latest_over, same_period, so_far
from server.figures.rules import NO_BASE_WORDS
from server.web.languages import today

_KEPT = ("period", "year", "number", "from", "to")


def page_facts(request: web.Request, period: Period) -> dict[str, Any]:
    tables = request.app[DEFINITIONS].tables
    named = {row.key: row for row in tables.windows}  # the last row of each names it
    return {
        "period": period,
        "base": same_period(period),
        "period_query": period_query(period),
        "kept": {name: value for name, value in request.query.items() if name in _KEPT},
        "windows": named,
        "calendar": CALENDAR,
        "no_base_words": NO_BASE_WORDS,
        "this_year": today().year,
        "near": _near(tables, today()),
        "query_of": period_query,
    }


def _near(tables: DatedTables, day: date) -> list[Period]:
    """What is asked for most: the year of reports until today, the report that is due, this month."""
    over = latest_over(tables, day)
    month = Period(day.replace(day=1), day, MONTH)
    return [so_far(tables, day), *([over] if over is not None else []), month]
