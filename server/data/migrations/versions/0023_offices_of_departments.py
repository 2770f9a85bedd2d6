"""An office is of a unit of the registry, or of a department of the dated list.

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-29
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OF_ONE = "ck_office_held_of_one"


def upgrade() -> None:
    with op.batch_alter_table("office_held") as table:
        table.add_column(sa.Column("department", sa.String(120), nullable=False, server_default=""))
        table.alter_column("room_id", existing_type=sa.Integer(), nullable=True)
        table.create_check_constraint(_OF_ONE, "(room_id IS NULL) = (department <> '')")


def downgrade() -> None:
    op.execute("DELETE FROM office_held WHERE room_id IS NULL")
    with op.batch_alter_table("office_held") as table:
        table.drop_constraint(_OF_ONE, type_="check")
        table.alter_column("room_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("department")
