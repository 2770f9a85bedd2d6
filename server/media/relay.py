"""Streams between media workers: one worker's sources to the first one, the first one's stage to all others.

Both directions speak the same few messages over a `PacketPipe`: a stream is opened with what it is, brings
packets (plain RTP without extensions: the socket belongs to this service alone), is asked for key frames by
the end that receives it, and is closed. Losses were mended by the worker that has the link.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from server.media.layer import SourceLayer
from server.media.pipe import PacketPipe
from server.media.source import Source
from signaling.messages import Purpose, RoomCode
from signaling.wire.rtp import HEADER, RtpView, VideoCodec
from signaling.wire.slots import Layer, SlotName, Upstream

KEY_FRAME_SPACING_S = 0.1  # of requests over the pipe; the source's own spacing comes on top
_LAYERS = tuple(Layer)
_HEADER = struct.Struct("!BBBxId")  # kind, layer, level, stream, seconds since 1970 at which it was captured


class _Kind(IntEnum):
    OPENED = 1
    CLOSED = 2
    PACKET = 3
    KEY_FRAME_WANTED = 4


class StreamOpened(BaseModel):
    """What a stream is: a source of a room's link, or (with `slot`) what the stage shows in a slot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    room: RoomCode
    upstream: Upstream
    layers: tuple[Layer, ...]
    identity: int
    slot: SlotName | None = None
    link: str = ""
    purpose: Purpose = Purpose.ROOM


class _GivenClock:
    """The worker that has the link knows when each packet was captured; here that is only passed on."""

    __slots__ = ("now_s",)

    def __init__(self) -> None:
        self.now_s = 0.0

    def captured(self, rtp_time: int, now_s: float) -> float:
        return self.now_s

    def reported(self, ntp_s: float, rtp_time: int) -> None: ...

    def restart(self) -> None: ...


class RelayedSource(Source):
    """A source whose link is another worker's. Its key-frame requests go over the pipe."""

    def __init__(self, opened: StreamOpened, codec: VideoCodec) -> None:
        self.clock = _GivenClock()
        super().__init__(opened.identity, opened.room, opened.upstream, codec, lambda: self.clock, opened.layers)
        self.opened = opened
        self.asked_s = dict.fromkeys(self.layers, float("-inf"))


class RelayEnd:
    """One end of the relay between two workers. Streams of one's own are `open`ed, those of the other come."""

    def __init__(
        self,
        codec: VideoCodec,
        on_opened: Callable[[int, RelayedSource], None],
        on_closed: Callable[[int, RelayedSource], None],
        on_started: Callable[[], None],
        on_wanted: Callable[[int, Layer], None],
    ) -> None:
        """`on_started`: a stream brings its first packet after silence; `on_wanted`: a key frame of one's own."""
        self.pipe: PacketPipe | None = None
        self.streams: dict[int, RelayedSource] = {}  # of the other end
        self._codec = codec
        self._view = RtpView()
        self._on_opened = on_opened
        self._on_closed = on_closed
        self._on_started = on_started
        self._on_wanted = on_wanted
        self._now_s = 0.0

    # --- one's own streams

    def open(self, stream: int, opened: StreamOpened) -> None:
        """Also for a stream that is open already: from now on it is this."""
        self._send(_Kind.OPENED, stream, packet=opened.model_dump_json().encode())

    def close(self, stream: int) -> None:
        self._send(_Kind.CLOSED, stream)

    def packet(
        self, stream: int, layer: Layer, level: float, captured_s: float, packet: bytes | memoryview
    ) -> None:
        if self.pipe is not None:
            rank = _LAYERS.index(layer)
            self.pipe.send((_HEADER.pack(_Kind.PACKET, rank, int(level), stream, captured_s), packet))

    # --- the other end's

    def poll_requests(self, now_s: float) -> None:
        """Ask for the key frames that are wanted of the other end's streams."""
        self._now_s = now_s
        for stream, source in self.streams.items():
            for name, layer in source.layers.items():
                if layer.key_frame_wanted and now_s - source.asked_s[name] >= KEY_FRAME_SPACING_S:
                    source.asked_s[name] = now_s
                    self._send(_Kind.KEY_FRAME_WANTED, stream, _LAYERS.index(name))

    def arrived(self, message: bytes, now_s: float) -> None:
        """A message of the other end. It is of this installation: what is malformed is a fault and raises."""
        kind, rank, level, stream, captured_s = _HEADER.unpack_from(message)
        if kind == _Kind.PACKET:
            source = self.streams.get(stream)
            if source is not None and (layer := source.layers.get(_LAYERS[rank])) is not None:
                self._packet_arrived(source, layer, message, level, captured_s, now_s)
        elif kind == _Kind.KEY_FRAME_WANTED:
            self._on_wanted(stream, _LAYERS[rank])
        else:
            self._end(stream)
            if kind == _Kind.OPENED:
                opened = StreamOpened.model_validate_json(message[_HEADER.size :])
                source = self.streams[stream] = RelayedSource(opened, self._codec)
                self._on_opened(stream, source)

    def ended(self) -> None:
        """The other end is gone, and its streams with it."""
        self.pipe = None
        for stream in list(self.streams):
            self._end(stream)

    def _end(self, stream: int) -> None:
        source = self.streams.pop(stream, None)
        if source is not None:
            self._on_closed(stream, source)

    def _packet_arrived(
        self,
        source: RelayedSource,
        layer: SourceLayer,
        message: bytes,
        level: int,
        captured_s: float,
        now_s: float,
    ) -> None:
        data = memoryview(message)[_HEADER.size :]
        if not self._view.read(data):
            return
        source.clock.now_s = captured_s
        layer.level = float(level)
        if source.handle_packet(layer, self._view, data, now_s, captured_s):
            self._on_started()

    def _send(self, kind: _Kind, stream: int, rank: int = 0, packet: bytes = b"") -> None:
        if self.pipe is not None:
            self.pipe.send((_HEADER.pack(kind, rank, 0, stream, 0.0), packet))


def plain_packet(view: RtpView, data: memoryview) -> bytes:
    """The packet that was read, without extensions and padding."""
    second = view.payload_type | (0x80 if view.marker else 0)
    header = HEADER.pack(0x80, second, view.sequence, view.timestamp, view.ssrc)
    return header + data[view.payload_start : view.payload_end]
