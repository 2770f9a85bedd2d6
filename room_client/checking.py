"""What a room without a browser finds of itself, told to the server: which sources are missing, by which way media
goes, what got lost, the clock, and the room on the disk. Whether a picture lives it cannot see: it decodes none.

When it has joined, when a source goes or comes back, and every few hours, so that the office's board is never old.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime

from room_client.link import LinkCounts
from room_client.observing import RoomObserver
from room_client.path import PathKind
from room_client.room import Room
from room_client.sources.contract import SourceUnusable
from signaling.check_messages import CheckReason, Finding, Part, RoomChecked
from signaling.messages import StageView
from signaling.wire.slots import Upstream

EVERY_S = 6 * 3600.0
LOOK_EVERY_S = 2.0
SETTLES_S = 10.0  # after joining: packets come first, and a source that is missing says so
ENOUGH_PACKETS = 500  # for a share of lost ones
_PARTS = {Upstream.CAMERA: Part.PICTURE, Upstream.MICROPHONE: Part.SOUND}
_WAYS = {PathKind.TURN_UDP: Part.TURN_UDP, PathKind.TURN_TCP: Part.TURN_TCP, PathKind.TURN_TLS: Part.TURN_TCP}


class Checking(RoomObserver):
    """One of the room's observers; `keep` it running beside the room, which `watch` names."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._missing: frozenset[Upstream] = frozenset()
        self._ahead_s: float | None = None

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        self._missing = self._missing - {upstream} if problem is None else self._missing | {upstream}

    def on_stage(self, stage: StageView) -> None:
        if stage.server_time:
            self._ahead_s = (self._now() - datetime.fromisoformat(stage.server_time)).total_seconds()

    async def keep(self, room: Room) -> None:
        """Never returns; cancel it."""
        loop = asyncio.get_running_loop()
        told: frozenset[Upstream] | None = None
        due_s = loop.time() + SETTLES_S
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            path = room.path
            if path is None:  # between links: it settles anew
                due_s = max(due_s, loop.time() + SETTLES_S)
            elif loop.time() >= due_s or (told is not None and told != self._missing):
                missing, free_gb = self._missing, shutil.disk_usage("/").free / 1e9
                found = self.findings(path, room.counts(), free_gb)
                if await room.tell(RoomChecked(reason=CheckReason.UNATTENDED, findings=found)):
                    told, due_s = missing, loop.time() + EVERY_S

    def findings(self, path: PathKind, counts: LinkCounts | None, free_gb: float) -> tuple[Finding, ...]:
        """`path`: by which media goes now; a room takes a relay only where nothing else gets through."""
        found = [Finding(what=part, outcome="none") for source, part in _PARTS.items() if source in self._missing]
        if path is PathKind.DIRECT:
            found.append(Finding(what=Part.UDP, outcome="works"))
        else:
            found += [Finding(what=Part.UDP, outcome="blocked"), Finding(what=_WAYS[path], outcome="works")]
        packets = sum(each.packets for each in counts.slots.values()) if counts is not None else 0
        lost = sum(max(0, each.lost) for each in counts.slots.values()) if counts is not None else 0
        if packets >= ENOUGH_PACKETS:
            share = {"loss_down_percent": round(100 * lost / (packets + lost), 1)}
            found.append(Finding(what=Part.LINE, outcome="measured", figures=share))
        if self._ahead_s is not None:
            found.append(
                Finding(what=Part.CLOCK, outcome="compared", figures={"ahead_s": round(self._ahead_s, 1)})
            )
        return (*found, Finding(what=Part.DISK, outcome="measured", figures={"free_gb": round(free_gb, 1)}))
