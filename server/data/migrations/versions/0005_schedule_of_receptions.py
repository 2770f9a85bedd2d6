"""Who received and with whom, the published notice, that nobody came; why a reception was called off, and to which
one it was put off.

Of receptions of before nobody said who received, and whether anybody came is not known: both stay empty.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("received_by", sa.String(40), nullable=True),
        sa.Column("composition", sa.Text(), nullable=False, server_default=""),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("announced_where", sa.String(200), nullable=False, server_default=""),
        sa.Column("nobody_came", sa.Boolean(), nullable=True),
    ):
        op.add_column("reception", column)
    op.create_table(
        "reception_cancellation",
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("announced_where", sa.String(200), nullable=False),
        sa.Column("moved_to_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["moved_to_id"], ["reception.id"]),
        sa.PrimaryKeyConstraint("reception_id"),
        sa.UniqueConstraint("moved_to_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("What was recorded of receptions would be lost; this revision is not taken back.")
