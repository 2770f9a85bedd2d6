"""The register complete: several contents, groups and their representatives, field, age of the case, flags, the
proposed route, petitions that belong together. And for a denunciation the table refuses all of it.

Columns are added in SQL: SQLite cannot add a constraint to a table, but takes one with a new column.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-28
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = (
    "petitioner_kind VARCHAR(40) NOT NULL DEFAULT 'individual'",
    "petitioner_key VARCHAR(120) NOT NULL DEFAULT ''",
    "representatives TEXT NOT NULL DEFAULT ''",
    "field VARCHAR(40) NOT NULL DEFAULT ''",
    "case_age VARCHAR(40) NOT NULL DEFAULT 'new'",
    "times_received INTEGER NOT NULL DEFAULT 1",
    "settled VARCHAR(40) NOT NULL DEFAULT 'never'",
    "settled_by VARCHAR(120) NOT NULL DEFAULT ''",
    "settled_document VARCHAR(60) NOT NULL DEFAULT ''",
    "flags VARCHAR(200) NOT NULL DEFAULT ''",
    "earlier_id INTEGER REFERENCES petition (id)",
    "split_from_id INTEGER REFERENCES petition (id)",
    "eligible BOOLEAN",
    "in_competence BOOLEAN",
    "route VARCHAR(40)",
    "route_ground VARCHAR(40) NOT NULL DEFAULT ''",
    "route_target VARCHAR(120) NOT NULL DEFAULT ''"
    " CONSTRAINT ck_petition_denunciation_says_nothing CHECK ("
    "kind <> 'denunciation' OR (content = '' AND request = '' AND place_code = '' AND unit_in_charge = ''"
    " AND petitioner_kind = 'individual' AND petitioner_count = 1 AND representatives = ''"
    " AND petitioner_key = '' AND settled_by = '' AND settled_document = '' AND flags = '' AND route_target = ''"
    " AND earlier_id IS NULL AND split_from_id IS NULL AND confidentiality = 'confidential'))",
    "other_kinds VARCHAR(200) NOT NULL DEFAULT ''"
    " CONSTRAINT ck_petition_denunciation_leads CHECK (other_kinds NOT LIKE '% denunciation %')",
)
_REGISTER = (
    "received_on", "code", "kind", "confidentiality", "status", "channel", "other_kinds", "field", "case_age",
    "flags", "place_code", "unit_in_charge",
)
_BATCH = 1000


def upgrade() -> None:
    # What the register never wrote for a denunciation, and a database could hold all the same.
    op.execute(
        "UPDATE petition SET content = '', request = '', place_code = '', unit_in_charge = '',"
        " petitioner_count = 1, confidentiality = 'confidential' WHERE kind = 'denunciation'"
    )
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE petition ADD COLUMN {column}")
    op.execute("UPDATE petition SET petitioner_kind = 'group' WHERE petitioner_count > 1")
    _fold_petitioners()
    op.drop_index("ix_petition_kind", "petition")  # four kinds sort little; the new index below holds them, too
    for name in ("petitioner_key", "unit_in_charge", "earlier_id", "split_from_id"):
        op.create_index(f"ix_petition_{name}", "petition", [name])
    op.create_index("ix_petition_register", "petition", list(_REGISTER))


def downgrade() -> None:
    raise NotImplementedError("What the register holds in the new columns would be lost; this is not taken back.")


def _fold_petitioners() -> None:
    petition = sa.table("petition", sa.column("id"), sa.column("petitioner_name"), sa.column("petitioner_key"))
    connection = op.get_bind()
    last = 0
    while True:
        wanted = sa.select(petition.c.id, petition.c.petitioner_name).where(petition.c.id > last)
        rows = connection.execute(wanted.order_by(petition.c.id).limit(_BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            if row.petitioner_name:
                changed = sa.update(petition).where(petition.c.id == row.id)
                connection.execute(changed.values(petitioner_key=_fold(row.petitioner_name)))


def _fold(text: str) -> str:
    """As `server.data.folding` does it today."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(bare.translate({0x111: "d", 0x110: "d"}).casefold().split())
