"""Recordings whose term is over are destroyed by two people, and clips are ordered on the reviewer's page.

A deletion stays on record, whoever writes SQL: no row goes, and one that is certified does not change any more.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_CERTIFIED = "OLD.destroyed_at IS NOT NULL"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("recording", _moment("destroyed_at", nullable=True))
    op.add_column("recording", sa.Column("certificate", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "recording_destruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        _moment("proposed_at"),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=False),
        sa.Column("ending", sa.String(40), nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(300), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        _moment("destroyed_at", nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(40), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.Column("certificate_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("year", "number", name="uq_recording_destruction"),
    )
    op.create_index("ix_recording_destruction_recording_id", "recording_destruction", ["recording_id"])
    op.create_index(
        "ix_recording_destruction_proposed",
        "recording_destruction",
        ["recording_id"],
        unique=True,
        sqlite_where=sa.text("ending IS NULL"),
        postgresql_where=sa.text("ending IS NULL"),
    )
    op.create_table(
        "clip_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        _moment("asked_at"),
        _moment("made_at", nullable=True),
        _moment("failed_at", nullable=True),
        _moment("removed_at", nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("handed_key", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("recording_id", "account_id"):
        op.create_index(f"ix_clip_order_{column}", "clip_order", [column])
    if op.get_bind().dialect.name == "postgresql":
        _seal_postgresql()
    else:
        _seal_sqlite()


def downgrade() -> None:
    raise NotImplementedError("What was destroyed would not be known any more; this revision is not taken back.")


def _seal_sqlite() -> None:
    for act, condition in (("UPDATE", _CERTIFIED), ("DELETE", "1 = 1")):
        op.execute(
            f"CREATE TRIGGER recording_destruction_refuses_{act.lower()} BEFORE {act} ON recording_destruction"
            f" WHEN {condition} BEGIN SELECT RAISE(ABORT, 'a destruction stays on record'); END"
        )


def _seal_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_destruction_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'a destruction stays on record'; END $$"
    )
    for act, condition in (("UPDATE", f" WHEN ({_CERTIFIED})"), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER recording_destruction_refuses_{act.lower()} BEFORE {act} ON recording_destruction"
            f" FOR EACH ROW{condition} EXECUTE FUNCTION refuse_destruction_change()"
        )
    op.execute(
        "CREATE TRIGGER recording_destruction_refuses_truncate BEFORE TRUNCATE ON recording_destruction"
        " EXECUTE FUNCTION refuse_destruction_change()"
    )
