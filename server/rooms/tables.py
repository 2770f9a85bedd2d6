"""The registry of rooms. A room exists from one day to another; (code, valid_from) identifies it, because
codes are re-used with a new meaning (06799 was xã Cộng Hòa until 2024 and is xã Hải Hòa of 2025)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import Word


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
