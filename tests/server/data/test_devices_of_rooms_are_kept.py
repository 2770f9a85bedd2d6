"""A database of before enrolment gets its tables, and keeps what it has; a room has one open code."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.server.data.test_conclusions_are_kept import fill
from tests.server.data.test_interpretations_are_kept import ROOM

_CODE = (
    "INSERT INTO room_enrolment (room_id, code_hash, made_at, made_by, valid_until)"
    " SELECT min(id), :hash, '2026-11-28 01:00:00', 'account:1', '2026-12-01 01:00:00' FROM room"
)
_DEVICE = (
    "INSERT INTO room_device (room_id, name, credential_hash, enrolled_at, last_seen_at, revoked_by)"
    " SELECT min(id), '', 'x', '2026-11-28 01:00:00', '2026-11-28 01:00:00', '' FROM room"
)


def test_a_room_of_before_gets_a_code_and_a_device(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM room")).scalar_one() == 0:
            connection.execute(text(ROOM))
        connection.execute(text(_CODE), {"hash": "a"})
        connection.execute(text(_DEVICE))
        assert connection.execute(text("SELECT count(*) FROM agenda_item")).scalar_one() == 2
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(text(_CODE), {"hash": "b"})
    with bare.engine.begin() as connection:
        connection.execute(text("UPDATE room_enrolment SET used_at = '2026-11-28 02:00:00'"))
        connection.execute(text(_CODE), {"hash": "b"})
        connection.execute(
            text("UPDATE room_enrolment SET withdrawn_at = '2026-11-28 03:00:00' WHERE code_hash = 'b'")
        )
        connection.execute(text(_CODE), {"hash": "c"})
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(
            text("UPDATE room_enrolment SET withdrawn_at = NULL, code_hash = 'a' WHERE code_hash = 'b'")
        )
