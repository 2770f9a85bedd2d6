"""What communes and departments report of their own receptions: the days, and months that are told whole.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STANDS = sa.text("withdrawn_at IS NULL")


def _of_a_unit() -> tuple[sa.Column[object] | sa.ForeignKeyConstraint | sa.PrimaryKeyConstraint, ...]:
    moment = sa.DateTime(timezone=True)
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("withdrawn_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _once(name: str, table: str, column: str) -> None:
    op.create_index(name, table, ["unit", column], unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS)


def upgrade() -> None:
    op.create_table(
        "reported_day",
        *_of_a_unit(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("receiver", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("nobody_came", sa.Boolean(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.CheckConstraint("receiver IN ('head', 'delegate')", name="ck_reported_day_receiver"),
    )
    _once("uq_reported_day", "reported_day", "day")
    op.create_index("ix_reported_day_day", "reported_day", ["day"])
    op.create_table("reported_month", *_of_a_unit(), sa.Column("month", sa.Date(), nullable=False))
    _once("uq_reported_month", "reported_month", "month")
    op.create_index("ix_reported_month_month", "reported_month", ["month"])


def downgrade() -> None:
    op.drop_table("reported_month")
    op.drop_table("reported_day")
