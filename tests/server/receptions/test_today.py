"""The start page's receptions: today's, an open one of whatever day, and the next where none is left today."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlmodel import Session

from server.data.engine import Database
from server.receptions.tables import (
    AgendaItem,
    Audience,
    ItemState,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.receptions.today import receptions_on

DAY = date(2026, 11, 23)


def _plan(session: Session, title: str, at: datetime, state: ReceptionState, items: int = 0) -> None:
    reception = Reception(title=title, mode=ReceptionMode.PERIODIC, planned_at=at, state=state)
    session.add(reception)
    session.flush()
    for position in range(1, items + 1):
        session.add(
            AgendaItem(
                reception_id=reception.id or 0,
                position=position,
                audience=Audience.ALL,
                state=ItemState.WAITING,
            )
        )


def _titles(database: Database) -> list[tuple[str, int]]:
    return [(line.title, line.items) for line in database.run_here(receptions_on, DAY)]


def test_the_day_is_the_provinces(database: Database) -> None:
    def fill(session: Session) -> None:
        _plan(session, "first minute", datetime(2026, 11, 22, 17, 0, tzinfo=UTC), ReceptionState.ENDED)
        _plan(session, "morning", datetime(2026, 11, 23, 1, 0, tzinfo=UTC), ReceptionState.PLANNED, items=3)
        _plan(session, "day before", datetime(2026, 11, 22, 16, 59, tzinfo=UTC), ReceptionState.ENDED)
        _plan(session, "day after", datetime(2026, 11, 23, 17, 0, tzinfo=UTC), ReceptionState.PLANNED)

    database.run_here(fill)
    assert _titles(database) == [("first minute", 0), ("morning", 3)]


def test_an_open_reception_of_another_day_is_not_hidden(database: Database) -> None:
    def fill(session: Session) -> None:
        _plan(session, "still open", datetime(2026, 11, 20, 1, 0, tzinfo=UTC), ReceptionState.OPEN)
        _plan(session, "later", datetime(2026, 12, 20, 1, 0, tzinfo=UTC), ReceptionState.PLANNED)

    database.run_here(fill)
    assert _titles(database) == [("still open", 0)]


def test_where_nothing_is_left_today_the_next_one_is_shown(database: Database) -> None:
    def fill(session: Session) -> None:
        _plan(session, "cancelled", datetime(2026, 11, 23, 1, 0, tzinfo=UTC), ReceptionState.CANCELLED)
        _plan(session, "far", datetime(2027, 1, 20, 1, 0, tzinfo=UTC), ReceptionState.PLANNED)
        _plan(session, "next", datetime(2026, 12, 20, 1, 0, tzinfo=UTC), ReceptionState.PLANNED)

    database.run_here(fill)
    assert _titles(database) == [("cancelled", 0), ("next", 0)]


def test_an_empty_schedule_is_empty(database: Database) -> None:
    assert _titles(database) == []
