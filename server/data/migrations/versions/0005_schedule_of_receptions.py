"""Who received and with whom, the published notice, that nobody came; why a reception was called off, and to which
one it was put off; the register of visits.

Of a denunciation the register of visits keeps no identity and no words: the table refuses them, and where a petition
turns out to be one, the database itself erases them from the visits about it, in the same statement.

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

_CHANGED = "NEW.kind = 'denunciation' AND OLD.kind <> 'denunciation'"
_FORGET = (
    "UPDATE visit SET kind = 'denunciation', visitor_name = '', visitor_address = '', summary = '', search_key = ''"
    " WHERE petition_id = NEW.id"
)
_OTHER = "NEW.kind <> 'denunciation' AND OLD.kind <> NEW.kind"
_FOLLOW = "UPDATE visit SET kind = NEW.kind WHERE petition_id = NEW.id"
_KEPT = "'a visit is withdrawn, not deleted'"


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
    _make_visits()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION visit_forget() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN {_FORGET}; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER visit_forgets_denouncer AFTER UPDATE OF kind ON petition FOR EACH ROW"
            f" WHEN ({_CHANGED}) EXECUTE FUNCTION visit_forget()"
        )
        op.execute(
            "CREATE FUNCTION visit_follow() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN {_FOLLOW}; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER visit_follows_kind AFTER UPDATE OF kind ON petition FOR EACH ROW"
            f" WHEN ({_OTHER}) EXECUTE FUNCTION visit_follow()"
        )
        op.execute(
            "CREATE FUNCTION visit_keep() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION {_KEPT}; END $$"
        )
        op.execute(
            "CREATE TRIGGER visit_refuses_delete BEFORE DELETE ON visit FOR EACH ROW EXECUTE FUNCTION visit_keep()"
        )
    else:
        op.execute(
            "CREATE TRIGGER visit_forgets_denouncer AFTER UPDATE OF kind ON petition FOR EACH ROW"
            f" WHEN {_CHANGED} BEGIN {_FORGET}; END"
        )
        op.execute(
            "CREATE TRIGGER visit_follows_kind AFTER UPDATE OF kind ON petition FOR EACH ROW"
            f" WHEN {_OTHER} BEGIN {_FOLLOW}; END"
        )
        op.execute(f"CREATE TRIGGER visit_refuses_delete BEFORE DELETE ON visit BEGIN SELECT RAISE(ABORT, {_KEPT}); END")


def _make_visits() -> None:
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("as_group", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("nth_time", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=True),
        sa.Column("visitor_name", sa.String(120), nullable=False),
        sa.Column("visitor_address", sa.String(200), nullable=False),
        sa.Column("summary", sa.String(300), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("appointed_id", sa.Integer(), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(80), nullable=False),
        sa.Column("withdrawn_because", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"]),
        sa.ForeignKeyConstraint(["appointed_id"], ["reception.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("year", "number", name="uq_visit_number"),
        sa.CheckConstraint(
            "kind <> 'denunciation' OR"
            " (visitor_name = '' AND visitor_address = '' AND summary = '' AND search_key = '')",
            name="ck_visit_denouncer_is_not_stored",
        ),
    )
    for column in ("came_at", "reception_id", "petition_id"):
        op.create_index(f"ix_visit_{column}", "visit", [column])


def downgrade() -> None:
    raise NotImplementedError("What was recorded of receptions would be lost; this revision is not taken back.")
