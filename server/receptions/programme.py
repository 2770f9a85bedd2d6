"""What the live state knows of a reception: facts read once from the tables, without a session or a name.

`ReceptionFacts` is the planned side (what was scheduled, who may receive what); `Restored` adds what was
under way when control went away. Both are read by `restoring` and never change; `live` replaces them whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.petitions.tables import PetitionKind
from server.receptions.summons_tables import SummonsAnswered, SummonsChange
from server.receptions.tables import Audience, ItemState, Presence, ReceptionState
from signaling.messages import ItemView, RoomCode
from signaling.ports import SetRecording

DESK_CODE = "22"
"""Code of the provincial desk, the one room of level PROVINCE."""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    id: int
    code: RoomCode
    name: str
    district: str
    key_version: int


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One agenda item. `title` is the redacted line that rooms in the audience may read."""

    id: int
    position: int
    title: str
    kinds: tuple[PetitionKind, ...]
    petition_codes: tuple[str, ...]
    confidential: bool
    audience: Audience
    rooms: frozenset[RoomCode]
    state: ItemState = ItemState.WAITING
    closed: bool = False  # closed live and not reopened: heard again, it opens closed


@dataclass(frozen=True, slots=True)
class HearingSpan:
    """One time an item was open. `ended_at` None: it is being heard."""

    item: int
    started_at: datetime
    ended_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class ReceptionFacts:
    id: int
    title: str
    state: ReceptionState
    planned_at: datetime
    opened_at: datetime | None = None
    items: tuple[ItemFacts, ...] = ()
    hearings: tuple[HearingSpan, ...] = ()
    folder: str = ""  # of the recording, once the reception was opened


@dataclass(frozen=True, slots=True)
class UpcomingFacts:
    """A planned reception as the schedule has it. `announced`: its notice was published by now."""

    id: int
    title: str
    place: str
    planned_at: datetime
    announced: bool


@dataclass(frozen=True, slots=True)
class SummonsFacts:
    """A summons as one room sees it, and what it has answered so far."""

    id: int
    version: int
    room: RoomCode
    reception: int
    title: str
    host: str
    place: str
    planned_at: datetime
    be_there_at: datetime
    note: str
    items: tuple[ItemView, ...]  # open ones this room is in the audience of
    withdrawn: bool
    change: SummonsChange | None
    seen: bool
    reminders: int
    answer: SummonsAnswered | None
    offices: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class FloorHeld:
    code: RoomCode
    since: datetime


@dataclass(frozen=True, slots=True)
class InterpreterHeld:
    """Who interprets `item` while it is heard."""

    code: RoomCode
    item: int


@dataclass(frozen=True, slots=True)
class Restored:
    """Everything the database says of the open reception, or of the one being prepared."""

    rooms: tuple[RoomFacts, ...]
    reception: ReceptionFacts | None = None
    floor: FloorHeld | None = None
    interpreter: InterpreterHeld | None = None
    hands: Mapping[RoomCode, datetime] = field(default_factory=dict)  # in order of raising
    attendance: Mapping[tuple[RoomCode, Presence], datetime] = field(default_factory=dict)  # spans left open
    summonses: Mapping[RoomCode, tuple[SummonsFacts, ...]] = field(default_factory=dict)  # the next one first
    rolls: Mapping[RoomCode, Mapping[str, bool]] = field(
        default_factory=dict
    )  # present offices, and who by deputy
    upcoming: tuple[UpcomingFacts, ...] = ()  # the next one first; today's until the day is over
    unsealed: tuple[SetRecording, ...] = ()  # ended recordings the recorder has not reported sealed
