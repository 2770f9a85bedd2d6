"""A database of before summonses gets their tables, and keeps what it has."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.server.data.test_conclusions_are_kept import fill

_SUMMONS = (
    "INSERT INTO summons (reception_id, room_id, version, everyone, items, be_there_at, note, sent_at, sent_by,"
    " reminders, offices, reason) SELECT 1, id, 1, :everyone, '1', '2026-03-02 01:00:00', '',"
    " '2026-03-01 01:00:00', 'system', 0, '', '' FROM room ORDER BY id LIMIT 1"
)
_ROOM = (
    "INSERT INTO room (code, name, name_key, type, level, district, district_code, valid_from, key_version) VALUES"
    " ('06664', 'Phường Hà Tu', 'ha tu', 'Phường', 'commune', '', '', '2020-01-01', 1)"
)


def test_a_room_is_summoned_once_to_a_reception_of_before(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM room")).scalar_one() == 0:
            connection.execute(text(_ROOM))
        connection.execute(text(_SUMMONS), {"everyone": False})
        assert connection.execute(text("SELECT count(*) FROM summons")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM agenda_item")).scalar_one() == 2
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(text(_SUMMONS), {"everyone": False})


@pytest.mark.parametrize("table", ["office_presence", "attendance_confirmation"])
def test_nobody_is_said_to_have_been_there_before(bare: Database, table: str) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    with bare.engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608
