"""Official documents: minutes, notices, letters and slips, each with its versions.

What was issued the database itself keeps as it is, the bytes of its files too. Of an item with a denunciation there is
no document; where the matter becomes one, words and files are erased, and their hashes stay.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSED = "'an issued document is append-only'"
_NO_WORDS = "'a denunciation has no document here'"
_FACTS = (
    "id, document_id, number, symbol, revision, written_at, written_by, issued_at, issued_by, unit, docx_sha256,"
    " pdf_sha256"
)
_WORDS = "content, reason, docx, pdf"
_SEALED = "OLD.issued_at IS NOT NULL"


def _denunciation(document: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM official_document JOIN agenda_item_petition link ON"
        " link.item_id = official_document.item_id JOIN petition ON petition.id = link.petition_id"
        f" WHERE official_document.id = {document} AND petition.kind = 'denunciation')"
    )


_ANY_WORD = "(NEW.content <> '' OR NEW.reason <> '' OR NEW.docx IS NOT NULL OR NEW.pdf IS NOT NULL)"
_NOT_ERASED = f"{_SEALED} AND ({_ANY_WORD} OR NOT {_denunciation('OLD.document_id')})"
_NAMES_SOMEBODY = f"{_ANY_WORD} AND {_denunciation('NEW.document_id')}"
_HAS_ISSUED = (
    "EXISTS (SELECT 1 FROM document_version WHERE document_id = OLD.id AND document_version.issued_at IS NOT NULL)"
)


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
    else:
        _seal_sqlite()


def downgrade() -> None:
    raise NotImplementedError("Issued documents would be lost; this revision is not taken back.")


def _make_tables() -> None:
    op.create_table(
        "official_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject", "ordinal", name="uq_official_document"),
    )
    op.create_table(
        "document_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("docx_sha256", sa.String(64), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["official_document.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id", "number", name="uq_document_version"),
    )
    for table, columns in (
        ("official_document", ("reception_id", "item_id", "task_id")),
        ("document_version", ("document_id",)),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _seal_sqlite() -> None:
    for name, act, table, condition, said in (
        ("refuses_update", "UPDATE", "official_document", "1 = 1", _REFUSED),
        ("refuses_delete", "DELETE", "official_document", _HAS_ISSUED, _REFUSED),
        ("refuses_update", f"UPDATE OF {_FACTS}", "document_version", _SEALED, _REFUSED),
        ("keeps_its_words", f"UPDATE OF {_WORDS}", "document_version", _NOT_ERASED, _REFUSED),
        ("refuses_delete", "DELETE", "document_version", _SEALED, _REFUSED),
        ("names_nobody_on_insert", "INSERT", "document_version", _NAMES_SOMEBODY, _NO_WORDS),
        ("names_nobody_on_update", f"UPDATE OF document_id, {_WORDS}", "document_version", _NAMES_SOMEBODY, _NO_WORDS),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, {said}); END"
        )


def _seal_postgresql() -> None:
    for name, act, table, condition, said in (
        ("refuses_update", "UPDATE", "official_document", "TRUE", _REFUSED),
        ("refuses_delete", "DELETE", "official_document", _HAS_ISSUED, _REFUSED),
        ("refuses_update", f"UPDATE OF {_FACTS}", "document_version", _SEALED, _REFUSED),
        ("keeps_its_words", f"UPDATE OF {_WORDS}", "document_version", _NOT_ERASED, _REFUSED),
        ("refuses_delete", "DELETE", "document_version", _SEALED, _REFUSED),
        ("names_nobody", f"INSERT OR UPDATE OF document_id, {_WORDS}", "document_version", _NAMES_SOMEBODY, _NO_WORDS),
    ):
        function = f"{table}_{name}"
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION {said}; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {function} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    op.execute(
        "CREATE FUNCTION refuse_document_truncate() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION {_REFUSED}; END $$"
    )
    for table in ("official_document", "document_version"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_document_truncate()"
        )
