"""Where the recorder takes the stage: `media-tap.sock`, see `signaling.tap`.

One recorder at a time: the newest wins. A key frame may be more than the socket takes at once, so a bounded
queue stands before it; when that is full whole packets are dropped, and show up in their sequence numbers.
The stage never waits for the recorder.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from pathlib import Path

from server.media.slot import Slot
from server.media.source import Source
from server.media.stage import Stage
from signaling.channel import listening_socket
from signaling.tap import WANT_KEY_FRAME, TapCodec, TapTrack, pack_header
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import SlotName

_TRACKS = {
    SlotName.PROGRAMME_VIDEO: TapTrack.PROGRAMME_VIDEO,
    SlotName.DESK_AUDIO: TapTrack.DESK_AUDIO,
    SlotName.FLOOR_AUDIO: TapTrack.FLOOR_AUDIO,
    SlotName.INTERPRETER_AUDIO: TapTrack.INTERPRETER_AUDIO,
}
SEND_BUFFER = 4 << 20
MOST_WAITING = 4096  # packets, about 5 MB: several key frames, or some seconds of the programme


class TapServer:
    """Owns the listening socket and the recorder's connection. `close` it."""

    def __init__(self, path: Path, stage: Stage, codec: VideoCodec) -> None:
        self._path = path
        self._stage = stage
        self._codec = TapCodec.H264 if codec is VideoCodec.H264 else TapCodec.VP8
        self._listener = listening_socket(path, socket.SOCK_SEQPACKET)
        self._recorder: socket.socket | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self.packets_dropped = 0
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def close(self) -> None:
        self._let_go()
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()
        self._path.unlink(missing_ok=True)

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
            if self._waiting:
                self._loop.remove_writer(self._recorder.fileno())
                self._waiting.clear()
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
        if self._waiting:
            self._wait(header, packet)
            return
        try:
            self._recorder.sendmsg((header, packet))
        except BlockingIOError:
            self._loop.add_writer(self._recorder.fileno(), self._drain)
            self._wait(header, packet)
        except OSError:  # the recorder is gone; its end of file follows
            self.packets_dropped += 1

    def _wait(self, header: bytes, packet: memoryview) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(header + packet)
        else:
            self.packets_dropped += 1

    def _drain(self) -> None:
        """The socket takes more: in order, as much as it takes."""
        if self._recorder is None:
            return
        while self._waiting:
            try:
                self._recorder.send(self._waiting[0])
            except BlockingIOError:
                return
            except OSError:
                self.packets_dropped += len(self._waiting)
                self._waiting.clear()
                break
            self._waiting.popleft()
        self._loop.remove_writer(self._recorder.fileno())
