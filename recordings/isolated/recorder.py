"""The isolated sources' part of the recorder process: from tap packets to their own writer thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from recordings.intake import Intake, KeyFrameRequests
from recordings.isolated.recording import IsolatedProgress
from recordings.items import AudioPacket
from recordings.opening import IsolatedOpening
from recordings.store import Places
from recordings.writer import Interrupted, Writer
from signaling.ports import SetRecording
from signaling.tap import ISOLATED_PICTURES, TapPacket, TapTrack

log = logging.getLogger(__name__)


class IsolatedRecorder:
    """Owned by the recorder. Whatever goes wrong here, the programme goes on."""

    def __init__(self, places: Places, segment_us: int, may_write: Callable[[], bool]) -> None:
        """`may_write` is asked in their thread: False where the programme needs the room."""
        opening = IsolatedOpening(places, segment_us, may_write)
        self._writer = Writer[IsolatedProgress](opening, lambda folder: None, "isolated-writer")
        self._intakes: dict[TapTrack, Intake] = {}
        self._requests = {track: KeyFrameRequests() for track in ISOLATED_PICTURES}

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Blocks; call it off the event loop."""
        self._writer.stop()

    @property
    def given_up(self) -> bool:
        """For now, or because the thread broke."""
        progress = self._writer.progress
        return self._writer.broken or (progress is not None and progress.given_up)

    def is_done_with(self, name: str) -> bool:
        return self._writer.is_done_with(name)

    def order(self, wanted: SetRecording | Interrupted, now_us: int) -> None:
        if not self._writer.broken:
            self._writer.order(wanted, now_us)

    def let_in(self) -> None:
        self._requests = {track: KeyFrameRequests() for track in ISOLATED_PICTURES}
        self._intakes = {track: Intake(self._requests[track], (track,)) for track in ISOLATED_PICTURES}

    def shut(self) -> None:
        self._intakes = {}

    def received(self, packet: TapPacket, now_us: int) -> None:
        """An isolated picture's. Raises ValueError as an intake does."""
        intake = self._intakes.get(packet.track)
        if intake is not None:
            intake.handle_input(packet, now_us)
            self._forward(intake, now_us)

    def heard(self, item: AudioPacket, now_us: int) -> None:
        """Of the programme's sound, that belongs to one of the pictures too."""
        if not self._writer.broken:
            self._writer.post(item, now_us)

    def handle_timeout(self, now_us: int) -> list[TapTrack]:
        """Ten times a second. The pictures of which a key frame is to be asked for now."""
        progress = self._writer.progress
        for track, intake in self._intakes.items():
            intake.handle_timeout(now_us)
            self._forward(intake, now_us)
            if self._writer.drops(track) or (progress is not None and track in progress.want_key_frames):
                self._requests[track].want(now_us)
        return [track for track in self._intakes if self._requests[track].due(now_us)]

    def _forward(self, intake: Intake, now_us: int) -> None:
        while (item := intake.poll_output()) is not None:
            if not self._writer.broken:
                self._writer.post(item, now_us)
