"""What an unattended room waits for: when it is to be there, and what it may know of what comes next. Pure.

That there is a reception, and when, every room is told. What it is called and where it is held, only once the
notice was published or where the room itself is summoned to it; of its items nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from server.receptions.dated_rules import ReceptionRules
from server.receptions.programme import SummonsFacts, UpcomingFacts
from server.web.languages import local_day
from signaling.schedule_messages import PlannedView, ScheduleView


def schedule_view(
    upcoming: Iterable[UpcomingFacts], summonses: Iterable[SummonsFacts], rules: ReceptionRules
) -> ScheduleView:
    """`upcoming`: the next one first. `summonses`: of this one room."""
    summoned = {one.reception: one.be_there_at for one in summonses if not one.withdrawn}
    wanted = list(upcoming)
    moments = [join_moment(one, summoned.get(one.id), rules) for one in wanted]
    return ScheduleView(
        join_at=min(moments).isoformat() if moments else "",
        next=tuple(_planned_view(one, one.announced or one.id in summoned) for one in wanted),
    )


def join_moment(reception: UpcomingFacts, be_there_at: datetime | None, rules: ReceptionRules) -> datetime:
    """`be_there_at`: as the room is summoned, if it is; never later than rooms that are not."""
    usual = reception.planned_at - rules.room_lead(local_day(reception.planned_at))
    return usual if be_there_at is None else min(usual, be_there_at)


def _planned_view(one: UpcomingFacts, known: bool) -> PlannedView:
    return PlannedView(
        planned_at=one.planned_at.isoformat(), title=one.title if known else "", place=one.place if known else ""
    )
