"""What a room and the server say about media that the room kept while its line was down (PROTOCOL.md, "Late
sources"): that it keeps something, which of it the server takes, and one file after the other, in pieces.

Times are seconds since the epoch by the server's clock, as the room knew it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from signaling.messages import Message

LATE_PATH = "/room/late"
SPANS_PATH = f"{LATE_PATH}/spans"
OFFSET_HEADER = "Upload-Offset"  # bytes of the file that stand before the piece
PIECE_BYTES = 256 * 1024
LONGEST_S = 1800.0  # what a room keeps of one time without a line; nobody's floor is surely its own for longer
SHORTEST_S = 1.0  # less is handed over by nobody
LARGEST_BYTES = 1_000_000_000  # half an hour at 4.4 Mbit/s
MOST_SPANS = 50
MOST_RECEPTIONS = 20  # of which a room says that it keeps something

Epoch = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
FileHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NotTaken(StrEnum):
    """Why a part is not taken. The room deletes it."""

    NOT_ON_FLOOR = "not_on_floor"  # this room did not have the floor then
    NO_ITEM = "no_item"  # it had, between two items
    CLOSED = "closed"  # the item was or is closed: also each one of a denunciation
    NOT_RECORDED = "not_recorded"  # the reception has no recording, or none any more
    TOO_OLD = "too_old"  # the reception ended too long ago
    TOO_MUCH = "too_much"  # this room handed over as much of this reception as is taken


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptSpan(_Told):
    started_at: Epoch
    ended_at: Epoch

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ended_at <= self.started_at:
            raise ValueError("the span ends before it begins")
        return self

    @property
    def seconds(self) -> float:
        return self.ended_at - self.started_at


class AskSpans(_Told):
    """What the room kept of one time without a line."""

    reception: Annotated[int, Field(ge=1, le=2**31 - 1)]
    started_at: Epoch
    ended_at: Epoch


class RefusedSpan(_Told):
    started_at: float
    ended_at: float
    reason: NotTaken


class TakenSpans(BaseModel):
    """`later`: it cannot be said yet (the room has the floor still); nothing is to be cut or deleted."""

    model_config = ConfigDict(frozen=True)

    later: bool = False
    taken: tuple[KeptSpan, ...] = ()
    refused: tuple[RefusedSpan, ...] = ()


class OfferFile(KeptSpan):
    """One file, which lies within a span that is taken."""

    reception: Annotated[int, Field(ge=1, le=2**31 - 1)]
    bytes: Annotated[int, Field(ge=1, le=LARGEST_BYTES)]
    sha256: FileHash


class FileReceived(BaseModel):
    """`stored`: whole, its hash compared, on the disk: the room deletes what it has."""

    model_config = ConfigDict(frozen=True)

    received: int
    stored: bool


class KeptSeconds(Message):
    """What a room keeps of one reception and has not handed over; what of it is taken the server says later."""

    event: ClassVar[str] = "kept_seconds"
    reception: Annotated[int, Field(ge=1, le=2**31 - 1)]
    seconds: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class Keeps(Message):
    """How a room's keeping stands, whole every time: after connecting, and on every change. Namespace ``/room``.

    `keeping`: it writes at this moment, and the seconds of that are not in `kept` yet. `percent`: of the file that
    is on its way now; None: none is.
    """

    event: ClassVar[str] = "keeps"
    keeping: bool = False
    kept: Annotated[tuple[KeptSeconds, ...], Field(max_length=MOST_RECEPTIONS)] = ()
    percent: Annotated[int, Field(ge=0, le=100)] | None = None

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.kept)
