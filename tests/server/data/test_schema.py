"""The migrated database and the tables in the code are the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, SQLModel, col, select

import server.app  # noqa: F401  (every feature's tables must be known to the metadata)
from server.data.engine import Database
from server.data.schema import MIGRATIONS, NewerDatabase, knows, newest_revision, revision_of, upgrade
from server.people import audit
from server.petitions.tables import Petition, PetitionStatusChange
from server.receptions.tables import Reception, ReceptionCancellation
from server.rooms.change_file import read_changes
from server.rooms.changing import carry_out, look
from server.rooms.tables import Office, OfficeHeld, Room, RoomSuccession
from tests.database import Store, copied


def _of_the_code(_thing: object, name: str | None, *_more: object) -> bool:
    """The index of words is the migration's alone: no table of the code could say what it is."""
    return "petition_words" not in (name or "")


def test_a_migrated_database_has_exactly_the_tables_of_the_code(bare: Database) -> None:
    upgrade(bare.engine)
    with bare.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _of_the_code}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_names_of_the_files_say_what_alembic_reads_in_them() -> None:
    line = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert line[0] == newest_revision()
    assert all(knows(revision) for revision in line)
    assert not knows("0000")


def test_a_database_of_a_newer_version_is_left_as_it_is(bare: Database) -> None:
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match="9999"):
        upgrade(bare.engine)
    assert revision_of(bare.engine) == "9999"


def test_upgrading_twice_changes_nothing(bare: Database) -> None:
    assert revision_of(bare.engine) is None
    upgrade(bare.engine)
    upgrade(bare.engine)
    assert revision_of(bare.engine) == newest_revision()


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


def _upgraded(bare: Database) -> None:
    _before_histories(bare)
    upgrade(bare.engine)


@pytest.fixture
def upgraded(store: Store) -> Iterator[Database]:
    """With the two petitions of before."""
    with copied(store, store.made("petitions of before", _upgraded)) as database:
        yield database


def test_petitions_of_before_begin_their_history_with_the_status_they_have(upgraded: Database) -> None:
    rows = upgraded.run_here(lambda session: list(session.exec(select(PetitionStatusChange))))
    assert [(row.petition_id, row.status, row.previous, row.holds_on) for row in rows] == [
        (1, "in_settlement", None, date(2026, 3, 2)),
        (2, "received", None, date(2026, 3, 2)),
    ]
    assert {(row.recorded_by, row.document, row.reason, row.unit) for row in rows} == {("system", "", "", "")}
    assert all(row.recorded_at.tzinfo is not None for row in rows)
    petitions = upgraded.run_here(lambda session: list(session.exec(select(Petition))))
    assert [(petition.variant, petition.instance) for petition in petitions] == [("normal", 1)] * 2


def test_petitions_of_before_are_found_and_sorted_like_new_ones(bare: Database) -> None:
    _before_histories(bare)
    with bare.engine.begin() as connection:
        named = "UPDATE petition SET petitioner_name = 'Đỗ  Thị Hoà', petitioner_count = 7 WHERE id = 1"
        connection.execute(text(named))
        connection.execute(text("UPDATE petition SET content = 'của ông A', place_code = '06664' WHERE id = 2"))
    upgrade(bare.engine)
    rows = bare.run_here(lambda session: list(session.exec(select(Petition).order_by(col(Petition.id)))))
    complaint, denunciation = rows
    assert (complaint.petitioner_key, complaint.petitioner_kind) == ("do thi hoa", "group")
    assert (complaint.case_age, complaint.times_received, complaint.settled) == ("new", 1, "never")
    assert (complaint.flags, complaint.other_kinds, complaint.route) == (frozenset(), frozenset(), None)
    assert (denunciation.content, denunciation.place_code) == ("", "")
    assert denunciation.confidentiality == "confidential"


@pytest.mark.parametrize(
    "column",
    ["content", "request", "place_code", "unit_in_charge", "representatives", "petitioner_key", "settled_by",
     "settled_document", "flags", "route_target", "petitioner_kind", "petitioner_count", "earlier_id",
     "split_from_id", "confidentiality"],
)  # fmt: skip
def test_the_table_refuses_all_that_could_point_at_a_denouncer(upgraded: Database, column: str) -> None:
    value = {"petitioner_count": "2", "earlier_id": "1", "split_from_id": "1"}.get(column, "'7'")
    with (
        pytest.raises(DatabaseError, match="ck_petition_denunciation_says_nothing"),
        upgraded.engine.begin() as connection,
    ):
        connection.execute(text(f"UPDATE petition SET {column} = {value} WHERE id = 2"))  # noqa: S608


def test_a_denunciation_is_never_a_content_beside_another(upgraded: Database) -> None:
    beside = "UPDATE petition SET other_kinds = ' reflection denunciation ' WHERE id = 1"
    with (
        pytest.raises(DatabaseError, match="ck_petition_denunciation_leads"),
        upgraded.engine.begin() as connection,
    ):
        connection.execute(text(beside))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE petition_status_change SET status = 'filed'", "append-only"),
        ("UPDATE petition_status_change SET reason = 'another'", "append-only"),
        ("UPDATE petition_status_change SET outcome = 'right'", "append-only"),
        ("DELETE FROM petition_status_change", "append-only"),
        ("INSERT INTO petition_status_change (id, petition_id, status, previous, holds_on, document, reason,"
         " recorded_at, recorded_by, unit) SELECT 9, 2, status, previous, holds_on, '', 'ông A', recorded_at,"
         " recorded_by, unit FROM petition_status_change WHERE id = 1", "no reason in words"),
    ],
)  # fmt: skip
def test_the_database_keeps_a_history_as_it_was_written(upgraded: Database, statement: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said), upgraded.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_reason_may_be_erased(upgraded: Database) -> None:
    with upgraded.engine.begin() as connection:
        connection.execute(text("UPDATE petition_status_change SET reason = ''"))


