"""The story: a reception of three items, the second closed; rooms, a desk, two rooms on the floor in turn.

Every step waits for what it is about, with a limit, and goes on: a report of what did not hold is worth more
than an exception at the first thing that did not.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import av
from sqlmodel import Session

from recordings.store import Folder
from room_client.fault_injection.faults import Fault
from room_client.fault_injection.room import MisbehavingRoom
from room_client.fleet import START_SPACING_S, CountingFleet, Fleet
from room_client.room import Room as PythonRoom
from room_client.room import RoomOptions
from server.control_socket import control_socket
from server.data.engine import Database
from server.data.schema import upgrade
from server.data.secret import load_secret
from server.demo.fill import fill_rehearsal
from server.rehearsal.faults import FaultsPlayed, Wished
from server.rehearsal.measuring import Eye, all_see_floor
from server.rehearsal.report import RecordingFound, Report, spread
from server.rooms.keys import make_key
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.server_process import server_process
from server.settings import Settings
from signaling.channel import Channel
from signaling.desk_messages import Command, CommandName, RoomEntry
from signaling.messages import Purpose
from signaling.ports import AskStatus, ReceptionStatus, RunCommand

JOIN_WITHIN_S = 20.0
FLOOR_WITHIN_S = 5.0
SEALED_WITHIN_S = 60.0
STILL_IN_FLIGHT_S = 0.1  # a closed item: no packet after 100 ms
STEPS = 9  # for the progress bar; two more with faults
SPEAKERS = 2  # rooms that have the floor in turn

Progress = Callable[[str], None]


class Rehearsal:
    """One run. `run` returns the report; the data directory is new, and only its recordings outlive it.

    `database`: the URL of an empty one, which is left as it is afterwards; without it SQLite in that directory.
    """

    def __init__(
        self,
        settings: Settings,
        rooms: int,
        seconds: float,
        today: date,
        step: Progress,
        database: str = "",
        *,
        beside: int = 0,
        faults: Sequence[Wished] = (),
        faults_last_s: float = 0.0,
    ) -> None:
        """`beside`: rooms more that only join and count what they get. `faults`: one room misbehaves for each.

        Raises ValueError where not enough rooms would be left to speak.
        """
        if len(faults) > rooms - SPEAKERS:
            raise ValueError(f"came {len(faults)} faults for {rooms} rooms; allowed are {rooms - SPEAKERS}")
        self._directory = Path(tempfile.mkdtemp(prefix="tiepdan-rehearsal-"))
        self._settings = settings.model_copy(
            update={
                "data": self._directory,
                "database": database,
                "http": f"127.0.0.1:{free_port()}",
                "media": f"127.0.0.1:{free_port(udp=True)}",
                "media_advertise": "",
            }
        )
        self._today = today
        self._seconds = seconds
        self._step = step
        self._changed = asyncio.Event()
        self._eyes: list[Eye] = []
        self._floor_changes_ms: list[float] = []
        self._faults = tuple(faults)
        self._faults_last_s = faults_last_s
        self._faults_took_s = 0.0
        self._misbehaving: dict[str, tuple[MisbehavingRoom, Fault]] = {}
        self.log_file = self._directory / "server.log"
        self.report = Report(rooms=rooms, seconds=seconds, beside=beside)

    async def run(self) -> Report:
        """Raises ServerNotReady; whatever else goes wrong stands in the report. Broken off, it leaves nothing."""
        try:
            await self._play()
        except asyncio.CancelledError:
            shutil.rmtree(self._directory, ignore_errors=True)
            raise
        self._throw_away()
        return self.report

    async def _play(self) -> None:
        self._step("preparing a throw-away province")
        rooms = self._prepare()
        secret = load_secret(self._directory)
        desk = next(room for room in rooms if room.level is RoomLevel.PROVINCE)
        by_code = sorted((room for room in rooms if room.level is RoomLevel.COMMUNE), key=lambda room: room.code)
        playing = self.report.rooms
        communes = [*self._faulty_last(by_code[:playing]), *by_code[playing:]]
        names = {room.code: room.name for room in communes}
        self._step("starting the server")
        async with (
            server_process(self._settings, self.log_file) as address,
            control_socket(self._settings.run_directory) as control,
        ):
            desk_key = make_key(secret, desk.code, desk.key_version)
            camera = PythonRoom(RoomOptions(server_url=address, key=desk_key, purpose=Purpose.DESK))
            filming = asyncio.create_task(camera.run(), name="rehearsed desk")
            self._eyes = [Eye(room.code, self._changed, self._settings.codec) for room in communes[:playing]]
            options = [RoomOptions(address, make_key(secret, room.code, room.key_version)) for room in communes]
            well = playing - len(self._faults)
            fleet = Fleet(options[:well], self._eyes[:well])
            beside = CountingFleet(address, [option.key for option in options[playing:]])
            self._misbehaving = {
                eye.code: (MisbehavingRoom(option, eye, seed=seed), wished.fault)
                for seed, (option, eye, wished) in enumerate(
                    zip(options[well:playing], self._eyes[well:], self._faults, strict=True)
                )
            }
            try:
                await self._reception(control, fleet, beside, names)
            finally:
                await asyncio.gather(*(room.stop() for room, _ in self._misbehaving.values()))
                await beside.stop()
                await fleet.stop()
                camera.stop()
                await asyncio.gather(filming, return_exceptions=True)
            self._step("sealing the recording")
            await self._recording()

    # --- the steps

    def _faulty_last(self, playing: list[Room]) -> list[Room]:
        """First those that are well, then one for each fault, in their order."""
        named = {room.code: room for room in playing if room.code in {each.room for each in self._faults}}
        others = [room for room in playing if room.code not in named]
        well = len(playing) - len(self._faults)
        any_of = iter(others[well:])
        return [*others[:well], *(named[each.room] if each.room else next(any_of) for each in self._faults)]

    def _prepare(self) -> list[Room]:
        database = Database(self._settings.database_url)
        try:
            upgrade(database.engine)
            database.run_here(fill_rehearsal, self.report.rooms + self.report.beside, self._today)

            def all_rooms(session: Session) -> list[Room]:
                return rooms_on(session, self._today)

            return database.run_here(all_rooms)
        finally:
            database.close()

    async def _reception(
        self, control: Channel, fleet: Fleet, beside: CountingFleet, names: Mapping[str, str]
    ) -> None:
        report = self.report
        self._step("opening the reception; the rooms join")
        await _press(control, CommandName.OPEN)
        await _press(control, CommandName.NEXT)
        beside.start(spacing_s=START_SPACING_S)
        fleet.start()
        for misbehaving, _ in self._misbehaving.values():
            await misbehaving.start()
        await self._until(lambda: all(eye.first_picture_ms is not None for eye in self._eyes), JOIN_WITHIN_S)
        seen = [eye for eye in self._eyes if eye.first_picture_ms is not None]
        report.rooms_receiving = len(seen)
        report.join_ms = spread([ms for eye in seen if (ms := eye.first_picture_ms) is not None])
        report.expect(len(seen) == report.rooms, f"{report.rooms - len(seen)} rooms saw no picture of the desk")
        if report.beside:
            await beside.until(lambda: all(room.pictured_at is not None for room in beside.rooms), JOIN_WITHIN_S)
            unseen = sum(room.pictured_at is None for room in beside.rooms)
            report.expect(not unseen, f"{unseen} rooms of those beside saw no picture of the desk")
        if self._misbehaving:
            await self._play_faults(control, fleet, beside, names)
        await self._turns(control, self._seconds * 0.5)
        self._step("a denunciation is called: the item is closed")
        await self._closed_item(control, fleet, beside, self._seconds * 0.2)
        self._step("the next item is open again")
        await _press(control, CommandName.NEXT)
        await self._turns(control, self._seconds * 0.3)
        report.packets_received, report.packets_lost = _counted(fleet, beside)
        self._step("ending the reception")
        await _press(control, CommandName.END, confirm=True)
        report.floor_change_ms = spread(self._floor_changes_ms)
        wanted = 4 * (report.rooms - 1)
        report.floor_changes_seen = len(self._floor_changes_ms)
        unseen = wanted - len(self._floor_changes_ms)
        report.expect(unseen == 0, f"{unseen} of {wanted} floor changes were not seen within {FLOOR_WITHIN_S} s")

    async def _play_faults(
        self, control: Channel, fleet: Fleet, beside: CountingFleet, names: Mapping[str, str]
    ) -> None:
        self._step(f"{len(self._misbehaving)} rooms misbehave")
        _, lost_before = _counted(fleet, beside)

        async def look() -> dict[str, RoomEntry]:
            status = await control.request(AskStatus())
            assert isinstance(status, ReceptionStatus)
            rooms = [{name: value for name, value in room.items() if name != "received"} for room in status.rooms]
            return {entry.code: entry for entry in map(RoomEntry.model_validate, rooms)}

        began = time.monotonic()
        found = await FaultsPlayed(self._misbehaving, look, names).play(self._faults_last_s)
        self._faults_took_s = time.monotonic() - began
        self._step("the faults are over")
        self.report.expect_faults(found)
        lost = self.report.packets_lost_beside_faults = _counted(fleet, beside)[1] - lost_before
        self.report.expect(lost == 0, f"rooms without a fault lost {lost} packets while others had one")

    async def _turns(self, control: Channel, seconds: float) -> None:
        """Two rooms have the floor in turn, each for half of `seconds`; then the floor is taken back."""
        for eye in self._eyes:
            eye.floor_went()
        for speaker in self._eyes[:SPEAKERS]:
            self._step(f"room {speaker.code} has the floor")
            clicked = time.monotonic()
            await _press(control, CommandName.FLOOR, room=speaker.code)
            await self._until(lambda code=speaker.code: all_see_floor(self._eyes, code), FLOOR_WITHIN_S)  # type: ignore[misc]
            self._floor_changes_ms += [
                (eye.floor_shown_at - clicked) * 1000
                for eye in self._eyes
                if eye.code != speaker.code and eye.floor_shows == speaker.code
            ]
            await asyncio.sleep(max(0.0, seconds / 2 - (time.monotonic() - clicked)))
        await _press(control, CommandName.TAKE_FLOOR_BACK)

    async def _closed_item(self, control: Channel, fleet: Fleet, beside: CountingFleet, seconds: float) -> None:
        await _press(control, CommandName.NEXT)
        await asyncio.sleep(STILL_IN_FLIGHT_S)
        before = self._packets(fleet, beside)
        await asyncio.sleep(seconds)
        leaked = self.report.leaked_packets_in_closed_item = self._packets(fleet, beside) - before
        told = sum(1 for eye in self._eyes if eye.stage and eye.stage.item and eye.stage.item.closed)
        self.report.expect(leaked == 0, f"{leaked} packets reached rooms during the closed item")
        self.report.expect(told == self.report.rooms, f"{self.report.rooms - told} rooms were not told of it")

    async def _recording(self) -> None:
        report, folder = self.report, None
        deadline = time.monotonic() + SEALED_WITHIN_S
        while time.monotonic() < deadline:
            folders = [path for path in self._settings.recordings_directory.iterdir() if path.is_dir()]
            folder = Folder(folders[0]) if folders else None
            manifest = folder.load() if folder else None
            if manifest is not None and manifest.state == "sealed" and manifest.playable is not None:
                break
            await asyncio.sleep(0.1)
        else:
            report.expect(False, f"the recording was not sealed within {SEALED_WITHIN_S:.0f} s")
            return
        file = folder.path / manifest.playable.file if folder else Path()
        report.recording = await asyncio.to_thread(_open, file, len(manifest.gaps))
        on_air = self._seconds * 0.8
        report.expect(
            report.recording.seconds > on_air * 0.7, f"only {report.recording.seconds:.1f} s were recorded"
        )
        report.expect(
            report.recording.seconds < on_air + JOIN_WITHIN_S + self._faults_took_s,
            "the closed item seems to have been recorded too",
        )
        report.expect(report.recording.video_frames > on_air * 5, "the recording has hardly a picture")
        report.expect(report.recording.audio_seconds > on_air * 0.7, "the recording has hardly any sound")
        report.expect(report.recording.chapters == 2, f"{report.recording.chapters} chapters instead of 2")

    def _packets(self, fleet: Fleet, beside: CountingFleet) -> int:
        """That reached any room at all."""
        others = (room.room.counts() for room, _ in self._misbehaving.values() if room.room is not None)
        of_them = sum(slot.packets for counts in others if counts is not None for slot in counts.slots.values())
        return _counted(fleet, beside)[0] + of_them

    # --- waiting and clearing up

    async def _until(self, holds: Callable[[], bool], within_s: float) -> None:
        """Wait until `holds()`, looked at whenever a room saw something; give up after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return

    def _throw_away(self) -> None:
        """Everything but the recording, and the server's log where something did not hold."""
        for path in self._directory.iterdir():
            if path.is_dir() and path.name != "recordings":
                shutil.rmtree(path)
            elif path.is_file() and (self.report.ok or path != self.log_file):
                path.unlink()


async def _press(control: Channel, name: CommandName, room: str | None = None, confirm: bool = False) -> None:
    await control.request(RunCommand(command=Command(name=name, room=room, confirm=confirm)))


def _counted(fleet: Fleet, beside: CountingFleet) -> tuple[int, int]:
    """Packets received and lost by the rooms that have no fault."""
    statistics, counts = fleet.statistics(), beside.counts()
    return statistics.packets + counts.packets, statistics.lost + counts.lost


def free_port(udp: bool = False) -> int:
    """A port of the loopback address that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _open(file: Path, gaps: int) -> RecordingFound:
    """Open the playable file as any player would and count what is in it."""
    with av.open(str(file)) as container:
        seconds = (container.duration or 0) / av.time_base
        chapters = len(container.chapters())
        frames = sum(1 for packet in container.demux(video=0) if packet.size) if container.streams.video else 0
    sound = 0.0
    with av.open(str(file)) as container:
        if container.streams.audio:
            stream = container.streams.audio[0]
            for packet in container.demux(stream):
                if packet.duration and stream.time_base:
                    sound += float(packet.duration * stream.time_base)
    return RecordingFound(str(file), round(seconds, 2), frames, round(sound, 2), chapters, gaps)
