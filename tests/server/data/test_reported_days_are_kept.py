"""A database of before reported days gets their tables, and keeps what it has; a day is told once."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.server.data.test_conclusions_are_kept import fill

_DAY = (
    "INSERT INTO reported_day (unit, day, receiver, mode, nobody_came, recorded_at, recorded_by, withdrawn_by)"
    " VALUES ('Sở Tư pháp', '2026-03-02', :receiver, 'periodic', :nobody, '2026-03-03 01:00:00', 'system', '')"
)
_MONTH = (
    "INSERT INTO reported_month (unit, month, recorded_at, recorded_by, withdrawn_by)"
    " VALUES ('Sở Tư pháp', '2026-03-01', '2026-04-01 01:00:00', 'system', '')"
)
_TOLD = {"receiver": "head", "nobody": False}


def test_a_day_and_a_month_are_told_once_until_they_are_withdrawn(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    for table, statement in (("reported_day", _DAY), ("reported_month", _MONTH)):
        with bare.engine.begin() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608
            connection.execute(text(statement), _TOLD)
        with pytest.raises(IntegrityError), bare.engine.begin() as connection:
            connection.execute(text(statement), _TOLD)
        with bare.engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET withdrawn_at = '2026-05-01 01:00:00'"))  # noqa: S608
            connection.execute(text(statement), _TOLD)
            assert connection.execute(text("SELECT count(*) FROM agenda_item")).scalar_one() == 2


def test_nobody_but_the_head_and_a_delegate_receives_in_a_unit(bare: Database) -> None:
    fill(bare.engine)
    upgrade(bare.engine)
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(text(_DAY), {**_TOLD, "receiver": "board"})
