"""How a room's browser is known without an address that carries a secret: a code is exchanged once for a device.

Codes and credentials are stored as keyed hashes only, so a copy of the database opens no room.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, now

_OPEN = text("used_at IS NULL AND withdrawn_at IS NULL")


class RoomDevice(SQLModel, table=True):
    """One browser that takes part as a room, until it is revoked."""

    __tablename__ = "room_device"

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    name: str = Field(default="", max_length=60)  # what whoever enrolled it calls it; of a computer, not a person
    credential_hash: str = Field(max_length=64)
    enrolled_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))  # to the hour
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    revoked_by: str = Field(default="", max_length=80)


class RoomEnrolment(SQLModel, table=True):
    """A code that was handed out. A room has one at a time that was neither used nor withdrawn; it may be late."""

    __tablename__ = "room_enrolment"
    __table_args__ = (
        Index("uq_room_enrolment_open", "room_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    code_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    made_by: str = Field(max_length=80)
    valid_until: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    device_id: int | None = Field(default=None, foreign_key="room_device.id")
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
