"""The one writer of the live state, without I/O: inputs in, effects out.

Whatever is decided while a reception runs is decided below this line: the conductor feeds one input after
another, with the time, and carries out the effects in their order. `Refused` is raised before anything has
changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from server.receptions import events as came
from server.receptions.agenda_run import Label
from server.receptions.commands import handle_command
from server.receptions.effects import (
    ConsoleToTell,
    Effect,
    HandLowered,
    HandRaised,
    RecordingChanged,
    RecordingWasSealed,
    RoomsToTell,
    StageChanged,
    SummonsSeen,
)
from server.receptions.live_reception import TELL_ALL, LiveReception, Phase
from server.receptions.programme import Restored
from server.receptions.rehearsal_facts import without_traces
from server.receptions.tables import ReceptionState
from signaling.messages import Purpose, RoomCode
from signaling.ports import Idle, LinkChanged, LinkReports, RecordingGrew, RecordingSealed, SlotSwitched
from signaling.refusals import RefusalCode, Refused


class Live(LiveReception):
    def __init__(self, label: Label) -> None:
        super().__init__(label)
        self._handlers: dict[type[object], Callable[[Any, datetime], list[Effect]]] = {
            came.CommandGiven: lambda event, now: handle_command(self, event, now),
            came.ConnectionAppeared: self._appeared,
            came.ConnectionWent: self._went,
            came.LinkAsked: self._asked,
            came.RestartAsked: self._restart_asked,
            came.LinkRestarted: lambda event, now: self.around.links.restarted(event.link, event.connection),
            came.LinkAgreed: lambda event, now: self.around.links.agree(event.link, now),
            came.LinkFailed: lambda event, now: self.around.links.drop(event.link),
            came.LinkLeft: lambda event, now: self.around.links.drop(event.link),
            came.RoomLeft: lambda event, now: self.around.links.leave(event.connection),
            came.HandMoved: self._hand_moved,
            came.DevicesChanged: self._devices_changed,
            came.KeepingTold: self._keeping_told,
            came.RoomReceived: self._received,
            came.SummonsShown: self._summons_shown,
            came.RollWasCalled: self._roll_called,
            came.MediaConnected: self._media_connected,
            came.MediaLost: self._media_lost,
            came.RecorderConnected: self._recorder_connected,
            came.RecorderLost: self._recorder_lost,
            came.PlanRead: self._plan_read,
            came.StateRestored: self._restored,
            came.TimePassed: self._time_passed,
            LinkChanged: lambda event, now: self.around.links.change(event, now),
            LinkReports: self._reported,
            SlotSwitched: self._slot_switched,
            RecordingGrew: self._grew,
            Idle: self._idle,
            RecordingSealed: self._sealed,
        }

    def handle(self, event: came.Event, now: datetime) -> list[Effect]:
        """Raises Refused. Rooms whose links changed are settled once, after the input."""
        return without_traces(self._handled(event, now))

    def _handled(self, event: came.Event, now: datetime) -> list[Effect]:
        effects = [*self._handlers[type(event)](event, now), *self.around.links.drain_lines()]
        touched = self.around.links.drain_touched()
        if not touched:
            return effects
        self._assess_lines(touched & self.around.rooms.keys(), now)
        rows = [row for code in sorted(touched) for row in self.settle(code, now)]
        return [*effects, ConsoleToTell(frozenset(touched)), *rows]

    def debug_snapshot(self) -> dict[str, object]:
        around = self.around
        return {
            "phase": self.phase.value,
            "state": self.state.value,
            "rooms": len(around.rooms),
            "hands": len(self.hands),
            "floor_given": self.floor is not None,
            "interpreted": self.interpreter is not None,
            "unsealed": len(self.unsealed),
            "media_running": around.media_running,
            "recorder_running": around.recorder_running,
            "slots_filled": sorted(slot for slot, room in around.slots.items() if room is not None),
            "attended": len(around.attended()),
        }

    # --- rooms -------------------------------------------------------------------------------------

    def _appeared(self, event: came.ConnectionAppeared, now: datetime) -> list[Effect]:
        self.around.links.appear(event.connection, event.room, event.purpose)
        if event.purpose is Purpose.ROOM:
            self.around.software[event.room] = event.software
        return [RoomsToTell(frozenset({event.room})), ConsoleToTell()]

    def _went(self, event: came.ConnectionWent, now: datetime) -> list[Effect]:
        room = self.around.links.go(event.connection, now)
        return [] if room is None else [ConsoleToTell(frozenset({room}))]

    def _asked(self, event: came.LinkAsked, now: datetime) -> list[Effect]:
        if not self.around.media_running:
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING)
        self.around.links.ask(event.link, event.room, event.purpose, event.connection, event.limit, now)
        return []

    def _restart_asked(self, event: came.RestartAsked, now: datetime) -> list[Effect]:
        if not self.around.media_running:
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING)
        self.around.links.restartable(event.connection)
        return []

    def _hand_moved(self, event: came.HandMoved, now: datetime) -> list[Effect]:
        """The queue is in order of raising; raising twice keeps the place. The room on air needs no hand."""
        if self.phase is Phase.IDLE:
            raise Refused(RefusalCode.NO_OPEN_RECEPTION, came="hand")
        code = self.speaker(event.room).code
        if event.raised == (code in self.hands) or (event.raised and self.has_floor(code)):
            return []
        if event.raised:
            self.hands[code] = now
            return [*TELL_ALL, HandRaised(self.id, code, now)]
        del self.hands[code]
        return [*TELL_ALL, HandLowered(self.id, code, now, f"room:{code}")]

    def _devices_changed(self, event: came.DevicesChanged, now: datetime) -> list[Effect]:
        if self.around.devices.get(event.room) == event.devices:
            return []
        self.around.devices[event.room] = event.devices
        return [ConsoleToTell(frozenset({event.room}))]

    def _keeping_told(self, event: came.KeepingTold, now: datetime) -> list[Effect]:
        if not self.around.keeping.take(event.room, event.keeps, now):
            return []
        return [ConsoleToTell(frozenset({event.room}))]

    def _received(self, event: came.RoomReceived, now: datetime) -> list[Effect]:
        """What the room says itself, for `tiepdan reception status`; the console shows what media measures."""
        self.around.received[event.room] = event.received
        return []

    def _summons_shown(self, event: came.SummonsShown, now: datetime) -> list[Effect]:
        if not self.around.summonses.see(event.room, event.summons, event.version):
            return []
        return [ConsoleToTell(frozenset({event.room})), SummonsSeen(event.summons, event.version, now)]

    def _roll_called(self, event: came.RollWasCalled, now: datetime) -> list[Effect]:
        room = self.around.rooms.get(event.room)
        if room is None:
            raise Refused(RefusalCode.UNKNOWN_ROOM, came=event.room)
        if not self.may_call_roll(now) or event.reception not in (None, self.id):
            raise Refused(RefusalCode.NO_OPEN_RECEPTION, came="roll_call")
        rows = self.rolls.call(self.id, room, event.present, event.actor, now)
        return [RoomsToTell(frozenset({room.code})), ConsoleToTell(frozenset({room.code})), *rows]

    def _reported(self, event: LinkReports, now: datetime) -> list[Effect]:
        rooms = {self.around.links.report(report) for report in event.links}
        return [ConsoleToTell(frozenset(room for room in rooms if room is not None))]

    # --- media -------------------------------------------------------------------------------------

    def _media_connected(self, event: came.MediaConnected, now: datetime) -> list[Effect]:
        """The stage is repeated, so that a new media process is at once where the old one was."""
        effects, lost_at = self.around.find_media(event.snapshot, now)
        ended = self._settle_attended(lost_at)
        return [StageChanged(self.stage()), *effects, *TELL_ALL, *ended, *self.settle_all(now)]

    def _settle_attended(self, at: datetime) -> list[Effect]:
        """End, as of `at`, the spans of rooms whose links have gone unseen."""
        gone = [code for code in self.around.attended() if self.around.links.state_of(code) is None]
        return [row for code in sorted(gone) for row in self.settle(code, at)]

    def _media_lost(self, event: came.MediaLost, now: datetime) -> list[Effect]:
        self.around.lose_media(now, now)
        return list(TELL_ALL)

    def _slot_switched(self, event: SlotSwitched, now: datetime) -> list[Effect]:
        self.around.slots[event.slot] = event.room
        return [RoomsToTell(), ConsoleToTell()]

    # --- recorder ----------------------------------------------------------------------------------

    def _recorder_connected(self, event: came.RecorderConnected, now: datetime) -> list[Effect]:
        """First what has ended and is not sealed, then what runs: the recorder keeps the last one."""
        self.around.recorder_running = True
        present = self.recording()
        wanted = [*self.unsealed.values(), *([present] if present is not None else [])]
        return [*(RecordingChanged(recording) for recording in wanted), RoomsToTell(), ConsoleToTell()]

    def _recorder_lost(self, event: came.RecorderLost, now: datetime) -> list[Effect]:
        self.around.recorder_running, self.around.grew = False, None
        return [RoomsToTell(), ConsoleToTell()]

    def _grew(self, event: RecordingGrew, now: datetime) -> list[Effect]:
        before, self.around.grew = self.around.grew, event
        if before is not None and before.growing == event.growing and before.state == event.state:
            return [ConsoleToTell()]
        return [RoomsToTell(), ConsoleToTell()]

    def _idle(self, event: Idle, now: datetime) -> list[Effect]:
        self.around.grew = None
        return [ConsoleToTell()]

    def _sealed(self, event: RecordingSealed, now: datetime) -> list[Effect]:
        self.unsealed.pop(event.recording, None)
        if event.recording == self.folder:
            self.around.grew = None
        return [RecordingWasSealed(event), ConsoleToTell()]

    # --- database and clock ------------------------------------------------------------------------

    def _restored(self, event: came.StateRestored, now: datetime) -> list[Effect]:
        """Take up the work of a control process that went away. Media repeats what it knows of links."""
        read = event.read
        self.around.rooms = {room.code: room for room in read.rooms}
        self.prepare(read.reception)
        self.around.summonses.take(read.summonses)
        self.around.upcoming = read.upcoming
        self._take_rolls(read)
        self.unsealed = {ended.recording: ended for ended in read.unsealed}
        if self.state is ReceptionState.OPEN and read.reception is not None:
            self.floor, self.interpreter = read.floor, read.interpreter
            self.hands = dict(read.hands)
            self.around.begin_attendance(read.reception.id, read.attendance)
        self.around.lose_media(min(event.last_alive_at, now), now)
        return list(TELL_ALL)

    def _plan_read(self, event: came.PlanRead, now: datetime) -> list[Effect]:
        effects = self._plan_taken(event, now)
        self._take_rolls(event.read)
        if event.read.upcoming != self.around.upcoming:
            self.around.upcoming = event.read.upcoming
            effects = [*effects, RoomsToTell()]
        summoned = self.around.summonses.take(event.read.summonses)
        if not summoned:
            return effects
        return [*effects, RoomsToTell(summoned), ConsoleToTell(summoned)]

    def _take_rolls(self, read: Restored) -> None:
        """Of a reception whose rolls are known the state here is the newer one."""
        if (
            read.reception is not None
            and self.facts is not None
            and read.reception.id == self.id != self.rolls.reception
        ):
            self.rolls.take(self.id, read.rolls)

    def _plan_taken(self, event: came.PlanRead, now: datetime) -> list[Effect]:
        changed = {room.code: room for room in event.read.rooms}
        if changed != self.around.rooms:
            self.around.rooms = changed
        elif event.read.reception == self.facts:
            return []
        plan = event.read.reception
        if self.phase is Phase.IDLE:
            if plan is None or plan.state is not ReceptionState.OPEN:
                self.prepare(plan)
            return list(TELL_ALL)
        if plan is None or plan.id != self.id:
            return []
        self.facts = plan
        if self.agenda.take_plan(plan.items):
            return self.close_item("system", "became a denunciation", now)
        return list(TELL_ALL)

    def _assess_lines(self, codes: Iterable[RoomCode], now: datetime) -> None:
        for code in codes:
            self.around.assess_line(code, self.may_receive(code), now)

    def _time_passed(self, event: came.TimePassed, now: datetime) -> list[Effect]:
        effects = self.around.links.overdue(now)
        self.around.lines.keep_only(self.around.rooms)
        self._assess_lines(self.around.rooms, now)
        lost_at = self.around.media_given_up(now)
        if lost_at is not None:
            effects += self._settle_attended(lost_at)
        return [*effects, ConsoleToTell()]
