"""A slot: one fixed place on the stage. It shows one source, each of its layers in a lane of its own.

Every receiver stands in at most one lane: that of the best layer its line carries and the source sends. Where
a source starts, the first key frame of any layer that is not too good for the line is the picture; a better
layer follows when it comes.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from server.media.lane import AUDIO_RING, VIDEO_RING, Lane, Receiver, Timeline
from server.media.source import Source
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from signaling.wire.slots import Layer, SlotName

CHANGE_WITHIN_S = 3.0  # an old picture may stand in for a new one this long
_RANK = {layer: rank for rank, layer in enumerate(Layer)}


class Slot:
    """Owned by the stage, which says what to `show` and whom to `admit`; `tick` it about ten times a second."""

    def __init__(
        self,
        name: SlotName,
        ssrc: int,
        rtx_ssrc: int,
        flush: Callable[[Lane], None],
        on_pending: Callable[[Lane], None],
        on_switched: Callable[[Slot], None],
    ) -> None:
        self.name = name
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.clock_hz = VIDEO_CLOCK_HZ if name.is_video else AUDIO_CLOCK_HZ
        self.source: Source | None = None
        self.next_source: Source | None = None
        self.next_since_s = 0.0
        self.timeline = Timeline()
        self.admitted: list[Receiver] = []
        self._on_switched = on_switched
        self._present: tuple[Layer, ...] = ()
        layers = tuple(Layer) if name.is_video else (Layer.HIGH,)
        capacity = VIDEO_RING if name.is_video else AUDIO_RING
        self.lanes = {
            layer: Lane(
                layer,
                self.clock_hz,
                ssrc,
                rtx_ssrc,
                capacity,
                self.timeline,
                flush,
                on_pending,
                self._lane_switched,
            )
            for layer in layers
        }

    # --- what it shows

    @property
    def coming(self) -> Source | None:
        """The source that is shown, or will be with its next key frame."""
        return self.next_source or self.source

    def show(self, source: Source | None, now_s: float) -> None:
        """Show `source` from its next key frame on (sound: from its next packet on); None clears the slot.

        An old picture stays until the new one is there; old sound ends at once.
        """
        if source is None:
            if self.coming is not None:
                self.source = self.next_source = None
                self._show_lanes(None)
                self._on_switched(self)
        elif source is self.source:
            if self.next_source is not None:
                self.next_source = None
                self._show_lanes(source)
                self._place_all(now_s)
        elif source is not self.next_source:
            self.next_source, self.next_since_s = source, now_s
            self._show_lanes(source)
            self._place_all(now_s)
            if not self.name.is_video and self.source is not None:
                self.source = None
                self._on_switched(self)

    def clear(self) -> None:
        """What is shown fell silent or was overdue for a change: nothing, until the next source starts."""
        if self.source is not None:
            self.next_source = self.next_source or self.source
            self.source = None
            for lane in self.lanes.values():
                lane.rest()
            self._on_switched(self)

    def tick(self, now_s: float) -> None:
        """Layers come and go with the source's line; who waits asks again for a key frame."""
        overdue = now_s - self.next_since_s > CHANGE_WITHIN_S
        if overdue and self.next_source is not None:
            self.clear()
        coming = self.coming
        if coming is not None and coming.present(now_s) != self._present:
            self._place_all(now_s)
        for lane in self.lanes.values():
            if overdue and lane.next_source is not None:
                lane.rest()  # its new layer does not come: the former source may not be seen for ever
            if lane.waiting or lane.next_source is not None:
                lane.want_key_frame()

    def want_key_frame(self) -> None:
        for lane in self.lanes.values():
            lane.want_key_frame()

    def _show_lanes(self, source: Source | None) -> None:
        """A lane that the new source has no layer for goes on with the old one until the new one is there."""
        for layer, lane in self.lanes.items():
            if source is None or layer in source.layers:
                lane.show(source.layers[layer] if source is not None else None)

    def _lane_switched(self, lane: Lane) -> None:
        """A lane begins with a layer's key frame: whoever can carry it and sees nothing of it yet enters here."""
        new = lane.source
        if self.next_source is not None and new in self.next_source.layers.values():
            self.source, self.next_source = self.next_source, None
            for layer, other in self.lanes.items():
                if layer not in self.source.layers:
                    other.show(None)
        for receiver in self.admitted:
            if self._may_stand(receiver, lane) and not self._sees_source(receiver):
                lane.await_entry(receiver)
        self._on_switched(self)

    def _may_stand(self, receiver: Receiver, lane: Lane) -> bool:
        if not self.name.is_video:
            return True
        if receiver.wanted is None:
            return False
        if self.source is not None and len(self.source.layers) == 1:
            return True
        return _RANK[lane.layer] >= _RANK[receiver.wanted]

    def _sees_source(self, receiver: Receiver) -> bool:
        lane = receiver.lane
        return lane is not None and self.source is not None and lane.source in self.source.layers.values()

    # --- who receives it

    def admit(self, receiver: Receiver) -> None:
        """Let a receiver in: at once for sound, on the next key frame for a picture."""
        receiver.allowed = True
        self.admitted.append(receiver)
        self._place(receiver)

    def dismiss(self, receiver: Receiver) -> None:
        """Nothing more goes to this receiver, nothing gathered, nothing repeated."""
        receiver.allowed = False
        if receiver in self.admitted:
            self.admitted.remove(receiver)
        self._take_out(receiver)

    def set_wanted(self, receiver: Receiver, wanted: Layer | None, at_once: bool = False) -> None:
        """The best layer the receiver's line carries from now on; None: no picture.

        `at_once`: nothing more of a layer that is too good, even before the new one's key frame is there. On a
        full line each further packet of it takes the place of sound and of that key frame.
        """
        if wanted is not receiver.wanted:
            receiver.wanted = wanted
            if receiver.allowed:
                if at_once and receiver.lane is not None and not self._may_stand(receiver, receiver.lane):
                    receiver.lane.leave(receiver)
                self._place(receiver)

    def _place_all(self, now_s: float) -> None:
        coming = self.coming
        self._present = coming.present(now_s) if coming is not None else ()
        for receiver in self.admitted:
            self._place(receiver)

    def _place(self, receiver: Receiver) -> None:
        """Put the receiver on its way into the lane where it belongs."""
        target = self._target(receiver)
        for lane in self.lanes.values():
            if lane is not target:
                lane.give_up_entry(receiver)
        if target is None:
            self._take_out(receiver)
        elif receiver.lane is not target:
            target.await_entry(receiver)

    def _target(self, receiver: Receiver) -> Lane | None:
        if not self.name.is_video:
            return self.lanes[Layer.HIGH]
        if receiver.wanted is None:
            return None
        coming = self.coming
        if coming is not None and len(coming.layers) == 1:
            return self.lanes[next(iter(coming.layers))]
        rank = _RANK[receiver.wanted]
        fitting = [layer for layer in self._present if _RANK[layer] >= rank]
        return self.lanes[fitting[0] if fitting else receiver.wanted]

    def _take_out(self, receiver: Receiver) -> None:
        for lane in self.lanes.values():
            lane.give_up_entry(receiver)
        if receiver.lane is not None:
            receiver.lane.leave(receiver)

    def debug_snapshot(self) -> dict[str, JsonValue]:
        """What it shows, and how many stand in each lane."""
        return {
            "room": self.source.room if self.source is not None else None,
            "room coming": self.next_source.room if self.next_source is not None else None,
            "admitted": len(self.admitted),
            "layers present": [layer.value for layer in self._present],
            "lanes": {
                layer.value: {
                    "receivers": len(lane.receivers),
                    "waiting": len(lane.waiting),
                    "packets": lane.packets,
                    "shows": lane.source is not None,
                }
                for layer, lane in self.lanes.items()
            },
        }

    def rtp_time_at(self, wall_s: float) -> int:
        """The slot's timestamp at a wall-clock moment, for sender reports."""
        return self.timeline.time + int((wall_s - self.timeline.captured_s) * self.clock_hz)
