"""Several media processes, one stage: the first worker decides and rewrites, the others repeat it to their rooms.

Rooms are shared out over the workers; each has its own UDP port. What a worker's rooms send for the stage (the
desk's sources, and those of the room on the floor) it relays to the first one. The first one relays the packets
of every lane, already numbered, to all others, which show them in the same slots (`mirror`). Who may receive
what is decided by each worker for its own rooms, by the same rules.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from server.media.budget import LineBudget
from server.media.lane import Lane, Receiver
from server.media.pipe import PacketPipe
from server.media.relay import RelayedSource, RelayEnd, StreamOpened
from server.media.slot import Slot
from server.media.source import Source
from server.media.stage import Stage
from signaling.channel import listening_socket
from signaling.messages import Carried, LinkState, Purpose
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import Layer, SlotName, Upstream

log = logging.getLogger("tiepdan.media")

RELAY_SOCKET = "media-relay.sock"
_SLOTS = tuple(SlotName)


def worker_socket(worker: int) -> str:
    """Name of the Unix socket on which a worker serves control."""
    return "media.sock" if worker == 0 else f"media-{worker}.sock"


@dataclass
class RemoteLink:
    """A link of another worker, with the sources it relays. It receives nothing here."""

    identity: str
    room: str
    purpose: Purpose
    state: LinkState = LinkState.CONNECTED
    line: LineBudget = field(default_factory=LineBudget)
    carried: Carried = ""
    sources: dict[Upstream, Source] = field(default_factory=dict)
    receivers: Mapping[SlotName, Receiver] = field(default_factory=dict)


class _LaneRelay(Receiver):
    """Takes every packet of one lane for the other workers."""

    takes: ClassVar[bool] = True

    def __init__(self, name: SlotName, ends: list[RelayEnd]) -> None:
        super().__init__(None, name, 0)
        self._stream = _SLOTS.index(name)
        self._ends = ends

    def take(self, lane: Lane, number: int, time: int, captured_s: float) -> None:
        for end in self._ends:
            packet = lane.ring.packet(number % lane.ring.capacity)
            end.packet(self._stream, lane.layer, 127, captured_s, packet)


class FirstWorker:
    """The first worker's side: listens for the others. `close` it; `poll` it with each feedback."""

    def __init__(
        self,
        directory: Path,
        stage: Stage,
        codec: VideoCodec,
        arrange: Callable[[], None],
        burst_end: Callable[[], None],
    ) -> None:
        """`arrange`: called when a stream starts, so that the stage looks at it at once; `burst_end`: to flush."""
        self._burst_end = burst_end
        self._path = directory / RELAY_SOCKET
        self._stage = stage
        self._codec = codec
        self._arrange = arrange
        self._ends: list[RelayEnd] = []
        self._shown: dict[SlotName, int | None] = {}
        self._numbers = 0
        self._listener = listening_socket(self._path, socket.SOCK_SEQPACKET)
        asyncio.get_running_loop().add_reader(self._listener.fileno(), self._accept)
        stage.on_switched.append(self._switched)
        for name, slot in stage.slots.items():
            for lane in slot.lanes.values():
                lane.takers.append(_LaneRelay(name, self._ends))

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._listener.fileno())
        self._listener.close()
        self._path.unlink(missing_ok=True)
        for end in list(self._ends):
            self._let_go(end)

    def poll(self, now_s: float) -> None:
        for end in self._ends:
            end.poll_requests(now_s)

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        self._numbers += 1
        links: dict[str, RemoteLink] = {}
        prefix = f"worker {self._numbers} "
        end = RelayEnd(
            self._codec,
            lambda stream, source: self._opened(links, prefix, source),
            lambda stream, source: self._closed(links, source),
            self._arrange,
            self._wanted,
        )
        end.pipe = PacketPipe(
            connected,
            lambda message: end.arrived(message, time.monotonic()),
            lambda: self._let_go(end),
            self._burst_end,
        )
        self._ends.append(end)
        for slot in self._stage.slots.values():
            if slot.source is not None:
                end.open(_SLOTS.index(slot.name), _described(slot, slot.source))
        log.info("another media worker takes the stage")

    def _let_go(self, end: RelayEnd) -> None:
        if end in self._ends:
            self._ends.remove(end)
        if end.pipe is not None:
            end.pipe.close()
        end.ended()

    def _switched(self, slot: Slot) -> None:
        identity = slot.source.identity if slot.source is not None else None
        if self._shown.get(slot.name) == identity:
            return
        self._shown[slot.name] = identity
        for end in self._ends:
            if slot.source is None:
                end.close(_SLOTS.index(slot.name))
            else:
                end.open(_SLOTS.index(slot.name), _described(slot, slot.source))

    def _wanted(self, stream: int, layer: Layer) -> None:
        if stream < len(_SLOTS) and (lane := self._stage.slots[_SLOTS[stream]].lanes.get(layer)) is not None:
            lane.want_key_frame()

    def _opened(self, links: dict[str, RemoteLink], prefix: str, source: RelayedSource) -> None:
        opened = source.opened
        link = links.get(opened.link)
        if link is None:
            link = links[opened.link] = RemoteLink(prefix + opened.link, opened.room, opened.purpose)
        link.sources[opened.upstream] = source
        self._stage.link_connected(link, time.monotonic())

    def _closed(self, links: dict[str, RemoteLink], source: RelayedSource) -> None:
        link = links.get(source.opened.link)
        if link is None:
            return
        link.sources.pop(source.upstream, None)
        if not link.sources:
            del links[source.opened.link]
            self._stage.link_closed(link, time.monotonic())
        else:
            self._stage.arrange(time.monotonic())


def _described(slot: Slot, source: Source) -> StreamOpened:
    return StreamOpened(
        room=source.room,
        upstream=source.upstream,
        layers=tuple(source.layers),
        identity=source.identity,
        slot=slot.name,
    )
