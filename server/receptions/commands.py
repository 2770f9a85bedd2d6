"""The buttons of the desk: what each does, and in which phase it may be pressed.

A refusal is raised before anything has changed. Pressing a button for what already is (closing a closed item,
giving the floor to the room that has it) is no mistake and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.receptions.effects import (
    Effect,
    FloorGiven,
    HandLowered,
    InterpreterNamed,
    ReceptionEnded,
    ReceptionOpened,
    RecordingChanged,
    StageChanged,
)
from server.receptions.events import CommandGiven
from server.receptions.live_reception import TELL_ALL, LiveReception, Phase
from server.receptions.programme import DESK_CODE, FloorHeld, InterpreterHeld, ReceptionFacts
from server.receptions.rehearsal_facts import REHEARSAL
from server.receptions.rules import is_connected, is_in_audience, stays_closed
from server.receptions.tables import ReceptionState
from signaling.desk_messages import Command, CommandName
from signaling.messages import RoomCode
from signaling.refusals import RefusalCode, Refused

_OPEN = frozenset({Phase.BETWEEN, Phase.HEARING, Phase.CLOSED})
_ITEM = frozenset({Phase.HEARING, Phase.CLOSED})


@dataclass(frozen=True, slots=True)
class Step:
    """One command on its way: what was pressed, by whom, when; `plan` is what OPEN opens."""

    command: Command
    actor: str
    now: datetime
    plan: ReceptionFacts | None


def handle_command(live: LiveReception, given: CommandGiven, now: datetime) -> list[Effect]:
    """Raises Refused."""
    name = given.command.name
    if given.command.reception == REHEARSAL and not live.is_rehearsed:  # a real one must not be touched by it
        raise Refused(RefusalCode.NO_OPEN_RECEPTION, came=name)
    handler, allowed = _COMMANDS[name]
    if live.phase not in allowed and not (name is CommandName.OPEN and live.is_rehearsed):
        raise Refused(_why_not(name, live.phase), came=name, allowed=allowed_in(live.phase))
    return handler(live, Step(given.command, given.actor, now, given.plan))


def allowed_in(phase: Phase) -> str:
    return ", ".join(name for name, (_, phases) in _COMMANDS.items() if phase in phases)


def _why_not(name: CommandName, phase: Phase) -> RefusalCode:
    if name is CommandName.OPEN:
        return RefusalCode.RECEPTION_ALREADY_OPEN
    return RefusalCode.NO_OPEN_RECEPTION if phase is Phase.IDLE else RefusalCode.NO_OPEN_ITEM


def _confirmed(step: Step) -> None:
    if not step.command.confirm:
        raise Refused(RefusalCode.CONFIRMATION_NEEDED, came=step.command.name, allowed="confirm=true")


# --- the reception ---------------------------------------------------------------------------------


def _open(live: LiveReception, step: Step) -> list[Effect]:
    plan = step.plan
    if plan is None:
        raise Refused(RefusalCode.UNKNOWN_RECEPTION, came=str(step.command.reception or ""))
    if plan.state is not ReceptionState.PLANNED:
        open_already = plan.state is ReceptionState.OPEN
        code = RefusalCode.RECEPTION_ALREADY_OPEN if open_already else RefusalCode.RECEPTION_ENDED
        raise Refused(code, came=plan.state, allowed=ReceptionState.PLANNED)
    if live.is_rehearsed and plan.id == REHEARSAL:
        raise Refused(RefusalCode.RECEPTION_ALREADY_OPEN, came="rehearsal")
    rehearsed = _ended(live, step) if live.is_rehearsed else []
    live.prepare(plan)
    live.state, live.opened_at = ReceptionState.OPEN, step.now
    live.folder = f"r{plan.id}-{step.now:%Y%m%d-%H%M%S}"
    live.around.begin_attendance(plan.id)
    opened = ReceptionOpened(plan.id, step.now, step.actor, live.folder)
    return [*rehearsed, *live.switched(), opened, *live.settle_all(step.now)]


def _end(live: LiveReception, step: Step) -> list[Effect]:
    _confirmed(step)
    return _ended(live, step)


def _ended(live: LiveReception, step: Step) -> list[Effect]:
    rows = [*live.drop_speakers(step.actor, step.now), *live.agenda.finish(step.actor, step.now)]
    ended = live.recording_as("ended")
    if not live.is_rehearsed:
        live.unsealed[live.folder] = ended
    live.state = ReceptionState.ENDED
    live.hands.clear()
    rows += [
        *live.around.end_attendance(step.now),
        *live.rolls.end(step.now),
        ReceptionEnded(live.id, step.now, step.actor),
    ]
    return [StageChanged(live.stage()), RecordingChanged(ended), *TELL_ALL, *rows]


# --- the agenda ------------------------------------------------------------------------------------


def _next(live: LiveReception, step: Step) -> list[Effect]:
    return _hear(live, live.agenda.next_waiting().facts.id, step)


def _call(live: LiveReception, step: Step) -> list[Effect]:
    item = live.agenda.item(step.command.item)
    return [] if item is live.agenda.present else _hear(live, item.facts.id, step)


def _hear(live: LiveReception, item: int, step: Step) -> list[Effect]:
    dropped = live.drop_speakers(step.actor, step.now)
    rows = live.agenda.call(live.agenda.item(item), step.actor, step.now)
    return [*live.switched(), *dropped, *rows, *live.settle_all(step.now)]


def _finish_item(live: LiveReception, step: Step) -> list[Effect]:
    dropped = live.drop_speakers(step.actor, step.now)
    rows = live.agenda.finish(step.actor, step.now)
    return [*live.switched(), *dropped, *rows, *live.settle_all(step.now)]


def _close_item(live: LiveReception, step: Step) -> list[Effect]:
    if live.phase is Phase.CLOSED:
        return []
    return live.close_item(step.actor, step.command.reason, step.now)


def _reopen_item(live: LiveReception, step: Step) -> list[Effect]:
    present = live.agenda.present
    if present is not None and stays_closed(present.facts):
        raise Refused(RefusalCode.ITEM_STAYS_CLOSED, came=step.command.name)
    if live.phase is Phase.HEARING:
        return []
    _confirmed(step)
    rows = live.agenda.reopen(step.actor, step.now)
    return [*live.switched(), *rows, *live.settle_all(step.now)]


# --- the floor -------------------------------------------------------------------------------------


def _give_floor(live: LiveReception, step: Step) -> list[Effect]:
    room = live.speaker(step.command.room)
    _check_may_be_heard(live, room.code)
    if live.interprets(room.code):
        raise Refused(RefusalCode.ROOM_INTERPRETS, came=room.code)
    if live.has_floor(room.code):
        return []
    before = live.drop_floor(step.actor, step.now)
    live.hands.pop(room.code, None)
    live.floor = FloorHeld(room.code, step.now)
    present = live.agenda.present
    item = present.facts.id if present is not None else None
    given = FloorGiven(live.id, item, room.id, room.code, step.now, step.actor)
    return [StageChanged(live.stage()), *TELL_ALL, *before, given, *live.settle(room.code, step.now)]


def _check_may_be_heard(live: LiveReception, code: RoomCode) -> None:
    if live.phase is Phase.CLOSED:
        raise Refused(RefusalCode.ITEM_CLOSED, came=code)
    if not is_in_audience(code, live.agenda.audience()):
        raise Refused(RefusalCode.ROOM_NOT_IN_AUDIENCE, came=code)
    if not is_connected(live.around.links.state_of(code, speaking=True)):
        raise Refused(RefusalCode.ROOM_NOT_CONNECTED, came=code)


def _take_floor_back(live: LiveReception, step: Step) -> list[Effect]:
    if live.floor is None:
        raise Refused(RefusalCode.FLOOR_EMPTY, came=step.command.name)
    rows = live.drop_floor(step.actor, step.now, acted=True)
    return [StageChanged(live.stage()), *TELL_ALL, *rows]


# --- interpretation --------------------------------------------------------------------------------


def _name_interpreter(live: LiveReception, step: Step) -> list[Effect]:
    """The desk may be named before its interpreter's microphone sends: it has no one link that could lack."""
    at_desk = step.command.room == DESK_CODE
    room = live.around.rooms[DESK_CODE] if at_desk else live.speaker(step.command.room)
    present = live.agenda.present
    if present is None or live.phase is Phase.CLOSED:
        raise Refused(RefusalCode.ITEM_CLOSED, came=room.code)
    if not at_desk:
        _check_may_be_heard(live, room.code)
    if live.has_floor(room.code):
        raise Refused(RefusalCode.ROOM_HAS_FLOOR, came=room.code)
    if live.interprets(room.code):
        return []
    before = live.drop_interpreter(step.actor, step.now)
    live.interpreter = InterpreterHeld(room.code, present.facts.id)
    named = InterpreterNamed(live.id, present.facts.id, room.id, room.code, step.now, step.actor)
    return [StageChanged(live.stage()), *TELL_ALL, *before, named]


