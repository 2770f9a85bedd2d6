"""Where the recorder takes the stage: `media-tap.sock`, see `signaling.tap`.

One recorder at a time: the newest wins. What it does not read in time is dropped here, whole packets, and
shows up in its sequence numbers; the stage never waits for it.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from server.media.rtp import VideoCodec
from server.media.sdp import SlotName
from server.media.slot import Slot
from server.media.source import Source
from server.media.stage import Stage
from signaling.channel import listening_socket
from signaling.tap import WANT_KEY_FRAME, TapCodec, TapTrack, pack_header

_TRACKS = {
    SlotName.PROGRAMME_VIDEO: TapTrack.PROGRAMME_VIDEO,
    SlotName.DESK_AUDIO: TapTrack.DESK_AUDIO,
    SlotName.FLOOR_AUDIO: TapTrack.FLOOR_AUDIO,
    SlotName.INTERPRETER_AUDIO: TapTrack.INTERPRETER_AUDIO,
}
SEND_BUFFER = 4 << 20


class TapServer:
    """Owns the listening socket and the recorder's connection. `close` it."""

    def __init__(self, path: Path, stage: Stage, codec: VideoCodec) -> None:
        self._stage = stage
        self._codec = TapCodec.H264 if codec is VideoCodec.H264 else TapCodec.VP8
        self._listener = listening_socket(path, socket.SOCK_SEQPACKET)
        self._recorder: socket.socket | None = None
        self._loop = asyncio.get_running_loop()
        self.packets_dropped = 0
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def close(self) -> None:
        self._let_go()
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()

    def _accept(self) -> None:
        try:
            recorder, _ = self._listener.accept()
        except OSError:
            return
        self._let_go()
        recorder.setblocking(False)
        recorder.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._recorder = recorder
        self._loop.add_reader(recorder.fileno(), self._asked)
        self._stage.set_tap(self._forward)

    def _let_go(self) -> None:
        if self._recorder is not None:
            self._loop.remove_reader(self._recorder.fileno())
            self._recorder.close()
            self._recorder = None
            self._stage.set_tap(None)

    def _asked(self) -> None:
        if self._recorder is None:
            return
        try:
            said = self._recorder.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._let_go()
        elif said == WANT_KEY_FRAME:
            self._stage.slots[SlotName.PROGRAMME_VIDEO].want_key_frame()

    def _forward(self, slot: Slot, source: Source, captured_s: float, packet: memoryview) -> None:
        if self._recorder is None:
            return
        codec = self._codec if slot.name.is_video else TapCodec.OPUS
        header = pack_header(_TRACKS[slot.name], codec, source.identity, int(captured_s * 1e6))
        try:
            self._recorder.sendmsg((header, packet))
        except BlockingIOError:
            self.packets_dropped += 1
        except OSError:  # the recorder is gone; its end of file follows
            self.packets_dropped += 1
