"""The audit log's chain: whatever is changed later is found."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlmodel import Session

from server.data.engine import Database
from server.people import audit


def _fill(database: Database, count: int = 5) -> None:
    for number in range(count):
        database.run_here(
            lambda session, number=number: audit.record(
                session, "account:1", "floor_given", "reception:7", {"room": "06649", "n": number}
            )
        )


def _tamper(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_event_refuses_change ON audit_event"))
        else:
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_event_refuses_{act}"))
        connection.execute(text(statement))


def test_an_untouched_chain_is_whole(database: Database) -> None:
    assert database.run_here(audit.verify_chain).events == 0
    _fill(database)
    check = database.run_here(audit.verify_chain)
    assert (check.events, check.whole) == (5, True)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'account:2'",
        "action = 'floor_taken'",
        "subject = 'reception:8'",
        "detail = '{}'",
        "at = '2020-01-01 00:00:00.000000'",
        "hash = 'ff'",
        "previous_hash = 'ff'",
    ],
)
def test_a_changed_row_is_found(database: Database, change: str) -> None:
    _fill(database)
    _tamper(database, f"UPDATE audit_event SET {change} WHERE id = 3")  # noqa: S608  (our own words, above)
    assert database.run_here(audit.verify_chain).broken_at == 3


def test_a_removed_row_is_found(database: Database) -> None:
    _fill(database)
    _tamper(database, "DELETE FROM audit_event WHERE id = 3")
    assert database.run_here(audit.verify_chain).broken_at == 4


def test_an_event_is_lost_with_the_unit_of_work_it_belongs_to(database: Database) -> None:
    def work(session: Session) -> None:
        audit.record(session, "system", "a")
        raise LookupError

    with pytest.raises(LookupError):
        database.run_here(work)
    assert database.run_here(audit.verify_chain).events == 0


def test_two_events_of_one_unit_of_work_follow_each_other(database: Database) -> None:
    def work(session: Session) -> None:
        audit.record(session, "system", "a")
        audit.record(session, "system", "b")

    database.run_here(work)
    check = database.run_here(audit.verify_chain)
    assert (check.events, check.whole) == (2, True)


def test_two_processes_writing_at_once_keep_one_chain(database: Database) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False))
    threads = [threading.Thread(target=_fill, args=(writer, 20)) for writer in (database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    check = database.run_here(audit.verify_chain)
    assert (check.events, check.whole) == (40, True)
