"""What a settlement came to, in the history of a petition: written with the row, and never changed.

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_HISTORY = "petition_status_change"


def upgrade() -> None:
    op.add_column(_HISTORY, sa.Column("outcome", sa.String(40), nullable=True))
    trigger = f"CREATE TRIGGER {_HISTORY}_keeps_its_outcome BEFORE UPDATE OF outcome ON {_HISTORY}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse_history_change()")
    else:
        op.execute(f"{trigger} BEGIN SELECT RAISE(ABORT, 'the history of a petition is append-only'); END")


def downgrade() -> None:
    raise NotImplementedError("What settlements came to would be lost; this revision is not taken back.")
