"""What surrounds the reception: the registry's rooms, their links and devices, media, recorder, attendance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from server.receptions.attendance import Attendance
from server.receptions.effects import Effect
from server.receptions.keeping import RoomsKeeping
from server.receptions.line_quality import LineQualities, Seen
from server.receptions.link_entry import KEPT_S
from server.receptions.links import LinkBook
from server.receptions.programme import RoomFacts, UpcomingFacts
from server.receptions.summonses import Summonses
from server.receptions.tables import Presence
from signaling.messages import Devices, Received, RoomCode
from signaling.ports import MediaSnapshot, RecordingGrew


class Surroundings:
    def __init__(self) -> None:
        self.rooms: dict[RoomCode, RoomFacts] = {}
        self.links = LinkBook()
        self.devices: dict[RoomCode, Devices] = {}
        self.keeping = RoomsKeeping()
        self.lines = LineQualities()
        self.received: dict[RoomCode, Received] = {}
        self.software: dict[RoomCode, str] = {}  # as the room named it when it connected last
        self.summonses = Summonses()
        self.upcoming: tuple[UpcomingFacts, ...] = ()
        self.slots: dict[str, RoomCode | None] = {}
        self.media_running = False
        self.recorder_running = False
        self.grew: RecordingGrew | None = None
        self._attendance: Attendance | None = None
        self._media_lost_at: datetime | None = None  # the last moment for which links are vouched for
        self._give_up_at: datetime | None = None

    # --- attendance --------------------------------------------------------------------------------

    def begin_attendance(
        self, reception: int, spans: Mapping[tuple[RoomCode, Presence], datetime] | None = None
    ) -> None:
        self._attendance = Attendance(reception, spans or {})

    def end_attendance(self, now: datetime) -> list[Effect]:
        """Close every span; nothing is counted until the next `begin_attendance`."""
        attendance, self._attendance = self._attendance, None
        if attendance is None:
            return []
        return [
            row
            for code in sorted(attendance.rooms())
            if code in self.rooms
            for row in attendance.settle(self.rooms[code], None, False, False, now)
        ]

    def settle(self, code: RoomCode, may_receive: bool, on_floor: bool, now: datetime) -> list[Effect]:
        """The rows that bring the attendance of one room up to date. While media is away nothing is known of
        links: then only what the desk itself ended is written down."""
        room = self.rooms.get(code)
        if self._attendance is None or room is None:
            return []
        if self._media_lost_at is not None:
            return list(self._attendance.withdraw(room, may_receive, on_floor, now))
        return list(self._attendance.settle(room, self.links.state_of(code), may_receive, on_floor, now))

    def assess_line(self, code: RoomCode, may_receive: bool, now: datetime) -> None:
        links = self.links
        silent = links.silent_since(code) is not None
        state, report = links.state_of(code), links.report_of(code)
        self.lines.assess(code, Seen.of(state, silent, links.is_joining(code), may_receive, report), now)

    def attended(self) -> frozenset[RoomCode]:
        return self._attendance.rooms() if self._attendance is not None else frozenset()

    # --- media -------------------------------------------------------------------------------------

    def lose_media(self, lost_at: datetime, now: datetime) -> None:
        """Links may live on without us, so nothing ends yet; after `KEPT_S` they count as gone since `lost_at`."""
        self.media_running = False
        self.slots.clear()
        if self._media_lost_at is None:
            self._media_lost_at = lost_at
            self._give_up_at = now + timedelta(seconds=KEPT_S)

    def find_media(self, snapshot: MediaSnapshot, now: datetime) -> tuple[list[Effect], datetime]:
        """Returns what to do, and the moment at which links that are gone were last vouched for."""
        self.media_running = True
        lost_at, self._media_lost_at, self._give_up_at = self._media_lost_at or now, None, None
        self.slots = dict(snapshot.slots)
        return self.links.compare(snapshot.links, now), lost_at

    def media_given_up(self, now: datetime) -> datetime | None:
        """The moment of the loss, once, when media has stayed away too long."""
        if self._give_up_at is None or now < self._give_up_at:
            return None
        lost_at, self._media_lost_at, self._give_up_at = self._media_lost_at, None, None
        self.links.forget_states()
        return lost_at
