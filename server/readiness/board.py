"""The board's lines: one room each, every word made, those that need a telephone call first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.readiness.in_touch import InTouch
from server.readiness.keeping import findings_of
from server.readiness.queries import RoomRecord
from server.readiness.rules import Light, Now, Trouble, judged, troubles_now, worst
from server.readiness.tables import RoomContact
from server.readiness.words import BEFORE, TROUBLES, Translate, said_of
from server.receptions.keeping import ADVICE, keeping_sentence
from server.receptions.live import Live
from server.rooms.tables import Room, RoomLevel
from server.web.languages import local_day, local_time
from signaling.messages import RoomCode
from signaling.software import is_outdated


@dataclass(frozen=True, slots=True)
class BoardLine:
    """`since`: in words, empty where nobody knows. `sentences`: why, each with what to ask for there."""

    room: Room
    light: Light
    sentences: tuple[tuple[str, str], ...]
    since: str
    checked: str
    contact: RoomContact | None
    told_by: str

    @property
    def district(self) -> str:
        return self.room.district if self.room.level is RoomLevel.COMMUNE else ""


class BoardMaker:
    """Of one request: what is asked of the live state for all rooms together is asked once."""

    def __init__(self, live: Live, in_touch: InTouch, codec: str, at: datetime) -> None:
        self._live = live
        self._in_touch = in_touch
        self._here = in_touch.rooms()
        self._codec = codec
        self._at = at

    def lines(self, records: Iterable[RoomRecord], translate: Translate, language: str) -> list[BoardLine]:
        order = list(Light)
        made = [self.line(record, translate, language) for record in records]
        return sorted(made, key=lambda line: order.index(line.light))

    def line(self, record: RoomRecord, translate: Translate, language: str) -> BoardLine:
        check, code = record.check, record.room.code
        now = self._now(code, check.checked_at if check is not None else None)
        of_now = troubles_now(now, self._at)
        found = judged(findings_of(check), self._codec) if check is not None else ()
        wrong = [reason for reason in found if reason.light is not Light.GREEN]
        sentences = [(translate(TROUBLES[trouble][0]), translate(TROUBLES[trouble][1])) for _, trouble in of_now]
        sentences += [said_of(reason, translate, language) for reason in wrong]
        here = [trouble for _, trouble in of_now]
        since = self._moment(self._since(now, here, check.since if check and wrong else None), language)
        if not since and Trouble.OUT in here:  # longer than this server runs
            since = translate(BEFORE, time=self._moment(self._in_touch.watching_since, language))
        lights = [light for light, _ in of_now] + [reason.light for reason in wrong]
        if kept := self._kept(code, translate, language):
            sentences.append((kept, translate(ADVICE)))
            lights.append(Light.AMBER)
        return BoardLine(
            room=record.room,
            light=worst(lights),
            sentences=tuple(sentences),
            since=since,
            checked=self._moment(check.checked_at if check is not None else None, language),
            contact=record.contact,
            told_by=record.by,
        )

    def _kept(self, code: RoomCode, translate: Translate, language: str) -> str:
        known = self._live.around.keeping.known(code)
        return "" if known is None else keeping_sentence(known, code in self._here, translate, language)

    def _now(self, code: RoomCode, checked_at: datetime | None) -> Now:
        around = self._live.around
        return Now(
            in_touch=code in self._here,
            out_since=self._in_touch.gone_since(code),
            outdated=is_outdated(around.software.get(code, "")),
            checked_at=checked_at,
            line_trouble=around.lines.of(code).is_trouble,
        )

    def _since(self, now: Now, troubles: Sequence[Trouble], found_since: datetime | None) -> datetime | None:
        """That it is away is what matters of a room that is; else the oldest trouble that has a beginning."""
        if Trouble.OUT in troubles:
            return now.out_since
        known = [found_since, now.checked_at if Trouble.STALE in troubles else None]
        return min((moment for moment in known if moment is not None), default=None)

    def _moment(self, moment: datetime | None, language: str) -> str:
        """Of today the hour alone."""
        if moment is None:
            return ""
        pattern = "HH:mm" if local_day(moment) == local_day(self._at) else "HH:mm dd/MM/yyyy"
        return local_time(moment, pattern, language)
