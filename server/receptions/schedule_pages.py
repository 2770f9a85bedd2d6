"""The schedule: a list whose filters stand in the address, a month at a glance, and the duty of the head."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.dated_rules import DUTIES, RECEPTION_RULES, RuleKey
from server.receptions.duty import DutyMonth, HeldDay, duty_month, last_of, months_between
from server.receptions.schedule_queries import (
    ReceptionLine,
    Wanted,
    held_days,
    reception_lines,
    receptions_between,
    without_receiver,
)
from server.receptions.tables import Reception, ReceptionMode, ReceptionState
from server.web.asked import page_in
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require

_KEPT = ("from", "to", "mode", "state")
_MONTHS_SHOWN = 12
_WEEK = 7


def add_routes(app: web.Application) -> None:
    """Needs RECEPTION_RULES in `app` when the duty is asked for."""
    app.router.add_get("/receptions", table, name="receptions")
    app.router.add_get("/receptions/month", month, name="receptions_month")
    app.router.add_get("/receptions/duty", duty, name="receptions_duty")


@require(Right.READ_RECEPTIONS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    query = request.query
    wanted = Wanted(
        since=day_in(query.get("from", "")),
        until=day_in(query.get("to", "")),
        mode=next((mode for mode in ReceptionMode if mode == query.get("mode")), None),
        state=next((state for state in ReceptionState if state == query.get("state")), None),
        page=page_in(query.get("page", "")),
    )
    page = await request.app[DATABASE].run(reception_lines, wanted)
    kept = {name: query[name] for name in _KEPT if query.get(name)}
    return await render(
        request,
        "receptions/list.html",
        page=page,
        wanted=wanted,
        filtered=bool(kept),
        address=lambda page: "?" + urlencode({**kept, "page": page}),
        states=list(ReceptionState),
        modes=list(ReceptionMode),
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
    )


@require(Right.READ_RECEPTIONS)
async def month(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    first = day_in(request.query.get("month", "") + "-01") or today().replace(day=1)
    last = last_of(first)
    lines = await request.app[DATABASE].run(receptions_between, first, last)
    return await render(
        request,
        "receptions/month.html",
        first=first,
        weeks=_weeks(first, last, lines),
        count=len(lines),
        before=(first - timedelta(days=1)).replace(day=1),
        after=last + timedelta(days=1),
        today=today(),
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
    )


@require(Right.READ_RECEPTIONS)
async def duty(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    rules, now = request.app[RECEPTION_RULES], today()

    def work(session: Session) -> tuple[list[HeldDay], list[Reception]]:
        return held_days(session), without_receiver(session)

    held, unsaid = await request.app[DATABASE].run(work)
    months: list[DutyMonth] = []
    if held:  # months before the first reception on the record are not known, and not missed
        shown = months_between(min(min(each.day for each in held), now), now)[-_MONTHS_SHOWN:]
        months = [duty_month(rules, RuleKey.DUTY_PROVINCE, held, each, now) for each in reversed(shown)]
    return await render(
        request,
        "receptions/duty.html",
        months=months,
        unsaid=unsaid,
        in_force=[(name, rule) for key, name in DUTIES.items() if (rule := rules.on(key, now)) is not None],
        today=now,
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
    )


def day_in(text: str) -> date | None:
    """None also for a day no calendar page can be made of: the first and last year of all."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _weeks(first: date, last: date, lines: list[ReceptionLine]) -> list[list[tuple[date, list[ReceptionLine]]]]:
    """Monday to Sunday; the days of other months that fill the first and last week have no lines."""
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        days = [monday + timedelta(days=number) for number in range(_WEEK)]
        weeks.append([(day, [line for line in lines if line.day == day]) for day in days])
        monday += timedelta(days=_WEEK)
    return weeks
