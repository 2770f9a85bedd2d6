"""Control's end of the recorder process: the desired recording down, growth and seals up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from server.receptions.events import Event, RecorderConnected, RecorderLost
from server.receptions.kept_channel import KeptChannel
from signaling.channel import Channel
from signaling.ports import Frame, Idle, RecordingGrew, RecordingSealed, SetRecording


class RecorderClient:
    def __init__(self, path: Path, post: Callable[[Event], None]) -> None:
        self._post = post
        self._kept = KeptChannel(path, self._greet, self._deliver, lambda: post(RecorderLost()))

    async def run(self) -> None:
        """Never returns; cancel it."""
        await self._kept.run()

    @property
    def running(self) -> bool:
        return self._kept.channel is not None

    def set_recording(self, recording: SetRecording) -> None:
        self._kept.send(recording)

    def debug_snapshot(self) -> dict[str, object]:
        return self._kept.debug_snapshot()

    async def _greet(self, channel: Channel) -> None:
        self._post(RecorderConnected())

    def _deliver(self, frame: Frame) -> None:
        if isinstance(frame, (Idle, RecordingGrew, RecordingSealed)):
            self._post(frame)
