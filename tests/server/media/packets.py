"""Sources as tests need them, fed as the plane feeds them, and a fan-out that only notes what it is to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.media.clock import DeviceClock, clocks_of
from server.media.lane import Lane, Receiver
from server.media.layer import SourceLayer
from server.media.slot import Slot
from server.media.source import Source
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import Layer, SlotName, Upstream

WALL_S = 1_700_000_000.0


def source(
    upstream: Upstream = Upstream.CAMERA,
    room: str = "06649",
    identity: int = 1,
    layers: Sequence[Layer] = (Layer.HIGH,),
) -> Source:
    made = Source(identity, room, upstream, VideoCodec.H264, clocks_of(DeviceClock(), upstream.is_video), layers)
    for index, layer in enumerate(made.layers.values()):
        layer.ssrc = 7 + index
    return made


def only(source: Source) -> SourceLayer:
    """The one layer of a source that is sent once."""
    (layer,) = source.layers.values()
    return layer


def feed(into: Source, packet: bytes, now_s: float, layer: Layer = Layer.HIGH) -> bool:
    """As a link does it: read, then hand over."""
    view, data = RtpView(), memoryview(packet)
    if not view.read(data):
        raise ValueError("a test made no sound RTP packet")
    return into.handle_packet(into.layers[layer], view, data, now_s, WALL_S + now_s)


@dataclass
class Gathering:
    """In the fan-out's place: notes what each lane would send, as (sequence number, timestamp) of the ring, and
    what each receiver would get, as (sequence number, timestamp, layer)."""

    sent: dict[Layer, list[tuple[int, int]]] = field(default_factory=dict)
    got: dict[Receiver, list[tuple[int, int, Layer]]] = field(default_factory=dict)

    def flush(self, lane: Lane) -> None:
        for number in lane.pending + lane.late:
            packet = lane.ring.packet(lane.ring.cell(number))
            found = int.from_bytes(packet[2:4], "big"), int.from_bytes(packet[4:8], "big")
            self.sent.setdefault(lane.layer, []).append(found)
            for receiver in lane.receivers:
                stamp = lane.ring.times[lane.ring.cell(number)] + receiver.time_shift
                mine = (number + receiver.offset, stamp, lane.layer)
                self.got.setdefault(receiver, []).append(mine)
        if lane.pending:
            lane.flushed, lane.flushed_time = lane.pending[-1], lane.last_time
            lane.packets += len(lane.pending)
        lane.pending.clear()
        lane.arrivals_s.clear()
        lane.late.clear()


@dataclass
class Bench:
    """A slot and what it told."""

    name: SlotName = SlotName.FLOOR_VIDEO
    shown: list[Source | None] = field(default_factory=list)
    fanout: Gathering = field(default_factory=Gathering)

    def __post_init__(self) -> None:
        self.slot = Slot(self.name, 77, 78, self.fanout.flush, lambda lane: None, self._switched)

    @property
    def high(self) -> Lane:
        return self.slot.lanes[Layer.HIGH]

    def show(self, wanted: Source | None, now_s: float = 0.0) -> None:
        self.slot.show(wanted, now_s)
        self._route()

    def tick(self, now_s: float) -> None:
        self.slot.tick(now_s)
        self._route()

    def _switched(self, slot: Slot) -> None:
        if not self.shown or self.shown[-1] is not slot.source:
            self.shown.append(slot.source)

    def _route(self) -> None:
        """As the stage does it."""
        for lane in self.slot.lanes.values():
            for layer in (lane.source, lane.next_source):
                if layer is not None:
                    layer.lanes = (lane,)

    def stream(self, layer: Layer = Layer.HIGH) -> list[tuple[int, int]]:
        """(sequence number, timestamp) of everything to be sent so far, in order."""
        self.fanout.flush(self.slot.lanes[layer])
        return self.fanout.sent.get(layer, [])

    def flush(self) -> None:
        for lane in self.slot.lanes.values():
            self.fanout.flush(lane)

    def numbers(self, layer: Layer = Layer.HIGH) -> list[int]:
        return [number for number, _ in self.stream(layer)]
