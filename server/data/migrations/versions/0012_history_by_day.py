"""An index of the history of petitions by day: what the report forms of a period count stands in it.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-28
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["holds_on", "status", "previous", "petition_id"]
    op.create_index("ix_petition_status_change_by_day", "petition_status_change", columns)


def downgrade() -> None:
    op.drop_index("ix_petition_status_change_by_day", "petition_status_change")
