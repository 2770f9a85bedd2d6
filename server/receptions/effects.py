"""What the live state asks its surroundings to do, in the order in which it must be done.

Rows carry all they need, so that the writer never has to ask the state, which by then has moved on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.receptions.tables import Presence
from signaling.messages import Carried, RoomCode
from signaling.ports import RecordingSealed, SetRecording, SetStage
from signaling.refusals import RefusalCode


@dataclass(frozen=True, slots=True)
class StageChanged:
    stage: SetStage


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    recording: SetRecording


@dataclass(frozen=True, slots=True)
class EndLink:
    """Close `link` in media; if `connection` is given, tell it why, and whether to try again by itself."""

    link: str
    connection: str | None = None
    code: RefusalCode = RefusalCode.REPLACED
    rejoin: bool = True


@dataclass(frozen=True, slots=True)
class TellLinkEnded:
    """Media closed the link by itself; its holder has not heard of it yet."""

    connection: str
    link: str
    code: RefusalCode
    rejoin: bool


@dataclass(frozen=True, slots=True)
class LineChanged:
    """What the line of this connection's link carries of the picture, for its screen."""

    connection: str
    layer: Carried


@dataclass(frozen=True, slots=True)
class RoomsToTell:
    """These rooms' screens changed; None: every room's."""

    codes: frozenset[RoomCode] | None = None


@dataclass(frozen=True, slots=True)
class ConsoleToTell:
    """The console changed; `rooms`: entries of the room list that did, None: all of them."""

    rooms: frozenset[RoomCode] | None = frozenset()


@dataclass(frozen=True, slots=True)
class ReceptionOpened:
    reception: int
    at: datetime
    actor: str
    folder: str


@dataclass(frozen=True, slots=True)
class ReceptionEnded:
    reception: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ItemCalled:
    reception: int
    item: int
    at: datetime
    actor: str
    closed: bool


@dataclass(frozen=True, slots=True)
class ItemFinished:
    reception: int
    item: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ItemClosed:
    reception: int
    item: int
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemReopened:
    reception: int
    item: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class FloorGiven:
    reception: int
    item: int | None
    room_id: int
    room: RoomCode
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class FloorTaken:
    """The floor went back to the desk. `acted`: by a command of its own, which the audit log then names."""

    reception: int
    room: RoomCode
    at: datetime
    actor: str
    acted: bool


@dataclass(frozen=True, slots=True)
class InterpreterNamed:
    reception: int
    item: int
    room_id: int
    room: RoomCode
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class InterpreterTaken:
    """Nobody interprets any more. `acted`: by a command of its own, which the audit log then names."""

    reception: int
    item: int
    room: RoomCode
    at: datetime
    actor: str
    acted: bool


@dataclass(frozen=True, slots=True)
class HandRaised:
    reception: int
    room: RoomCode
    at: datetime


@dataclass(frozen=True, slots=True)
class HandLowered:
    reception: int
    room: RoomCode
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class PresenceBegan:
    reception: int
    room_id: int
    presence: Presence
    at: datetime


@dataclass(frozen=True, slots=True)
class PresenceEnded:
    reception: int
    room_id: int
    presence: Presence
    at: datetime


@dataclass(frozen=True, slots=True)
class SummonsSeen:
    summons: int
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficeCame:
    reception: int
    room_id: int
    office: str
    deputy: bool
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class OfficeLeft:
    reception: int
    room_id: int
    office: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficesLeft:
    """The reception ended: all that are there."""

    reception: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RollCalled:
    """For the audit log: who is present after it, and for whom a deputy sits."""

    reception: int
    room: RoomCode
    offices: tuple[str, ...]
    deputies: tuple[str, ...]
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class RecordingWasSealed:
    sealed: RecordingSealed


Row = (
    ReceptionOpened
    | ReceptionEnded
    | ItemCalled
    | ItemFinished
    | ItemClosed
    | ItemReopened
    | FloorGiven
    | FloorTaken
    | InterpreterNamed
    | InterpreterTaken
    | HandRaised
    | HandLowered
    | PresenceBegan
    | PresenceEnded
    | SummonsSeen
    | OfficeCame
    | OfficeLeft
    | OfficesLeft
    | RollCalled
    | RecordingWasSealed
)
Effect = (
    StageChanged | RecordingChanged | EndLink | TellLinkEnded | LineChanged | RoomsToTell | ConsoleToTell | Row
)
