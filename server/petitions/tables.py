"""Petitions, as far as a reception needs them. Fuller handling adds tables beside these."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class PetitionKind(StrEnum):
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    REFLECTION = "reflection"


class PetitionStatus(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    IN_SETTLEMENT = "in_settlement"
    SETTLED = "settled"
    FILED = "filed"


class Confidentiality(StrEnum):
    NORMAL = "normal"
    CONFIDENTIAL = "confidential"


class Petition(SQLModel, table=True):
    """One petition record.

    Of a denunciation no identity is kept: the table itself refuses a petitioner's name, address or phone
    for that kind (Law on Denunciations, Art. 8 and 9); `opaque_reference` points to the file outside.
    """

    __tablename__ = "petition"
    __table_args__ = (
        CheckConstraint(
            "kind <> 'denunciation' OR (petitioner_name = '' AND petitioner_address = '')",
            name="ck_petition_denouncer_is_not_stored",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)  # "KN-0231"
    kind: PetitionKind = Field(sa_column=Column(Word(PetitionKind), nullable=False, index=True))
    received_on: date
    channel: str = Field(default="direct", max_length=20)
    petitioner_name: str = Field(default="", max_length=120)
    petitioner_address: str = Field(default="", max_length=200)
    petitioner_count: int = Field(default=1)
    opaque_reference: str = Field(default="", max_length=60)
    summary: str = Field(max_length=300)  # one line without names; the only text rooms may see
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    request: str = Field(default="", sa_column=Column(Text, nullable=False))
    place_code: str = Field(default="", max_length=5, index=True)  # commune where it arose
    unit_in_charge: str = Field(default="", max_length=120)
    status: PetitionStatus = Field(sa_column=Column(Word(PetitionStatus), nullable=False))
    confidentiality: Confidentiality = Field(sa_column=Column(Word(Confidentiality), nullable=False))
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # without diacritics
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
