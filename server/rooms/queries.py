"""Reading the registry. Every question names its day: a room exists from one day to another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlmodel import Session, col, or_, select

from server.data.folding import fold
from server.rooms.keys import RoomToken, Scope, parse_key, parse_token
from server.rooms.lineage import Lineage
from server.rooms.spans import Codes
from server.rooms.tables import Room, RoomLevel, RoomSuccession
from signaling.refusals import RefusalCode, Refused

DESK_CODE = "22"
"""The provincial desk: the one room of level PROVINCE."""

_ORDER = {RoomLevel.PROVINCE: 0, RoomLevel.DISTRICT: 1, RoomLevel.COMMUNE: 2}


def rooms_on(session: Session, day: date, search: str = "") -> list[Room]:
    """Rooms that exist on `day`: the provincial desk first, then districts, then communes, by code.

    `search` keeps those whose name, district or code contains it, however it is accented.
    """
    statement = select(Room).where(
        col(Room.valid_from) <= day, or_(col(Room.valid_to).is_(None), col(Room.valid_to) >= day)
    )
    rooms = sorted(session.exec(statement), key=lambda room: (_ORDER[room.level], room.code))
    wanted = fold(search)
    if not wanted:
        return rooms
    return [
        room for room in rooms if wanted in room.name_key or wanted in fold(room.district) or wanted in room.code
    ]


def room_by_code(session: Session, code: str, day: date) -> Room | None:
    """The room that has `code` on `day`."""
    statement = select(Room).where(
        col(Room.code) == code,
        col(Room.valid_from) <= day,
        or_(col(Room.valid_to).is_(None), col(Room.valid_to) >= day),
    )
    return session.exec(statement.order_by(col(Room.valid_from).desc())).first()


def room_by_id(session: Session, room_id: int) -> Room | None:
    return session.get(Room, room_id)


def all_rooms(session: Session) -> list[Room]:
    """Of all times."""
    return list(session.exec(select(Room)))


def lineage_of_all(session: Session) -> Lineage:
    return Lineage(all_rooms(session), session.exec(select(RoomSuccession)).all())


WasOurs = Callable[[int, date], bool]
"""Whether a room, as it was on a day, became as a whole a part of certain later ones."""


def was_part_of(session: Session, units: list[Room], day: date) -> WasOurs:
    """`units` exist on `day`. Of a unit that was split nobody can say whose its matters are."""
    lineage, ids = lineage_of_all(session), [unit.id or 0 for unit in units]
    known: dict[date, frozenset[int]] = {}

    def was_ours(room_id: int, then: date) -> bool:
        if then not in known:
            known[then] = lineage.before(ids, on=day, earlier=then).whole
        return room_id in known[then]

    return was_ours


def became(session: Session, code: str, then: date, day: date) -> list[Room]:
    """The rooms that, on `day`, all or a part of the one belongs to which `code` meant on the day `then`."""
    room = Codes(session.exec(select(Room).where(col(Room.code) == code))).on(code, then)
    if room is None or room.id is None:
        return []
    there = min(max(then, room.valid_from), room.valid_to or date.max)
    ids = lineage_of_all(session).after([room.id], on=there, later=day).rooms
    return list(session.exec(select(Room).where(col(Room.id).in_(ids)).order_by(col(Room.code))))


def with_predecessors(session: Session, rooms: list[Room]) -> list[Room]:
    """These rooms and everything that ever became a part of them."""
    found = {room.id: room for room in rooms}
    open_ = list(found)
    while open_:
        came = select(Room).join(RoomSuccession, col(RoomSuccession.predecessor_id) == Room.id)
        before = session.exec(came.where(col(RoomSuccession.successor_id).in_(open_))).all()
        open_ = [room.id for room in before if room.id not in found]
        found |= {room.id: room for room in before}
    return list(found.values())


def check_key(session: Session, secret: bytes, key: str, day: date) -> Room:
    """The room a key belongs to. Raises Refused(BAD_KEY) for a wrong, withdrawn or outlived key."""
    claimed = parse_key(secret, key)
    return _current(session, claimed.code, claimed.version, day)


def check_token(session: Session, secret: bytes, token: str, scope: Scope, day: date) -> Room:
    """The room a token belongs to. Raises Refused: BAD_KEY, or NOT_ALLOWED for a token of the other scope.

    A "desk" token of a room that is not the desk is never made, and refused all the same.
    """
    claimed: RoomToken = parse_token(secret, token, day)
    if claimed.scope != scope or (scope == "desk" and claimed.code != DESK_CODE):
        raise Refused(RefusalCode.NOT_ALLOWED, came=claimed.scope, allowed=scope)
    return _current(session, claimed.code, claimed.version, day)


def _current(session: Session, code: str, version: int, day: date) -> Room:
    room = room_by_code(session, code, day)
    if room is None or room.key_version != version:
        raise Refused(RefusalCode.BAD_KEY)
    return room
