"""What the technician asked of the rooms, what they answered, and what went wrong in them lately: in memory, a few
lines of each room. That something was asked stands in the audit log; what is here helps while it lasts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from server.receptions.conductor import Conductor
from signaling.help_messages import Help, HelpAct, Helped, OfferedDevice
from signaling.messages import Devices, DeviceState, RoomCode
from signaling.refusals import RefusalCode, Refused

REMEMBERED = 12  # of each room: acts, and errors
ANSWERS_WITHIN = timedelta(seconds=60)  # a check with its line takes half of it
DISTURBING = frozenset({HelpAct.CHOOSE, HelpAct.CHECK, HelpAct.RELOAD})


@dataclass(slots=True)
class Asked:
    """`outcome` empty: no answer yet."""

    number: int
    act: HelpAct
    at: datetime
    text: str = ""
    outcome: str = ""
    said: str = ""

    def outcome_at(self, now: datetime) -> str:
        """With "unanswered" for what waits in vain: the line broke, or the software there knows no help."""
        return "unanswered" if not self.outcome and now - self.at > ANSWERS_WITHIN else self.outcome


@dataclass(frozen=True, slots=True)
class Trouble:
    """A link that ended (`refusal`), or a device that was not well (`device` and its `state`)."""

    at: datetime
    refusal: RefusalCode | None = None
    device: str = ""
    state: str = ""


@dataclass(slots=True)
class RoomHelp:
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=REMEMBERED))  # the newest first
    troubles: deque[Trouble] = field(default_factory=lambda: deque(maxlen=REMEMBERED))  # likewise
    devices: tuple[OfferedDevice, ...] = ()
    states: dict[str, DeviceState] = field(default_factory=dict)
    states_told_at: datetime | None = None  # however often they are the same


class Helping:
    """`deliver` is the gateway's: hands a message to the room's own screen; False: there is none."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._rooms: dict[RoomCode, RoomHelp] = {}
        self._number = 0
        self.deliver: Callable[[RoomCode, Help], bool] = lambda code, asked: False

    def of(self, code: RoomCode) -> RoomHelp:
        return self._rooms.setdefault(code, RoomHelp())

    def may_ask(self, code: RoomCode, act: HelpAct) -> None:
        """Raises Refused: who is on air is not disturbed, and whoever is not there cannot be asked."""
        live = self._conductor.live
        if not live.around.links.is_in_touch(code):
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED, came=act)
        if act in DISTURBING and live.has_floor(code):
            raise Refused(RefusalCode.ROOM_HAS_FLOOR, came=act)
        if act in DISTURBING and live.interprets(code):
            raise Refused(RefusalCode.ROOM_INTERPRETS, came=act)

    def ask(self, code: RoomCode, wish: Help) -> None:
        """After `may_ask`, and after it was written down who asks. Raises Refused(ROOM_NOT_CONNECTED)."""
        self._number += 1
        if not self.deliver(code, wish.model_copy(update={"number": self._number})):
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED, came=wish.act)
        self.of(code).asked.appendleft(Asked(self._number, wish.act, self._conductor.now, wish.text))

    def take(self, code: RoomCode, answer: Helped) -> None:
        """An answer to what nobody asked is passed over: a control process of before may have asked it."""
        room = self.of(code)
        for asked in room.asked:
            if asked.number == answer.number and not asked.outcome:
                asked.outcome, asked.said = answer.outcome, answer.said
                if answer.devices:
                    room.devices = answer.devices

    def note_end(self, code: RoomCode, refusal: RefusalCode) -> None:
        self.of(code).troubles.appendleft(Trouble(self._conductor.now, refusal))

    def note_devices(self, code: RoomCode, devices: Devices) -> None:
        """Only what got worse is a trouble."""
        room = self.of(code)
        room.states_told_at = self._conductor.now
        for name, state in (("camera", devices.camera), ("microphone", devices.microphone)):
            if state is not DeviceState.OK and room.states.get(name) is not state:
                room.troubles.appendleft(Trouble(self._conductor.now, device=name, state=state.value))
            room.states[name] = state


HELPING = web.AppKey("HELPING", Helping)
