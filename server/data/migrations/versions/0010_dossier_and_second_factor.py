"""Attachments of petitions, by when an urged unit replies, and the second factor of accounts.

What was attached the database itself keeps as it is; it is withdrawn, and only what must not be kept here loses its
words and its file. Of a denunciation nothing is attached: the table refuses it, and where a petition turns out to be
one its rows go in the same statement, and the files with the next look at the shelf.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-28
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_HERE = ZoneInfo("Asia/Ho_Chi_Minh")
_REFUSED = "'what was attached is withdrawn, and not changed'"
_NONE_HERE = "'a denunciation has no attachment here'"
_REPLIED = "'the reply to an urging letter is append-only'"
_DENUNCIATION = "EXISTS (SELECT 1 FROM petition WHERE petition.id = {row}.petition_id AND petition.kind = 'denunciation')"
_FACTS = "id, petition_id, number, form, type, bytes, added_at, added_by, unit"
_DESTROYED = "COALESCE(NEW.withdrawn_because, '') = 'forbidden' AND NEW.what = '' AND NEW.file = '' AND NEW.sha256 = ''"
_WITHDRAWN = "OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_because <> 'forbidden'"
_BECAME = "NEW.kind = 'denunciation' AND OLD.kind <> 'denunciation'"
_FORGET = "DELETE FROM attachment WHERE petition_id = NEW.id"
_GUARDS = (
    ("refuses_update", f"UPDATE OF {_FACTS}", "attachment", "1 = 1", _REFUSED),
    ("keeps_its_words", "UPDATE OF what, file, sha256", "attachment", f"NOT ({_DESTROYED})", _REFUSED),
    (
        "stays_withdrawn", "UPDATE OF withdrawn_at, withdrawn_by, withdrawn_because", "attachment",
        f"{_WITHDRAWN} OR NEW.withdrawn_at IS NULL OR NEW.withdrawn_because IS NULL", _REFUSED,
    ),
    ("refuses_delete", "DELETE", "attachment", f"NOT {_DENUNCIATION.format(row='OLD')}", _REFUSED),
    ("none_of_a_denunciation", "INSERT", "attachment", _DENUNCIATION.format(row="NEW"), _NONE_HERE),
    ("keeps_the_reply", "UPDATE", "urging", "OLD.replied_on IS NOT NULL", _REPLIED),
    ("refuses_delete", "DELETE", "urging", "1 = 1", _REPLIED),
)


def upgrade() -> None:
    _make_tables()
    _urging_of_before()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    raise NotImplementedError("What is attached to petitions would be lost; this revision is not taken back.")


def _make_tables() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.String(32), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_because", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("petition_id", "number", name="uq_attachment_number"),
    )
    op.create_table(
        "urging",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("reply_due_on", sa.Date(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reply_document", sa.String(60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["official_document.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id"),
    )
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sealed_secret", sa.String(300), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    for table, column in (
        ("attachment", "petition_id"),
        ("urging", "task_id"),
        ("urging", "reply_due_on"),
        ("recovery_code", "account_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _urging_of_before() -> None:
    """Letters that are there already: nobody said until when a reply was due."""
    connection = op.get_bind()
    letters = connection.execute(
        sa.text("SELECT id, task_id, ordinal FROM official_document WHERE kind = 'urging' AND task_id IS NOT NULL")
    ).all()
    for document, task, ordinal in letters:
        issued = connection.execute(
            sa.text(
                "SELECT symbol, issued_at FROM document_version WHERE document_id = :document AND issued_at IS NOT NULL"
                " ORDER BY number"
            ),
            {"document": document},
        ).all()
        if not issued:
            continue
        connection.execute(
            sa.text(
                "INSERT INTO urging (task_id, document_id, ordinal, symbol, issued_on, reply_document, recorded_by, unit)"
                " VALUES (:task, :document, :ordinal, :symbol, :issued_on, '', '', '')"
            ),
            {
                "task": task, "document": document, "ordinal": ordinal, "symbol": issued[-1][0],
                "issued_on": _day(issued[0][1]),
            },
        )


def _day(moment: datetime | str) -> str:
    """The day in the province of a moment as this database's driver gives it; SQLite's is text in UTC."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(_HERE).date().isoformat()


def _guard_sqlite() -> None:
    for name, act, table, condition, said in _GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, {said}); END"
        )
    op.execute(
        "CREATE TRIGGER attachment_goes_with_a_denunciation AFTER UPDATE OF kind ON petition"
        f" WHEN {_BECAME} BEGIN {_FORGET}; END"
    )


def _guard_postgresql() -> None:
    for name, act, table, condition, said in _GUARDS:
        function = f"{table}_{name}"
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION {said}; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {function} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    op.execute(
        f"CREATE FUNCTION attachment_forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_FORGET}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER attachment_goes_with_a_denunciation AFTER UPDATE OF kind ON petition FOR EACH ROW"
        f" WHEN ({_BECAME}) EXECUTE FUNCTION attachment_forget()"
    )
    op.execute(
        "CREATE FUNCTION refuse_attachment_truncate() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION {_REFUSED}; END $$"
    )
    op.execute(
        "CREATE TRIGGER attachment_refuses_truncate BEFORE TRUNCATE ON attachment"
        " EXECUTE FUNCTION refuse_attachment_truncate()"
    )
