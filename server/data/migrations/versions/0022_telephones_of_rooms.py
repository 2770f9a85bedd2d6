"""Where a room is telephoned.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-29
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("telephone", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("room", "telephone")
