"""The stage of all media workers but the first: it shows what that one relays, to the rooms of this worker."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from server.media.layer import SourceLayer
from server.media.pipe import PacketPipe
from server.media.relay import RelayedSource, RelayEnd, StreamOpened, plain_packet
from server.media.slot import Slot
from server.media.source import Source
from server.media.stage import Stage, StageLink
from server.media.workers import RELAY_SOCKET
from signaling.channel import connected_socket
from signaling.messages import Purpose
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import Layer, SlotName, Upstream

RETRY_S = 0.2
IDENTITIES_PER_WORKER = 1 << 20


class _SourceRelay:
    """Stands in a lane's place: what a source of ours brings goes to the first worker."""

    def __init__(self, relay: OtherWorker, stream: int, opened: StreamOpened) -> None:
        self._relay = relay
        self.stream = stream
        self._opened = opened

    def open(self) -> None:
        self._relay.end.open(self.stream, self._opened)

    def forward(
        self,
        layer: SourceLayer,
        number: int,
        time: int,
        starts_key_frame: bool,
        view: RtpView,
        data: memoryview,
        captured_s: float,
        arrived_s: float,
    ) -> None:
        self._relay.end.packet(self.stream, layer.layer, layer.level, captured_s, plain_packet(view, data))

    def layer_restarted(self, layer: SourceLayer) -> None:
        self.open()  # its numbers begin anew: to the first worker it is another source


class MirrorStage(Stage):
    """The stage of the other workers: shows what the first one says, and offers it what its own rooms send."""

    relay: OtherWorker

    def _choose(self, now_s: float) -> None:
        self._now_s = now_s
        self.relay.offer(self._offered())
        for name, slot in self.slots.items():
            slot.show(self.relay.shown.get(name), now_s)
        self._route()

    def _route(self) -> None:
        super()._route()
        self.relay.connect_sources()

    def _switched(self, slot: Slot) -> None:
        self._route()
        self._admit()

    def _offered(self) -> Iterator[tuple[StageLink, Source]]:
        """The desk's sources, those of the room on the floor, and the interpreter's microphone."""
        floor, interpreter = self._floor_link(), self._interpreter_link()
        for link in self._links.values():
            if link.purpose is Purpose.DESK or link is floor:
                for source in link.sources.values():
                    yield link, source
            elif link is interpreter and (microphone := link.sources.get(Upstream.MICROPHONE)) is not None:
                yield link, microphone


class OtherWorker:
    """This worker's side of the relay. It connects, and again when the first one was started anew. `close` it."""

    def __init__(
        self,
        worker: int,
        directory: Path,
        stage: MirrorStage,
        codec: VideoCodec,
        arrange: Callable[[], None],
        burst_end: Callable[[], None],
    ) -> None:
        self._burst_end = burst_end
        self._worker = worker
        self._path = directory / RELAY_SOCKET
        self._stage = stage
        self._arrange = arrange
        self._sources: dict[Source, _SourceRelay] = {}
        self._streams = 0
        self._gone = asyncio.Event()
        self.shown: dict[SlotName, RelayedSource] = {}
        self.end = RelayEnd(codec, self._opened, self._closed, arrange, self._wanted)
        stage.relay = self

    async def run(self) -> None:
        """Never returns; cancel it."""
        while True:
            try:
                connected = connected_socket(self._path, socket.SOCK_SEQPACKET)
            except OSError:  # the first worker is being started
                await asyncio.sleep(RETRY_S)
                continue
            self._gone.clear()
            self.end.pipe = PacketPipe(
                connected,
                lambda message: self.end.arrived(message, time.monotonic()),
                self._gone.set,
                self._burst_end,
            )
            for relay in self._sources.values():
                relay.open()
            await self._gone.wait()
            self.end.ended()
            self._arrange()

    def close(self) -> None:
        if self.end.pipe is not None:
            self.end.pipe.close()
        self.end.ended()

    def poll(self, now_s: float) -> None:
        self.end.poll_requests(now_s)

    def offer(self, wanted: Iterator[tuple[StageLink, Source]]) -> None:
        """These sources of our rooms are wanted on the stage, and no others."""
        offered = {source: link for link, source in wanted}
        for source in [s for s in self._sources if s not in offered]:
            self.end.close(self._sources.pop(source).stream)
            for layer in source.layers.values():
                layer.lanes = ()
        for source, link in offered.items():
            if source not in self._sources:
                self._streams += 1
                opened = StreamOpened(
                    room=link.room,
                    upstream=source.upstream,
                    layers=tuple(source.layers),
                    identity=self._worker * IDENTITIES_PER_WORKER + source.identity % IDENTITIES_PER_WORKER,
                    link=link.identity,
                    purpose=link.purpose,
                )
                relay = self._sources[source] = _SourceRelay(self, self._streams, opened)
                relay.open()

    def connect_sources(self) -> None:
        """Our own sources bring their packets to the relay."""
        for source, relay in self._sources.items():
            for layer in source.layers.values():
                layer.lanes = (relay,)

    def _opened(self, stream: int, source: RelayedSource) -> None:
        if source.opened.slot is not None:
            self.shown[source.opened.slot] = source
            self._arrange()

    def _closed(self, stream: int, source: RelayedSource) -> None:
        slot = source.opened.slot
        if slot is not None and self.shown.get(slot) is source:
            del self.shown[slot]
            self._arrange()

    def _wanted(self, stream: int, layer: Layer) -> None:
        for source, relay in self._sources.items():
            if relay.stream == stream and (found := source.layers.get(layer)) is not None:
                found.want_key_frame()
