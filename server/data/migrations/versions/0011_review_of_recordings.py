"""Reviewing recordings: corrected chapters, notes, spans in quarantine, words to find by, and who watched what.

Corrections and the log of accesses are append-only: the database itself refuses to change or delete them.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WORDS = ("title", "before_title", "reason")
_FACTS = (
    "id, recording_id, item_id, ordinal, starts_s, ends_s, before_starts_s, before_ends_s, made_at, made_by"
)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _recording() -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return sa.Column("recording_id", sa.Integer(), nullable=False), sa.ForeignKeyConstraint(["recording_id"], ["recording.id"])


def upgrade() -> None:
    op.create_table(
        "chapter_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        *_recording(),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("before_starts_s", sa.Float(), nullable=False),
        sa.Column("before_ends_s", sa.Float(), nullable=False),
        sa.Column("before_title", sa.String(160), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        _moment("made_at"),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recording_note",
        sa.Column("id", sa.Integer(), nullable=False),
        *_recording(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        _moment("made_at"),
        _moment("changed_at", nullable=True),
        _moment("removed_at", nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recording_quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        *_recording(),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        _moment("made_at"),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("release_reason", sa.String(300), nullable=False),
        _moment("proposed_at", nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        _moment("released_at", nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["released_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recording_access",
        sa.Column("id", sa.Integer(), nullable=False),
        *_recording(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=True),
        sa.Column("ends_s", sa.Float(), nullable=True),
        sa.Column("first_byte", sa.BigInteger(), nullable=True),
        sa.Column("last_byte", sa.BigInteger(), nullable=True),
        sa.Column("copy_key", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recording_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        *_recording(),
        sa.Column("reason", sa.String(300), nullable=False),
        _moment("made_at"),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("lift_reason", sa.String(300), nullable=False),
        _moment("lifted_at", nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "item_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id", name="uq_item_words"),
    )
    for table, columns in (
        ("chapter_correction", ("recording_id", "item_id")),
        ("recording_note", ("recording_id", "account_id")),
        ("item_words", ("item_id",)),
        ("recording_hold", ("recording_id",)),
        ("recording_quarantine", ("recording_id",)),
        ("recording_access", ("recording_id", "account_id", "at")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
    else:
        _seal_sqlite()


def downgrade() -> None:
    raise NotImplementedError("Corrections and the log of accesses would be lost; this revision is not taken back.")


def _seal_sqlite() -> None:
    for table, act, condition in _refusals():
        name = act.split()[0].lower() + ("_of_words" if "title" in act else "")
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{name} BEFORE {act} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _seal_postgresql() -> None:
    for table, act, condition in _refusals():
        name = f"{table}_refuses_" + act.split()[0].lower() + ("_of_words" if "title" in act else "")
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION '{table} is append-only'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        "CREATE FUNCTION refuse_review_truncate() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'the review of recordings is append-only'; END $$"
    )
    for table in ("chapter_correction", "recording_access"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_review_truncate()"
        )


def _refusals() -> list[tuple[str, str, str]]:
    """Table, act, and when it is refused. Of a correction only the words may be erased, as of a history."""
    not_erased = " OR ".join(f"NEW.{word} NOT IN ('', OLD.{word})" for word in _WORDS)
    return [
        ("chapter_correction", f"UPDATE OF {_FACTS}", "1 = 1"),
        ("chapter_correction", f"UPDATE OF {', '.join(_WORDS)}", not_erased),
        ("chapter_correction", "DELETE", "1 = 1"),
        ("recording_access", "UPDATE", "1 = 1"),
        ("recording_access", "DELETE", "1 = 1"),
    ]
