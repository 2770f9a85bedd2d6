"""A room's experience as a JSON file, for benchmarks that run rooms elsewhere, in a network namespace say.

Without names, SDP and addresses. Seconds are since the room started; `longest_gap_s` is without a new picture,
or without sound. Written whole and renamed, so that a reader never sees half a file.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from room_client.room import Room
from room_client.whole_file import write_whole

EVERY_S = 1.0


def report(room: Room, started_s: float, now_s: float) -> dict[str, object]:
    """What the file holds, at the monotonic time `now_s`."""
    experience = room.experience
    silences = [*experience.silences]
    if experience.silent_since is not None:
        silences.append((experience.silent_since, now_s))
    return {
        **room.debug_snapshot(),
        "seconds": round(now_s - started_s, 3),
        "slots": {
            slot.value: {
                "expected_s": round(gaps.expected_s, 3),
                "frozen_s" if slot.is_video else "missing_s": round(gaps.missing_s, 3),
                "longest_gap_s": round(gaps.longest_s, 3),
                "pictures" if slot.is_video else "pieces": gaps.pieces,
            }
            for slot, gaps in experience.gaps(now_s).items()
        },
        "streams": _streams(room),
        "layers": [[round(at - started_s, 3), layer] for at, layer in experience.layers],
        "silences": [[round(since - started_s, 3), round(until - started_s, 3)] for since, until in silences],
    }


def _streams(room: Room) -> dict[str, dict[str, object]]:
    """Counts of the present link, where there is one."""
    counts = room.counts()
    if counts is None:
        return {}
    return {
        slot.value: {
            "packets": c.packets,
            "lost": c.lost,
            "repaired": c.repaired,
            "key_frames": c.key_frames,
            "jitter_ms": round(c.jitter_ms, 1),
        }
        for slot, c in counts.slots.items()
    }


class ReportFile:
    """`keep` it as a task; `write` once more at the end."""

    def __init__(self, path: Path, room: Room) -> None:
        self._path = path
        self._room = room
        self._started_s = time.monotonic()

    async def keep(self) -> None:
        while True:
            self.write()
            await asyncio.sleep(EVERY_S)

    def write(self) -> bool:
        """False: the file cannot be written at present. A full disk is no reason to end a room."""
        text = json.dumps(report(self._room, self._started_s, time.monotonic()), indent=1)
        try:
            write_whole(self._path, text + "\n", lasting=False)
        except OSError:
            return False
        return True
