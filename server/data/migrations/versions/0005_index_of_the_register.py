"""One index that holds what the register's filters and their order ask for, instead of one of the four kinds.

An index of four words, one of which is half the register, sent SQLite through the whole table for each of them.

Revision ID: 0005
Revises: 0002
Create Date: 2026-11-28
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = ["received_on", "code", "kind", "confidentiality", "status", "place_code", "id"]


def upgrade() -> None:
    op.create_index("ix_petition_register", "petition", _COLUMNS)
    op.drop_index("ix_petition_kind", "petition")


def downgrade() -> None:
    op.create_index("ix_petition_kind", "petition", ["kind"])
    op.drop_index("ix_petition_register", "petition")
