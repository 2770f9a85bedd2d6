"""What became of which unit, and on which day; who held which office, and who acted for whom, from when to when.

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


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(80), nullable=False),
    ]


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
    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("substituted_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("signs_as", sa.String(120), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["substituted_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["substitute_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_substitution_substituted_id", "substitution", ["substituted_id"])
    op.create_index("ix_substitution_substitute_id", "substitution", ["substitute_id"])
    op.create_table(
        "office_held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(40), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("document", sa.String(60), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_office_held_account_id", "office_held", ["account_id"])
    op.create_index("ix_office_held_room_id", "office_held", ["room_id"])


def downgrade() -> None:
    op.drop_table("office_held")
    op.drop_table("substitution")
    op.drop_table("room_succession")
