"""What became of each petition, in rows that the database itself keeps append-only.

The present status of a petition that is there already becomes its first row, dated on the day of receipt: when
it really began was never written down.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-28
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HISTORY = "petition_status_change"
_TABLES = (_HISTORY, "petition_extension", "petition_notice")
_KEPT = ("id", "petition_id", "status", "previous", "holds_on", "document", "recorded_at", "recorded_by", "unit")
"""Columns of the history that never change. `reason` may be erased, when a complaint turns out to be a
denunciation."""


def upgrade() -> None:
    op.add_column("petition", sa.Column("variant", sa.String(40), nullable=False, server_default="normal"))
    op.add_column("petition", sa.Column("instance", sa.Integer(), nullable=False, server_default="1"))
    history = op.create_table(
        _HISTORY,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("previous", sa.String(40), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        *_written(),
    )
    op.create_index("ix_petition_status_change_petition_id", _HISTORY, ["petition_id"])
    op.create_table(
        "petition_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        *_written(),
    )
    op.create_index("ix_petition_extension_petition_id", "petition_extension", ["petition_id"])
    op.create_table(
        "petition_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("trigger_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        *_written(),
        sa.UniqueConstraint("petition_id", "key", "trigger_on", name="uq_petition_notice"),
    )
    op.create_index("ix_petition_notice_petition_id", "petition_notice", ["petition_id"])
    _begin_histories(history)
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
    else:
        _seal_sqlite()


def downgrade() -> None:
    raise NotImplementedError("The histories of petitions would be lost; this revision is not taken back.")


def _written() -> tuple[sa.schema.SchemaItem, ...]:
    """Who wrote a row, and what it belongs to."""
    return (
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _begin_histories(history: sa.Table) -> None:
    petition = sa.table("petition", sa.column("id"), sa.column("status"), sa.column("received_on", sa.Date()))
    at = sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))
    nothing = sa.literal("", sa.String())
    rows = sa.select(
        petition.c.id, petition.c.status, petition.c.received_on, nothing, nothing, at, sa.literal("system"), nothing
    ).order_by(petition.c.id)
    columns = ("petition_id", "status", "holds_on", "document", "reason", "recorded_at", "recorded_by", "unit")
    op.execute(sa.insert(history).from_select(columns, rows))


def _seal_sqlite() -> None:
    refused = "BEGIN SELECT RAISE(ABORT, 'the history of a petition is append-only'); END"
    for table in _TABLES:
        op.execute(f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {refused}")
        columns = f" OF {', '.join(_KEPT)}" if table == _HISTORY else ""
        op.execute(f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE{columns} ON {table} {refused}")
    op.execute(
        f"CREATE TRIGGER {_HISTORY}_keeps_its_reason BEFORE UPDATE OF reason ON {_HISTORY}"
        f" WHEN NEW.reason <> '' {refused}"
    )
    op.execute(
        f"CREATE TRIGGER {_HISTORY}_names_nobody BEFORE INSERT ON {_HISTORY}"
        " WHEN NEW.reason <> '' AND (SELECT kind FROM petition WHERE id = NEW.petition_id) = 'denunciation'"
        " BEGIN SELECT RAISE(ABORT, 'a denunciation has no reason in words'); END"
    )


def _seal_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'the history of a petition is append-only'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_denunciation_reason() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.reason <> '' AND (SELECT kind FROM petition WHERE id = NEW.petition_id) = 'denunciation'"
        " THEN RAISE EXCEPTION 'a denunciation has no reason in words'; END IF; RETURN NEW; END $$"
    )
    refused = "EXECUTE FUNCTION refuse_history_change()"
    for table in _TABLES:
        columns = f" OF {', '.join(_KEPT)}" if table == _HISTORY else ""
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE{columns} ON {table} FOR EACH ROW {refused}"
        )
        op.execute(f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} FOR EACH ROW {refused}")
        op.execute(f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} {refused}")
    op.execute(
        f"CREATE TRIGGER {_HISTORY}_keeps_its_reason BEFORE UPDATE OF reason ON {_HISTORY}"
        f" FOR EACH ROW WHEN (NEW.reason <> '') {refused}"
    )
    op.execute(
        f"CREATE TRIGGER {_HISTORY}_names_nobody BEFORE INSERT ON {_HISTORY}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_denunciation_reason()"
    )
