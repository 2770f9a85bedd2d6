"""Codes that are exchanged once, and the devices that rooms got for them.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN = sa.text("used_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "room_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential_hash", sa.String(64), nullable=False),
        sa.Column("enrolled_at", moment, nullable=False),
        sa.Column("last_seen_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.Column("revoked_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_room_device_room_id", "room_device", ["room_id"])
    op.create_table(
        "room_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("valid_until", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.ForeignKeyConstraint(["device_id"], ["room_device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_index("ix_room_enrolment_room_id", "room_enrolment", ["room_id"])
    op.create_index(
        "uq_room_enrolment_open",
        "room_enrolment",
        ["room_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_table("room_enrolment")
    op.drop_table("room_device")
