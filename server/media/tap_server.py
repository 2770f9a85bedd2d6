"""Where the recorder takes the stage: `media-tap.sock`, see `signaling.tap`.

One recorder at a time: the newest wins. What does not fit into the pipe to it is dropped, and shows up in the
sequence numbers; the stage never waits for the recorder. Isolated pictures are taken from the stage once the
recorder asked for them, and get a part of the pipe only: where it fills up they are dropped first.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from server.media.lane import Lane, Receiver
from server.media.pipe import MOST_WAITING, PacketPipe
from server.media.stage import TAPPED, Stage
from signaling.channel import listening_socket
from signaling.tap import WANT_ISOLATED, WANT_KEY_FRAME, TapCodec, TapTrack, pack_header, pack_length
from signaling.wire.rtp import HEADER, HEADER_BYTES, VideoCodec
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
MESSAGE_BYTES = 32_000  # a message that has grown so far leaves at once
MESSAGE_PACKETS = 64  # the same; no lane's ring comes round meanwhile, and sendmsg takes so many parts


class Gathered:
    """What one burst brings for the recorder: one message, because each costs both processes as much as a packet.

    It holds views of the lanes' rings, so it is sent with the next turn of the loop.
    """

    def __init__(self, pipe: PacketPipe, most_waiting: int, on_dropped: Callable[[int], None]) -> None:
        """`on_dropped` is told of packets for which the pipe had no room."""
        self._pipe = pipe
        self._most_waiting = most_waiting
        self._on_dropped = on_dropped
        self._parts: list[bytes | memoryview] = []
        self._bytes = 0
        self._loop = asyncio.get_running_loop()

    def add(self, head: bytes, payload: memoryview) -> None:
        """One tap packet: up to the RTP header, and the RTP payload."""
        if not self._parts:
            self._loop.call_soon(self.send)
        size = len(head) + len(payload)
        self._parts += (pack_length(size) + head, payload)
        self._bytes += size
        if self._bytes > MESSAGE_BYTES or len(self._parts) >= 2 * MESSAGE_PACKETS:
            self.send()

    def send(self) -> None:
        if self._parts:
            if not self._pipe.send(self._parts, self._most_waiting):
                self._on_dropped(len(self._parts) // 2)
            self._parts, self._bytes = [], 0


class Tapped(Receiver):
    """The recorder's place in a slot: it takes each packet as it comes, and always of the best layer there is.

    Its numbers go on over a change of lane. While it is not admitted they run on with the lane's, so that the
    recorder sees that something is missing.
    """

    takes: ClassVar[bool] = True

    def __init__(self, name: SlotName, codec: TapCodec, gathered: Gathered) -> None:
        super().__init__(None, name, 0)
        self._track = _TRACKS[name]
        self._codec = codec if name.is_video else TapCodec.OPUS
        self._gathered = gathered
        self._former: Lane | None = None

    def begin(self, lane: Lane, number: int, time: int) -> None:
        if lane is self._former:
            self.lane, self.first = lane, number
        else:
            super().begin(lane, number, time)

    def end(self) -> None:
        self._gathered.send()  # what came before; whoever ended it may count on nothing coming after
        self._former, self.lane = self.lane, None

    def take(self, lane: Lane, number: int, time: int, captured_s: float) -> None:
        if lane.source is None or number < self.first:
            return
        out, stamp = number + self.offset, time + self.time_shift
        if out >= self._next:
            self._next, self.last_time = out + 1, stamp
        ring = lane.ring
        cell = number % ring.capacity
        head = pack_header(self._track, self._codec, lane.source.identity, int(captured_s * 1e6))
        rtp = HEADER.pack(0x80, ring.markers[cell], out & 0xFFFF, stamp & 0xFFFFFFFF, lane.ssrc)
        self._gathered.add(head + rtp, ring.packet(cell)[HEADER_BYTES:])


class TapServer:
    """Owns the listening socket and the recorder's connection. `close` it."""

    def __init__(self, path: Path, stage: Stage, codec: VideoCodec) -> None:
        self._path = path
        self._stage = stage
        self._codec = TapCodec.H264 if codec is VideoCodec.H264 else TapCodec.VP8
        self._listener = listening_socket(path, socket.SOCK_SEQPACKET)
        self._recorder: PacketPipe | None = None
        self._loop = asyncio.get_running_loop()
        self.packets_dropped = 0
        self._taps: list[Tapped] = []
        self._isolated = False  # whether the recorder takes isolated pictures
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
        self._recorder = PacketPipe(recorder, self._asked, self._let_go)
        self._isolated = False
        self._taps = self._tapped(TAPPED, MOST_WAITING)
        self._stage.set_taps(self._taps)

    def _let_go(self) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
            self._stage.set_taps(())

    def _asked(self, said: bytes) -> None:
        if said == WANT_ISOLATED and not self._isolated:
            self._isolated = True
            self._taps += self._tapped(VIDEO_SLOTS, MOST_WAITING_ISOLATED)
            self._stage.set_taps(self._taps)
        elif (name := _SLOT_OF_REQUEST.get(said)) is not None:
            self._stage.slots[name].want_key_frame()

    def _tapped(self, names: Iterable[SlotName], most_waiting: int) -> list[Tapped]:
        if self._recorder is None:
            return []
        gathered = Gathered(self._recorder, most_waiting, self._note_dropped)
        return [Tapped(name, self._codec, gathered) for name in names]

    def _note_dropped(self, packets: int) -> None:
        self.packets_dropped += packets
