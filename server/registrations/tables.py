"""Who asked to be received in a session: one row for each citizen or group that registered with the Board, or was
asked to come again when they were here (an appointment). In which order they come says the order number.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now
from server.petitions.tables import PetitionKind


class DeclineGround(StrEnum):
    """Law on Citizen Reception, Art. 9: on which nobody is received, whether they came or asked to."""

    NO_CONTROL = "no_control"  # (1) intoxicated, or not able to control his acts
    DISORDER = "disorder"  # (2) threats, insults, breach of the house rules
    SETTLED = "settled"  # (3) settled, reviewed, told in writing, and prolonged; needs the notice of form 01
    OTHER = "other"  # (4)


class RegistrationWay(StrEnum):
    """How they asked."""

    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    POST = "post"
    ONLINE = "online"


class RegistrationState(StrEnum):
    """What follows what says `rules.ACTS`."""

    WAITING = "waiting"
    AGREED = "agreed"  # has an order number
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # they do not ask any more, or it was entered by mistake
    CAME = "came"  # `visit_id` records it
    ABSENT = "absent"


class Registration(SQLModel, table=True):
    """Of a denunciation no identity and no words are kept: the table refuses them. Where a linked petition turns
    out to be one, the database erases them; where it gets another kind, its registrations do."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("reception_id", "order_number", name="uq_registration_order"),
        CheckConstraint(
            "kind <> 'denunciation' OR (citizen_name = '' AND citizen_address = '' AND summary = ''"
            " AND competent_body = '' AND search_key = '')",
            name="ck_registration_denouncer_is_not_stored",
        ),
        CheckConstraint(
            "state <> 'agreed' OR order_number IS NOT NULL", name="ck_registration_agreed_has_its_number"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int | None = Field(default=None, foreign_key="reception.id")  # None: waits for a session
    made_on: date  # when they asked
    way: RegistrationWay = Field(sa_column=Column(Word(RegistrationWay), nullable=False))
    persons: int
    as_group: bool = Field(default=False)
    kind: PetitionKind = Field(sa_column=Column(Word(PetitionKind), nullable=False))
    petition_id: int | None = Field(default=None, foreign_key="petition.id", index=True)
    citizen_name: str = Field(default="", max_length=120)
    citizen_address: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=300)  # without names
    state: RegistrationState = Field(sa_column=Column(Word(RegistrationState), nullable=False))
    order_number: int | None = Field(default=None)  # within the reception, kept whatever becomes of it there
    ground: DeclineGround | None = Field(default=None, sa_column=Column(Word(DeclineGround)))
    competent_body: str = Field(default="", max_length=120)  # refused without a ground: the matter is this one's
    appointed_by_id: int | None = Field(default=None, foreign_key="visit.id", unique=True)  # an appointment
    visit_id: int | None = Field(default=None, foreign_key="visit.id", unique=True)  # that they came
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # without diacritics
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))  # the state it is in
    decided_by: str = Field(default="", max_length=80)
