"""The migrated database and the tables in the code are the same thing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, select

import server.conclusions.tables
import server.people.tables
import server.rooms.tables
import server.visits.tables  # noqa: F401  (every feature's tables must be known to the metadata)
from server.data.engine import Database
from server.data.schema import newest_revision, revision_of, upgrade
from server.people import audit
from server.petitions.tables import Petition, PetitionStatusChange
from server.receptions.tables import Reception, ReceptionCancellation


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
        assert revision_of(database.engine) == newest_revision() == "0005"
    finally:
        database.close()


def _before_histories(database: Database) -> None:
    upgrade(database.engine, "0001")
    with database.engine.begin() as connection:
        for number, (kind, status) in enumerate((("complaint", "in_settlement"), ("denunciation", "received")), 1):
            connection.execute(
                text(
                    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name,"
                    " petitioner_address, petitioner_count, opaque_reference, summary, content, request,"
                    " place_code, unit_in_charge, status, confidentiality, search_key, created_at) VALUES"
                    " (:id, :code, :kind, '2026-03-02', 'direct', '', '', 1, '', 'x', '', '', '', '', :status,"
                    " 'normal', '', '2026-03-02 01:00:00.000000')"
                ),
                {"id": number, "code": f"X-{number}", "kind": kind, "status": status},
            )


def test_petitions_of_before_begin_their_history_with_the_status_they_have(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        _before_histories(database)
        upgrade(database.engine)
        rows = database.run_here(lambda session: list(session.exec(select(PetitionStatusChange))))
        assert [(row.petition_id, row.status, row.previous, row.holds_on) for row in rows] == [
            (1, "in_settlement", None, date(2026, 3, 2)),
            (2, "received", None, date(2026, 3, 2)),
        ]
        assert {(row.recorded_by, row.document, row.reason, row.unit) for row in rows} == {("system", "", "", "")}
        assert all(row.recorded_at.tzinfo is not None for row in rows)
        petitions = database.run_here(lambda session: list(session.exec(select(Petition))))
        assert [(petition.variant, petition.instance) for petition in petitions] == [("normal", 1)] * 2
    finally:
        database.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE petition_status_change SET status = 'filed'", "append-only"),
        ("UPDATE petition_status_change SET reason = 'another'", "append-only"),
        ("DELETE FROM petition_status_change", "append-only"),
        ("INSERT INTO petition_status_change SELECT 9, 2, status, previous, holds_on, '', 'ông A', recorded_at,"
         " recorded_by, unit FROM petition_status_change WHERE id = 1", "no reason in words"),
    ],
)  # fmt: skip
def test_the_database_keeps_a_history_as_it_was_written(tmp_path: Path, statement: str, said: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        _before_histories(database)
        upgrade(database.engine)
        with pytest.raises(DatabaseError, match=said), database.engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        database.close()


def test_a_reason_may_be_erased(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        _before_histories(database)
        upgrade(database.engine)
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE petition_status_change SET reason = ''"))
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


def test_of_receptions_of_before_nobody_said_who_received_and_they_are_kept(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        upgrade(database.engine, "0003")
        with database.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO reception (id, title, mode, place, host_name, planned_at, state) VALUES"
                    " (1, 'x', 'periodic', 'Trụ sở', 'Vũ Đình Lãm', '2026-03-02 01:00:00', 'ended'),"
                    " (2, 'y', 'irregular', '', '', '2026-03-03 01:00:00', 'cancelled')"
                )
            )
        upgrade(database.engine)
        rows = database.run_here(lambda session: list(session.exec(select(Reception).order_by(text("id")))))
        assert [(row.title, row.state, row.place) for row in rows] == [
            ("x", "ended", "Trụ sở"),
            ("y", "cancelled", ""),
        ]
        assert {(row.received_by, row.nobody_came, row.composition, row.announced_on) for row in rows} == {
            (None, None, "", None)
        }
        assert not database.run_here(lambda session: list(session.exec(select(ReceptionCancellation))))
    finally:
        database.close()
