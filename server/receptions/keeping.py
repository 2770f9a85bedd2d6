"""What rooms keep of themselves and have not handed over, as they said it last; in memory, because a room says it
anew with each connection. What became of it afterwards: `late_sources`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.web.languages import N_, local_time
from signaling.late_messages import Keeps
from signaling.messages import RoomCode

NOTHING = Keeps()
ADVICE = N_("Ask them to leave the computer on until all of it has come.")
_IN_SECONDS = 90.0  # below it minutes would be too coarse a word


@dataclass(frozen=True, slots=True)
class KeepingRoom:
    keeps: Keeps
    told_at: datetime


class RoomsKeeping:
    def __init__(self) -> None:
        self._rooms: dict[RoomCode, KeepingRoom] = {}

    def take(self, room: RoomCode, keeps: Keeps, now: datetime) -> bool:
        """True: it is another word than before."""
        before = self.of(room)
        self._rooms.pop(room, None)
        if keeps != NOTHING:
            self._rooms[room] = KeepingRoom(keeps, now)
        return keeps != before

    def of(self, room: RoomCode) -> Keeps:
        known = self._rooms.get(room)
        return known.keeps if known is not None else NOTHING

    def known(self, room: RoomCode) -> KeepingRoom | None:
        """None: it keeps nothing, or has not said so since this server started."""
        return self._rooms.get(room)


def length(seconds: float, translate: Callable[..., str]) -> str:
    if seconds < _IN_SECONDS:
        return translate(N_("%(number)s s"), number=math.ceil(seconds))
    return translate(N_("%(number)s min"), number=math.ceil(seconds / 60))


def keeping_sentence(
    known: KeepingRoom, is_in_touch: bool, translate: Callable[..., str], language: str, *, reception: int = 0
) -> str:
    """`reception`: what is kept of others is not counted; empty where that is all."""
    keeps = known.keeps
    seconds = sum(each.seconds for each in keeps.kept if reception in (0, each.reception))
    kept = length(seconds, translate)
    if not is_in_touch and (seconds or keeps.keeping):
        told = local_time(known.told_at, "HH:mm", language)
        if not seconds:
            return translate(
                N_("It was keeping its own picture and sound at %(time)s, and is not connected now"), time=told
            )
        return translate(
            N_("It keeps %(length)s of its own picture and sound (as of %(time)s), and is not connected now"),
            length=kept,
            time=told,
        )
    if keeps.keeping:
        return translate(N_("Its line is down: it keeps its own picture and sound, and hands them over later"))
    if not seconds:
        return ""
    if keeps.percent is not None:
        return translate(
            N_("It keeps %(length)s of its own picture and sound, and hands them over now (%(percent)s %%)"),
            length=kept,
            percent=keeps.percent,
        )
    return translate(
        N_("It keeps %(length)s of its own picture and sound, and hands them over when it has not the floor"),
        length=kept,
    )
