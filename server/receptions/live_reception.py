"""The state of the one reception that is open or being prepared, and what follows from it for media,
recorder and screens. `commands` changes it, `live` feeds it; nobody else writes.

    phase      | item | what rooms get
    -----------|------|--------------------------------------
    IDLE       | -    | nothing: not opened yet, or ended
    BETWEEN    | none | the stage, all of them
    HEARING    | open | the stage, the rooms in its audience
    CLOSED     | open | nothing, and nothing is recorded

The floor goes back to the desk whenever the item changes or closes, and nobody interprets any more. A room that
loses its link keeps the floor, so that it is on air again when it comes back, and likewise an interpreter; the
console shows it as absent meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from server.receptions.agenda_run import AgendaRun, Label
from server.receptions.effects import (
    ConsoleToTell,
    Effect,
    FloorTaken,
    InterpreterTaken,
    RecordingChanged,
    RoomsToTell,
    StageChanged,
)
from server.receptions.programme import DESK_CODE, FloorHeld, InterpreterHeld, ReceptionFacts, RoomFacts
from server.receptions.rehearsal_facts import REHEARSAL
from server.receptions.rolls import Rolls
from server.receptions.rules import is_in_audience
from server.receptions.surroundings import Surroundings
from server.receptions.tables import ReceptionState
from server.web.languages import local_day
from signaling.messages import RoomCode
from signaling.ports import SetRecording, SetStage
from signaling.refusals import RefusalCode, Refused

CLOSED_ITEM = "closed item"  # the reason of a pause, as the recording's manifest notes it
TELL_ALL: tuple[Effect, ...] = (RoomsToTell(), ConsoleToTell(rooms=None))


class Phase(StrEnum):
    IDLE = "idle"
    BETWEEN = "between"
    HEARING = "hearing"
    CLOSED = "closed"


class LiveReception:
    def __init__(self, label: Label) -> None:
        self._label = label
        self.around = Surroundings()
        self.facts: ReceptionFacts | None = None
        self.state = ReceptionState.PLANNED
        self.opened_at: datetime | None = None
        self.folder = ""
        self.floor: FloorHeld | None = None
        self.interpreter: InterpreterHeld | None = None
        self.hands: dict[RoomCode, datetime] = {}  # in order of raising
        self.rolls = Rolls()
        self.unsealed: dict[str, SetRecording] = {}
        self._agenda: AgendaRun | None = None

    @property
    def phase(self) -> Phase:
        if self.state is not ReceptionState.OPEN or self._agenda is None:
            return Phase.IDLE
        if self._agenda.present is None:
            return Phase.BETWEEN
        return Phase.CLOSED if self._agenda.closed else Phase.HEARING

    @property
    def is_rehearsed(self) -> bool:
        """Whether the open reception is one that counts nowhere."""
        return self.phase is not Phase.IDLE and self.id == REHEARSAL

    @property
    def agenda(self) -> AgendaRun:
        """Raises Refused(NO_OPEN_RECEPTION) where nothing is open or prepared."""
        if self._agenda is None:
            raise Refused(RefusalCode.NO_OPEN_RECEPTION)
        return self._agenda

    @property
    def id(self) -> int:
        """Raises Refused(NO_OPEN_RECEPTION) where nothing is open or prepared."""
        if self.facts is None:
            raise Refused(RefusalCode.NO_OPEN_RECEPTION)
        return self.facts.id

    def has_floor(self, code: RoomCode) -> bool:
        return self.floor is not None and self.floor.code == code

    def interprets(self, code: RoomCode) -> bool:
        return self.interpreter is not None and self.interpreter.code == code

    @property
    def interpretation_heard(self) -> bool:
        """Sound of the interpreter reaches the stage at this moment."""
        return self.interpreter is not None and self.around.slots.get("interpreter") == self.interpreter.code

    def may_receive(self, code: RoomCode) -> bool:
        """True while the reception is open and the room is in the audience of this moment."""
        return self.phase is not Phase.IDLE and is_in_audience(code, self.agenda.audience())

    def prepare(self, plan: ReceptionFacts | None) -> None:
        """Show `plan` as the reception that comes next, or as it was restored. Not while another is open."""
        self.facts = plan
        self.state = plan.state if plan is not None else ReceptionState.PLANNED
        self.opened_at = plan.opened_at if plan is not None else None
        self.folder = plan.folder if plan is not None else ""
        self._agenda = AgendaRun(plan) if plan is not None else None
        self.floor = self.interpreter = None
        self.hands.clear()

    def may_call_roll(self, now: datetime) -> bool:
        """While the reception is open, and on its day before the opening."""
        if self.facts is None or self.is_rehearsed:
            return False
        if self.state is ReceptionState.PLANNED:
            return local_day(self.facts.planned_at) == local_day(now)
        return self.state is ReceptionState.OPEN

    # --- what the other processes should do --------------------------------------------------------

    def stage(self) -> SetStage:
        """The whole desired stage, for media."""
        live = self.phase is not Phase.IDLE
        closed = self.phase is Phase.CLOSED
        return SetStage(
            live=live,
            closed=closed,
            audience=self.agenda.audience() if live else None,
            floor=self.floor.code if self.floor is not None else None,
            record=live and not closed and not self.is_rehearsed,
            desk=DESK_CODE,
            interpreter=self.interpreter.code if self.interpreter is not None else None,
        )

    def recording(self) -> SetRecording | None:
        """The whole desired recording; None: no reception is open."""
        if self.phase is Phase.IDLE:
            return None
        if self.phase is Phase.CLOSED:
            return self.recording_as("paused", CLOSED_ITEM)
        return self.recording_as("recording")

    def recording_as(self, state: Literal["recording", "paused", "ended"], reason: str = "") -> SetRecording:
        return SetRecording(
            recording=self.folder,
            reception=self.id,
            state=state,
            reason=reason,
            chapters=self.agenda.chapters(self._label),
        )

    # --- parts of a step ---------------------------------------------------------------------------

    def switched(self) -> list[Effect]:
        """Another item, or none, or closed: first media, then the recorder, then the screens."""
        recording = self.recording()
        told = [RecordingChanged(recording)] if recording is not None else []
        return [StageChanged(self.stage()), *told, *TELL_ALL]

    def speaker(self, code: RoomCode | None) -> RoomFacts:
        """A room that may have the floor: any but the desk, which has a slot of its own.

        Raises Refused(UNKNOWN_ROOM).
        """
        room = self.around.rooms.get(code) if code is not None and code != DESK_CODE else None
        if room is None:
            raise Refused(RefusalCode.UNKNOWN_ROOM, came=code or "", allowed="a room that exists today")
        return room

    def drop_floor(self, actor: str, now: datetime, *, acted: bool = False) -> list[Effect]:
        if self.floor is None:
            return []
        code, self.floor = self.floor.code, None
        return [FloorTaken(self.id, code, now, actor, acted), *self.settle(code, now)]

    def drop_interpreter(self, actor: str, now: datetime, *, acted: bool = False) -> list[Effect]:
        held, self.interpreter = self.interpreter, None
        return [InterpreterTaken(self.id, held.item, held.code, now, actor, acted)] if held is not None else []

    def drop_speakers(self, actor: str, now: datetime) -> list[Effect]:
        """The item changes or closes."""
        return [*self.drop_floor(actor, now), *self.drop_interpreter(actor, now)]

    def close_item(self, actor: str, reason: str, now: datetime) -> list[Effect]:
        """At once, whoever is on air: pictures stop before anything is written."""
        dropped = self.drop_speakers(actor, now)
        rows = self.agenda.close(actor, reason, now)
        return [*self.switched(), *dropped, *rows, *self.settle_all(now)]

    def settle(self, code: RoomCode, now: datetime) -> list[Effect]:
        return self.around.settle(code, self.may_receive(code), self.has_floor(code), now)

    def settle_all(self, now: datetime) -> list[Effect]:
        return [row for code in self.around.rooms for row in self.settle(code, now)]
