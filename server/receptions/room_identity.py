"""Who is at the other end of a connection to /room: a room by its key, or the desk by a login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.rules import may_publish_desk, may_see_console
from server.receptions.standing import Standing, standing_of
from server.rooms.keys import parse_key
from signaling.messages import Auth, Purpose, RoomCode
from signaling.refusals import RefusalCode, Refused


async def identify(
    auth: Auth, environ: Mapping[str, Any], rooms: Mapping[RoomCode, RoomFacts], secret: bytes
) -> tuple[RoomFacts, Standing | None]:
    """The room, and for the desk's own pages the login. `environ`: of the connection's HTTP request.

    Raises Refused: BAD_KEY for a wrong key or nobody, NOT_ALLOWED without the right.
    """
    if auth.key:
        key = parse_key(secret, auth.key)
        room = rooms.get(key.code)
        if room is None or room.key_version != key.version:
            raise Refused(RefusalCode.BAD_KEY)
        if auth.purpose is not Purpose.WATCH and (auth.purpose is Purpose.DESK) != (room.code == DESK_CODE):
            raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
        return room, None
    standing = await standing_of(environ["aiohttp.request"])
    desk = rooms.get(DESK_CODE)
    if standing is None or desk is None:
        raise Refused(RefusalCode.BAD_KEY)
    may = may_publish_desk if auth.purpose is Purpose.DESK else may_see_console
    if auth.purpose is Purpose.ROOM or not may(standing.role):
        raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
    return desk, standing
