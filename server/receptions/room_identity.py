"""Who is at the other end of a connection to /room: a room by its key or its device, or the desk by a login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiohttp import web

from server.data.engine import Database
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.rules import may_publish_desk, may_see_console
from server.receptions.standing import Standing, standing_of
from server.rooms.devices import known_by
from server.rooms.enrol_page import credential_of
from server.rooms.keys import parse_key
from server.web.languages import today
from signaling.messages import Auth, Purpose, RoomCode
from signaling.refusals import RefusalCode, Refused


class Identity(NamedTuple):
    """`standing`: of the login, for the desk's own pages; `device`: the room's, if it came by one."""

    room: RoomFacts
    standing: Standing | None = None
    device: int | None = None


class Identifying:
    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    async def identify(
        self, auth: Auth, environ: Mapping[str, Any], rooms: Mapping[RoomCode, RoomFacts]
    ) -> Identity:
        """`environ`: of the connection's HTTP request. A key goes before a device, a device before a login.

        Raises Refused: BAD_KEY for a wrong key, a device that does not count, or nobody; NOT_ALLOWED without the
        right.
        """
        if auth.key:
            return self._by_key(auth, rooms)
        request: web.Request = environ["aiohttp.request"]
        if auth.purpose is not Purpose.DESK and not auth.login:
            known = await self._by_device(request, rooms)
            if known is not None:
                return known
        if auth.purpose is Purpose.ROOM:
            raise Refused(RefusalCode.BAD_KEY)  # also with a login: nobody's account is a room
        return await _by_login(auth, request, rooms)

    def _by_key(self, auth: Auth, rooms: Mapping[RoomCode, RoomFacts]) -> Identity:
        key = parse_key(self._secret, auth.key)
        room = rooms.get(key.code)
        if room is None or room.key_version != key.version:
            raise Refused(RefusalCode.BAD_KEY)
        if auth.purpose is not Purpose.WATCH and (auth.purpose is Purpose.DESK) != (room.code == DESK_CODE):
            raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
        return Identity(room)

    async def _by_device(self, request: web.Request, rooms: Mapping[RoomCode, RoomFacts]) -> Identity | None:
        credential = credential_of(request)
        if credential is None:
            return None
        known = await self._database.run(known_by, self._secret, credential, today())
        room = None if known is None else rooms.get(known.room.code)
        if known is None or room is None or room.id != known.room.id:
            return None
        return Identity(room, device=known.device)


async def _by_login(auth: Auth, request: web.Request, rooms: Mapping[RoomCode, RoomFacts]) -> Identity:
    standing = await standing_of(request)
    desk = rooms.get(DESK_CODE)
    if standing is None or desk is None:
        raise Refused(RefusalCode.BAD_KEY)
    may = may_publish_desk if auth.purpose is Purpose.DESK else may_see_console
    if not may(standing.role):
        raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
    return Identity(desk, standing)
