"""Since when a room's page is gone: noted while this server runs, and nowhere else."""

from __future__ import annotations

from datetime import datetime

from server.receptions.conductor import Conductor
from signaling.messages import Carried, RoomCode
from signaling.refusals import RefusalCode


class InTouch:
    """One of the conductor's `Screens`; it shows nothing and takes note."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._here: frozenset[RoomCode] = frozenset()
        self._went: dict[RoomCode, datetime] = {}
        self.watching_since = conductor.now
        conductor.screens.append(self)

    def rooms(self) -> frozenset[RoomCode]:
        return self._here

    def gone_since(self, room: RoomCode) -> datetime | None:
        """None: it is there, or was not since the server started."""
        return self._went.get(room)

    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None:
        here = self._conductor.live.around.links.rooms_in_touch()
        if here == self._here:
            return
        for room in self._here - here:
            self._went[room] = self._conductor.now
        for room in here:
            self._went.pop(room, None)
        self._here = here

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None:
        """Nothing of it concerns this."""

    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool, link: str = "") -> None:
        """Nor this."""

    def line_changed(self, connection: str, layer: Carried) -> None:
        """Nor this."""
