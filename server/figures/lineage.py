"""What the rooms of one day were on another, for the comparison with last year."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlmodel import Session, select

from server.figures.rules import Lineage, Origin
from server.rooms import lineage as rooms_lineage
from server.rooms.tables import Room, RoomSuccession


def lineage_in(session: Session) -> Lineage:
    """By the successions on record; a room whose line breaks off is not told of."""
    kept = rooms_lineage.Lineage(session.exec(select(Room)).all(), session.exec(select(RoomSuccession)).all())

    def lineage(rooms: Collection[int], day: date, other: date, /) -> Mapping[int, Origin]:
        kin = {number: kept.before([number], on=day, earlier=other) for number in rooms}
        return {
            number: Origin(each.rooms, each.exact) for number, each in kin.items() if each.complete or each.part
        }

    return lineage
