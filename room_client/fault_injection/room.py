"""A room that something happens to: `begin` a fault, `end` it, and it comes back as a real one would."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from room_client.environment import Environment
from room_client.fault_injection.devices import FaultyDevice, FaultyMicrophone
from room_client.fault_injection.faults import LOSS_SHARE, Fault
from room_client.fault_injection.line import FaultyLine
from room_client.path import Path, PathOwner
from room_client.room import Room, RoomObserver, RoomOptions, RoomOutcome
from room_client.sources.contract import Source
from room_client.sources.ear import Hears
from signaling.wire.slots import Upstream

_RESTARTED = (Fault.KILLED, Fault.POWER_CUT)


class MisbehavingRoom(Environment):
    """`start`, `begin` and `end` as often as wanted, `stop`. `room` is the present one: two faults end it."""

    def __init__(self, options: RoomOptions, *observers: RoomObserver, seed: int = 0) -> None:
        """Raises ValueError for a server that is not reached by plain HTTP."""
        self.room: Room | None = None
        self.fault: Fault | None = None
        self._options = options
        self._observers = observers
        self._line = FaultyLine(options.server_url, seed)
        self._camera: FaultyDevice | None = None
        self._microphone: FaultyMicrophone | None = None
        self._run: asyncio.Task[RoomOutcome] | None = None

    async def start(self) -> None:
        await self._line.open()
        self._switch_on()

    async def stop(self) -> None:
        self._line.mend()
        await self._switch_off()
        await self._line.close()

    async def begin(self, fault: Fault) -> None:
        """Raises ValueError while there is another one."""
        if self.fault is not None:
            raise ValueError(f"came {fault} during {self.fault}; allowed is one at a time")
        self.fault = fault
        match fault:
            case Fault.CAMERA_UNPLUGGED | Fault.SILENT_MICROPHONE:
                self._tell_devices()
            case Fault.LOSS:
                self._line.loss = LOSS_SHARE
            case Fault.LINE_DEAD:
                self._line.cut()
            case Fault.KILLED:
                self._line.cut()
                await self._line.hang_up()
                await self._switch_off()
            case Fault.POWER_CUT:
                self._line.cut()
                await self._line.strand()
                await self._switch_off()

    async def end(self) -> None:
        """The fault is over; what the room makes of it is its own affair."""
        fault, self.fault = self.fault, None
        self._line.loss = 0.0
        self._tell_devices()
        self._line.mend()
        if fault in _RESTARTED:
            self._switch_on()

    # --- the environment of the room

    def open_path(self, remote: tuple[str, int], owner: PathOwner) -> Path:
        return self._line.open_path(remote, owner)

    def source(self, upstream: Upstream, source: Source) -> Source:
        if upstream is Upstream.CAMERA:
            source = self._camera = FaultyDevice(source)
        elif upstream is Upstream.MICROPHONE and isinstance(source, Hears):
            source = self._microphone = FaultyMicrophone(source, source.ear)
        self._tell_devices()
        return source

    def _tell_devices(self) -> None:
        camera = self._camera.unplugged if self._camera is not None else None
        microphone = self._microphone.ear.muted if self._microphone is not None else None
        for switch, fault in ((camera, Fault.CAMERA_UNPLUGGED), (microphone, Fault.SILENT_MICROPHONE)):
            if switch is None:
                continue
            if self.fault is fault:
                switch.set()
            else:
                switch.clear()

    def _switch_on(self) -> None:
        options = replace(self._options, server_url=self._line.url, environment=self)
        self.room = Room(options, *self._observers)
        self._run = asyncio.create_task(self.room.run(), name="misbehaving room")

    async def _switch_off(self) -> None:
        if self.room is not None and self._run is not None:
            self.room.stop()
            await asyncio.gather(self._run, return_exceptions=True)
        self.room = self._run = None
        self._camera = self._microphone = None
