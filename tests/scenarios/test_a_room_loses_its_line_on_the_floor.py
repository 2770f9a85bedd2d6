"""A room has the floor and its line goes down: what it says is kept there, and handed over as a late source."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from recordings.corrections import read
from recordings.findings import Part, State, worst
from recordings.keys import read_public_keys
from recordings.late import late_of
from recordings.store import Folder
from recordings.verifying import verify_recording
from room_client.environment import Environment
from room_client.fault_injection.line import FaultyLine
from room_client.keeping.keeping import KeepOptions
from room_client.observing import RoomOptions
from room_client.path import Path as MediaPath
from room_client.path import PathOwner
from room_client.room import Room
from signaling.desk_messages import CommandName
from signaling.messages import Purpose
from tests.scenarios.province import DESK, HA_KHANH, Province
from tests.waiting import eventually


class OverLine(Environment):
    def __init__(self, line: FaultyLine) -> None:
        self._line = line

    def open_path(self, remote: tuple[str, int], owner: PathOwner) -> MediaPath:
        return self._line.open_path(remote, owner)


@asynccontextmanager
async def running(options: RoomOptions) -> AsyncIterator[Room]:
    room = Room(options)
    run = asyncio.create_task(room.run())
    try:
        yield room
    finally:
        room.stop()
        await run


def is_entered(folder: Path) -> bool:
    manifest = Folder(folder).load()
    return manifest is not None and manifest.state == "sealed" and bool(late_of(read(folder)))


async def test_what_it_says_meanwhile_is_handed_over_late(province: Province, tmp_path: Path) -> None:
    line = FaultyLine(province.address, seed=1)
    await line.open()
    kept = tmp_path / "kept"
    options = RoomOptions(
        line.url, province.key(HA_KHANH), environment=OverLine(line), keep=KeepOptions(kept, megabytes=100)
    )
    desk = RoomOptions(province.address, province.key(DESK), purpose=Purpose.DESK)
    try:
        async with running(desk):
            async with running(options) as room:
                await province.press(CommandName.OPEN)
                await province.press(CommandName.NEXT)
                await eventually(lambda: None if room.joins else "the room has not joined")
                await province.press(CommandName.FLOOR, HA_KHANH)
                given = time.time()
                await eventually(lambda: None if room.on_air else "the room is not on air")
                line.cut()
                await eventually(lambda: None if room.keeping else "the room keeps nothing")
                await province.press(CommandName.TAKE_FLOOR_BACK)  # which nobody can tell the room
                taken = time.time()
                await eventually(lambda: None if time.time() > taken + 1.5 else "it talks on")
                assert room.keeping
            await province.press(CommandName.END, confirm=True)
            assert list(kept.glob("*.mkv")), "it is on the disk of a room whose process has ended"
            line.mend()
            async with running(options):
                (folder,) = province.settings.recordings_directory.iterdir()
                await eventually(lambda: None if not any(kept.iterdir()) else f"kept: {sorted(kept.iterdir())}")
                await eventually(lambda: None if is_entered(folder) else "no late source is entered", 20)
    finally:
        await line.close()
    (late,) = late_of(read(folder))
    assert (late.room, late.codec) == (HA_KHANH, "h264")
    assert given - 1 < late.started_epoch < given + 3
    assert late.ended_epoch <= taken, "what was said after the floor is not there"
    assert late.seconds > 3
    keys = read_public_keys(province.settings.signing_directory / "keys.json")
    report = verify_recording(folder, keys)
    findings = {finding.name: finding for finding in report.findings}
    assert findings["late-0001.mkv"].part is Part.LATE
    assert findings["late-0001.mkv"].state is State.WHOLE
    assert worst(f.state for f in report.findings if f.part is not Part.STAMP) is State.WHOLE
