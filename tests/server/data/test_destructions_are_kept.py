"""A database of before the deletion of recordings keeps its recordings, and keeps what was decided since."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.database import Store, copied
from tests.server.data.test_conclusions_are_kept import fill

_ACCOUNT = (
    "INSERT INTO account (id, login, display_name, office, role, password_hash, language, session_epoch,"
    " created_at) VALUES (1, 'canbo', 'x', '', 'officer', '', 'vi', 0, '2026-03-02 01:00:00')"
)
_RECORDING = (
    "INSERT INTO recording (id, reception_id, folder, state, file, media_type, seconds, bytes, segments, gaps,"
    " note) VALUES (1, 1, 'r1', 'sealed', 'recording.mp4', 'video/mp4', 9, 9, 1, 0, '')"
)
_PROPOSAL = (
    "INSERT INTO recording_destruction (id, recording_id, last_day, ground, reason, proposed_at, proposed_by,"
    " confirm_by, end_reason, files, manifest_sha256, symbol, certificate_sha256) VALUES (:id, 1, '2026-02-01',"
    " '', 'x', '2026-03-02 01:00:00', 1, '2026-04-01', '', '', '', '', '')"
)
_DONE = "UPDATE recording_destruction SET destroyed_at = '2026-03-03 01:00:00' WHERE id = 1"


def _prepare(bare: Database) -> None:
    fill(bare.engine, "0013")
    with bare.engine.begin() as connection:
        connection.execute(text(_ACCOUNT))
        connection.execute(text(_RECORDING))
    upgrade(bare.engine)


@pytest.fixture
def upgraded(store: Store) -> Iterator[Database]:
    """With a recording of before."""
    with copied(store, store.made("destructions", _prepare)) as database:
        yield database


def run(database: Database, sql: str, **values: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(sql), values)


def test_recordings_of_before_are_there_and_not_destroyed(upgraded: Database) -> None:
    with upgraded.engine.connect() as connection:
        row = connection.execute(text("SELECT folder, state, destroyed_at, certificate FROM recording")).one()
        assert tuple(row) == ("r1", "sealed", None, "")


def test_a_recording_has_one_open_proposal(upgraded: Database) -> None:
    run(upgraded, _PROPOSAL, id=1)
    with pytest.raises(IntegrityError):
        run(upgraded, _PROPOSAL, id=2)
    run(upgraded, "UPDATE recording_destruction SET ending = 'refused' WHERE id = 1")
    run(upgraded, _PROPOSAL, id=2)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM recording_destruction", "UPDATE recording_destruction SET reason = 'y'"]
)
def test_what_is_certified_stays_as_it_is(upgraded: Database, sql: str) -> None:
    run(upgraded, _PROPOSAL, id=1)
    run(upgraded, _DONE)
    with pytest.raises(DatabaseError, match="stays on record"):
        run(upgraded, sql)
