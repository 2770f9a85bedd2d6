"""When a room checks itself without being asked: in the morning, and before each planned reception. Pure.

Rooms are spread over a span of time, each at its own place in it, always the same: so a province of 177 rooms does
not measure its lines in one second, and a room's officer learns when the light of the camera goes on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from server.receptions.dated_rules import ReceptionRules
from server.receptions.programme import UpcomingFacts
from server.web.languages import day_began, local_day
from signaling.check_messages import CheckReason, ChecksView, PlannedCheck
from signaling.messages import RoomCode

DAYS_AHEAD = 2  # a room that is cut off for a day still knows its hour
LATE = timedelta(minutes=20)
"""So long a room still checks that was busy, or off, at its hour."""


def checks_view(
    room: RoomCode,
    upcoming: Iterable[UpcomingFacts],
    rules: ReceptionRules,
    morning: timedelta | None,
    now: datetime,
) -> ChecksView:
    """`morning`: how long after midnight, None: not in the morning. What is over for longer than `LATE` is left
    out; nothing else depends on the hour."""
    found = []
    for ahead in range(DAYS_AHEAD if morning is not None else 0):
        began = day_began(now) + timedelta(days=ahead)
        moment = began + (morning or timedelta()) + rules.check_spread(local_day(began)) * place_of(room)
        found.append((moment, CheckReason.MORNING))
    for reception in upcoming:
        day = local_day(reception.planned_at)
        lead, spread = rules.check_lead(day), rules.check_spread(day)
        if lead:
            found.append((reception.planned_at - lead - spread * place_of(room), CheckReason.SESSION))
    wanted = sorted((moment, reason) for moment, reason in found if moment > now - LATE)
    return ChecksView(checks=tuple(PlannedCheck(at=at.isoformat(), reason=why) for at, why in wanted))


def place_of(room: RoomCode) -> float:
    """From 0 up to but not 1, evenly, the same at every start of the server."""
    return zlib.crc32(room.encode()) / 2**32