def test_a_migration_that_fails_leaves_nothing_behind(bare: Database) -> None:
    with bare.engine.begin() as connection:
        connection.execute(text("CREATE TABLE petition (id INTEGER)"))
    with pytest.raises(DatabaseError):
        upgrade(bare.engine)
    assert inspect(bare.engine).get_table_names() == ["petition"]


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_the_audit_log_refuses_changes_in_sql(database: Database, statement: str) -> None:
    database.run_here(lambda session: audit.record(session, "system", "test"))
    with pytest.raises(DatabaseError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_audit_log_refuses_an_event_that_does_not_follow_the_last(database: Database) -> None:
    database.run_here(lambda session: audit.record(session, "system", "test"))
    with pytest.raises(DatabaseError, match="moved on"), database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (at, actor, action, subject, detail, previous_hash, hash)"
                " SELECT at, actor, action, subject, detail, previous_hash, 'x' FROM audit_event"
            )
        )


def test_of_receptions_of_before_nobody_said_who_received_and_they_are_kept(bare: Database) -> None:
    upgrade(bare.engine, "0003")
    with bare.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reception (id, title, mode, place, host_name, planned_at, state) VALUES"
                " (1, 'x', 'periodic', 'Trụ sở', 'Vũ Đình Lãm', '2026-03-02 01:00:00', 'ended'),"
                " (2, 'y', 'irregular', '', '', '2026-03-03 01:00:00', 'cancelled')"
            )
        )
    upgrade(bare.engine)
    rows = bare.run_here(lambda session: list(session.exec(select(Reception).order_by(text("id")))))
    assert [(row.title, row.state, row.place) for row in rows] == [
        ("x", "ended", "Trụ sở"),
        ("y", "cancelled", ""),
    ]
    assert {(row.received_by, row.nobody_came, row.composition, row.announced_on) for row in rows} == {
        (None, None, "", None)
    }
    assert not bare.run_here(lambda session: list(session.exec(select(ReceptionCancellation))))


def test_offices_of_before_stay_offices_of_units(bare: Database) -> None:
    upgrade(bare.engine, "0022")
    with bare.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO account (id, login, display_name, office, role, password_hash, language,"
                " session_epoch, created_at) VALUES"
                " (4, 'hatu', 'X', '', 'room_officer', '-', 'vi', 0, '2026-01-01 00:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO room (id, code, name, name_key, type, level, district_code, district, valid_from,"
                " key_version) VALUES (7, '06664', 'Hà Tu', '', 'Phường', 'commune', '193', '', '2020-01-01', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO office_held (id, account_id, office, room_id, first_day, document, recorded_at,"
                " recorded_by, withdrawn_by) VALUES"
                " (9, 4, 'room_officer', 7, '2026-01-01', '5/QĐ', '2026-01-01 00:00:00', 'system', '')"
            )
        )
    upgrade(bare.engine)

    def work(session: Session) -> list[tuple[int | None, int | None, str, str]]:
        session.add(
            OfficeHeld(
                id=10,
                account_id=4,
                office=Office.DEPARTMENT_OFFICER,
                department="Sở Y tế",
                first_day=date(2026, 1, 1),
                recorded_by="system",
            )
        )
        session.flush()
        rows = session.exec(select(OfficeHeld).order_by(col(OfficeHeld.id)))
        return [(row.id, row.room_id, row.department, row.document) for row in rows]

    assert bare.run_here(work) == [(9, 7, "", "5/QĐ"), (10, None, "Sở Y tế", "")]
    kept = {index["name"] for index in inspect(bare.engine).get_indexes("office_held")}
    assert kept == {"ix_office_held_account_id", "ix_office_held_room_id"}
    assert len(inspect(bare.engine).get_foreign_keys("office_held")) == 2


def test_the_rooms_of_before_are_kept_and_may_have_successors(bare: Database) -> None:
    upgrade(bare.engine, "0007")
    with bare.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO room (id, code, name, name_key, type, level, district_code, district, valid_from,"
                " key_version) VALUES"
                " (1, '06682', 'Phường Yết Kiêu', '', 'Phường', 'commune', '193', '', '2020-01-01', 1),"
                " (2, '06685', 'Phường Trần Hưng Đạo', '', 'Phường', 'commune', '193', '', '2020-01-01', 3)"
            )
        )
    upgrade(bare.engine)

    def merge(session: Session) -> list[tuple[str, int]]:
        rows = read_changes(b"day,predecessor,successor\n2024-11-01,06682,06685\n").rows
        carry_out(session, look(session, rows), actor="system")
        return [(room.code, room.key_version) for room in session.exec(select(Room).order_by(col(Room.code)))]

    assert bare.run_here(merge) == [("06682", 1), ("06685", 3)]
    assert [row.day for row in bare.run_here(lambda s: s.exec(select(RoomSuccession)).all())] == [
        date(2024, 11, 1)
    ]
