"""What rooms found when they checked themselves, and what the office told them about it.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("software", sa.String(60), nullable=False),
        sa.Column("light", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_room_check_room_id_id", "room_check", ["room_id", "id"])
    op.create_index("ix_room_check_checked_at", "room_check", ["checked_at"])
    op.create_table(
        "room_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(80), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_room_contact_room_id", "room_contact", ["room_id"])
    op.create_index("ix_room_contact_told_at", "room_contact", ["told_at"])


def downgrade() -> None:
    op.drop_table("room_contact")
    op.drop_table("room_check")
