"""Remarks of supervisors on petitions and tasks, and the office's answer to each.

The database keeps what was written: a remark is neither changed nor deleted and is answered once. Of a denunciation
none is taken, and where a matter becomes one, the words go in the same statement.

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-29
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLE = "supervision_remark"
_FACTS = "id, petition_id, task_id, made_on, document, recorded_at, recorded_by, unit"
_ANSWER = "answered_on, answer_document, answered_at, answered_by, answering_unit"
_KEPT = "'a supervision remark and its answer stay as they were recorded'"
_NO_WORDS = "'no supervision remark is kept of a denunciation'"
_PETITIONS_OF_TASK = (
    "SELECT listed.petition_id FROM agenda_item_petition AS listed"
    " JOIN task ON task.item_id = listed.item_id WHERE task.id = NEW.task_id"
)
_SECRET = (
    "(NEW.words <> '' OR NEW.answer <> '' OR NEW.addressee <> '') AND EXISTS (SELECT 1 FROM petition"
    " WHERE petition.kind = 'denunciation'"
    f" AND (petition.id = NEW.petition_id OR petition.id IN ({_PETITIONS_OF_TASK})))"
)
_REWRITTEN = (
    "(NEW.words <> OLD.words AND NEW.words <> '') OR (NEW.addressee <> OLD.addressee AND NEW.addressee <> '')"
    " OR (OLD.answered_on IS NOT NULL AND NEW.answer <> OLD.answer AND NEW.answer <> '')"
)
_ANSWERED = "OLD.answered_on IS NOT NULL"
_BECAME = "NEW.kind = 'denunciation' AND OLD.kind <> 'denunciation'"
_FORGET = (
    f"UPDATE {_TABLE} SET words = '', answer = '', addressee = '' WHERE petition_id = NEW.id OR task_id IN"
    " (SELECT task.id FROM task JOIN agenda_item_petition AS listed ON listed.item_id = task.item_id"
    " WHERE listed.petition_id = NEW.id)"
)
_RULES = (
    ("refuses_delete", "DELETE", "1 = 1", _KEPT),
    ("keeps_facts", f"UPDATE OF {_FACTS}", "1 = 1", _KEPT),
    ("keeps_words", "UPDATE OF words, addressee, answer", _REWRITTEN, _KEPT),
    ("is_answered_once", f"UPDATE OF {_ANSWER}", _ANSWERED, _KEPT),
    ("names_nobody_on_insert", "INSERT", _SECRET, _NO_WORDS),
    ("names_nobody_on_update", "UPDATE OF words, addressee, answer", _SECRET, _NO_WORDS),
)


def upgrade() -> None:
    _make_table()
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
        return
    for name, act, when, said in _RULES:
        op.execute(
            f"CREATE TRIGGER {_TABLE}_{name} BEFORE {act} ON {_TABLE} WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, {said}); END"
        )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_forgets_denouncer AFTER UPDATE OF kind ON petition FOR EACH ROW"
        f" WHEN {_BECAME} BEGIN {_FORGET}; END"
    )


def _seal_postgresql() -> None:
    for name, act, when, said in _RULES:
        gone = "RETURN OLD" if act == "DELETE" else "RETURN NEW"
        op.execute(
            f"CREATE FUNCTION {_TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF {when} THEN RAISE EXCEPTION {said}; END IF; {gone}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {_TABLE}_{name} BEFORE {act} ON {_TABLE} FOR EACH ROW"
            f" EXECUTE FUNCTION {_TABLE}_{name}()"
        )
    op.execute(
        f"CREATE FUNCTION {_TABLE}_forget() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {_FORGET}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_forgets_denouncer AFTER UPDATE OF kind ON petition FOR EACH ROW"
        f" WHEN ({_BECAME}) EXECUTE FUNCTION {_TABLE}_forget()"
    )


def _make_table() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("addressee", sa.String(160), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_document", sa.String(60), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answering_unit", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("(petition_id IS NULL) <> (task_id IS NULL)", name="ck_supervision_remark_on_one"),
    )
    for column in ("petition_id", "task_id", "answered_on"):
        op.create_index(f"ix_{_TABLE}_{column}", _TABLE, [column])


def downgrade() -> None:
    raise NotImplementedError("What supervisors remarked would be lost; this revision is not taken back.")
