"""What the address of a page of figures asks for, and what answers stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.documents.pages import LETTERHEADS
from server.figures.counting import Ground
from server.figures.definitions import DEFINITIONS, OVERVIEW, Column, Form, Layout
from server.figures.lineage import lineage_in
from server.figures.periods import FROM_TO, Period, period_in
from server.figures.rows import By
from server.figures.sheet import Sheets
from server.people.rights import Role
from server.petitions.standing import TERMS
from server.receptions.dated_rules import RECEPTION_RULES
from server.web.languages import today
from signaling.refusals import RefusalCode, Refused

PERIODS = "a period of the list with its year; or from and to as 2026-01-31, at most ten years"
ROWS = (By.UNIT, By.PLACE, By.LEVEL, By.MODE, By.KIND)
OF_FORMS = (By.UNIT, By.PLACE)


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column of a form or of the overview, as an address names it. `form_name`: empty for the overview."""

    whole: Layout
    column: Column
    form_name: str


def asked_period(request: web.Request) -> Period:
    """Raises Refused."""
    period = period_in(request.query, request.app[DEFINITIONS].tables, today())
    if period is None:
        came = " ".join(request.query.get(name, "") for name in ("period", "year", "number", "from", "to"))
        raise Refused(RefusalCode.BAD_MESSAGE, " ".join(came.split())[:60], PERIODS)
    return period


def asked_rows(request: web.Request, allowed: tuple[By, ...], usual: By) -> By:
    """Raises Refused."""
    came = request.query.get("by", usual)
    if came not in allowed:
        raise Refused(RefusalCode.BAD_MESSAGE, came[:40], ", ".join(allowed))
    return By(came)


def asked_form(request: web.Request, period: Period) -> Form:
    """The one that is named; else the usual form 01/TCD of the period. Raises HTTPNotFound."""
    definitions = request.app[DEFINITIONS]
    key = request.query.get("form", "")
    form = definitions.form(key) if key else definitions.usual("01/TCD", period.last)
    if form is None:
        raise web.HTTPNotFound
    return form


def asked_column(request: web.Request) -> AskedColumn:
    """Raises HTTPNotFound: also for a column that is written by hand, behind which there are no records."""
    definitions = request.app[DEFINITIONS]
    key = request.query.get("form", OVERVIEW)
    form = definitions.form(key)
    layout = definitions.layouts.get(OVERVIEW if key == OVERVIEW else "" if form is None else form.layout)
    column = None if layout is None else layout.column(request.query.get("column", ""))
    if layout is None or column is None or column.by_hand:
        raise web.HTTPNotFound
    return AskedColumn(layout, column, "" if form is None else form.form)


def period_query(period: Period) -> dict[str, str]:
    """The period as an address says it, and means the same days next year."""
    return {"period": FROM_TO, "from": period.first.isoformat(), "to": period.last.isoformat()}


def ground_of(request: web.Request, day: date) -> Ground:
    """`day`: whose letterhead says in whose name receptions are held."""
    app = request.app
    return Ground(
        app[DEFINITIONS].tables, app[RECEPTION_RULES], app[TERMS], today(), app[LETTERHEADS].on(day).name
    )


def sheets_in(session: Session, ground: Ground, role: Role) -> Sheets:
    return Sheets(session, ground, lineage_in(session), role)
