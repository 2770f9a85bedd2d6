"""Ten years of an office into a database, in bulk: the same rows into each that is measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

from server.bench.store import petitions, receptions, visits
from server.data.engine import Database
from server.demo.accounts import fill_accounts
from server.people import audit
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.queries import rooms_on
from server.rooms.tables import RoomLevel

_AT_ONCE = 5_000
_EVENTS = 2_000
"""Of the audit log; a longer one is no slower to add to."""


@dataclass(frozen=True, slots=True)
class Decade:
    """What was invented, once."""

    petitions: petitions.Rows
    receptions: receptions.Rows
    visits: visits.Rows

    @property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """In an order in which each row finds those it names."""
        return {**vars(self.petitions), **vars(self.receptions), **vars(self.visits)}


def invent(session: Session, count: int, years: int, today: date, seed: int) -> Decade:
    """For a database that `begin` was called on."""
    rooms = [room for room in rooms_on(session, today) if room.level is RoomLevel.COMMUNE]
    invented = petitions.invent(count, years, today, rooms, seed)
    held = receptions.invent(years, today, rooms, invented.petition, seed)
    return Decade(invented, held, visits.invent(invented.petition, held.reception, seed))


def begin(session: Session) -> None:
    """Rooms and accounts."""
    import_rooms(session, SAMPLE.read_bytes(), actor="system")
    fill_accounts(session)


def fill(database: Database, decade: Decade) -> None:
    with database.engine.begin() as connection:
        for name, rows in decade.tables.items():
            table = SQLModel.metadata.tables[name]
            for first in range(0, len(rows), _AT_ONCE):
                connection.execute(insert(table), rows[first : first + _AT_ONCE])
            if connection.dialect.name == "postgresql" and "id" in table.c:
                number = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608 -- a name of ours
                connection.execute(text(number))
    database.run_here(_log)
    if database.engine.dialect.name == "postgresql":
        _settle(database.engine)


def _log(session: Session) -> None:
    for number in range(_EVENTS):
        audit.record(session, "account:2", "petition_read", f"petition:{number}")


def _settle(engine: Engine) -> None:
    """What autovacuum would have done by the morning."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
