"""What communes, districts and departments tell of their own receptions: the days, and that a month is told whole.

A unit is a room of the registry, which exists from a day to a day, or a department of the dated list, by its name;
`unit` is the key of either (`units.DutyUnit.key`), and `room_id` holds the room it means. A reception of the
province is never a row here: it is no commune's.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now
from server.receptions.tables import Receiver, ReceptionMode

_STANDS = text("withdrawn_at IS NULL")


def _once(name: str, *columns: str) -> Index:
    """Among rows that were not withdrawn."""
    return Index(name, *columns, unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS)


class ReportedDay(SQLModel, table=True):
    """One day on which a unit held a reception of its own. Rows are withdrawn, not changed."""

    __tablename__ = "reported_day"
    __table_args__ = (
        CheckConstraint("receiver IN ('head', 'delegate')", name="ck_reported_day_receiver"),
        _once("uq_reported_day", "unit", "day"),
        Index("ix_reported_day_day", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=120)
    room_id: int | None = Field(default=None, foreign_key="room.id")  # None: a department
    day: date
    receiver: Receiver = Field(sa_column=Column(Word(Receiver), nullable=False))
    mode: ReceptionMode = Field(sa_column=Column(Word(ReceptionMode), nullable=False))
    nobody_came: bool = Field(default=False)
    visits: int | None = None  # None: not told
    persons: int | None = None
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)


class ReportedMonth(SQLModel, table=True):
    """The unit told all its days of a month, and be it none: only then a day that is missing was missed."""

    __tablename__ = "reported_month"
    __table_args__ = (_once("uq_reported_month", "unit", "month"), Index("ix_reported_month_month", "month"))

    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=120)
    room_id: int | None = Field(default=None, foreign_key="room.id")
    month: date  # its first day
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)
