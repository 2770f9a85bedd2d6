"""The rooms' small pictures while somebody looks at them: in memory, one of each room, and nowhere else.

A room is asked for pictures only while somebody has a wall open (`look`), so that none is taken for nobody. A
picture is replaced by the next one, and dropped when the room may not be seen any more, has gone, has sent nothing
for a while, or nobody looks. It is in no file, no log, no database and no cache.

Each picture has a version, out of one count that never goes back while the process lives: whoever says up to which
version it knows them gets what is newer. A picture that is the same as the one before keeps its version.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from server.people.rights import Right
from server.receptions.conductor import Conductor
from server.receptions.rules import is_connected
from server.receptions.socket_inbox import RateLimit
from server.receptions.wall_rules import may_be_seen, may_look, read_picture
from signaling.messages import Carried, RoomCode
from signaling.refusals import RefusalCode, Refused
from signaling.sound_level import HEARD_LEVEL
from signaling.wall_messages import PICTURE_EVERY_S, Picture, WallView

KEPT_S = 3 * PICTURE_EVERY_S + 5  # three that were missed, on a slow line
WATCHED_S = 15.0  # a wall asks every second; this long after its last question nobody looks any more
CHECK_EVERY_S = 1.0
BURST, PER_SECOND = 5, 1.0  # of one room: on air one in 2 s, and one more with each change


@dataclass(slots=True)
class RoomSeen:
    """What is known of one room. Times are monotonic."""

    jpeg: bytes  # empty: there is no picture
    version: int
    level: int | None
    at_s: float
    heard_at_s: float | None  # when there was sound; None: not since it is being looked at


class Wall:
    """One of the conductor's `screens`, to hear of what ends; of the pictures only pages and gateway ask."""

    def __init__(self, conductor: Conductor, clock: Callable[[], float] = time.monotonic) -> None:
        self._conductor = conductor
        self._clock = clock
        self._rooms: dict[RoomCode, RoomSeen] = {}
        self._limits: dict[RoomCode, RateLimit] = {}
        self.version = 0  # of the newest picture
        self._looked_at_s: float | None = None
        self._checked_at_s = clock()
        self.epoch = secrets.token_hex(4)  # another process counts anew
        conductor.screens.append(self)

    @property
    def now_s(self) -> float:
        """On the clock of `RoomSeen`."""
        return self._clock()

    # --- who looks ---------------------------------------------------------------------------------

    @property
    def is_looked_at(self) -> bool:
        return self._looked_at_s is not None

    def look(self, rights: frozenset[Right]) -> dict[RoomCode, RoomSeen]:
        """What somebody with these rights sees now. Rooms are asked for pictures from the first look on."""
        if not may_look(self._conductor.live, rights):
            return {}
        first, self._looked_at_s = self._looked_at_s is None, self._clock()
        if first:
            self._tell_rooms()
        self._drop_what_ended()
        return self._rooms

    def view(self, code: RoomCode) -> WallView:
        """What the room is told."""
        return WallView(seen=self.is_looked_at and may_be_seen(self._conductor.live, code))

    # --- from the rooms ----------------------------------------------------------------------------

    def take(self, code: RoomCode, picture: Picture) -> None:
        """Raises Refused; what was there stays then."""
        now_s = self._clock()
        if not self._limits.setdefault(code, RateLimit(BURST, PER_SECOND)).take(now_s):
            raise Refused(RefusalCode.TOO_MANY_MESSAGES, came=picture.event, allowed=f"{PER_SECOND:.0f} a second")
        if not is_connected(self._conductor.live.around.links.state_of(code)):
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED, came=picture.event, allowed="after a join")
        if not self.view(code).seen:
            raise Refused(RefusalCode.PICTURE_NOT_WANTED, came=picture.event, allowed="while `wall` says `seen`")
        jpeg = read_picture(picture.jpeg)
        before = self._rooms.get(code)
        if before is None or before.jpeg != jpeg:
            self.version += 1
            version = self.version
        else:
            version = before.version
        heard_at_s = before.heard_at_s if before is not None else None
        if picture.level is not None and picture.level >= HEARD_LEVEL:
            heard_at_s = now_s
        self._rooms[code] = RoomSeen(jpeg, version, picture.level, now_s, heard_at_s)

    # --- `Screens`: what ends is dropped at once ---------------------------------------------------

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None:
        self._drop_what_ended(codes)

    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None:
        """Comes once a second, too."""
        self._drop_what_ended(rooms)

    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool, link: str = "") -> None:
        """The room's state says it."""

    def line_changed(self, connection: str, layer: Carried) -> None:
        """Nothing to a picture of this size."""

    def _drop_what_ended(self, changed: frozenset[RoomCode] | None = None) -> None:
        """Looks at the rooms that changed (None: at all), and once a second at all of them."""
        if self._looked_at_s is None:
            return
        now_s, live = self._clock(), self._conductor.live
        whole = changed is None or now_s - self._checked_at_s >= CHECK_EVERY_S
        if whole:
            self._checked_at_s = now_s
        if now_s - self._looked_at_s > WATCHED_S:
            self._looked_at_s = None
            self._rooms.clear()
            self._limits.clear()
            self._tell_rooms()
            return
        for code in list(self._rooms) if whole else self._rooms.keys() & (changed or frozenset()):
            seen = self._rooms[code]
            gone = not is_connected(live.around.links.state_of(code))
            if gone or now_s - seen.at_s > KEPT_S or not may_be_seen(live, code):
                del self._rooms[code]

    def _tell_rooms(self) -> None:
        for screen in self._conductor.screens:
            if screen is not self:
                screen.rooms_changed(None)

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "looked_at": self.is_looked_at,
            "rooms": len(self._rooms),
            "bytes": sum(len(seen.jpeg) for seen in self._rooms.values()),
        }


WALL = web.AppKey("WALL", Wall)
