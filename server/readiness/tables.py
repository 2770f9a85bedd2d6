"""What rooms found when they checked themselves, and what the office did about it.

Neither holds a picture, a sound or a name of a person. Both are thrown away after the days of the rule
`checks_kept`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word
from server.readiness.rules import Light
from signaling.check_messages import CheckReason


class RoomCheck(SQLModel, table=True):
    """One check of one room, judged when it came."""

    __tablename__ = "room_check"
    __table_args__ = (Index("ix_room_check_room_id_id", "room_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id")
    checked_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    reason: CheckReason = Field(sa_column=Column(Word(CheckReason), nullable=False))
    software: str = Field(default="", max_length=60)
    light: Light = Field(sa_column=Column(Word(Light), nullable=False))
    since: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))  # this light for these reasons
    findings: str = Field(sa_column=Column(Text, nullable=False))  # `Finding`s of signaling as JSON


class RoomContact(SQLModel, table=True):
    """Somebody of the office told the room, or spoke to it: "telephoned, the technician comes"."""

    __tablename__ = "room_contact"

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    told_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    told_by: str = Field(max_length=80)
    words: str = Field(max_length=200)  # without names
