"""A database of before interpreters gets their table, and keeps what it has."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.server.data.test_conclusions_are_kept import fill

ROOM = (
    "INSERT INTO room (code, name, name_key, type, level, district, district_code, valid_from, key_version) VALUES"
    " ('06664', 'Phường Hà Tu', 'ha tu', 'Phường', 'commune', '', '', '2020-01-01', 1)"
)
_SPAN = (
    "INSERT INTO interpretation (reception_id, item_id, room_id, named_at, named_by)"
    " SELECT 1, agenda_item.id, room.id, :named_at, :named_by FROM agenda_item, room LIMIT 1"
)


def test_an_item_of_before_can_be_interpreted(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    span = {"named_at": "2026-03-02 01:00:00", "named_by": "system"}
    with bare.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM interpretation")).scalar_one() == 0
        if connection.execute(text("SELECT count(*) FROM room")).scalar_one() == 0:
            connection.execute(text(ROOM))
        connection.execute(text(_SPAN), span)
        assert connection.execute(text("SELECT count(*) FROM interpretation")).scalar_one() == 1
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(text(_SPAN), {**span, "named_by": None})
