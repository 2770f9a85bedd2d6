"""A database of before the checks gets their tables, and keeps what it has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, select

from server.data.engine import Database
from server.data.schema import upgrade
from server.readiness.keeping import findings_of, keep
from server.readiness.tables import RoomCheck
from server.rooms.tables import Room
from signaling.check_messages import CheckReason, Finding, Part, RoomChecked
from tests.server.data.test_conclusions_are_kept import fill
from tests.server.data.test_interpretations_are_kept import ROOM

AT = datetime(2026, 11, 30, 1, tzinfo=UTC)
FOUND = (Finding(what=Part.LINE, outcome="measured", figures={"rtt_ms": 31.5}),)


def test_a_room_of_before_checks_itself(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM room")).scalar_one() == 0:
            connection.execute(text(ROOM))
        assert connection.execute(text("SELECT count(*) FROM agenda_item")).scalar_one() == 2

    def write(session: Session) -> None:
        room = session.exec(select(Room)).first()
        assert room is not None
        said = RoomChecked(reason=CheckReason.SESSION, findings=FOUND)
        keep(session, room.id or 0, said, "tiepdan 0.1.0 browser", "h264", AT, timedelta(days=90))

    bare.run_here(write)
    (row,) = bare.run_here(lambda session: session.exec(select(RoomCheck)).all())
    assert (row.checked_at, row.since, row.reason, findings_of(row)) == (AT, AT, CheckReason.SESSION, FOUND)
