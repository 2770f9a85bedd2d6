"""The recorder's own socket: control says what is to be recorded, and hears how it goes.

Any number of channels; each hears everything. What was sealed while nobody listened is told on connect.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from signaling.channel import Channel, ChannelClosed, serve
from signaling.ports import Failed, Frame, Idle, RecorderStatus, RecordingGrew, RecordingSealed, SetRecording
from signaling.refusals import Refusal, RefusalCode

log = logging.getLogger(__name__)

REMEMBERED = 32  # sealed recordings that are told again on connect


class ControlDesk:
    def __init__(
        self, path: Path, set_recording: Callable[[SetRecording], None], status: Callable[[], RecordingGrew | None]
    ) -> None:
        self._path = path
        self._set_recording = set_recording
        self._status = status
        self._channels: set[Channel] = set()
        self._sealed: deque[RecordingSealed] = deque(maxlen=REMEMBERED)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await serve(self._path, self._handle)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for channel in tuple(self._channels):
                await channel.close()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def tell(self, frame: RecordingGrew | RecordingSealed) -> None:
        """A channel that does not read is cut off by itself."""
        if isinstance(frame, RecordingSealed):
            self._forget(frame.recording)
            self._sealed.append(frame)
        for channel in tuple(self._channels):
            with suppress(ChannelClosed):
                channel.send(frame)

    def _forget(self, recording: str) -> None:
        for sealed in tuple(self._sealed):
            if sealed.recording == recording:
                self._sealed.remove(sealed)

    async def _handle(self, channel: Channel) -> None:
        self._channels.add(channel)
        try:
            for sealed in tuple(self._sealed):
                channel.send(sealed)
            async for frame, number in channel.frames():
                answer = self._answer(frame)
                if number is not None:
                    channel.send(answer, replying_to=number)
                elif isinstance(frame, RecorderStatus):
                    channel.send(answer)
        except ChannelClosed:
            log.info("control is gone")
        finally:
            self._channels.discard(channel)

    def _answer(self, frame: Frame) -> Frame:
        if isinstance(frame, SetRecording):
            self._set_recording(frame)
        elif not isinstance(frame, RecorderStatus):
            log.warning("a frame that is not for the recorder: %s", type(frame).__name__)
            allowed = "set_recording, recorder_status"
            return Failed(
                refusal=Refusal(code=RefusalCode.BAD_MESSAGE, came=type(frame).__name__, allowed=allowed)
            )
        return self._status() or Idle()
