"""The whole way: backed up, restored elsewhere, and the same afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from server.backup.manifest import Facts, fingerprint
from server.data.engine import Database
from server.data.schema import newest_revision, upgrade
from server.data.secret import load_secret
from server.people import audit
from server.people.tables import AuditEvent
from tests.database import Store
from tests.server.backup.conftest import Installation


def _without_restoring(found: Facts) -> dict[str, object]:
    """As it was before the restore was noted in the log."""
    rows = {**found.rows, "audit_event": found.rows["audit_event"] - 1}
    return {"revision": found.revision, "rows": rows, "audit_broken_at": found.audit_broken_at}


def test_everything_is_there_again(installation: Installation, elsewhere: Installation) -> None:
    before = installation.facts()
    said = installation.process("backup", "--to", installation.to)
    assert "checked" in said
    assert "recordings" in said
    (file,) = installation.files
    assert file.stat().st_mode & 0o077 == 0
    said = elsewhere.process("restore", file)
    assert f"{before.total:,} rows" in said
    after = elsewhere.facts()
    assert _without_restoring(after) == before.model_dump(exclude={"audit_last_hash"})
    database = Database(elsewhere.url)
    try:
        events = database.run_here(lambda session: list(session.exec(select(AuditEvent).order_by(AuditEvent.id))))  # type: ignore[arg-type]
        assert [event.action for event in events[-1:]] == ["database_restored"]
        assert events[-1].previous_hash == before.audit_last_hash
        assert database.run_here(audit.verify_chain).whole
    finally:
        database.close()


def test_the_log_tells_of_each_backup_and_which_hash_stands_in_it(installation: Installation) -> None:
    before = installation.facts()
    installation.backup()
    database = Database(installation.url)
    try:
        last = database.run_here(lambda session: list(session.exec(select(AuditEvent)))[-1])
    finally:
        database.close()
    assert last.action == "database_backed_up"
    assert json.loads(last.detail) == {"file": installation.files[0].name, "last_hash": before.audit_last_hash}


def test_the_manifest_can_be_read_without_tiepdan(installation: Installation) -> None:
    installation.backup()
    with zipfile.ZipFile(installation.files[0]) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert set(archive.namelist()) == {"manifest.json", "database"}
    facts = installation.facts()
    assert manifest["facts"]["revision"] == newest_revision()
    assert manifest["facts"]["rows"]["petition"] == facts.rows["petition"] == 30
    assert "recordings" in manifest["not_inside"]
    secret = load_secret(installation.data)
    assert manifest["secret"] == fingerprint(secret)
    assert secret.hex() not in json.dumps(manifest)


def test_a_database_that_is_not_empty_is_not_touched_unless_it_is_said(
    installation: Installation, peopled_elsewhere: Installation
) -> None:
    installation.backup()
    file, before = installation.files[0], peopled_elsewhere.facts()
    assert "--replace" in peopled_elsewhere.run("restore", file, code=1)
    assert peopled_elsewhere.facts() == before
    said = peopled_elsewhere.run("restore", "--replace", file)
    assert "what was there is now" in said
    assert peopled_elsewhere.facts().rows["petition"] == 30
    assert _rows_moved_aside(peopled_elsewhere) == 1


def _rows_moved_aside(installation: Installation) -> int:
    """Events in the log that was there before."""
    if installation.is_sqlite:
        folder = Path(Database(installation.url).engine.url.database or "").parent
        (aside,) = folder.glob("*.replaced-????????-??????")
        with closing(sqlite3.connect(aside)) as connection:
            return int(connection.execute("SELECT count(*) FROM audit_event").fetchone()[0])
    database = Database(installation.url)
    try:
        with database.engine.connect() as connection:
            find = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced%'")
            (schema,) = connection.execute(find).scalars()
            return int(connection.execute(text(f"SELECT count(*) FROM {schema}.audit_event")).scalar_one())  # noqa: S608
    finally:
        database.close()


def test_what_was_moved_aside_is_not_backed_up_again(
    installation: Installation, peopled_elsewhere: Installation, elsewhere: Installation, store: Store
) -> None:
    installation.backup()
    peopled_elsewhere.run("restore", "--replace", installation.files[0])
    shutil.rmtree(installation.to)
    peopled_elsewhere.backup()
    third = Installation(installation.data.parent / "third", store.empty(), installation.to)
    try:
        third.run("restore", installation.files[0])
        assert third.facts().rows["petition"] == 30
    finally:
        store.drop(third.url)


def test_an_older_schema_is_brought_up_to_date(
    installation: Installation, elsewhere: Installation, store: Store
) -> None:
    old = Installation(installation.data, store.empty(), installation.to)
    database = Database(old.url)
    try:
        upgrade(database.engine, "0001")
        with database.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name,"
                    " petitioner_address, petitioner_count, opaque_reference, summary, content, request,"
                    " place_code, unit_in_charge, status, confidentiality, search_key, created_at) VALUES"
                    " (1, 'KN-0001', 'complaint', '2026-03-02', 'direct', 'Ông Đỗ Văn Ất', '', 1, '', 'x', '', '',"
                    " '', '', 'in_settlement', 'normal', '', '2026-03-02 01:00:00.000000')"
                )
            )
    finally:
        database.close()
    try:
        assert "schema 0001" in old.backup()
        assert old.facts().revision == "0001", "a backup leaves the schema as it is"
        said = elsewhere.run("restore", old.files[0])
    finally:
        store.drop(old.url)
    assert f"schema 0001, brought to {newest_revision()}" in said
    found = elsewhere.facts()
    assert (found.revision, found.rows["petition_status_change"]) == (newest_revision(), 1)


def test_the_operators_files_come_with_it_and_the_secret_does_not(
    installation: Installation, elsewhere: Installation
) -> None:
    (installation.data / "holidays.csv").write_text("date,kind,name\n2027-01-02,holiday,Nghỉ bù\n", "utf-8")
    (installation.data / "deadlines.csv").write_text("key,variant\n", "utf-8")
    (installation.data / "report-forms.csv").write_text("form\n", "utf-8")
    (installation.data / "Bản sao của holidays.csv").write_text("nobody reads this\n", "utf-8")
    elsewhere.data.mkdir()
    (elsewhere.data / "deadlines.csv").write_text("another\n", "utf-8")
    installation.backup()
    said = elsewhere.run("restore", installation.files[0])
    assert "holidays.csv was restored" in said
    assert "deadlines.csv in" in said
    assert "no secret.key" in said
    assert "Nghỉ bù" in (elsewhere.data / "holidays.csv").read_text("utf-8")
    assert (elsewhere.data / "deadlines.csv").read_text("utf-8") == "another\n"
    assert {path.name for path in elsewhere.data.glob("*.csv")} == {
        "deadlines.csv",
        "holidays.csv",
        "report-forms.csv",
    }
    assert not (elsewhere.data / "secret.key").exists()


def test_another_secret_is_noticed(installation: Installation, elsewhere: Installation) -> None:
    installation.backup()
    load_secret(elsewhere.data)
    assert "another than the backup's" in elsewhere.run("restore", installation.files[0])
