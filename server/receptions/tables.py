"""Receptions, their agenda, who was there, and what was recorded."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class ReceptionMode(StrEnum):
    REGULAR = "regular"
    PERIODIC = "periodic"
    IRREGULAR = "irregular"
    DIALOGUE = "dialogue"  # đối thoại, in settling a complaint


class Receiver(StrEnum):
    """Who received; the reports count them apart."""

    HEAD = "head"  # in person
    DELEGATE = "delegate"  # whom the head delegated
    BOARD = "board"  # the reception board's officers: the regular reception


class ReceptionState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


AHEAD = (ReceptionState.PLANNED, ReceptionState.OPEN)
"""Of a reception that is still to be held, or is being held now."""


class Audience(StrEnum):
    ALL = "all"  # every room
    ROOMS = "rooms"  # the rooms in `agenda_item_room`
    CLOSED = "closed"  # the desk only; set for good where a petition is a denunciation


class ItemState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"


class Reception(SQLModel, table=True):
    __tablename__ = "reception"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=200)
    mode: ReceptionMode = Field(sa_column=Column(Word(ReceptionMode), nullable=False))
    place: str = Field(default="", max_length=200)
    host_name: str = Field(default="", max_length=120)
    received_by: Receiver | None = Field(default=None, sa_column=Column(Word(Receiver)))  # None: nobody said
    composition: str = Field(
        default="", sa_column=Column(Text, nullable=False, server_default="")
    )  # who sits with
    announced_on: date | None = Field(default=None)  # when the notice was published, and where
    announced_where: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    registration_closes_on: date | None = Field(default=None)  # the last day on which citizens register
    planned_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    state: ReceptionState = Field(sa_column=Column(Word(ReceptionState), nullable=False, index=True))
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    nobody_came: bool | None = Field(default=None)  # None: not known yet


class ReceptionCancellation(SQLModel, table=True):
    """Why a reception was called off, when that was published, and the one it was put off to."""

    __tablename__ = "reception_cancellation"

    reception_id: int = Field(foreign_key="reception.id", primary_key=True)
    reason: str = Field(max_length=300)
    announced_on: date | None = Field(default=None)
    announced_where: str = Field(default="", max_length=200)
    moved_to_id: int | None = Field(default=None, foreign_key="reception.id", unique=True)
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)


class AgendaItem(SQLModel, table=True):
    """One case heard in a reception. `closed` is the live state: set by "close the item", cleared by reopening."""

    __tablename__ = "agenda_item"
    __table_args__ = (UniqueConstraint("reception_id", "position", name="uq_agenda_item_position"),)

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    position: int  # 1 = first
    title: str = Field(default="", max_length=300)
    audience: Audience = Field(sa_column=Column(Word(Audience), nullable=False))
    state: ItemState = Field(sa_column=Column(Word(ItemState), nullable=False))
    closed: bool = Field(default=False)


class AgendaItemPetition(SQLModel, table=True):
    """Several petitions in one item, one petition in several receptions."""

    __tablename__ = "agenda_item_petition"

    item_id: int = Field(foreign_key="agenda_item.id", primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", primary_key=True, index=True)


class AgendaItemRoom(SQLModel, table=True):
    """The allow-list of an item whose audience is ROOMS (kept, unused, while it is ALL)."""

    __tablename__ = "agenda_item_room"

    item_id: int = Field(foreign_key="agenda_item.id", primary_key=True)
    room_id: int = Field(foreign_key="room.id", primary_key=True)


class Hearing(SQLModel, table=True):
    """One time an item was open: from the call to the next, wall clock. The source of chapters."""

    __tablename__ = "hearing"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    started_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    closed: bool = Field(default=False)  # heard closed: no chapter, nothing recorded


class FloorGrant(SQLModel, table=True):
    __tablename__ = "floor_grant"

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    item_id: int | None = Field(default=None, foreign_key="agenda_item.id")
    room_id: int = Field(foreign_key="room.id")
    given_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    given_by: str = Field(max_length=80)


class Interpretation(SQLModel, table=True):
    """A span in which a room, or the desk, was the interpreter of an item."""

    __tablename__ = "interpretation"

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    room_id: int = Field(foreign_key="room.id")
    named_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    named_by: str = Field(max_length=80)


class Presence(StrEnum):
    CONNECTED = "connected"
    RECEIVING = "receiving"
    ON_FLOOR = "on_floor"


class Attendance(SQLModel, table=True):
    """A span in which a room was connected, receiving or on the floor; spans of one kind do not overlap."""

    __tablename__ = "attendance"

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(foreign_key="reception.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    presence: Presence = Field(sa_column=Column(Word(Presence), nullable=False))
    started_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))


class RecordingState(StrEnum):
    RECORDING = "recording"
    ENDED = "ended"  # told to end, not sealed yet
    SEALED = "sealed"
    DESTROYED = "destroyed"  # two people deleted it when its term was over; its files go, or have gone


class Recording(SQLModel, table=True):
    """One recording of a reception; its folder below the recordings directory is `folder`."""

    __tablename__ = "recording"

    id: int | None = Field(default=None, primary_key=True)
    reception_id: int = Field(sa_column=Column(Integer, ForeignKey("reception.id"), unique=True, nullable=False))
    folder: str = Field(unique=True, max_length=64)  # made by us: "r7-20261123"
    state: RecordingState = Field(sa_column=Column(Word(RecordingState), nullable=False))
    file: str = Field(default="", max_length=80)
    media_type: str = Field(default="", max_length=40)
    started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    seconds: float = Field(default=0.0)
    bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    segments: int = Field(default=0)
    gaps: int = Field(default=0)
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))  # when the last file went
    certificate: str = Field(default="", max_length=40)  # the number of what certifies it


class Chapter(SQLModel, table=True):
    """Where a hearing lies in the recording, in seconds of the playable file."""

    __tablename__ = "chapter"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    starts_s: float
    ends_s: float


class ChapterCorrection(SQLModel, table=True):
    """A chapter's times or title as somebody corrected them later. Append-only: the newest of a chapter is in
    force, and what the recorder marked stays beside it. `ordinal`: which unbroken time of the item, 0 = first:
    a recording that is sealed again gets new rows of `Chapter`."""

    __tablename__ = "chapter_correction"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    ordinal: int
    starts_s: float
    ends_s: float
    title: str = Field(default="", max_length=160)  # empty: the item's own
    before_starts_s: float  # what was in force until then
    before_ends_s: float
    before_title: str = Field(default="", max_length=160)
    reason: str = Field(max_length=300)
    made_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    made_by: str = Field(max_length=80)
