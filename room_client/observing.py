"""What a room is told to do, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from room_client.environment import REAL, Environment
from room_client.keeping.events import KeptEvent
from room_client.keeping.keeping import KeepOptions
from room_client.link import LinkEnd
from room_client.sources.choosing import NONE, TEST
from room_client.sources.contract import SourceUnusable
from signaling.help_messages import Help
from signaling.messages import LineView, Purpose, StageView
from signaling.refusals import Refusal
from signaling.wire.slots import SlotName, Upstream


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """`video`, `audio` and `document` as on the command line: test, none, a file, a camera, a microphone."""

    server_url: str
    key: str
    purpose: Purpose = Purpose.ROOM
    video: str = TEST
    audio: str = TEST
    language: Literal["vi", "en"] = "vi"
    document: str = NONE  # purpose desk only
    label: str = ""  # written on the test card; empty: the room's code
    environment: Environment = REAL
    credential: str = ""  # of an enrolled device, in the place of a key
    keep: KeepOptions | None = None  # None: what is on the floor while the line is down is not kept
    receives: bool = True  # False: another one of the room takes the stage, its screen


class RoomState(StrEnum):
    CONNECTING = "connecting"
    JOINING = "joining"
    JOINED = "joined"  # the link is up
    SILENT = "silent"  # the link is up and nothing is heard; it goes on by itself
    WAITING = "waiting"  # before it tries again
    REFUSED = "refused"  # for good
    ENDED = "ended"


class RoomObserver:
    """What a room tells. Override what is of interest; called on the event loop, so be quick.

    Times are those of `time.monotonic()`.
    """

    def on_state(self, state: RoomState) -> None: ...

    def on_stage(self, stage: StageView) -> None: ...

    def on_first_packet(self, slot: SlotName, at: float) -> None:
        """The first packet of a slot on the present link."""

    def on_key_frame(self, slot: SlotName, at: float) -> None: ...

    def on_test_card(self, slot: SlotName, at: float, label: str) -> None:
        """A key frame of a test card (H.264 only): `label` is its room's code."""

    def on_key_frame_wanted(self, upstream: Upstream) -> None:
        """The server asked this room for a key frame."""

    def on_line(self, line: LineView) -> None:
        """What the line carries of the picture."""

    def on_seen(self, seen: bool) -> None:
        """Whether the province sees small pictures of this room."""

    def on_help(self, asked: Help) -> None:
        """The province's technician asks something; whoever does it answers it."""

    def on_kept(self, event: KeptEvent, detail: str) -> None:
        """What becomes of media that the room keeps while its line is down."""

    def on_link_ended(self, end: LinkEnd | Refusal) -> None: ...

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        """None: the source works again."""


@dataclass(frozen=True, slots=True)
class RoomOutcome:
    """`refusal` None: ended by `stop`."""

    refusal: Refusal | None = None


class Observers(RoomObserver):
    """All of a room's observers as one; also what its link reports to (`room_client.link.LinkObserver`)."""

    def __init__(self, observers: Sequence[RoomObserver], want_key_frame: Callable[[Upstream], None]) -> None:
        self._observers = tuple(observers)
        self._want_key_frame = want_key_frame

    def on_state(self, state: RoomState) -> None:
        for observer in self._observers:
            observer.on_state(state)

    def on_stage(self, stage: StageView) -> None:
        for observer in self._observers:
            observer.on_stage(stage)

    def on_line(self, line: LineView) -> None:
        for observer in self._observers:
            observer.on_line(line)

    def on_seen(self, seen: bool) -> None:
        for observer in self._observers:
            observer.on_seen(seen)

    def on_help(self, asked: Help) -> None:
        for observer in self._observers:
            observer.on_help(asked)

    def on_kept(self, event: KeptEvent, detail: str) -> None:
        for observer in self._observers:
            observer.on_kept(event, detail)

    def on_link_ended(self, end: LinkEnd | Refusal) -> None:
        for observer in self._observers:
            observer.on_link_ended(end)

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        for observer in self._observers:
            observer.on_source_problem(upstream, problem)

    def first_packet(self, slot: SlotName, at: float) -> None:
        for observer in self._observers:
            observer.on_first_packet(slot, at)

    def key_frame(self, slot: SlotName, at: float, rtp_time: int) -> None:
        for observer in self._observers:
            observer.on_key_frame(slot, at)

    def label(self, slot: SlotName, at: float, label: str) -> None:
        for observer in self._observers:
            observer.on_test_card(slot, at, label)

    def key_frame_wanted(self, upstream: Upstream) -> None:
        self._want_key_frame(upstream)
        for observer in self._observers:
            observer.on_key_frame_wanted(upstream)
