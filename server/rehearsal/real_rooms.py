"""A rehearsal with the rooms that are there: who comes, who receives, who is seen on the floor, and how fast.

It plays no room itself. Everything is read from the running server, as its console has it, over its local socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from rich.table import Table

from server.receptions.rehearsal_facts import REHEARSAL
from signaling.channel import Channel
from signaling.desk_messages import Command, CommandName, RoomEntry, RoomPresence
from signaling.messages import DeviceState
from signaling.ports import AskStatus, BeginRehearsal, ReceptionStatus, RunCommand
from signaling.refusals import RefusalCode, Refused

LOOK_EVERY_S = 0.25  # a status of 600 rooms is 200 kB
MEASURED_EVERY_S = 0.05  # while a picture is waited for
SHOWN_WITHIN_S = 6.0  # from the floor to the first picture on the stage
ON_AIR_S = 3.0  # so long each room is shown: the others report every 2 s what came
REPORTED_WITHIN_S = 5.0

Progress = Callable[[str], None]


@dataclass(slots=True)
class RoomFound:
    """Of one room. Seconds; None: not within the limit, or not tried."""

    code: str
    name: str
    there_s: float | None = None  # from the opening until it has its link
    shown_s: float | None = None  # from the floor until its picture is on the stage
    had_floor: bool = False
    received: bool | None = None  # pictures, while others were shown; None: nobody else was
    camera: str = ""
    microphone: str = ""
    loss_percent: float | None = None

    def problems(self) -> list[str]:
        if self.there_s is None:
            return ["was not there"]
        found = [
            (
                self.had_floor and self.shown_s is None,
                f"no picture within {SHOWN_WITHIN_S:.0f} s of getting the floor",
            ),
            (self.received is False, "received no picture"),
            (self.camera in (DeviceState.MISSING, DeviceState.BLOCKED), f"camera {self.camera}"),
            (self.microphone in (DeviceState.MISSING, DeviceState.BLOCKED), f"microphone {self.microphone}"),
        ]
        return [sentence for holds, sentence in found if holds]


@dataclass(slots=True)
class RealReport:
    """`broken_off`: a real reception was opened meanwhile, or somebody ended the rehearsal."""

    rooms: list[RoomFound] = field(default_factory=list)
    broken_off: bool = False

    @property
    def there(self) -> list[RoomFound]:
        return [room for room in self.rooms if room.there_s is not None]

    @property
    def ok(self) -> bool:
        """Rooms that were not there are counted, and no fault: nobody may have invited them."""
        return not self.broken_off and bool(self.there) and not any(room.problems() for room in self.there)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "there": len(self.there), "ok": self.ok}

    def as_table(self) -> Table:
        """Rooms in trouble first; of those that were not there only the number."""
        there = self.there
        table = Table(
            "Room", "There after", "Received", "Shown after", "What is wrong", title="Rehearsal with real rooms"
        )
        for room in sorted(there, key=lambda one: (not one.problems(), one.name)):
            received = {True: "yes", False: "no", None: "–"}[room.received]
            shown = _seconds(room.shown_s) if room.had_floor else "–"
            wrong = ", ".join(room.problems())
            table.add_row(room.name, _seconds(room.there_s), received, shown, f"[red]{wrong}[/]" if wrong else "")
        table.caption = f"{len(there)} of {len(self.rooms)} rooms were there" + (
            "; broken off: another reception was opened, or somebody ended it" if self.broken_off else ""
        )
        return table


class RealRehearsal:
    """One run over `control`, the conversation with a running server, with which it ends at the latest."""

    def __init__(self, control: Channel, wait_s: float, step: Progress) -> None:
        """`wait_s`: for rooms to come."""
        self._control = control
        self._wait_s = wait_s
        self._step = step
        self._rooms: dict[str, RoomFound] = {}

    async def run(self) -> RealReport:
        """Raises Refused where a reception is open, ChannelClosed where the server goes away."""
        await self._control.request(BeginRehearsal())
        report = RealReport()
        try:
            self._step("the rooms come")
            await self._gather()
            there = [room for room in self._rooms.values() if room.there_s is not None]
            before = await self._pictures()
            for room in there:
                self._step(f"{room.name} has the floor")
                await self._give_floor(room)
            await self._reported(there, before)
            await self._press(CommandName.END, confirm=True)
        except _BrokenOff:
            report.broken_off = True
        report.rooms = list(self._rooms.values())
        return report

    async def _gather(self) -> None:
        """Until all are there, or the time is over."""
        began = time.monotonic()
        while time.monotonic() < began + self._wait_s:
            for entry in (await self._look())[0]:
                room = self._rooms.setdefault(entry.code, RoomFound(entry.code, entry.name))
                if room.there_s is None and entry.presence is not RoomPresence.ABSENT:
                    room.there_s = round(time.monotonic() - began, 2)
            if all(room.there_s is not None for room in self._rooms.values()):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _give_floor(self, room: RoomFound) -> None:
        clicked = time.monotonic()
        room.had_floor = True
        try:
            await self._press(CommandName.FLOOR, room=room.code)
        except Refused:  # it has gone meanwhile
            return
        while time.monotonic() < clicked + (SHOWN_WITHIN_S if room.shown_s is None else ON_AIR_S):
            entries, slots = await self._look()
            if room.shown_s is None and slots.get("floor") == room.code:
                room.shown_s = round(time.monotonic() - clicked, 2)
            for entry in entries:
                if entry.code == room.code:
                    room.camera, room.microphone = entry.camera or "", entry.microphone or ""
                    room.loss_percent = entry.loss_percent
            await asyncio.sleep(MEASURED_EVERY_S if room.shown_s is None else LOOK_EVERY_S)

    async def _reported(self, there: list[RoomFound], before: dict[str, int]) -> None:
        """Who received pictures, as the rooms themselves say it, and with the last word of each."""
        shown = {room.code for room in there if room.shown_s is not None}
        self._step("the rooms say what they received")
        deadline = time.monotonic() + REPORTED_WITHIN_S
        waiting = [room for room in there if shown - {room.code}]
        for room in waiting:
            room.received = False
        while waiting and time.monotonic() < deadline:
            now = await self._pictures()
            for room in waiting:
                room.received = now.get(room.code, 0) != before.get(room.code, 0)  # a new link counts anew
            waiting = [room for room in waiting if not room.received]
            await asyncio.sleep(LOOK_EVERY_S)

    async def _press(self, name: CommandName, room: str | None = None, *, confirm: bool = False) -> None:
        """Raises Refused; _BrokenOff, and touches nothing, where another reception is open by now."""
        command = Command(name=name, reception=REHEARSAL, room=room, confirm=confirm)
        try:
            await self._control.request(RunCommand(command=command))
        except Refused as refused:
            if refused.code is RefusalCode.NO_OPEN_RECEPTION:
                raise _BrokenOff from refused
            raise

    async def _pictures(self) -> dict[str, int]:
        """Packets of pictures since each room joined."""
        received = {}
        for room in (await self._status()).rooms:
            counts = room.get("received")
            received[str(room["code"])] = int(counts["video_packets"]) if isinstance(counts, dict) else 0
        return received

    async def _look(self) -> tuple[list[RoomEntry], dict[str, str | None]]:
        status = await self._status()
        rooms = [{name: value for name, value in room.items() if name != "received"} for room in status.rooms]
        return [RoomEntry.model_validate(room) for room in rooms], status.slots

    async def _status(self) -> ReceptionStatus:
        """Raises _BrokenOff."""
        status = await self._control.request(AskStatus())
        assert isinstance(status, ReceptionStatus)
        if not status.rehearsed:
            raise _BrokenOff
        return status


class _BrokenOff(Exception):
    """The rehearsal is not open any more."""


def _seconds(value: float | None) -> str:
    return "[red]no[/]" if value is None else f"{value:.1f} s"
