"""Where the recorder takes the stage: `media-tap.sock`, see `signaling.tap`.

One recorder at a time: the newest wins. What does not fit into the pipe to it is dropped, and shows up in the
sequence numbers; the stage never waits for the recorder. Isolated pictures are taken from the stage once the
recorder asked for them, and get a part of the pipe only: where it fills up they are dropped first.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from server.media.lane import Lane, Receiver
from server.media.pipe import MOST_WAITING, PacketPipe
from server.media.stage import TAPPED, Stage
from signaling.channel import listening_socket
from signaling.tap import WANT_ISOLATED, WANT_KEY_FRAME, TapCodec, TapTrack, pack_header
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import VIDEO_SLOTS, SlotName

_TRACKS = {
    SlotName.PROGRAMME_VIDEO: TapTrack.PROGRAMME_VIDEO,
    SlotName.DESK_AUDIO: TapTrack.DESK_AUDIO,
    SlotName.FLOOR_AUDIO: TapTrack.FLOOR_AUDIO,
    SlotName.INTERPRETER_AUDIO: TapTrack.INTERPRETER_AUDIO,
    SlotName.DESK_VIDEO: TapTrack.DESK_VIDEO,
    SlotName.FLOOR_VIDEO: TapTrack.FLOOR_VIDEO,
    SlotName.DOCUMENT_VIDEO: TapTrack.DOCUMENT_VIDEO,
}
_SLOT_OF_REQUEST = {
    WANT_KEY_FRAME: SlotName.PROGRAMME_VIDEO,
    **{WANT_KEY_FRAME + bytes((_TRACKS[name],)): name for name in VIDEO_SLOTS},
}
MOST_WAITING_ISOLATED = MOST_WAITING // 4


Forward = Callable[[SlotName, int, float, bytes], None]
"""Called with the slot, the number of the source, the wall-clock second of capture, and the RTP packet."""


class Tapped(Receiver):
    """The recorder's place in a slot: it takes each packet as it comes, and always of the best layer there is.

    Its numbers go on over a change of lane. While it is not admitted they run on with the lane's, so that the
    recorder sees that something is missing.
    """

    takes: ClassVar[bool] = True

    def __init__(self, name: SlotName, forward: Forward) -> None:
        super().__init__(None, name, 0)
        self._forward = forward
        self._former: Lane | None = None

    def begin(self, lane: Lane, number: int, time: int) -> None:
        if lane is self._former:
            self.lane, self.first = lane, number
        else:
            super().begin(lane, number, time)

    def end(self) -> None:
        self._former, self.lane = self.lane, None

    def take(self, lane: Lane, number: int, time: int, captured_s: float) -> None:
        if lane.source is None or number < self.first:
            return
        out, stamp = number + self.offset, time + self.time_shift
        if out >= self._next:
            self._next, self.last_time = out + 1, stamp
        packet = bytearray(lane.ring.packet(number % lane.ring.capacity))
        packet[2:8] = (out & 0xFFFF).to_bytes(2, "big") + (stamp & 0xFFFFFFFF).to_bytes(4, "big")
        self._forward(self.name, lane.source.identity, captured_s, bytes(packet))


class TapServer:
    """Owns the listening socket and the recorder's connection. `close` it."""

    def __init__(self, path: Path, stage: Stage, codec: VideoCodec) -> None:
        self._path = path
        self._stage = stage
        self._codec = TapCodec.H264 if codec is VideoCodec.H264 else TapCodec.VP8
        self._listener = listening_socket(path, socket.SOCK_SEQPACKET)
        self._recorder: PacketPipe | None = None
        self._loop = asyncio.get_running_loop()
        self._dropped = 0  # for recorders that are gone
        self._taps: list[Tapped] = []
        self._isolated = False  # whether the recorder takes isolated pictures
        self._loop.add_reader(self._listener.fileno(), self._accept)

    @property
    def packets_dropped(self) -> int:
        return self._dropped + (self._recorder.dropped if self._recorder is not None else 0)

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
        self._recorder = PacketPipe(recorder, self._asked, self._let_go)
        self._isolated = False
        self._taps = [Tapped(name, self._forward) for name in TAPPED]
        self._stage.set_taps(self._taps)

    def _let_go(self) -> None:
        if self._recorder is not None:
            self._dropped += self._recorder.dropped
            self._recorder.close()
            self._recorder = None
            self._stage.set_taps(())

    def _asked(self, said: bytes) -> None:
        if said == WANT_ISOLATED and not self._isolated:
            self._isolated = True
            self._taps += [Tapped(name, self._forward_isolated) for name in VIDEO_SLOTS]
            self._stage.set_taps(self._taps)
        elif (name := _SLOT_OF_REQUEST.get(said)) is not None:
            self._stage.slots[name].want_key_frame()

    def _forward(self, name: SlotName, source: int, captured_s: float, packet: bytes) -> None:
        if self._recorder is not None:
            codec = self._codec if name.is_video else TapCodec.OPUS
            self._recorder.send(pack_header(_TRACKS[name], codec, source, int(captured_s * 1e6)), packet)

    def _forward_isolated(self, name: SlotName, source: int, captured_s: float, packet: bytes) -> None:
        if self._recorder is not None:
            header = pack_header(_TRACKS[name], self._codec, source, int(captured_s * 1e6))
            self._recorder.send(header, packet, most_waiting=MOST_WAITING_ISOLATED)
