"""What a room finds when it checks itself, when it is to do so, and how its line is measured; namespace ``/room``.

A room says what it found, in the words of `OUTCOMES` and the figures of `FIGURES`; how good that is the server
judges. A room that does not know these messages misses nothing of a reception.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from signaling.messages import Message


class CheckReason(StrEnum):
    """Who or what began a check."""

    OFFICER = "officer"  # somebody in the room
    MORNING = "morning"
    SESSION = "session"  # one that is planned
    UNATTENDED = "unattended"  # a room without a browser: when it has joined, and from time to time


class Part(StrEnum):
    """What is checked."""

    PICTURE = "picture"
    SOUND = "sound"
    SPEAKER = "speaker"
    UDP = "udp"  # straight to the media port
    TURN_UDP = "turn_udp"  # to it by way of a TURN server, which is reached by UDP
    TURN_TCP = "turn_tcp"  # and by TCP or TLS
    LINE = "line"
    CLOCK = "clock"
    H264 = "h264"
    VP8 = "vp8"
    DISK = "disk"


_WAY = ("works", "blocked")
_DECODER = ("works", "missing")
OUTCOMES: dict[Part, tuple[str, ...]] = {
    Part.PICTURE: ("moving", "black", "flat", "frozen", "none"),
    Part.SOUND: ("good", "dead", "clipped", "hum", "none"),
    Part.SPEAKER: ("heard", "unheard", "unknown", "untried"),
    Part.UDP: _WAY,
    Part.TURN_UDP: _WAY,
    Part.TURN_TCP: _WAY,
    Part.LINE: ("measured", "unmeasured", "failed"),
    Part.CLOCK: ("compared",),
    Part.H264: _DECODER,
    Part.VP8: _DECODER,
    Part.DISK: ("measured",),
}
FIGURES: dict[Part, tuple[str, ...]] = {
    Part.SOUND: ("level_db",),
    Part.LINE: (
        "loss_down_percent",
        "loss_up_percent",
        "jitter_down_ms",
        "jitter_up_ms",
        "rtt_ms",
        "down_kbps",
        "up_kbps",
    ),
    Part.CLOCK: ("ahead_s",),  # of the server's
    Part.DISK: ("free_gb",),
}
Figure = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]


class Finding(Message):
    event: ClassVar[str] = "finding"
    what: Part
    outcome: str = Field(max_length=20)
    figures: dict[str, Figure] = Field(default={}, max_length=8)

    @model_validator(mode="after")
    def _in_the_tables(self) -> Finding:
        if self.outcome not in OUTCOMES[self.what]:
            raise ValueError("no outcome of this part")
        if not self.figures.keys() <= set(FIGURES.get(self.what, ())):
            raise ValueError("a figure that this part has not")
        return self


class RoomChecked(Message):
    """The room has checked itself."""

    event: ClassVar[str] = "checked"
    reason: CheckReason
    findings: tuple[Finding, ...] = Field(min_length=1, max_length=len(Part))

    @field_validator("findings")
    @classmethod
    def _each_part_once(cls, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        if len({one.what for one in found}) != len(found):
            raise ValueError("a part that is told twice")
        return found


class LineCheck(Message):
    """Negotiate a link that only measures the line; answered by `Joined`. See PROTOCOL.md, "The line"."""

    event: ClassVar[str] = "line_check"
    sdp: str = Field(min_length=1, max_length=64_000)


class LineCheckEnd(Message):
    event: ClassVar[str] = "line_check_end"
    link: str = Field(max_length=60)


class LineFigures(Message):
    """Acknowledgement of `LineCheckEnd`: what came up. Null: too little to say anything."""

    event: ClassVar[str] = "line_figures"
    loss_up_percent: float | None
    jitter_up_ms: float | None
    up_kbps: float | None


Tone = Literal["good", "needs", "bad"]
"""Green, amber, red."""


class JudgedView(Message):
    event: ClassVar[str] = "judged"
    what: Part
    tone: Tone


class CheckTaken(Message):
    """Acknowledgement of `RoomChecked`: it is stored, and this is what it is worth."""

    event: ClassVar[str] = "check_taken"
    tone: Tone  # of the worst
    findings: tuple[JudgedView, ...]


class PlannedCheck(Message):
    event: ClassVar[str] = "planned_check"
    at: str  # ISO 8601 with offset
    reason: CheckReason


class ChecksView(Message):
    """When this room is to check itself, the next time first. Sent whole: after connecting, after the first
    `stage`, and on every change."""

    event: ClassVar[str] = "checks"
    checks: tuple[PlannedCheck, ...] = ()
