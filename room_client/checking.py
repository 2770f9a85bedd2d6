"""What a room without a browser finds of itself, told to the server: which sources are missing, how its
microphone hears, by which way media goes, what got lost, the clock, and the room on the disk. Whether a picture
lives it cannot see: it decodes none.

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
from room_client.sound_verdict import judge_sound
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.sources.ear import Ear
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
        self._troubles: dict[Upstream, str] = {}  # what its finding is to say
        self._ahead_s: float | None = None

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if problem is None:
            self._troubles.pop(upstream, None)
        else:
            self._troubles[upstream] = "dead" if problem.problem is SourceProblem.SILENT else "none"

    def on_stage(self, stage: StageView) -> None:
        if stage.server_time:
            self._ahead_s = (self._now() - datetime.fromisoformat(stage.server_time)).total_seconds()

    async def keep(self, room: Room) -> None:
        """Never returns; cancel it."""
        loop = asyncio.get_running_loop()
        told: dict[Upstream, str] | None = None
        due_s = loop.time() + SETTLES_S
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            path = room.path
            if path is None:  # between links: it settles anew
                due_s = max(due_s, loop.time() + SETTLES_S)
            elif loop.time() >= due_s or (told is not None and told != self._troubles):
                troubles = self._troubles.copy()
                if await room.tell(self.check(room, path)):
                    told, due_s = troubles, loop.time() + EVERY_S

    def check(self, room: Room, path: PathKind) -> RoomChecked:
        found = self.findings(path, room.counts(), shutil.disk_usage("/").free / 1e9, room.ear)
        return RoomChecked(reason=CheckReason.UNATTENDED, findings=found)

    def findings(
        self, path: PathKind, counts: LinkCounts | None, free_gb: float, ear: Ear | None = None
    ) -> tuple[Finding, ...]:
        """`path`: by which media goes now; a room takes a relay only where nothing else gets through."""
        found = [
            Finding(what=part, outcome=self._troubles[source])
            for source, part in _PARTS.items()
            if source in self._troubles
        ]
        heard = (
            judge_sound(ear.recent()) if ear is not None and Upstream.MICROPHONE not in self._troubles else None
        )
        if heard is not None:
            figures = {"level_db": round(heard.level_db, 1)}
            found.append(Finding(what=Part.SOUND, outcome=heard.outcome, figures=figures))
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
