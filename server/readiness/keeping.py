"""Taking what a room found: judged at once, stored, and what is too old thrown away with it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from server.data.engine import Database
from server.readiness.rules import judged, troubles, worst
from server.readiness.tables import RoomCheck, RoomContact
from server.receptions.dated_rules import ReceptionRules
from server.receptions.programme import RoomFacts
from server.web.languages import local_day
from signaling.check_messages import CheckTaken, Finding, JudgedView, RoomChecked

SENT_AGAIN = timedelta(seconds=90)
MOST_A_DAY = 100
"""Of one room: a page that checks again and again fills nobody's disk."""


class KeptChecks:
    """The `RoomChecks` of signalling. `codec`: the stage's."""

    def __init__(self, database: Database, rules: ReceptionRules, codec: str) -> None:
        self._database = database
        self._rules = rules
        self._codec = codec

    async def take(self, room: RoomFacts, said: RoomChecked, software: str, now: datetime) -> CheckTaken:
        kept = self._rules.checks_kept(local_day(now))
        await self._database.run(keep, room.id, said, software, self._codec, now, kept)
        reasons = judged(said.findings, self._codec)
        return CheckTaken(
            tone=worst(reason.light for reason in reasons).value,
            findings=tuple(JudgedView(what=reason.part, tone=reason.light.value) for reason in reasons),
        )


def keep(
    session: Session,
    room_id: int,
    said: RoomChecked,
    software: str,
    codec: str,
    now: datetime,
    kept: timedelta | None,
) -> None:
    """`since` goes on while the room has the same troubles, whoever asked for the check. What was stored already,
    and only its acknowledgement lost, is stored once."""
    reasons = judged(said.findings, codec)
    light = worst(reason.light for reason in reasons)
    before = session.exec(
        select(RoomCheck).where(RoomCheck.room_id == room_id).order_by(col(RoomCheck.id).desc()).limit(1)
    ).first()
    findings = json.dumps([one.model_dump(mode="json") for one in said.findings], separators=(",", ":"))
    if before is not None and before.findings == findings and now - before.checked_at < SENT_AGAIN:
        return
    same = before is not None and _troubles_of(before, codec) == troubles(reasons) and before.light is light
    session.add(
        RoomCheck(
            room_id=room_id,
            checked_at=now,
            reason=said.reason,
            software=software,
            light=light,
            since=before.since if same and before is not None else now,
            findings=findings,
        )
    )
    _throw_away(session, room_id, now, kept)


def _throw_away(session: Session, room_id: int, now: datetime, kept: timedelta | None) -> None:
    """Of the last day no more than `MOST_A_DAY` of this room; of all rooms what is older than the rule says. Each
    room's newest check stays where it is within the rule, since it is what the board shows."""
    session.flush()
    newest = (
        select(RoomCheck.id)
        .where(RoomCheck.room_id == room_id, col(RoomCheck.checked_at) > now - timedelta(days=1))
        .order_by(col(RoomCheck.id).desc())
        .offset(MOST_A_DAY)
    )
    session.exec(delete(RoomCheck).where(col(RoomCheck.id).in_(list(session.exec(newest)))))
    if kept is not None:
        session.exec(delete(RoomCheck).where(col(RoomCheck.checked_at) < now - kept))
        session.exec(delete(RoomContact).where(col(RoomContact.told_at) < now - kept))


def findings_of(row: RoomCheck) -> tuple[Finding, ...]:
    return tuple(Finding.model_validate(each) for each in json.loads(row.findings))


def _troubles_of(row: RoomCheck, codec: str) -> frozenset[str]:
    return troubles(judged(findings_of(row), codec))
