"""What a link sends up under one name: a camera, a microphone or a document, in one layer or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.media.layer import Clock, SourceLayer
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import Layer, Upstream

SILENT_AFTER_S = 2.0
LAYER_RESTS_AFTER_S = 0.7  # an encoder that finds its line too thin stops its upper layers


class Source:
    """`layers` by rank: the best first. What comes without rids is one layer, `Layer.HIGH`."""

    __slots__ = ("identity", "is_video", "layers", "room", "started_s", "upstream")

    def __init__(
        self,
        identity: int,
        room: str,
        upstream: Upstream,
        codec: VideoCodec,
        clock: Callable[[], Clock],
        layers: Sequence[Layer] = (Layer.HIGH,),
    ) -> None:
        self.identity = identity
        self.room = room
        self.upstream = upstream
        self.is_video = upstream.is_video
        self.layers = {
            name: SourceLayer(name, identity, self.is_video, codec, clock()) for name in Layer if name in layers
        }
        self.started_s = 0.0  # first packet after silence

    @property
    def heard_s(self) -> float:
        return max([layer.heard_s for layer in self.layers.values()])

    @property
    def level(self) -> float:
        """Smoothed loudness in -dBov: 0 is loudest."""
        return next(iter(self.layers.values())).level

    def active(self, now_s: float) -> bool:
        return now_s - self.heard_s < SILENT_AFTER_S

    def present(self, now_s: float) -> tuple[Layer, ...]:
        """The layers that may be chosen now, best first. Several layers: those that are being sent."""
        if len(self.layers) == 1:
            return tuple(self.layers)
        return tuple(name for name, each in self.layers.items() if now_s - each.heard_s < LAYER_RESTS_AFTER_S)

    def handle_packet(
        self, layer: SourceLayer, view: RtpView, data: memoryview, now_s: float, arrived_s: float
    ) -> bool:
        """A packet of one of its layers. True when the source starts after silence."""
        starts = now_s - layer.heard_s >= SILENT_AFTER_S and not self.active(now_s)
        if starts:
            self.started_s = now_s
        layer.handle_packet(view, data, now_s, arrived_s)
        return starts

    def want_key_frame(self) -> None:
        for layer in self.layers.values():
            layer.want_key_frame()
