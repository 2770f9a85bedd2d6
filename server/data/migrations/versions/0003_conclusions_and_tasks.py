"""The host's conclusions, their tasks and what became of them, and review meetings.

What was issued or recorded the database itself keeps as it is: of a conclusion every version that was issued, with the
tasks as it words them, and of a task its history. Words may be erased where the matter is a denunciation, and may not
be written there at all.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-28
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DENUNCIATION = (
    "EXISTS (SELECT 1 FROM agenda_item_petition link JOIN petition ON petition.id = link.petition_id"
    " WHERE link.item_id = {item} AND petition.kind = 'denunciation')"
)
_ITEM_OF = {
    "conclusion": "{row}.item_id",
    "conclusion_task": "(SELECT item_id FROM conclusion WHERE id = {row}.conclusion_id)",
    "task_event": "(SELECT item_id FROM task WHERE id = {row}.task_id)",
}
_SEALED = {
    "conclusion": "{row}.issued_at IS NOT NULL",
    "conclusion_task": "(SELECT issued_at FROM conclusion WHERE id = {row}.conclusion_id) IS NOT NULL",
    "task_event": "1 = 1",
}
"""When a row is kept as it is."""
_WORDS = {
    "conclusion": ("content", "citizen_opinion", "reason"),
    "conclusion_task": ("content", "person", "report_to"),
    "task_event": ("words", "allowed_by"),
}
_FACTS = {
    "conclusion": (
        "id", "item_id", "number", "document", "settled_here", "revision", "written_at", "written_by", "issued_at",
        "issued_by", "unit",
    ),
    "conclusion_task": ("id", "conclusion_id", "position", "number", "assignee_code", "due_on"),
    "task_event": (
        "id", "task_id", "act", "state", "previous", "holds_on", "document", "due_on", "recorded_at", "recorded_by",
        "unit",
    ),
}
"""Columns that never change once a row is sealed. Words may be erased; so may the name of a department that is not on
the list (`conclusion_task.assignee_name`), and the search key follows."""
_REFUSED = "'what was issued or recorded is append-only'"
_NO_WORDS = "'a denunciation has no conclusion in words'"


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
    else:
        _seal_sqlite()


def downgrade() -> None:
    raise NotImplementedError("Conclusions and the histories of tasks would be lost; this revision is not taken back.")


def _make_tables() -> None:
    op.create_table(
        "conclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("citizen_opinion", sa.Text(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("settled_here", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "number", name="uq_conclusion_version"),
    )
    op.create_table(
        "conclusion_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conclusion_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("assignee_code", sa.String(5), nullable=False),
        sa.Column("assignee_name", sa.String(160), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("report_to", sa.String(120), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conclusion_id"], ["conclusion.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conclusion_id", "position", name="uq_conclusion_task_position"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("obstructed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.ForeignKeyConstraint(["wording_id"], ["conclusion_task.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "number", name="uq_task_number"),
    )
    op.create_table(
        "task_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("previous", sa.String(40), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("allowed_by", sa.String(120), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "review_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        *_recorded(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("held_on"),
    )
    for table, columns in (
        ("conclusion", ("item_id",)),
        ("conclusion_task", ("conclusion_id", "assignee_code")),
        ("task", ("item_id", "wording_id", "state", "due_on")),
        ("task_event", ("task_id",)),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
    )


def _any_word(table: str, row: str = "NEW") -> str:
    return "(" + " OR ".join(f"{row}.{column} <> ''" for column in _WORDS[table]) + ")"


def _denunciation(table: str, row: str) -> str:
    return _DENUNCIATION.format(item=_ITEM_OF[table].format(row=row))


def _may_only_be_erased(table: str) -> str:
    """True where a change of the words of a sealed row is refused."""
    sealed = _SEALED[table].format(row="OLD")
    return f"{sealed} AND ({_any_word(table)} OR NOT {_denunciation(table, 'OLD')})"


def _more_words(table: str) -> tuple[str, ...]:
    more = ("assignee_name", "search_key") if table == "conclusion_task" else ()
    return (*_WORDS[table], *more)


def _columns(names: Iterable[str]) -> str:
    return ", ".join(names)


def _seal_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, {_REFUSED}); END"
    for table, sealed in _SEALED.items():
        old = sealed.format(row="OLD")
        op.execute(f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} WHEN {old} {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE OF {_columns(_FACTS[table])} ON {table}"
            f" WHEN {old} {refuse}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keeps_its_words BEFORE UPDATE OF {_columns(_more_words(table))} ON {table}"
            f" WHEN {_may_only_be_erased(table)} {refuse}"
        )
        for act in ("INSERT", f"UPDATE OF {_columns(_WORDS[table])}"):
            op.execute(
                f"CREATE TRIGGER {table}_names_nobody_on_{act.split()[0].lower()} BEFORE {act} ON {table}"
                f" WHEN {_any_word(table)} AND {_denunciation(table, 'NEW')}"
                f" BEGIN SELECT RAISE(ABORT, {_NO_WORDS}); END"
            )
    issued = _SEALED["conclusion_task"].format(row="NEW")
    op.execute(
        f"CREATE TRIGGER conclusion_task_refuses_insert BEFORE INSERT ON conclusion_task WHEN {issued} {refuse}"
    )
    op.execute(f"CREATE TRIGGER task_refuses_delete BEFORE DELETE ON task {refuse}")
    op.execute(f"CREATE TRIGGER task_refuses_update BEFORE UPDATE OF id, item_id, number ON task {refuse}")
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER review_meeting_refuses_{act.lower()} BEFORE {act} ON review_meeting {refuse}"
        )


def _seal_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_conclusion_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION {_REFUSED}; END $$"
    )
    refused = "EXECUTE FUNCTION refuse_conclusion_change()"
    for table, sealed in _SEALED.items():
        old = sealed.format(row="OLD")
        _function(f"{table}_keep", f"IF {old} THEN RAISE EXCEPTION {_REFUSED}; END IF;")
        _function(
            f"{table}_keep_words",
            f"IF {_may_only_be_erased(table)} THEN RAISE EXCEPTION {_REFUSED}; END IF;",
        )
        _function(
            f"{table}_name_nobody",
            f"IF {_any_word(table)} AND {_denunciation(table, 'NEW')}"
            f" THEN RAISE EXCEPTION {_NO_WORDS}; END IF;",
        )
        facts, words = _columns(_FACTS[table]), _columns(_more_words(table))
        _trigger(f"{table}_refuses_delete", "DELETE", table, f"{table}_keep")
        _trigger(f"{table}_refuses_update", f"UPDATE OF {facts}", table, f"{table}_keep")
        _trigger(f"{table}_keeps_its_words", f"UPDATE OF {words}", table, f"{table}_keep_words")
        only_words = _columns(_WORDS[table])
        _trigger(f"{table}_names_nobody", f"INSERT OR UPDATE OF {only_words}", table, f"{table}_name_nobody")
    _function(
        "conclusion_task_keep_out",
        f"IF {_SEALED['conclusion_task'].format(row='NEW')} THEN RAISE EXCEPTION {_REFUSED}; END IF;",
    )
    _trigger("conclusion_task_refuses_insert", "INSERT", "conclusion_task", "conclusion_task_keep_out")
    for table, act in (
        ("task", "DELETE"),
        ("task", "UPDATE OF id, item_id, number"),
        ("review_meeting", "UPDATE OR DELETE"),
    ):
        name = f"{table}_refuses_{act.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {refused}")
    for table in ("conclusion", "conclusion_task", "task", "task_event", "review_meeting"):
        op.execute(f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} {refused}")


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {body} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )


def _trigger(name: str, act: str, table: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
