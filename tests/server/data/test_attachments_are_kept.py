"""Attachments and replies to letters stay as they are, whoever writes SQL; letters of before are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from server.conclusions.tables import Urging
from server.data.engine import Database
from server.data.schema import upgrade
from tests.database import Store, copied
from tests.server.data.test_conclusions_are_kept import DENOUNCED, fill
from tests.server.data.test_documents_are_kept import _VERSION

_ATTACHMENT = (
    "INSERT INTO attachment (id, petition_id, number, what, form, type, bytes, sha256, file, confidential,"
    " added_at, added_by, unit, withdrawn_by) VALUES (:id, :petition, :id, 'bản đồ', 'copy', 'pdf', 7, 'a', 'b',"
    " false,"
    " '2026-03-02 01:00:00', 'system', '', '')"
)
_LETTER = (
    "INSERT INTO official_document (id, kind, subject, ordinal, reception_id, item_id, task_id) VALUES"
    " (:id, 'urging', :subject, :id, 1, 1, 1)"
)


def _prepare(bare: Database) -> None:
    """A complaint (1) and a denunciation (2); of before letter 1, issued in the evening of UTC, and 2, a draft."""
    fill(bare.engine, "0007")
    with bare.engine.begin() as connection:
        for number, issued in ((1, "2026-03-02 18:00:00+00:00"), (2, None)):
            connection.execute(text(_LETTER), {"id": number, "subject": f"task:{number}"})
            row = {"id": number, "document": number, "number": 1, "content": "{}", "issued": issued, "file": None}
            connection.execute(text(_VERSION), row)
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        connection.execute(text(_ATTACHMENT), {"id": 1, "petition": 1})


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    with copied(store, store.made("attachments", _prepare)) as database:
        yield database.engine


def test_letters_of_before_are_known_by_the_day_they_were_issued_in_the_province(engine: Engine) -> None:
    with Session(engine) as session:
        (row,) = session.exec(select(Urging)).all()
    assert (row.document_id, row.task_id, str(row.issued_on)) == (1, 1, "2026-03-03")
    assert (row.reply_due_on, row.replied_on) == (None, None)


REFUSED = [
    ("UPDATE attachment SET bytes = 8", "not changed"),
    ("UPDATE attachment SET sha256 = 'c'", "not changed"),
    ("UPDATE attachment SET what = ''", "not changed"),
    ("UPDATE attachment SET what = '', file = '', sha256 = ''", "not changed"),
    ("UPDATE attachment SET petition_id = 2", "not changed"),
    ("UPDATE attachment SET withdrawn_by = 'system'", "not changed"),
    ("DELETE FROM attachment", "not changed"),
    ("INSERT INTO attachment SELECT 9, 2, 1, what, form, type, bytes, sha256, file, confidential, added_at,"
     " added_by, unit, withdrawn_at, withdrawn_by, withdrawn_because FROM attachment",
     "a denunciation has no attachment"),
    ("DELETE FROM urging", "append-only"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "said"), REFUSED)
def test_what_is_kept_is_refused_to_change(engine: Engine, statement: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said), engine.begin() as connection:
        connection.execute(text(statement))


_WITHDRAW = (
    "UPDATE attachment SET withdrawn_at = '2026-03-03 01:00:00', withdrawn_by = 'x', withdrawn_because = :why"
)


def test_it_is_withdrawn_once_and_may_be_destroyed_after_that(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(_WITHDRAW), {"why": "twice"})
    with pytest.raises(DatabaseError, match="not changed"), engine.begin() as connection:
        connection.execute(text(_WITHDRAW), {"why": "mistaken"})
    with engine.begin() as connection:
        gone = _WITHDRAW + ", what = '', file = '', sha256 = ''"
        assert connection.execute(text(gone), {"why": "forbidden"}).rowcount == 1


def test_with_the_kind_of_a_denunciation_the_rows_go(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(DENOUNCED))
        assert connection.execute(text("SELECT count(*) FROM attachment")).scalar_one() == 0


def test_a_reply_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE urging SET replied_on = '2026-03-09', reply_document = '7/BC'"))
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE urging SET replied_on = NULL"))
