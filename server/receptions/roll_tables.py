"""Which office was present where, from when to when; and which items' attendance the clerk has confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime


class OfficePresence(SQLModel, table=True):
    """An office, never a name. Spans of one office in one room do not overlap; who stood in for it ends one span
    and begins another."""

    __tablename__ = "office_presence"

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    office: str = Field(max_length=40)
    deputy: bool = Field(default=False)  # a deputy sits there for it
    started_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    said_by: str = Field(max_length=80)  # "room:06649", or the clerk's account


class AttendanceConfirmation(SQLModel, table=True):
    """The clerk has compared who is present in the item. The last one counts."""

    __tablename__ = "attendance_confirmation"

    item_id: int = Field(sa_column=Column(Integer, ForeignKey("agenda_item.id"), primary_key=True))
    confirmed_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    confirmed_by: str = Field(max_length=80)
