"""Which links exist, who holds each, and which have to go.

A link is media's; signalling holds it by a Socket.IO connection. Losing signalling must not cut media, because
control may restart: a link without a holder stays for `KEPT_S`. A room has one ROOM link, so a new connection
of the room takes over the one that is there; the newest agreed link replaces the one before. Links of WHIP and
WHEP have no holder: their names say so, and they end with their media.

    what happens                          | link of that holder | its holder is told
    ---------------------------------------|---------------------|-------------------
    a newer ROOM link of the room agreed   | closed              | replaced, rejoin no
    the same connection joined again       | closed              | nothing
    Leave, DELETE                          | closed              | nothing
    connection gone for KEPT_S             | closed              | -
    media ended it                         | gone                | rejoin
    media started again without it         | gone                | rejoin
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.receptions.effects import Effect, EndLink, TellLinkEnded
from signaling.messages import LinkState, Purpose, RoomCode
from signaling.ports import LinkChanged, LinkReport
from signaling.refusals import RefusalCode, Refused

KEPT_S = 15  # a room's page reconnects within 5 s; Socket.IO notices a dead line after about 45 s
_HTTP_PREFIXES = ("whep-", "whip-")
_RANK = {LinkState.CONNECTED: 1, LinkState.RECEIVING: 2}


def group_of(link: str) -> str:
    """Links over HTTP that share a token: "whep-TAG" of "whep-TAG-RANDOM"."""
    return link.rpartition("-")[0]


@dataclass(slots=True)
class _Connection:
    room: RoomCode
    purpose: Purpose


@dataclass(slots=True)
class _Link:
    room: RoomCode
    purpose: Purpose
    holder: str | None
    agreed: bool
    state: LinkState | None = None
    free_since: datetime | None = None
    report: LinkReport | None = None


class LinkBook:
    """One entry per link that media knows or is being asked for."""

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}
        self._by_room: dict[RoomCode, dict[str, _Link]] = {}
        self._connections: dict[str, _Connection] = {}
        self._touched: set[RoomCode] = set()

    # --- connections -------------------------------------------------------------------------------

    def appear(self, connection: str, room: RoomCode, purpose: Purpose) -> None:
        self._connections[connection] = _Connection(room, purpose)
        self._adopt(room)

    def go(self, connection: str, now: datetime) -> RoomCode | None:
        """Returns the room whose connection it was, None for an unknown one."""
        gone = self._connections.pop(connection, None)
        if gone is None:
            return None
        for link in self._of_room(gone.room).values():
            if link.holder == connection:
                link.holder, link.free_since = None, now
                self._touched.add(gone.room)
        self._adopt(gone.room)
        return gone.room

    def _adopt(self, room: RoomCode) -> None:
        """Give a ROOM link without a holder to a connection of the room that has none."""
        for link in self._of_room(room).values():
            if link.purpose is not Purpose.ROOM or link.holder or not link.agreed:
                continue
            for name, connection in self._connections.items():
                if connection == _Connection(room, Purpose.ROOM) and not self._held_by(name):
                    link.holder, link.free_since = name, None
                    break

    # --- links -------------------------------------------------------------------------------------

    def ask(self, link: str, room: RoomCode, purpose: Purpose, connection: str | None, limit: int | None) -> None:
        """Raises Refused(TOO_MANY_LINKS) where `limit` links of the same group exist."""
        if limit is not None:
            group = group_of(link)
            count = sum(group_of(other) == group for other in self._links)
            if count >= limit:
                raise Refused(RefusalCode.TOO_MANY_LINKS, came=str(count + 1), allowed=str(limit))
        self._put(link, _Link(room, purpose, connection, agreed=False))

    def agree(self, link: str, now: datetime) -> list[Effect]:
        agreed = self._links.get(link)
        if agreed is None:  # ended while it was being answered
            return [EndLink(link)]
        agreed.agreed = True
        if agreed.holder is not None and agreed.holder not in self._connections:
            agreed.holder, agreed.free_since = None, now
        effects: list[Effect] = []
        for name, other in list(self._of_room(agreed.room).items()):
            if name == link:
                continue
            if agreed.holder is not None and other.holder == agreed.holder:
                effects.append(EndLink(name))
            elif agreed.purpose is other.purpose is Purpose.ROOM:
                effects.append(EndLink(name, other.holder, RefusalCode.REPLACED, rejoin=False))
            else:
                continue
            self._take(name)
        return effects

    def drop(self, link: str) -> list[Effect]:
        """End a link that failed or was given up. Harmless for one that is gone already."""
        return [EndLink(link)] if self._take(link) is not None else []

    def leave(self, connection: str) -> list[Effect]:
        return [effect for link in self._held_by(connection) for effect in self.drop(link)]

    def change(self, changed: LinkChanged, now: datetime) -> list[Effect]:
        known = self._links.get(changed.link)
        if changed.state is LinkState.CLOSED:
            if known is None:
                return []
            self._take(changed.link)
            return self._told(known, RefusalCode.ROOM_NOT_CONNECTED) if known.agreed else []
        if known is None:
            known = self._found(changed, now)
        known.state = changed.state
        self._touched.add(known.room)
        return []

    def compare(self, links: Iterable[LinkChanged], now: datetime) -> list[Effect]:
        """Media started or was found again: these are the links it has."""
        there = {changed.link: changed for changed in links if changed.state is not LinkState.CLOSED}
        effects: list[Effect] = []
        for name, link in list(self._links.items()):
            if name not in there and link.agreed:
                self._take(name)
                effects += self._told(link, RefusalCode.MEDIA_NOT_RUNNING)
        for changed in there.values():
            effects += self.change(changed, now)
        return effects

    def forget_states(self) -> None:
        """Media is gone for good: nobody can say any more that a room is connected."""
        for link in self._links.values():
            link.state, link.report = None, None
            self._touched.add(link.room)

    def overdue(self, now: datetime) -> list[Effect]:
        late = [
            name
            for name, link in self._links.items()
            if link.free_since is not None and now - link.free_since >= timedelta(seconds=KEPT_S)
        ]
        return [effect for link in late for effect in self.drop(link)]

    def report(self, report: LinkReport) -> RoomCode | None:
        link = self._links.get(report.link)
        if link is None:
            return None
        link.report = report
        return link.room

    def _found(self, changed: LinkChanged, now: datetime) -> _Link:
        kept = changed.link.startswith(_HTTP_PREFIXES)
        link = _Link(changed.room, changed.purpose, None, agreed=True, free_since=None if kept else now)
        self._put(changed.link, link)
        self._adopt(changed.room)
        return link

    def _put(self, name: str, link: _Link) -> None:
        self._links[name] = link
        self._by_room.setdefault(link.room, {})[name] = link
        self._touched.add(link.room)

    def _take(self, name: str) -> _Link | None:
        link = self._links.pop(name, None)
        if link is not None:
            del self._by_room[link.room][name]
            self._touched.add(link.room)
        return link

    def _of_room(self, room: RoomCode) -> dict[str, _Link]:
        return self._by_room.get(room, {})

    def _held_by(self, connection: str) -> list[str]:
        holder = self._connections.get(connection)
        if holder is None:
            return []
        return [name for name, link in self._of_room(holder.room).items() if link.holder == connection]

    def _told(self, link: _Link, code: RefusalCode) -> list[Effect]:
        if link.holder in self._connections and link.holder is not None:
            return [TellLinkEnded(link.holder, code, rejoin=True)]
        return []

    # --- questions ---------------------------------------------------------------------------------

    def state_of(self, room: RoomCode, *, speaking: bool = False) -> LinkState | None:
        """The best state of the room's links; with `speaking` only of links that can bring the room on air."""
        best: LinkState | None = None
        for link in self._of_room(room).values():
            if link.state not in _RANK or link.purpose is Purpose.DESK:
                continue
            if speaking and link.purpose is not Purpose.ROOM:
                continue
            if best is None or _RANK[link.state] > _RANK[best]:
                best = link.state
        return best

    def report_of(self, room: RoomCode) -> LinkReport | None:
        reports = [link for link in self._of_room(room).values() if link.report is not None]
        reports.sort(key=lambda link: link.purpose is not Purpose.ROOM)
        return reports[0].report if reports else None

    def holds(self, link: str) -> bool:
        return link in self._links

    def drain_touched(self) -> set[RoomCode]:
        """Rooms whose links changed since the last call."""
        touched, self._touched = self._touched, set()
        return touched

    def debug_snapshot(self) -> dict[str, int]:
        return {
            "links": len(self._links),
            "connections": len(self._connections),
            "free": sum(link.free_since is not None for link in self._links.values()),
        }
