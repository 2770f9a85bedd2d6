"""Who came: one row for each visit, to the daily reception or to a session. What form 01/TCD counts is here.

A visit is one act of receiving. Persons, groups and cases (first time, repeated) are counted from its columns, the
mode and who received from its reception.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now
from server.petitions.tables import PetitionKind
from server.registrations.tables import DeclineGround


class VisitOutcome(StrEnum):
    RECEIVED = "received"  # the petition was taken
    GUIDED = "guided"  # told where to turn to
    EXPLAINED = "explained"
    DECLINED = "declined"  # not received, for a ground of Art. 9
    APPOINTED = "appointed"  # asked to come to a later reception


class Withdrawal(StrEnum):
    TWICE = "twice"  # entered twice
    MISTAKEN = "mistaken"  # entered by mistake


class Visit(SQLModel, table=True):
    """Of a denunciation no identity and no words are kept: the table refuses them. Where a linked petition turns
    out to be one, the database erases them; where it gets another kind, its visits do."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("year", "number", name="uq_visit_number"),
        CheckConstraint(
            "kind <> 'denunciation' OR"
            " (visitor_name = '' AND visitor_address = '' AND summary = '' AND search_key = '')",
            name="ck_visit_denouncer_is_not_stored",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    year: int  # of the register
    number: int  # in order, within the year; a withdrawn visit keeps its own
    came_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    reception_id: int | None = Field(default=None, foreign_key="reception.id", index=True)  # None: the daily one
    persons: int
    as_group: bool = Field(default=False)  # came with one matter together; large or not says the dated rule
    kind: PetitionKind = Field(sa_column=Column(Word(PetitionKind), nullable=False))
    nth_time: int  # received on this matter: 1 = first time
    petition_id: int | None = Field(default=None, foreign_key="petition.id", index=True)
    visitor_name: str = Field(default="", max_length=120)
    visitor_address: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=300)  # without names
    outcome: VisitOutcome = Field(sa_column=Column(Word(VisitOutcome), nullable=False))
    ground: DeclineGround | None = Field(default=None, sa_column=Column(Word(DeclineGround)))
    document: str = Field(default="", max_length=60)
    appointed_id: int | None = Field(default=None, foreign_key="reception.id")
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # without diacritics
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)
    withdrawn_because: Withdrawal | None = Field(default=None, sa_column=Column(Word(Withdrawal)))
