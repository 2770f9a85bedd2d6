"""What the pages of the duty ask of their address: the month, the units there are, and what days are judged by."""

from __future__ import annotations

from datetime import date, timedelta

from aiohttp import web
from sqlmodel import Session

from server.duty.forms import month_in
from server.duty.queries import Judges
from server.duty.units import RULE_OF, DutyLevel, DutyUnit, DutyUnits
from server.petitions.standing import TERMS
from server.receptions.dated_rules import RECEPTION_RULES, ReceptionRules
from server.rooms.departments import DEPARTMENTS, Departments
from server.rooms.queries import all_rooms
from server.web.languages import today

_ONE_DAY = timedelta(days=1)
_LONGEST_KEY = 120


def judges_in(request: web.Request) -> Judges:
    return Judges(request.app[RECEPTION_RULES], request.app[TERMS].calendar, today())


def departments_in(request: web.Request) -> Departments:
    return request.app[DEPARTMENTS]


def all_units(session: Session, departments: Departments) -> DutyUnits:
    return DutyUnits(all_rooms(session), departments)


def unit_in(session: Session, departments: Departments, key: str) -> DutyUnit:
    """Raises HTTPNotFound."""
    unit = all_units(session, departments).get(key[:_LONGEST_KEY])
    if unit is None:
        raise web.HTTPNotFound
    return unit


def month_asked(request: web.Request, otherwise: date) -> date:
    """No later than the month of today."""
    return min(month_in(request.query.get("month", "")) or otherwise, today().replace(day=1))


def last_whole_month(day: date) -> date:
    return (day.replace(day=1) - _ONE_DAY).replace(day=1)


def latest_month(rules: ReceptionRules, level: DutyLevel, day: date) -> date:
    """The last whole month before `day` of which the level's rule asks anything."""
    last = last_whole_month(day)
    ends = [rule.valid_to for rule in rules.rules if rule.key is RULE_OF[level]]
    known = [end.replace(day=1) for end in ends if end is not None]
    return last if None in ends or not known else min(last, max(known))
