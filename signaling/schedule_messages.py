"""What lets a room's page stay open for good: what comes next, which page the server has, what time it is;
namespace ``/room``. A room that does not know them misses nothing of a reception."""

from __future__ import annotations

from typing import ClassVar

from signaling.messages import Message


class PlannedView(Message):
    """A reception to come, as this room may know it."""

    event: ClassVar[str] = "planned_reception"
    planned_at: str  # ISO 8601 with offset
    title: str = ""  # empty, like `place`, until it was announced or the room is summoned to it
    place: str = ""


class ScheduleView(Message):
    """What this room waits for. Sent whole: after connecting, before the first `stage`, and on every change."""

    event: ClassVar[str] = "schedule"
    join_at: str = (
        ""  # from when on it is to have its camera, its microphone and its link; empty: nothing is planned
    )
    next: tuple[PlannedView, ...] = ()  # the next one first


class SoftwareView(Message):
    """Which page this server has: another one is out of date. Sent once, before the first `stage`."""

    event: ClassVar[str] = "software"
    page: str


class Clock(Message):
    """What time is it? Asked after a sleep, or where the room's own clock was put forward or back."""

    event: ClassVar[str] = "clock"


class ClockTold(Message):
    """Acknowledgement of `Clock`."""

    event: ClassVar[str] = "clock_told"
    server_time: str  # ISO 8601 with offset
