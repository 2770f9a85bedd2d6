"""What happened around the live state, in the past tense. Frames of `signaling.ports` that come from media and
recorder are events as they are and are not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.receptions.programme import ReceptionFacts, Restored
from signaling.desk_messages import Command
from signaling.late_messages import Keeps
from signaling.messages import Devices, Purpose, Received, RoomCode
from signaling.ports import (
    Idle,
    LinkChanged,
    LinkReports,
    MediaSnapshot,
    RecordingGrew,
    RecordingSealed,
    SlotSwitched,
)
from signaling.summons_messages import PresentOffice


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A button was pressed. `plan`: for OPEN the reception as the database has it at that moment."""

    command: Command
    actor: str
    plan: ReceptionFacts | None = None


@dataclass(frozen=True, slots=True)
class ConnectionAppeared:
    connection: str
    room: RoomCode
    purpose: Purpose
    software: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionWent:
    connection: str


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A link is about to be negotiated; refused where `limit` links of its group exist already.

    `connection` None: asked over HTTP (WHIP, WHEP); such a link lives until it is deleted or its media ends.
    """

    link: str
    room: RoomCode
    purpose: Purpose
    connection: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RestartAsked:
    """Refused where the connection has no link to restart; asking changes nothing."""

    connection: str


@dataclass(frozen=True, slots=True)
class LinkRestarted:
    """Media agreed to the ICE restart that `connection` asked for."""

    link: str
    connection: str


@dataclass(frozen=True, slots=True)
class LinkAgreed:
    link: str


@dataclass(frozen=True, slots=True)
class LinkFailed:
    link: str


@dataclass(frozen=True, slots=True)
class LinkLeft:
    """Its holder gave it up."""

    link: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    connection: str


@dataclass(frozen=True, slots=True)
class HandMoved:
    room: RoomCode
    raised: bool


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    room: RoomCode
    devices: Devices


@dataclass(frozen=True, slots=True)
class KeepingTold:
    room: RoomCode
    keeps: Keeps


@dataclass(frozen=True, slots=True)
class SummonsShown:
    """The room's screen shows this version of a summons."""

    room: RoomCode
    summons: int
    version: int


@dataclass(frozen=True, slots=True)
class RollWasCalled:
    """`reception`: for which the desk called it; None: the room itself did, for the one open or prepared."""

    room: RoomCode
    present: tuple[PresentOffice, ...]
    actor: str
    reception: int | None = None


@dataclass(frozen=True, slots=True)
class RoomReceived:
    room: RoomCode
    received: Received


@dataclass(frozen=True, slots=True)
class MediaConnected:
    snapshot: MediaSnapshot


@dataclass(frozen=True, slots=True)
class MediaLost:
    pass


@dataclass(frozen=True, slots=True)
class RecorderConnected:
    pass


@dataclass(frozen=True, slots=True)
class RecorderLost:
    pass


@dataclass(frozen=True, slots=True)
class PlanRead:
    """Registry and agenda were read again: of an open reception only items still waiting change."""

    read: Restored


@dataclass(frozen=True, slots=True)
class StateRestored:
    """First input after a start. `last_alive_at`: when the control process was last known to run."""

    read: Restored
    last_alive_at: datetime


@dataclass(frozen=True, slots=True)
class TimePassed:
    pass


Event = (
    CommandGiven
    | ConnectionAppeared
    | ConnectionWent
    | LinkAsked
    | RestartAsked
    | LinkRestarted
    | LinkAgreed
    | LinkFailed
    | LinkLeft
    | RoomLeft
    | HandMoved
    | DevicesChanged
    | KeepingTold
    | SummonsShown
    | RollWasCalled
    | RoomReceived
    | MediaConnected
    | MediaLost
    | RecorderConnected
    | RecorderLost
    | PlanRead
    | StateRestored
    | TimePassed
    | LinkChanged
    | LinkReports
    | SlotSwitched
    | Idle
    | RecordingGrew
    | RecordingSealed
)
