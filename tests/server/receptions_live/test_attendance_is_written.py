"""Rows of attendance come in hundreds when a province comes or goes; what is stored is what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from server.data.engine import Database
from server.receptions.effects import PresenceBegan, PresenceEnded, Row
from server.receptions.records import write
from server.receptions.tables import Attendance, Presence, Reception, ReceptionMode, ReceptionState
from server.rooms.tables import Room, RoomLevel
from tests.database import Store, copied

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROOMS = range(1, 178)


def _province(session: Session) -> None:
    session.add_all(
        [
            Room(
                id=number,
                code=f"{number:05}",
                name=f"Xã {number}",
                name_key=f"xa {number}",
                type="Xã",
                level=RoomLevel.COMMUNE,
                valid_from=NINE.date(),
            )
            for number in ROOMS
        ]
    )
    session.add(
        Reception(
            id=7,
            title="Tiếp công dân định kỳ",
            mode=ReceptionMode.PERIODIC,
            planned_at=NINE,
            state=ReceptionState.OPEN,
        )
    )


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    """On both: whole runs of rows are one statement with many parameters."""
    with copied(store, store.template("attendance", _province)) as database:
        yield database


def began(room: int, minute: int, presence: Presence = Presence.CONNECTED) -> PresenceBegan:
    return PresenceBegan(7, room, presence, NINE + timedelta(minutes=minute))


def ended(room: int, minute: int, presence: Presence = Presence.CONNECTED) -> PresenceEnded:
    return PresenceEnded(7, room, presence, NINE + timedelta(minutes=minute))


def spans(database: Database, room: int) -> list[tuple[str, int, int | None]]:
    """Kind, first minute, last minute or None, of one room, in the order of beginning."""
    rows = database.run_here(
        lambda session: session.exec(
            select(Attendance).where(Attendance.room_id == room).order_by("started_at", "id")
        ).all()
    )
    minute = lambda at: None if at is None else round((at - NINE).total_seconds() / 60)  # noqa: E731
    return [(row.presence, minute(row.started_at), minute(row.ended_at)) for row in rows]


def test_a_province_that_comes_and_goes_costs_one_statement_each(database: Database) -> None:
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _note(*said: object) -> None:
        statements.append(str(said[2]))

    rows: list[Row] = [
        *(began(room, 0) for room in ROOMS),
        *(began(room, 0, Presence.RECEIVING) for room in ROOMS),
        *(ended(room, 5) for room in ROOMS if room != 4),
    ]
    database.run_here(write, rows)
    assert [words.split()[0] for words in statements if "attendance" in words] == ["INSERT", "UPDATE"]
    assert spans(database, 3) == [("connected", 0, 5), ("receiving", 0, None)]
    assert spans(database, 4) == [("connected", 0, None), ("receiving", 0, None)]


def test_a_room_that_comes_goes_and_comes_within_one_batch_has_two_spans(database: Database) -> None:
    database.run_here(write, [began(3, 0), ended(3, 1), began(3, 2), began(4, 2), ended(4, 3)])
    assert spans(database, 3) == [("connected", 0, 1), ("connected", 2, None)]
    assert spans(database, 4) == [("connected", 2, 3)]


def test_a_clock_that_was_set_back_gives_no_span_that_ends_before_it_began(database: Database) -> None:
    database.run_here(write, [began(3, 10), ended(3, 2)])
    assert spans(database, 3) == [("connected", 10, 10)]


def test_a_span_that_has_ended_stays_as_it_is(database: Database) -> None:
    """A restart may repeat the end of a span."""
    database.run_here(write, [began(3, 0), ended(3, 5)])
    database.run_here(write, [ended(3, 9)])
    assert spans(database, 3) == [("connected", 0, 5)]
