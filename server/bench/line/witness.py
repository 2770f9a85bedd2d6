"""The process on the room's side of the line: an unattended room, asked what it saw and heard so far.

    ip netns exec NAME python -m server.bench.line.witness --server http://10.77.0.1:8080

with the room's key in TIEPDAN_ROOM_KEY. It answers every line on stdin with a `Seen` as one line of JSON, and
ends with the end of stdin. Times are monotonic seconds: one clock for all processes of a machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence

import uvloop
from pydantic import BaseModel

from room_client.room import Room, RoomOptions
from server.bench.line.seeing import Seeing
from signaling.wire.slots import SlotName

LOOK_EVERY_S = 0.01


class Seen(BaseModel):
    """Of the desk's picture and sound, until `at_s`. Of a freeze that lasts, the end is None."""

    at_s: float
    state: str
    path: str  # how media travels: direct, turn_tcp …
    joins: int
    pictures: int  # shown: whole, and everything since their key frame, too
    last_picture_s: float | None
    freezes: tuple[tuple[float, float | None], ...]
    sounds: int  # pieces of 20 ms, heard in time
    last_sound_s: float | None
    missing_sound_s: float
    layers: tuple[tuple[float, str], ...]  # since when the line carries what, as the server said

    @property
    def frozen(self) -> bool:
        return bool(self.freezes) and self.freezes[-1][1] is None

    def frozen_s(self, since_s: float) -> float:
        """Seconds of frozen picture from then until `at_s`."""
        spans = ((max(began, since_s), self.at_s if ended is None else ended) for began, ended in self.freezes)
        return sum(max(0.0, ended - began) for began, ended in spans)


class Witness:
    def __init__(self, options: RoomOptions) -> None:
        self._room = Room(options)
        self._seeing = Seeing()
        self._ended = asyncio.Event()
        self._half_line = b""

    async def run(self) -> None:
        """Until stdin ends, or the room is refused for good."""
        loop = asyncio.get_running_loop()
        living = asyncio.create_task(self._room.run(), name="room")
        looking = asyncio.create_task(self._look(), name="looking")
        living.add_done_callback(lambda _: self._ended.set())
        loop.add_reader(sys.stdin.fileno(), self._asked)
        try:
            await self._ended.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())
            self._room.stop()
            looking.cancel()
            await asyncio.gather(living, looking, return_exceptions=True)

    def seen(self) -> Seen:
        now_s, seeing, room = time.monotonic(), self._seeing, self._room
        return Seen(
            at_s=now_s,
            state=room.state.value,
            path=room.path.value if room.path is not None else "",
            joins=room.joins,
            pictures=seeing.pictures,
            last_picture_s=seeing.last_picture_s,
            freezes=tuple((freeze.began_s, freeze.ended_s) for freeze in seeing.freezes),
            sounds=seeing.sounds,
            last_sound_s=seeing.last_sound_s,
            missing_sound_s=room.experience.gaps(now_s)[SlotName.DESK_AUDIO].missing_s,
            layers=tuple(room.experience.layers),
        )

    async def _look(self) -> None:
        while True:
            now_s = time.monotonic()
            gaps = self._room.experience.gaps(now_s)
            self._seeing.look(gaps[SlotName.DESK_VIDEO].pieces, gaps[SlotName.DESK_AUDIO].pieces, now_s)
            await asyncio.sleep(LOOK_EVERY_S)

    def _asked(self) -> None:
        came = os.read(sys.stdin.fileno(), 4096)
        if not came:
            self._ended.set()
            return
        *lines, self._half_line = (self._half_line + came).split(b"\n")
        for _ in lines:
            print(self.seen().model_dump_json(), flush=True)


async def _run(options: RoomOptions) -> None:
    await Witness(options).run()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A room on one side of a line")
    parser.add_argument("--server", required=True, help="address of the server")
    given = parser.parse_args(arguments)
    uvloop.run(_run(RoomOptions(given.server, os.environ["TIEPDAN_ROOM_KEY"], video="none", audio="none")))


if __name__ == "__main__":
    main()
