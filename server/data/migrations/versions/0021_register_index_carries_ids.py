"""The register's index carries the id, which SQLite's always did: PostgreSQL finds what a form counts in the index
alone, and reads no whole table of wide rows.

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-29
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_COLUMNS = [
    "received_on", "code", "kind", "confidentiality", "status", "channel", "other_kinds", "field", "case_age",
    "flags", "place_code", "unit_in_charge",
]


def upgrade() -> None:
    _again(["id"])


def downgrade() -> None:
    _again([])


def _again(carried: list[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_petition_register", "petition")
        op.create_index("ix_petition_register", "petition", _COLUMNS, postgresql_include=carried)
