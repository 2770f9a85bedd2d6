"""`tiepdan database verify`: whether every event of the audit log is as it was written, and none is missing."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlmodel import Session

from server.data.engine import Database
from tests.server.backup.conftest import Installation


def by_hand(installation: Installation, statement: str) -> None:
    """As somebody does who has the database's file, or its password: triggers are no hindrance to them."""
    database = Database(installation.url)

    def work(session: Session) -> None:
        if installation.is_sqlite:
            for (name,) in session.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'")
            ).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        session.execute(text(statement))

    try:
        database.run_here(work)
    finally:
        database.close()


def test_a_whole_log_is_called_whole_with_its_last_hash(installation: Installation) -> None:
    facts = installation.facts()
    said = installation.run("verify")
    assert f"the audit log is whole: {facts.rows['audit_event']:,} events" in said
    assert facts.audit_last_hash in said
    assert "whole" in installation.run("verify", "--holds", facts.audit_last_hash.upper())
    assert installation.facts() == facts, "looking leaves no trace"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'account:99' WHERE id = 2",
        "UPDATE audit_event SET detail = '[]' WHERE id = 2",
        "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = 2",
        "DELETE FROM audit_event WHERE id = 1",
    ],
)
def test_an_event_that_was_changed_or_removed_is_named(installation: Installation, statement: str) -> None:
    by_hand(installation, statement)
    assert "broken at event 2" in installation.run("verify", code=1)


def test_an_end_that_was_cut_off_is_seen_by_a_hash_kept_elsewhere(installation: Installation) -> None:
    kept = installation.facts().audit_last_hash
    by_hand(installation, "DELETE FROM audit_event WHERE id = (SELECT max(id) FROM audit_event)")
    assert "whole" in installation.run("verify")
    assert "cut off" in installation.run("verify", "--holds", kept, code=1)


def test_a_database_without_tables_is_told_in_a_sentence(elsewhere: Installation) -> None:
    said = elsewhere.run("verify", code=1)
    assert said.startswith("✗ ")
    assert "Traceback" not in said
