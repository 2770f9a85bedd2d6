"""The recorder process: one more receiver of the stage. This module connects its parts and decides nothing else.

    tap client -> intake -> inbox -> writer thread -> segments, manifest
               -> isolated sources: intakes, inbox, writer thread and journal of their own
    control desk -> orders -> inbox                -> sealing, one after another in a worker thread -> time stamp

The tap, control and this process may each end and come back on their own.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import av

from recordings.control_desk import ControlDesk
from recordings.growth import Growth
from recordings.intake import Intake, KeyFrameRequests
from recordings.isolated.recorder import IsolatedRecorder
from recordings.items import AudioPacket, GapReason
from recordings.keys import KeysUnusable, signing_key
from recordings.opening import Opening
from recordings.playable import SealingStopped
from recordings.recording import Progress
from recordings.recovery import recover
from recordings.sealing import seal
from recordings.stamps import Stamps
from recordings.store import Folder, Places
from recordings.tap_client import TapClient
from recordings.writer import Interrupted, Writer
from signaling.ports import RecordingGrew, SetRecording
from signaling.tap import ISOLATED_PICTURES, WANT_ISOLATED, TapTrack, key_frame_wanted, parse, split

log = logging.getLogger(__name__)

TURN_S = 0.1
SEAL_AGAIN_S = 30.0
SEALS_WAITING = 256  # control repeats "ended" until it hears "sealed", so that a full queue loses nothing


class Recorder:
    def __init__(
        self,
        run_directory: Path,
        places: Places,
        signing_directory: Path,
        segment_minutes: float,
        timestamp_url: str = "",
        *,
        isolated: bool = False,
    ) -> None:
        self._places = places
        self._signing = signing_directory
        self._stamps = Stamps(places, timestamp_url)
        self._stamped = bool(timestamp_url)
        self._loop = asyncio.get_running_loop()
        self._tap = TapClient(run_directory / "media-tap.sock", self)
        self._desk = ControlDesk(run_directory / "recorder.sock", self._set_recording, self._grew)
        segment_us = round(segment_minutes * 60e6)
        self._writer = Writer[Progress](Opening(places, segment_us, self._ended), self._ended)
        self._isolated = IsolatedRecorder(places, segment_us, self._has_room) if isolated else None
        self._requests = KeyFrameRequests()
        self._intake: Intake | None = None  # None: nothing is let in
        self._wanted: SetRecording | None = None
        self._growth = Growth(_now_us())
        self._to_seal: asyncio.Queue[Folder] = asyncio.Queue(SEALS_WAITING)
        self._stop_sealing = threading.Event()
        self._refused = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Raises RuntimeError when the writer thread broke; the supervisor starts anew."""
        self._places.recordings.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self._look_for_key)
        for folder in await asyncio.to_thread(recover, self._places):
            self._to_seal.put_nowait(folder)
        self._writer.start()
        if self._isolated is not None:
            self._isolated.start()
        tasks = [
            asyncio.create_task(self._tap.run(), name="tap"),
            asyncio.create_task(self._seal_all(), name="sealing"),
            asyncio.create_task(self._turns(), name="turns"),
            *([asyncio.create_task(self._stamps.run(), name="stamps")] if self._stamped else []),
            asyncio.create_task(stop.wait(), name="stop"),
        ]
        try:
            await self._desk.start()
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._stop_sealing.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._writer.stop)
            if self._isolated is not None:
                await asyncio.to_thread(self._isolated.stop)
            await self._desk.close()

    def _look_for_key(self) -> None:
        """Recording goes on without one: it is the end of a reception that waits for it."""
        try:
            key = signing_key(self._signing, datetime.now(UTC))
        except (KeysUnusable, OSError) as error:
            log.error("recordings cannot be sealed until this is put right: %s", error)
        else:
            log.info("recordings are signed with key %s", key.id)

    # --- the tap ---

    def tap_connected(self) -> None:
        log.info("the tap is open")
        if self._isolated is not None:
            self._tap.ask(WANT_ISOLATED)
        if self._is_recording:
            self._let_in()

    def tap_received(self, message: bytes) -> None:
        if self._intake is None:
            return  # paused, or nothing is to be recorded: dropped at the door, before any buffer
        now_us = _now_us()
        try:
            for datagram in split(message):
                self._take(datagram, self._intake, now_us)
        except ValueError as error:
            self._refuse(error)
        self._forward(now_us)

    def _take(self, datagram: bytes, intake: Intake, now_us: int) -> None:
        try:
            packet = parse(datagram)
            if packet.track not in ISOLATED_PICTURES:
                intake.handle_input(packet, now_us)
                self._growth.packet_came(now_us)
            elif self._isolated is not None:
                self._isolated.received(packet, now_us)
        except ValueError as error:  # the others of its message are as good as they were
            self._refuse(error)

    def _refuse(self, error: ValueError) -> None:
        self._refused += 1
        if self._refused == 1:
            log.warning("a tap packet was refused: %s", error)

    def tap_lost(self) -> None:
        self._shut()
        if self._is_recording:
            self._order(Interrupted(GapReason.MEDIA_RESTARTED), _now_us())

    # --- control ---

    @property
    def _is_recording(self) -> bool:
        return self._wanted is not None and self._wanted.state == "recording"

    def _set_recording(self, wanted: SetRecording) -> None:
        before, now_us = self._wanted, _now_us()
        same = before is not None and before.recording == wanted.recording
        if wanted.state == "ended" and before is not None and not same:
            self._order(wanted, now_us)  # the one that is open goes on
            return
        self._wanted = wanted
        if not self._is_recording:
            self._shut()
        elif before is None or before.state != "recording" or not same:
            self._growth = Growth(now_us)
            self._shut()
            if self._tap.connected:
                self._let_in()
        self._order(wanted, now_us)

    def _order(self, order: SetRecording | Interrupted, now_us: int) -> None:
        self._writer.order(order, now_us)
        if self._isolated is not None:
            self._isolated.order(order, now_us)

    def _let_in(self) -> None:
        self._requests = KeyFrameRequests()
        self._requests.want(_now_us())
        self._intake = Intake(self._requests)
        if self._isolated is not None:
            self._isolated.let_in()

    def _shut(self) -> None:
        self._intake = None
        if self._isolated is not None:
            self._isolated.shut()

    def _has_room(self) -> bool:
        """For isolated sources. Called in their thread."""
        progress = self._writer.progress
        return progress is None or not (progress.disk_low or progress.on_spare or progress.write_failed)

    def _grew(self) -> RecordingGrew | None:
        """As control set it, also in the twentieth of a second before the writer thread has got there."""
        wanted, progress = self._wanted, self._writer.progress
        if wanted is None or wanted.state == "ended":
            return None
        if progress is None or progress.recording != wanted.recording:
            progress = Progress(wanted.recording, wanted.state == "paused")
        report = self._growth.report(progress, _now_us(), isolated_lost=self._isolated_lost)
        return report.model_copy(update={"state": wanted.state})

    @property
    def _isolated_lost(self) -> bool:
        return self._isolated is not None and self._isolated.given_up

    # --- turns ---

    async def _turns(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(TURN_S)
            now_us = _now_us()
            if self._writer.broken:
                raise RuntimeError("the writer thread broke")
            progress = self._writer.progress
            if self._intake is not None:
                self._intake.handle_timeout(now_us)
                self._forward(now_us)
                if self._writer.drops(TapTrack.PROGRAMME_VIDEO) or (
                    progress is not None and progress.wants_key_frame
                ):
                    self._requests.want(now_us)
                if self._requests.due(now_us):
                    self._tap.ask(key_frame_wanted(TapTrack.PROGRAMME_VIDEO))
            for track in self._isolated.handle_timeout(now_us) if self._isolated is not None else ():
                self._tap.ask(key_frame_wanted(track))
            turn += 1
            if progress is not None:
                self._growth.measure(progress, now_us)
                if turn % round(1 / TURN_S) == 0:
                    report = self._growth.report(progress, now_us, isolated_lost=self._isolated_lost)
                    self._desk.tell(report)

    def _forward(self, now_us: int) -> None:
        while self._intake is not None and (item := self._intake.poll_output()) is not None:
            self._writer.post(item, now_us)
            if self._isolated is not None and isinstance(item, AudioPacket):
                self._isolated.heard(item, now_us)

    # --- sealing ---

    def _ended(self, folder: Folder) -> None:
        """Called in the writer thread."""
        self._loop.call_soon_threadsafe(self._seal_soon, folder)

    def _seal_soon(self, folder: Folder) -> None:
        with suppress(asyncio.QueueFull):
            self._to_seal.put_nowait(folder)

    async def _seal_all(self) -> None:
        while True:
            folder = await self._to_seal.get()
            if self._isolated is not None and not self._isolated.is_done_with(folder.name):
                self._loop.call_later(TURN_S, self._seal_soon, folder)  # and it holds up no other
                continue
            try:
                sealed = await asyncio.to_thread(seal, folder, self._signing, self._stop_sealing)
            except SealingStopped:
                return
            except (OSError, ValueError, av.error.FFmpegError) as error:
                log.error("sealing recording %s failed (%s), tried again", folder.name, type(error).__name__)
                self._loop.call_later(SEAL_AGAIN_S, self._seal_soon, folder)
            else:
                self._desk.tell(sealed)
                self._stamps.wake()


def _now_us() -> int:
    return time.time_ns() // 1_000
