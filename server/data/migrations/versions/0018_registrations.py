"""Citizens who asked to be received in a session, and the day on which registration for it closes.

As with visits the table refuses identity and words of a denunciation, and where a petition turns out to be one, the
database itself erases them, in the same statement; and where a visit does that made the appointment or says that
they came. Who was asked by a visit to come to a reception that is still
planned stands on its list at once, in the order in which they were asked.

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_CHANGED = "NEW.kind = 'denunciation' AND OLD.kind <> 'denunciation'"
_FORGET = (
    "UPDATE registration SET kind = 'denunciation', citizen_name = '', citizen_address = '', summary = '',"
    " competent_body = '', search_key = '' WHERE petition_id = NEW.id"
)
_OTHER = "NEW.kind <> 'denunciation' AND OLD.kind <> NEW.kind"
_FOLLOW = "UPDATE registration SET kind = NEW.kind WHERE petition_id = NEW.id"
_OF_VISIT = (
    "UPDATE registration SET kind = 'denunciation', citizen_name = '', citizen_address = '', summary = '',"
    " competent_body = '', search_key = ''"
    " WHERE (appointed_by_id = NEW.id OR visit_id = NEW.id) AND petition_id IS NULL"
)
_KEPT = "'a registration is withdrawn, not deleted'"
_APPOINTED = (
    "INSERT INTO registration (reception_id, made_on, way, persons, as_group, kind, petition_id, citizen_name,"
    " citizen_address, summary, state, order_number, competent_body, appointed_by_id, search_key, recorded_at,"
    " recorded_by, unit, decided_at, decided_by)"
    " SELECT visit.appointed_id, {day}, 'in_person', visit.persons, visit.as_group, visit.kind, visit.petition_id,"
    " visit.visitor_name, visit.visitor_address, visit.summary, 'agreed',"
    " row_number() OVER (PARTITION BY visit.appointed_id ORDER BY visit.came_at, visit.id), '', visit.id,"
    " visit.search_key, visit.recorded_at, visit.recorded_by, visit.unit, visit.recorded_at, visit.recorded_by"
    " FROM visit JOIN reception ON reception.id = visit.appointed_id"
    " WHERE visit.withdrawn_at IS NULL AND visit.outcome = 'appointed' AND reception.state = 'planned'"
)


def upgrade() -> None:
    op.add_column("reception", sa.Column("registration_closes_on", sa.Date(), nullable=True))
    _make_registrations()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_APPOINTED.format(day="CAST(visit.came_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)"))
        for name, does in (
            ("forget", f"{_FORGET}; RETURN NEW"),
            ("follow", f"{_FOLLOW}; RETURN NEW"),
            ("forget_with_visit", f"{_OF_VISIT}; RETURN NEW"),
            ("keep", f"RAISE EXCEPTION {_KEPT}"),
        ):
            op.execute(
                f"CREATE FUNCTION registration_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; END $$"
            )
        for name, table, when, does in (
            ("forgets_denouncer", "petition", _CHANGED, "forget"),
            ("follows_kind", "petition", _OTHER, "follow"),
            ("forgets_with_visit", "visit", _CHANGED, "forget_with_visit"),
        ):
            op.execute(
                f"CREATE TRIGGER registration_{name} AFTER UPDATE OF kind ON {table} FOR EACH ROW"
                f" WHEN ({when}) EXECUTE FUNCTION registration_{does}()"
            )
        op.execute(
            "CREATE TRIGGER registration_refuses_delete BEFORE DELETE ON registration FOR EACH ROW"
            " EXECUTE FUNCTION registration_keep()"
        )
    else:
        op.execute(_APPOINTED.format(day="date(visit.came_at, '+7 hours')"))
        for name, table, when, does in (
            ("forgets_denouncer", "petition", _CHANGED, _FORGET),
            ("follows_kind", "petition", _OTHER, _FOLLOW),
            ("forgets_with_visit", "visit", _CHANGED, _OF_VISIT),
        ):
            op.execute(
                f"CREATE TRIGGER registration_{name} AFTER UPDATE OF kind ON {table} FOR EACH ROW"
                f" WHEN {when} BEGIN {does}; END"
            )
        op.execute(
            "CREATE TRIGGER registration_refuses_delete BEFORE DELETE ON registration"
            f" BEGIN SELECT RAISE(ABORT, {_KEPT}); END"
        )


def _make_registrations() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("as_group", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=True),
        sa.Column("citizen_name", sa.String(120), nullable=False),
        sa.Column("citizen_address", sa.String(200), nullable=False),
        sa.Column("summary", sa.String(300), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("order_number", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("competent_body", sa.String(120), nullable=False),
        sa.Column("appointed_by_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"]),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"]),
        sa.ForeignKeyConstraint(["appointed_by_id"], ["visit.id"]),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reception_id", "order_number", name="uq_registration_order"),
        sa.UniqueConstraint("appointed_by_id"),
        sa.UniqueConstraint("visit_id"),
        sa.CheckConstraint(
            "kind <> 'denunciation' OR (citizen_name = '' AND citizen_address = '' AND summary = ''"
            " AND competent_body = '' AND search_key = '')",
            name="ck_registration_denouncer_is_not_stored",
        ),
        sa.CheckConstraint(
            "state <> 'agreed' OR order_number IS NOT NULL", name="ck_registration_agreed_has_its_number"
        ),
    )
    op.create_index("ix_registration_petition_id", "registration", ["petition_id"])


def downgrade() -> None:
    raise NotImplementedError("Who registered would be lost; this revision is not taken back.")
