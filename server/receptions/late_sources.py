"""What became of what rooms kept while their line was down, as pages tell it. `server.late` knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from aiohttp import web
from sqlmodel import Session

from server.receptions.keeping import RoomsKeeping, keeping_sentence, length
from server.web.languages import N_
from signaling.late_messages import NotTaken
from signaling.messages import RoomCode


class LateState(StrEnum):
    COMING = "coming"  # a part of the file is here
    HANDED_OVER = "handed_over"  # all of it is; it is looked at once the recording is sealed
    ENTERED = "entered"  # it stands beside the recording
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LateLine:
    """`seconds` 0: not known. `percent`: of what is coming. `reasons`: why it was refused."""

    room: RoomCode
    reception: int
    at: datetime
    state: LateState
    seconds: float
    percent: int = 0
    reasons: tuple[str, ...] = ()


class LateSources(Protocol):
    """Both take the disk's time, and tell the newest first."""

    def of_reception(self, session: Session, reception_id: int) -> list[LateLine]: ...

    def of_room(self, session: Session, code: RoomCode) -> list[LateLine]:
        """Those of the last 30 days."""


LATE_SOURCES: web.AppKey[LateSources] = web.AppKey("LATE_SOURCES", LateSources)

_SENTENCES = {
    LateState.COMING: N_("%(length)s of its own picture and sound are on their way: %(percent)s %% have come"),
    LateState.HANDED_OVER: N_(
        "%(length)s of its own picture and sound were handed over; they are looked at once the recording is closed"
    ),
    LateState.ENTERED: N_(
        "%(length)s of its own picture and sound were handed over, and stand beside the recording"
    ),
    LateState.REFUSED: N_("%(length)s of its own picture and sound were not taken: %(why)s"),
}
ICONS = {
    LateState.COMING: "loader",
    LateState.HANDED_OVER: "circle-dot",
    LateState.ENTERED: "circle-check",
    LateState.REFUSED: "ban",
}
_WHY = {
    NotTaken.NOT_ON_FLOOR.value: N_("it did not have the floor then"),
    NotTaken.NO_ITEM.value: N_("no item was being heard then"),
    NotTaken.CLOSED.value: N_("the item was closed to the rooms"),
    NotTaken.NOT_RECORDED.value: N_("there is no recording of the reception"),
    NotTaken.TOO_OLD.value: N_("it is too long ago"),
    NotTaken.TOO_MUCH.value: N_("it is more than is taken of one room"),
}
_OTHER_FAULT = N_("the file was damaged")
_UNKNOWN = N_("Some")


@dataclass(frozen=True, slots=True)
class SaidLate:
    """As a page shows it: of the room, or of what it keeps still (`at` None)."""

    room: RoomCode
    at: datetime | None
    icon: str
    sentence: str


def said_of(line: LateLine, translate: Callable[..., str]) -> SaidLate:
    reasons = dict.fromkeys(translate(_WHY.get(reason, _OTHER_FAULT)) for reason in line.reasons)
    sentence = translate(
        _SENTENCES[line.state],
        length=length(line.seconds, translate) if line.seconds else translate(_UNKNOWN),
        percent=line.percent,
        why=", ".join(reasons),
    )
    return SaidLate(line.room, line.at, ICONS[line.state], sentence)


def said_late(
    keeping: RoomsKeeping,
    in_touch: Callable[[RoomCode], bool],
    rooms: Sequence[RoomCode],
    lines: Sequence[LateLine],
    translate: Callable[..., str],
    language: str,
    reception: int = 0,
) -> list[SaidLate]:
    """First what these rooms keep still, of `reception` or (0) of any."""
    said = []
    for code in rooms:
        known = keeping.known(code)
        if known is None:
            continue
        sentence = keeping_sentence(known, in_touch(code), translate, language, reception=reception)
        if sentence:
            said.append(SaidLate(code, None, "hourglass", sentence))
    return [*said, *(said_of(line, translate) for line in lines)]
