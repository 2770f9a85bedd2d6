"""Clips that are asked for on the reviewer's page, and what became of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now
from server.people.rights import Role


class ClipOrder(SQLModel, table=True):
    """The ZIP lies in the directory of clips, in a folder with this number, from `made_at` until `removed_at`."""

    __tablename__ = "clip_order"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    role: Role = Field(sa_column=Column(Word(Role), nullable=False))  # in which it was asked for
    position: int | None = None  # of the agenda item; None: a span that was marked
    starts_s: float
    ends_s: float
    reason: str = Field(max_length=500)
    asked_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    made_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    failed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    handed_key: str = Field(default="", max_length=64)  # what was left out when it was made
