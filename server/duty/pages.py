"""The duty of each level: all units of it in a month, one unit over its months, and the line of the home page."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.data.folding import fold
from server.duty import export_page, import_pages, report_pages
from server.duty.asking import (
    all_units,
    departments_in,
    judges_in,
    last_whole_month,
    latest_month,
    month_asked,
    unit_in,
)
from server.duty.columns import MODE_WORDS, RECEIVER_WORDS
from server.duty.forms import month_in
from server.duty.queries import (
    Judges,
    Reported,
    anything_told,
    duty_of_month,
    duty_of_unit,
    reported_in,
    rows_between,
)
from server.duty.rules import DutyStanding, UnitMonth, most_wanting_first, periods_of
from server.duty.units import LEVEL_WORDS, DutyLevel, DutyUnits
from server.people.accounts import names_of_accounts
from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.duty import last_of, months_between
from server.web.keys import DATABASE, HOME_WARNING, HomeWarning
from server.web.languages import N_
from server.web.shell import render, require

MONTHS_SHOWN = 12
STANDING_WORDS: dict[DutyStanding, str] = {
    DutyStanding.MISSED: N_("Missed"),
    DutyStanding.NOT_REPORTED: N_("Not reported"),
    DutyStanding.RUNNING: N_("Not over"),
    DutyStanding.KEPT: N_("Kept"),
    DutyStanding.NOT_ASKED: N_("Nothing asked"),
}
WORDS: dict[str, Any] = {
    "standing_words": STANDING_WORDS,
    "level_words": LEVEL_WORDS,
    "receiver_words": RECEIVER_WORDS,
    "mode_words": MODE_WORDS,
}
_ONE_DAY = timedelta(days=1)


def add_routes(app: web.Application) -> None:
    """Needs in `app` when a page is asked for: RECEPTION_RULES, TERMS and DEPARTMENTS. Gives the home page its
    HOME_WARNING."""
    app[HOME_WARNING] = warning_of_home
    for level in DutyLevel:
        app.router.add_get(f"/receptions/duty/{level}", of_level, name=f"duty_{level}")
    app.router.add_get("/receptions/duty/unit", of_unit, name="duty_unit")
    report_pages.add_routes(app)
    import_pages.add_routes(app)
    export_page.add_routes(app)


@require(Right.READ_RECEPTIONS)
async def of_level(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    level = DutyLevel(request.path.rsplit("/", 1)[1])
    by, departments = judges_in(request), departments_in(request)
    month = month_asked(request, latest_month(by.rules, level, by.today))
    query = request.query
    standing = next((each for each in DutyStanding if each == query.get("standing")), None)
    text = query.get("q", "")[:60]

    def work(session: Session) -> tuple[list[UnitMonth], bool]:
        units = all_units(session, departments)
        reported = reported_in(session, month, month)
        return _of_month(units, level, month, by, reported), anything_told(session)

    everything, told = await request.app[DATABASE].run(work)
    found = [each for each in everything if fold(text) in fold(each.unit.label)]
    shown = [each for each in found if standing in (None, each.standing)]
    kept = {"month": month.strftime("%Y-%m"), "q": text, "standing": standing or ""}
    return await render(
        request,
        "duty/level.html",
        level=level,
        month=month,
        rule=periods_of(by.rules, by.calendar, level, month)[0],
        units=shown,
        counts=Counter(each.standing for each in found),
        total=len(found),
        every=len(everything),
        missed=[each for each in everything if each.standing is DutyStanding.MISSED],
        told=told,
        standing=standing,
        text=text,
        before=last_whole_month(month),
        after=last_of(month) + _ONE_DAY if last_of(month) < by.today else None,
        address=lambda **changed: "?" + urlencode({k: v for k, v in {**kept, **changed}.items() if v}),
        today=by.today,
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
        **WORDS,
    )


@require(Right.READ_RECEPTIONS)
async def of_unit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    by, departments = judges_in(request), departments_in(request)
    key, until = request.query.get("unit", ""), month_in(request.query.get("until", ""))

    def work(session: Session) -> dict[str, Any]:
        unit = unit_in(session, departments, key)
        first = min(since for since, _ in unit.spans)
        ends = [end for _, end in unit.spans]
        end = max((each for each in ends if each is not None), default=by.today)
        last = min(by.today, until or by.today, by.today if None in ends else end)
        months = months_between(first, last)[-MONTHS_SHOWN:]
        rows = rows_between(session, months[0], last_of(months[-1]), [unit.key]) if months else None
        return {
            "unit": unit,
            "months": list(reversed(duty_of_unit(session, unit, months, by))),
            "earlier": last_whole_month(months[0]) if months and first < months[0] else None,
            "days_told": list(reversed(rows.days)) if rows else [],
            "whole": {row.month: row for row in rows.months} if rows else {},
            "people": names_of_accounts(session),
        }

    return await render(
        request,
        "duty/unit.html",
        today=by.today,
        until=until,
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
        **await request.app[DATABASE].run(work),
        **WORDS,
    )


async def warning_of_home(request: web.Request) -> HomeWarning | None:
    """For whoever plans receptions: of how many units the head fell short last month."""
    account = await account_in(request)
    if Right.PLAN_RECEPTIONS not in account.rights:
        return None
    by, departments = judges_in(request), departments_in(request)
    month = last_whole_month(by.today)

    def work(session: Session) -> Counter[DutyLevel]:
        if not anything_told(session):
            return Counter()
        units = all_units(session, departments)
        reported = reported_in(session, month, month)
        of_month = (each for level in DutyLevel for each in _of_month(units, level, month, by, reported))
        return Counter(each.unit.level for each in of_month if each.standing is DutyStanding.MISSED)

    short = await request.app[DATABASE].run(work)
    if not short:
        return None
    level = next(each for each in DutyLevel if short[each])
    address = request.app.router[f"duty_{level}"].url_for().with_query(month=month.strftime("%Y-%m"))
    return HomeWarning(sum(short.values()), month, str(address))


def _of_month(units: DutyUnits, level: DutyLevel, month: date, by: Judges, reported: Reported) -> list[UnitMonth]:
    there = sorted(units.of_level(level, month, last_of(month)), key=lambda unit: fold(unit.label))
    return most_wanting_first(duty_of_month(there, level, month, by, reported))
