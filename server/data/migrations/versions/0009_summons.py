"""Rooms are summoned to a reception, and answer; which office was present where, and that the clerk confirmed it.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "summons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("items", sa.String(2000), nullable=False),
        sa.Column("be_there_at", moment, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("change", sa.String(40), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("reminded_at", moment, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("offices", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reception_id", "room_id", name="uq_summons_room"),
    )
    op.create_index("ix_summons_reception_id", "summons", ["reception_id"])
    op.create_index("ix_summons_room_id", "summons", ["room_id"])
    op.create_table(
        "office_presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(40), nullable=False),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_office_presence_reception_id", "office_presence", ["reception_id"])
    op.create_index("ix_office_presence_room_id", "office_presence", ["room_id"])
    op.create_table(
        "attendance_confirmation",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", moment, nullable=False),
        sa.Column("confirmed_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )


def downgrade() -> None:
    op.drop_table("attendance_confirmation")
    op.drop_table("office_presence")
    op.drop_table("summons")
