"""Which rooms are summoned to which reception, and what they answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word


class SummonsAnswered(StrEnum):
    COMING = "coming"
    CANNOT = "cannot"
    NOTED = "noted"  # that it was withdrawn


class SummonsChange(StrEnum):
    """Why a room is asked again, or not wanted any more."""

    DAY = "day"  # another day or hour
    AUDIENCE = "audience"
    CANCELLED = "cancelled"


class Summons(SQLModel, table=True):
    """One room's summons to one reception. Asked again it keeps its row: `version` rises, and what was answered
    before stands in the audit log only."""

    __tablename__ = "summons"
    __table_args__ = (UniqueConstraint("reception_id", "room_id", name="uq_summons_room"),)

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    version: int = Field(default=1)
    everyone: bool = Field(default=False)  # whatever the agenda: with every room of the province
    items: str = Field(default="", max_length=2000)  # ids of the items it was summoned for: "3 5"
    be_there_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    note: str = Field(default="", max_length=300)
    sent_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    sent_by: str = Field(max_length=80)
    change: SummonsChange | None = Field(default=None, sa_column=Column(Word(SummonsChange)))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    reminded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    reminders: int = Field(default=0)
    answer: SummonsAnswered | None = Field(default=None, sa_column=Column(Word(SummonsAnswered)))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    offices: str = Field(default="", sa_column=Column(Text, nullable=False))  # codes of who comes: "a b"
    reason: str = Field(default="", max_length=300)

    @property
    def item_ids(self) -> frozenset[int]:
        return frozenset(int(number) for number in self.items.split())

    @property
    def office_codes(self) -> tuple[str, ...]:
        return tuple(self.offices.split())
