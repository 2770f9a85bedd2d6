"""An issued document stays as it is, whoever writes SQL; and a database of before gets the new tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.database import Store, copied
from tests.server.data.test_conclusions_are_kept import DENOUNCED, fill

_DOCUMENT = (
    "INSERT INTO official_document (id, kind, subject, ordinal, reception_id, item_id) VALUES"
    " (:id, 'minutes', :subject, 1, 1, :item)"
)
_VERSION = (
    "INSERT INTO document_version (id, document_id, number, symbol, content, reason, revision, written_at,"
    " written_by, issued_at, issued_by, unit, docx, pdf, docx_sha256, pdf_sha256) VALUES (:id, :document, :number,"
    " '', :content, '', 1, '2026-03-02 01:00:00', 'system', :issued, '', '', :file, :file, 'a', 'b')"
)
_ISSUED = "2026-03-02 09:00:00"


def _prepare(bare: Database) -> None:
    """Items 1 (a complaint) and 2 (a denunciation) of before the upgrade; the minutes of item 1, issued, with a
    draft of a second version; those of the reception as a draft."""
    fill(bare.engine)
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        connection.execute(text(_DOCUMENT), {"id": 1, "subject": "item:1", "item": 1})
        connection.execute(text(_DOCUMENT), {"id": 2, "subject": "item:2", "item": 2})
        connection.execute(text(_DOCUMENT), {"id": 3, "subject": "reception:1", "item": None})
        for row in (
            {"id": 1, "document": 1, "number": 1, "content": "{}", "issued": _ISSUED, "file": b"x"},
            {"id": 2, "document": 1, "number": 2, "content": "{}", "issued": None, "file": None},
            {"id": 3, "document": 3, "number": 1, "content": "{}", "issued": None, "file": None},
        ):
            connection.execute(text(_VERSION), row)


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    with copied(store, store.made("documents", _prepare)) as database:
        yield database.engine


REFUSED = [
    ("UPDATE document_version SET content = '{1}' WHERE id = 1", "append-only"),
    ("UPDATE document_version SET content = '' WHERE id = 1", "append-only"),
    ("UPDATE document_version SET pdf = docx WHERE id = 1", "append-only"),
    ("UPDATE document_version SET docx = NULL WHERE id = 1", "append-only"),
    ("UPDATE document_version SET pdf_sha256 = 'c' WHERE id = 1", "append-only"),
    ("UPDATE document_version SET issued_at = NULL WHERE id = 1", "append-only"),
    ("UPDATE document_version SET symbol = '1/BB-X' WHERE id = 1", "append-only"),
    ("DELETE FROM document_version WHERE id = 1", "append-only"),
    ("DELETE FROM official_document WHERE id = 1", "append-only"),
    ("UPDATE official_document SET item_id = 2 WHERE id = 1", "append-only"),
    ("UPDATE document_version SET document_id = 2 WHERE id = 2", "a denunciation has no document"),
    (
        "INSERT INTO document_version SELECT 9, 2, 1, '', 'bà B', '', 1, written_at, written_by, NULL, '', '',"
        " NULL, NULL, '', '' FROM document_version WHERE id = 1",
        "a denunciation has no document",
    ),
]


@pytest.mark.parametrize(("statement", "said"), REFUSED)
def test_what_was_issued_is_refused_to_change(engine: Engine, statement: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document_version SET content = '{2}', revision = 2 WHERE id = 2",
        "DELETE FROM document_version WHERE id = 2",
        "UPDATE document_version SET issued_at = '2026-03-03 09:00:00', pdf = docx WHERE id = 2",
        "DELETE FROM official_document WHERE id = 2",
    ],
)
def test_a_draft_is_written_over_and_issued(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1


def test_words_and_files_are_erased_once_the_matter_is_a_denunciation_and_nothing_else(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(DENOUNCED))
        connection.execute(
            text("UPDATE document_version SET content = '', reason = '', docx = NULL, pdf = NULL WHERE id < 3")
        )
    for statement in (
        "UPDATE document_version SET content = 'khác' WHERE id = 1",
        "UPDATE document_version SET pdf_sha256 = '' WHERE id = 1",
        "UPDATE document_version SET content = 'khác' WHERE id = 2",
    ):
        with pytest.raises(DatabaseError), engine.begin() as connection:
            connection.execute(text(statement))
