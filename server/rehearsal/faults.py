"""Faults on purpose: which rooms misbehave how, what the province sees of it, and who recovers how fast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from room_client.fault_injection.faults import Fault
from room_client.fault_injection.room import MisbehavingRoom
from server.data.folding import fold
from signaling.desk_messages import RoomEntry, RoomPresence
from signaling.messages import DeviceState

NOTICED_WITHIN_S = 15.0
RECOVERED_WITHIN_S = 30.0
LOOK_EVERY_S = 0.25
MENDED_PERCENT = 1.0  # of packets lost for good: what repeats should leave of a tenth
REPEATS_COME_S = 1.5  # a packet is asked for during a second; then what is missing is lost
LOSS_SEEN_PERCENT = 3.0  # after repeats, as the room's receiver reports say it
_CODE_LENGTH = 5  # of a commune; so many digits are a room, fewer are a number of rooms
_THERE = frozenset({RoomPresence.RECEIVING, RoomPresence.WANTS_FLOOR, RoomPresence.HAS_FLOOR})


@dataclass(frozen=True, slots=True)
class FaultFound:
    """Of one room; seconds from the fault's beginning and from its end; None: not within the limit.

    `lost_percent`: of the packets meant for it meanwhile, those that never came; None where it had no line.
    """

    room: str
    fault: Fault
    noticed_s: float | None
    recovered_s: float | None
    lost_percent: float | None = None
    name: str = ""

    @property
    def where(self) -> str:
        return f"{self.fault} in {f'{self.name} ({self.room})' if self.name else f'room {self.room}'}"

    def problems(self) -> list[str]:
        where = self.where
        found = []
        if self.fault is Fault.LOSS:  # repeats shall mend it, so that there is nothing to notice
            if self.lost_percent is None:
                found.append(f"{where}: its link did not last, so that nothing could be counted")
            elif self.lost_percent >= MENDED_PERCENT:
                found.append(
                    f"{where}: repeats left {self.lost_percent:.2f} % lost; {MENDED_PERCENT:.0f} is too much"
                )
        elif self.noticed_s is None:
            found.append(f"{where} was not noticed within {NOTICED_WITHIN_S:.0f} s")
        if self.recovered_s is None:
            found.append(f"{where}: not well again within {RECOVERED_WITHIN_S:.0f} s of its end")
        return found

    def words(self) -> str:
        if self.fault is Fault.LOSS and self.noticed_s is None and self.lost_percent is not None:
            course = f"mended by repeats: {self.lost_percent:.2f} % lost"
        else:
            course = "not noticed" if self.noticed_s is None else f"noticed after {self.noticed_s:.1f} s"
        if self.recovered_s is None:
            return f"{course} · not well again"
        return f"{course} · well again {self.recovered_s:.1f} s after its end"


@dataclass(frozen=True, slots=True)
class Wished:
    """`room`: the code of the one that shall misbehave; empty: any."""

    fault: Fault
    room: str = ""


def faults_of(told: Sequence[str], rooms: Mapping[str, str]) -> list[Wished]:
    """From `FAULT`, `FAULT=NUMBER`, `FAULT=ROOM,ROOM` and `all`, `all=NUMBER`: one for each room that misbehaves.

    `rooms`: names by code of those that may; a room is told by either. Raises ValueError that names what came and
    what is allowed.
    """
    wished: list[Wished] = []
    for one in told:
        name, sign, which = one.partition("=")
        counted = which.isdecimal() and len(which) < _CODE_LENGTH
        if name not in ("all", *Fault) or (sign and not which) or (counted and not int(which)):
            raise ValueError(
                f"came {one!r}; allowed are all, {', '.join(Fault)}, each with =NUMBER of rooms behind it, "
                "and each but all with =ROOM,ROOM, by code or name"
            )
        if not sign or counted:
            wished += [Wished(fault) for fault in (list(Fault) if name == "all" else [Fault(name)])] * int(
                which or 1
            )
            continue
        if name == "all":
            raise ValueError(f"came {one!r}; a room can have one fault, so all takes a number")
        wished += [Wished(Fault(name), _code_of(each.strip(), rooms)) for each in which.split(",")]
    named = [each.room for each in wished if each.room]
    if twice := sorted({rooms[code] for code in named if named.count(code) > 1}):
        raise ValueError(f"came {', '.join(twice)} more than once; a room can have one fault")
    return wished


def _code_of(told: str, rooms: Mapping[str, str]) -> str:
    if told in rooms:
        return told
    codes = [code for code, name in rooms.items() if fold(name) == fold(told)]
    if len(codes) != 1:
        allowed = ", ".join(f"{code} {name}" for code, name in rooms.items())
        raise ValueError(f"came room {told!r}; allowed are {allowed}")
    return codes[0]


def is_seen(fault: Fault, entry: RoomEntry) -> bool:
    """Whether the province's list of rooms says what is wrong."""
    match fault:
        case Fault.CAMERA_UNPLUGGED:
            return entry.camera in (DeviceState.MISSING, DeviceState.BLOCKED)
        case Fault.SILENT_MICROPHONE:
            return entry.microphone in (DeviceState.MISSING, DeviceState.BLOCKED)
        case Fault.LOSS:
            return entry.loss_percent is not None and entry.loss_percent >= LOSS_SEEN_PERCENT
        case Fault.LINE_DEAD | Fault.KILLED | Fault.POWER_CUT:
            return entry.presence is RoomPresence.ABSENT or bool(entry.silent_since)


