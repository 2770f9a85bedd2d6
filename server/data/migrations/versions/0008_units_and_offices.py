"""What became of which unit, and on which day.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("extent", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["predecessor_id"], ["room.id"]),
        sa.ForeignKeyConstraint(["successor_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("predecessor_id", "successor_id", "day", name="uq_room_succession"),
    )
    op.create_index("ix_room_succession_predecessor_id", "room_succession", ["predecessor_id"])
    op.create_index("ix_room_succession_successor_id", "room_succession", ["successor_id"])


def downgrade() -> None:
    op.drop_table("room_succession")
