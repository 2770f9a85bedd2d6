"""The registry of rooms. A room exists from one day to another; (code, valid_from) identifies it, because
codes are re-used with a new meaning (06799 was xã Cộng Hòa until 2024 and is xã Hải Hòa of 2025)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class RoomLevel(StrEnum):
    PROVINCE = "province"  # the provincial desk
    DISTRICT = "district"
    COMMUNE = "commune"


class Room(SQLModel, table=True):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("code", "valid_from", name="uq_room_code_valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=5, index=True)
    name: str = Field(max_length=120)  # with type: "Phường Hà Khánh"
    name_key: str = Field(max_length=120, index=True)  # without diacritics, lower case: "phuong ha khanh"
    type: str = Field(max_length=20)  # Phường, Xã, Thị trấn, Đặc khu, Thành phố, Thị xã, Huyện, Tỉnh
    level: RoomLevel = Field(sa_column=Column(Word(RoomLevel), nullable=False))
    district_code: str = Field(default="", max_length=3)
    district: str = Field(default="", max_length=120)
    valid_from: date
    valid_to: date | None = None  # last day; None: still exists
    key_version: int = Field(default=1)  # raised to withdraw the room's key and tokens
    telephone: str = Field(default="", max_length=40)  # of the office the room is in, never of a person

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day <= (self.valid_to or date.max)


class Extent(StrEnum):
    FULL = "full"  # all of the predecessor became part of this successor
    PARTIAL = "partial"  # only a part of it; the rest went to others, or stayed


class RoomSuccession(SQLModel, table=True):
    """What became of a unit: from `day` on, all or a part of the predecessor belongs to the successor.

    The successor begins on `day`, or existed before and took the predecessor in. A unit that ends without a row,
    as a district did on 30 June 2025, has no successor.
    """

    __tablename__ = "room_succession"
    __table_args__ = (UniqueConstraint("predecessor_id", "successor_id", "day", name="uq_room_succession"),)

    id: int | None = Field(default=None, primary_key=True)
    predecessor_id: int = Field(foreign_key="room.id", index=True)
    successor_id: int = Field(foreign_key="room.id", index=True)
    extent: Extent = Field(sa_column=Column(Word(Extent), nullable=False))
    day: date
    basis: str = Field(default="", max_length=200)  # the resolution, and where it was read


class Office(StrEnum):
    """Of a unit: of the province (the desk's room), a district or a commune."""

    PC_CHAIR = "pc_chair"  # Chủ tịch UBND
    PC_DEPUTY = "pc_deputy"  # Phó Chủ tịch UBND
    PARTY_SECRETARY = "party_secretary"  # Bí thư cấp ủy
    BOARD_HEAD = "board_head"  # Trưởng Ban Tiếp công dân
    ROOM_OFFICER = "room_officer"  # cán bộ điểm cầu
    DEPARTMENT_OFFICER = "department_officer"  # cán bộ sở, ban, ngành: of a department, and of no unit


class OfficeHeld(SQLModel, table=True):
    """Who held which office of which unit of the registry, or of which department of the dated list; both days
    included, no last day: still does."""

    __tablename__ = "office_held"
    __table_args__ = (CheckConstraint("(room_id IS NULL) = (department <> '')", name="ck_office_held_of_one"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    office: Office = Field(sa_column=Column(Word(Office), nullable=False))
    room_id: int | None = Field(default=None, foreign_key="room.id", index=True)
    department: str = Field(default="", max_length=120)  # by its name; its row of the list has no number
    first_day: date
    last_day: date | None = None
    document: str = Field(default="", max_length=60)
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)
