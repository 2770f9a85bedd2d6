"""A room without a browser has the floor; its power, or its cable, goes. It comes back by itself, still on air.

What the desk's side sees and hears of it is told by another room beside the server (`--report`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.bench.line.conditions import Conditions, Phase
from server.bench.line.joined import Joined
from server.bench.line.namespaces import Namespace
from server.bench.line.office import Ready
from server.bench.line.presets import PRESETS
from server.control_socket import control_socket
from signaling.desk_messages import Command, CommandName
from signaling.ports import RunCommand
from tests.lines.scene import passed
from tests.waiting import eventually

STARTED_AGAIN_AFTER_S = 2.0  # as the service says (RestartSec)
BACK_WITHIN_S = 20.0  # on a machine under load; a few seconds otherwise
JOINED_WITHIN_S = 60.0  # a process starts, beside everything else
DARK_S = 10.0


class Appliance:
    """`tiepdan room`, as a process that can be killed and that somebody starts again."""

    def __init__(self, inside: Namespace, address: str, key: str, report: Path, video: str = "test") -> None:
        program = Path(sys.executable).with_name("tiepdan")
        self._command = inside.command(
            str(program), "room", "--server", address, "--video", video, "--audio", video, "--report", str(report)
        )
        self._key = key
        self._report = report
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            env={**os.environ, "TIEPDAN_ROOM_KEY": self._key},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """-9: nothing is said to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self._report.read_text(encoding="utf-8")) if self._report.exists() else {}


class OnTheFloor:
    """What another room sees and hears of the room that speaks."""

    def __init__(self, witness: Appliance) -> None:
        self._witness = witness

    def seen(self) -> tuple[int, int]:
        slots = self._witness.report.get("slots", {})
        return slots.get("floor_video", {}).get("pictures", 0), slots.get("floor_audio", {}).get("pieces", 0)

    async def goes_on(self, within_s: float) -> float:
        """Wait for two seconds' worth of new pictures and sound; how long that took."""
        pictures, sounds = self.seen()
        asked_s = time.monotonic()

        def missing() -> str | None:
            more = self.seen()[0] - pictures, self.seen()[1] - sounds
            return (
                None if more[0] >= 20 and more[1] >= 60 else f"{more[0]} pictures, {more[1]} pieces of sound more"
            )

        await eventually(missing, within_s)
        return time.monotonic() - asked_s


@pytest.fixture
def appliances(
    line: Joined, reception: tuple[Joined, Ready], tmp_path: Path
) -> Iterator[tuple[Appliance, OnTheFloor, str, Ready]]:
    _, ready = reception
    codes = list(ready.room_keys)
    speaking = Appliance(line.room, ready.address, ready.room_keys[codes[0]], tmp_path / "speaks.json")
    watching = Appliance(line.server, ready.address, ready.room_keys[codes[1]], tmp_path / "sees.json", "none")
    for each in (speaking, watching):
        each.start()
    yield speaking, OnTheFloor(watching), codes[0], ready
    for each in (speaking, watching):
        each.kill()


@asynccontextmanager
async def floor_given(ready: Ready, code: str, appliance: Appliance) -> AsyncIterator[None]:
    await eventually(
        lambda: "" if appliance.report.get("joins") else "the appliance has not joined", JOINED_WITHIN_S
    )
    async with control_socket(ready.run_directory) as control:
        await control.request(RunCommand(command=Command(name=CommandName.FLOOR, room=code)))
        yield
        await control.request(RunCommand(command=Command(name=CommandName.TAKE_FLOOR_BACK)))


async def test_it_is_killed_and_started_again(appliances: tuple[Appliance, OnTheFloor, str, Ready]) -> None:
    speaking, floor, code, ready = appliances
    async with floor_given(ready, code, speaking):
        await floor.goes_on(BACK_WITHIN_S)
        speaking.kill()
        await passed(time.monotonic() + STARTED_AGAIN_AFTER_S)
        before = floor.seen()
        speaking.start()
        await floor.goes_on(BACK_WITHIN_S)
        assert floor.seen() > before


async def test_its_cable_is_out_for_ten_seconds(
    line: Joined, appliances: tuple[Appliance, OnTheFloor, str, Ready]
) -> None:
    speaking, floor, code, ready = appliances
    async with floor_given(ready, code, speaking):
        await floor.goes_on(BACK_WITHIN_S)
        joins = speaking.report["joins"]
        dark = Conditions(dark=True)
        line.line.becomes([Phase(dark, dark, DARK_S), PRESETS["good-line"].phases[0]])
        await passed(time.monotonic() + DARK_S)
        await floor.goes_on(BACK_WITHIN_S)
        assert speaking.report["joins"] == joins, "it went on with the link it had"


async def test_it_moves_to_another_address_meanwhile(
    line: Joined, appliances: tuple[Appliance, OnTheFloor, str, Ready]
) -> None:
    speaking, floor, code, ready = appliances
    async with floor_given(ready, code, speaking):
        await floor.goes_on(BACK_WITHIN_S)
        line.room_moves()
        try:
            await floor.goes_on(BACK_WITHIN_S)
        finally:
            line.room_moves_back()