def _take_interpreter_back(live: LiveReception, step: Step) -> list[Effect]:
    if live.interpreter is None:
        raise Refused(RefusalCode.NO_INTERPRETER, came=step.command.name)
    rows = live.drop_interpreter(step.actor, step.now, acted=True)
    return [StageChanged(live.stage()), *TELL_ALL, *rows]


def _lower_hand(live: LiveReception, step: Step) -> list[Effect]:
    room = live.speaker(step.command.room)
    if live.hands.pop(room.code, None) is None:
        return []
    return [*TELL_ALL, HandLowered(live.id, room.code, step.now, step.actor)]


_COMMANDS: dict[CommandName, tuple[Callable[[LiveReception, Step], list[Effect]], frozenset[Phase]]] = {
    CommandName.OPEN: (_open, frozenset({Phase.IDLE})),
    CommandName.NEXT: (_next, _OPEN),
    CommandName.CALL: (_call, _OPEN),
    CommandName.FINISH_ITEM: (_finish_item, _ITEM),
    CommandName.FLOOR: (_give_floor, _OPEN),
    CommandName.TAKE_FLOOR_BACK: (_take_floor_back, _OPEN),
    CommandName.CLOSE_ITEM: (_close_item, _ITEM),
    CommandName.REOPEN_ITEM: (_reopen_item, _ITEM),
    CommandName.INTERPRETER: (_name_interpreter, _ITEM),
    CommandName.TAKE_INTERPRETER_BACK: (_take_interpreter_back, _ITEM),
    CommandName.LOWER_HAND: (_lower_hand, _OPEN),
    CommandName.END: (_end, _OPEN),
}
