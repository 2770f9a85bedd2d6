"""The stage shares out what a line carries: what nobody sends costs nothing, what all lack is no line's limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.media.budget import LineBudget
from server.media.lane import Receiver
from server.media.source import Source
from server.media.stage import LEAST_IN_COMMON, Stage
from signaling.messages import Carried, LinkState, Purpose
from signaling.ports import SetStage
from signaling.wire.slots import Layer, SlotName, Upstream
from tests.server.media.packets import feed, source
from tests.server.media.test_slot import Room
from tests.signaling.wire.packets import KEY_FRAME, rtp


@dataclass
class End:
    """A link, as far as the stage knows it."""

    identity: str
    room: str
    purpose: Purpose = Purpose.ROOM
    state: LinkState = LinkState.CONNECTED
    line: LineBudget = field(default_factory=LineBudget)
    carried: Carried = ""
    sources: dict[Upstream, Source] = field(default_factory=dict)
    receivers: dict[SlotName, Receiver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (SlotName.DESK_VIDEO, SlotName.DOCUMENT_VIDEO):
            self.receivers[name] = Receiver(Room(), name, 100)


def opened() -> tuple[Stage, End]:
    """A desk whose camera sends, and which could share a document and does not."""
    stage = Stage(
        {name: (2 * i, 2 * i + 1) for i, name in enumerate(SlotName)},
        lambda lane: None,
        lambda lane: None,
        lambda slot, room: None,
    )
    stage.apply(SetStage(live=True, closed=False, audience=None, floor=None, record=False, desk="22"), 0.0)
    desk = End("desk", "22", Purpose.DESK)
    desk.sources = {
        Upstream.CAMERA: source(room="22", layers=tuple(Layer)),
        Upstream.DOCUMENT: source(Upstream.DOCUMENT, room="22", identity=2, layers=tuple(Layer)),
    }
    stage.link_connected(desk, 0.0)
    show(stage, desk.sources[Upstream.CAMERA], 0.0)
    return stage, desk


def show(stage: Stage, sent: Source, now_s: float) -> None:
    for index, layer in enumerate(Layer):
        feed(sent, rtp(1000 * index + int(now_s * 100), int(now_s * 90_000), KEY_FRAME), now_s, layer)
    stage.arrange(now_s)


def test_a_thin_line_carries_the_camera_and_no_document_that_nobody_shows() -> None:
    stage, desk = opened()
    room = End("room", "06649")
    stage.link_connected(room, 0.0)
    stage.allocate(0.1)
    for now_s in (2.0, 3.0):
        room.line.reported(60.0, 500.0, 800_000, now_s)  # 320 kbit/s came: the least of two would be too much
    assert room.line.fallen
    show(stage, desk.sources[Upstream.CAMERA], 3.1)
    stage.allocate(3.1, [room])
    assert not room.line.fallen
    assert room.carried == "l"
    assert room.receivers[SlotName.DESK_VIDEO].wanted is Layer.LOW
    assert room.receivers[SlotName.DOCUMENT_VIDEO].wanted is Layer.LOW, "what begins there begins small"


def test_a_round_trip_that_grew_for_half_of_all_is_taken_off() -> None:
    stage, _ = opened()
    rooms = [End(f"room {number}", f"{number:05d}") for number in range(LEAST_IN_COMMON)]
    for room in rooms:
        stage.link_connected(room, 0.0)
        room.line.reported(0.0, 20.0, 0, 1.0)
        room.line.reported(0.0, 620.0, 0, 2.0)
    stage.allocate(2.0)
    assert {room.line.common_queue_ms for room in rooms} == {600.0}