def is_well(entry: RoomEntry) -> bool:
    """Whether the list says that the room is there and nothing is wrong with it."""
    return entry.presence in _THERE and not any(is_seen(fault, entry) for fault in Fault)


@dataclass(frozen=True, slots=True)
class Counted:
    """Packets of the present link of a room so far; `lost` may still come, asked for again."""

    room: object
    received: int
    lost: int


Look = Callable[[], Awaitable[dict[str, RoomEntry]]]
"""The province's list of rooms at this moment, by code."""


class FaultsPlayed:
    """`play` lets every room of `misbehaving` (by code) fail in its way at the same time."""

    def __init__(
        self, misbehaving: dict[str, tuple[MisbehavingRoom, Fault]], look: Look, names: Mapping[str, str]
    ) -> None:
        self._rooms = misbehaving
        self._look = look
        self._names = names

    async def play(self, lasting_s: float) -> list[FaultFound]:
        """The faults last at least `lasting_s`, and until each was noticed or `NOTICED_WITHIN_S` are over."""
        began = time.monotonic()
        await asyncio.gather(*(room.begin(fault) for room, fault in self._rooms.values()))
        before = self._counted()
        noticed = await self._until(
            began,
            NOTICED_WITHIN_S,
            lambda code, entry: is_seen(self._rooms[code][1], entry),
            {code for code, (_, fault) in self._rooms.items() if fault is not Fault.LOSS},
        )
        await asyncio.sleep(max(0.0, began + lasting_s - time.monotonic()))
        over, meanwhile = time.monotonic(), self._counted()
        await asyncio.gather(*(room.end() for room, _ in self._rooms.values()))
        recovered = await self._until(over, RECOVERED_WITHIN_S, self._is_back, self._rooms.keys())
        await asyncio.sleep(max(0.0, over + REPEATS_COME_S - time.monotonic()))
        counts = before, meanwhile, self._counted()
        return [
            FaultFound(
                code,
                fault,
                noticed.get(code),
                recovered.get(code),
                lost_percent(*(each.get(code) for each in counts)),
                self._names.get(code, ""),
            )
            for code, (_, fault) in self._rooms.items()
        ]

    def _is_back(self, code: str, entry: RoomEntry) -> bool:
        room = self._rooms[code][0].room
        return room is not None and room.receiving() and is_well(entry)

    def _counted(self) -> dict[str, Counted]:
        """Packets received and lost so far on the present link, by room."""
        counted = {}
        for code, (misbehaving, _) in self._rooms.items():
            room = misbehaving.room
            if room is not None and (counts := room.counts()) is not None:
                slots = counts.slots.values()
                counted[code] = Counted(room, sum(s.packets for s in slots), sum(max(0, s.lost) for s in slots))
        return counted

    async def _until(
        self,
        since: float,
        within_s: float,
        holds: Callable[[str, RoomEntry], bool],
        waited_for: Set[str],
    ) -> dict[str, float]:
        """Seconds after `since` at which it was first seen to hold, by room, also of rooms nobody waits for."""
        found: dict[str, float] = {}
        while waited_for - found.keys() and time.monotonic() < since + within_s:
            entries = await self._look()
            at = round(time.monotonic() - since, 2)
            for code in self._rooms.keys() - found.keys():
                if code in entries and holds(code, entries[code]):
                    found[code] = at
            await asyncio.sleep(LOOK_EVERY_S)
        return found


def lost_percent(before: Counted | None, meanwhile: Counted | None, at_last: Counted | None) -> float | None:
    """Of the packets between the first two counts, those that the last one still misses.

    None where one link did not last.
    """
    if not (before and meanwhile and at_last and before.room is meanwhile.room is at_last.room):
        return None
    meant = meanwhile.received + meanwhile.lost - before.received - before.lost
    lost = max(0, at_last.lost - before.lost)  # what was missing at first may have come since
    return round(100 * lost / meant, 2) if meant > 0 else None
