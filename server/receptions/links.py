"""Which links exist, who holds each, and which have to go.

A link is media's; signalling holds it by a Socket.IO connection. Losing signalling must not cut media, because
control may restart and lines go down for a minute: a link without a holder stays for a while. A room has one
ROOM link, so a new connection of the room takes over the one that is there; the newest agreed link replaces
the one before. Links of WHIP and WHEP have no holder: their names say so, and they end with their media.

    what happens                           | link of that holder | its holder is told
    ----------------------------------------|---------------------|--------------------------------------
    a newer ROOM link of the room agreed    | closed              | replaced, rejoin no
    the same connection joined again        | closed              | nothing
    another connection of the room restarts | taken over          | replaced, rejoin no
    Leave, DELETE                           | closed              | nothing
    connection gone for HEARD_KEPT_S        | closed              | -
    the same, media never heard of the link | closed after KEPT_S | -
    media lost it (silent for 75 s, …)      | gone                | room_not_connected, rejoin
    media cut it off                        | gone                | too_much_media, rejoin but for the third
    media started again without it          | gone                | media_not_running, rejoin

A holder is also told what its line carries: when that changes, and when it has taken a link over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.receptions.cut_offs import CutOffs
from server.receptions.effects import Effect, EndLink, LineChanged, TellLinkEnded
from server.receptions.link_entry import LinkEntry, group_of
from server.receptions.link_store import LinkStore
from signaling.messages import LinkState, Purpose, RoomCode
from signaling.ports import LinkChanged, LinkReport
from signaling.refusals import RefusalCode, Refused

_HTTP_PREFIXES = ("whep-", "whip-")


@dataclass(frozen=True, slots=True)
class _Connection:
    room: RoomCode
    purpose: Purpose


class LinkBook(LinkStore):
    """One entry per link that media knows or is being asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._connections: dict[str, _Connection] = {}
        self._lines: list[LineChanged] = []
        self._cut_offs = CutOffs()

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

    def is_in_touch(self, room: RoomCode) -> bool:
        """The room's own screen is there, with a link or, while it rests, without."""
        return _Connection(room, Purpose.ROOM) in self._connections.values()

    def rooms_in_touch(self) -> frozenset[RoomCode]:
        """All of them at once, for whoever looks at the whole province."""
        return frozenset(one.room for one in self._connections.values() if one.purpose is Purpose.ROOM)

    def _adopt(self, room: RoomCode) -> None:
        """Give a ROOM link without a holder to a connection of the room that has none."""
        for link in self._of_room(room).values():
            if link.purpose is not Purpose.ROOM or link.holder or not link.agreed or link.is_over_http:
                continue
            for name, connection in self._connections.items():
                if connection == _Connection(room, Purpose.ROOM) and not self._held_by(name):
                    self._hand_over(link, name)
                    break

    def _hand_over(self, link: LinkEntry, connection: str) -> None:
        link.holder, link.free_since = connection, None
        self._touched.add(link.room)
        self._tell_line(link)

    # --- links -------------------------------------------------------------------------------------

    def ask(
        self,
        link: str,
        room: RoomCode,
        purpose: Purpose,
        connection: str | None,
        limit: int | None,
        now: datetime,
    ) -> None:
        """Raises Refused: TOO_MANY_LINKS where `limit` links of the same group exist, TOO_MUCH_MEDIA for a
        place that was cut off too often."""
        if limit is not None:
            group = group_of(link)
            count = sum(group_of(other) == group for other in self._links)
            if count >= limit:
                raise Refused(RefusalCode.TOO_MANY_LINKS, came=str(count + 1), allowed=str(limit))
        entry = LinkEntry(link, room, purpose, connection, agreed=False)
        self._cut_offs.check(entry.place, now)
        self._put(entry)

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

    def restartable(self, connection: str) -> str:
        """The link `connection` may restart: the one it holds; for a ROOM connection without one that of its
        room, whose holder is its own dead predecessor. Raises Refused(ROOM_NOT_CONNECTED)."""
        asking = self._connections.get(connection)
        if asking is not None:
            held = [name for name in self._held_by(connection) if self._links[name].agreed]
            if not held and asking.purpose is Purpose.ROOM:
                links = self._of_room(asking.room).items()
                held = [
                    name
                    for name, link in links
                    if link.purpose is Purpose.ROOM and link.agreed and not link.is_over_http
                ]
            if held:
                return held[0]
        raise Refused(RefusalCode.ROOM_NOT_CONNECTED, came="restart", allowed="join")

    def restarted(self, link: str, connection: str) -> list[Effect]:
        """Media agreed, so the other end has the link's keys: whoever asked holds it from now on."""
        entry = self._links.get(link)
        if entry is None or connection not in self._connections or entry.holder == connection:
            return []
        before = entry.holder
        self._hand_over(entry, connection)
        if before is None or before not in self._connections:
            return []
        return [TellLinkEnded(before, link, RefusalCode.REPLACED, rejoin=False)]

    def drop(self, link: str) -> list[Effect]:
        """End a link that failed or was given up. Harmless for one that is gone already."""
        return [EndLink(link)] if self._take(link) is not None else []

    def leave(self, connection: str) -> list[Effect]:
        return [effect for link in self._held_by(connection) for effect in self.drop(link)]

    def change(self, changed: LinkChanged, now: datetime) -> list[Effect]:
        known = self._links.get(changed.link)
        if changed.state is LinkState.CLOSED:
            return self._closed(changed, now)
        if known is None:
            known = self._found(changed, now)
        known.become(changed.state, now)
        self._touched.add(known.room)
        return []

    def _closed(self, changed: LinkChanged, now: datetime) -> list[Effect]:
        known = self._take(changed.link)
        if known is None:
            return []
        code, rejoin = changed.refusal or RefusalCode.ROOM_NOT_CONNECTED, True
        if code is RefusalCode.TOO_MUCH_MEDIA:
            rejoin = self._cut_offs.note(known.place, now)
        return self._told(known, code, rejoin=rejoin) if known.agreed else []

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
            link.state, link.silent_since, link.report = None, None, None
            self._touched.add(link.room)

    def overdue(self, now: datetime) -> list[Effect]:
        self._cut_offs.forget_old(now)
        late = [name for name, link in self._links.items() if link.is_overdue(now)]
        return [effect for link in late for effect in self.drop(link)]

    def report(self, report: LinkReport) -> RoomCode | None:
        link = self._links.get(report.link)
        if link is None:
            return None
        link.report = report
        self._tell_line(link)
        return link.room

    def _tell_line(self, link: LinkEntry) -> None:
        """Before the first report nothing is known of the line, and nothing is said."""
        if link.holder is None or link.report is None or link.told == (link.holder, link.report.layer):
            return
        link.told = (link.holder, link.report.layer)
        self._lines.append(LineChanged(*link.told))

    def _found(self, changed: LinkChanged, now: datetime) -> LinkEntry:
        kept = changed.link.startswith(_HTTP_PREFIXES)
        link = LinkEntry(changed.link, changed.room, changed.purpose, None, agreed=True)
        link.free_since = None if kept else now
        self._put(link)
        self._adopt(changed.room)
        return link

    def _held_by(self, connection: str) -> list[str]:
        holder = self._connections.get(connection)
        if holder is None:
            return []
        return [name for name, link in self._of_room(holder.room).items() if link.holder == connection]

    def _told(self, link: LinkEntry, code: RefusalCode, *, rejoin: bool = True) -> list[Effect]:
        if link.holder in self._connections and link.holder is not None:
            return [TellLinkEnded(link.holder, link.name, code, rejoin)]
        return []

    def drain_lines(self) -> list[LineChanged]:
        """What holders are to be told of their lines since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "links": len(self._links),
            "states": {state.value: count for state, count in self.states().items()},
            "connections": len(self._connections),
            "free": sum(link.free_since is not None for link in self._links.values()),
            "cut_off_lately": len(self._cut_offs),
        }
