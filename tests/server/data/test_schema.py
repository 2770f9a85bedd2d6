"""The migrated database and the tables in the code are the same thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

import server.people.tables
import server.petitions.tables
import server.receptions.tables
import server.rooms.tables  # noqa: F401  (every feature's tables must be known to the metadata)
from server.data.engine import Database
from server.data.schema import newest_revision, revision_of, upgrade
from server.people import audit


def test_a_migrated_database_has_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        upgrade(database.engine)
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, SQLModel.metadata) == []
    finally:
        database.close()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a%20b.db'}")
    try:
        assert revision_of(database.engine) is None
        upgrade(database.engine)
        upgrade(database.engine)
        assert revision_of(database.engine) == newest_revision() == "0001"
    finally:
        database.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE petition (id INTEGER)"))
        with pytest.raises(DatabaseError):
            upgrade(database.engine)
        assert inspect(database.engine).get_table_names() == ["petition"]
    finally:
        database.close()


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_the_audit_log_refuses_changes_in_sql(tmp_path: Path, statement: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        upgrade(database.engine)
        database.run_here(lambda session: audit.record(session, "system", "test"))
        with pytest.raises(DatabaseError, match="append-only"), database.engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        database.close()


def test_the_audit_log_refuses_an_event_that_does_not_follow_the_last(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        upgrade(database.engine)
        database.run_here(lambda session: audit.record(session, "system", "test"))
        with pytest.raises(DatabaseError, match="moved on"), database.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO audit_event (at, actor, action, subject, detail, previous_hash, hash)"
                    " SELECT at, actor, action, subject, detail, previous_hash, 'x' FROM audit_event"
                )
            )
    finally:
        database.close()
