"""The demonstration's schedule beside the four receptions of `receptions`: half a year in which a schedule knew
everything: a day on which nobody came, a delegated one, an irregular one, dialogues, one that was put off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from server.demo.receptions import COMPOSITION, HOST, PLACE, PUBLISHED_BEFORE, WHERE_PUBLISHED, working_day
from server.receptions.agenda import Plan, create_reception
from server.receptions.tables import (
    Receiver,
    Reception,
    ReceptionCancellation,
    ReceptionMode,
    ReceptionState,
)
from server.web.languages import HERE

_DELEGATE = "Nguyễn Thị Hạnh"
_TITLES = {
    ReceptionMode.PERIODIC: "Phiên tiếp công dân định kỳ",
    ReceptionMode.IRREGULAR: "Phiên tiếp công dân đột xuất",
    ReceptionMode.DIALOGUE: "Buổi đối thoại với người khiếu nại",
}
_LASTED = timedelta(hours=3, minutes=20)


@dataclass(frozen=True, slots=True)
class Held:
    """`in_days` before today where it is negative. `nobody_came` None: visits will say."""

    in_days: int
    mode: ReceptionMode
    receiver: Receiver
    nobody_came: bool | None = False


HALF_A_YEAR = (
    Held(-154, ReceptionMode.PERIODIC, Receiver.HEAD),
    Held(-126, ReceptionMode.PERIODIC, Receiver.DELEGATE),
    Held(-98, ReceptionMode.PERIODIC, Receiver.HEAD, nobody_came=True),
    Held(-75, ReceptionMode.DIALOGUE, Receiver.HEAD),
    Held(-40, ReceptionMode.IRREGULAR, Receiver.HEAD),
    Held(30, ReceptionMode.DIALOGUE, Receiver.HEAD),
)
PUT_OFF = Held(-35, ReceptionMode.PERIODIC, Receiver.HEAD)
"""To the reception of the month, which `receptions` holds a week later; published too late."""


def fill_schedule(session: Session, today: date) -> None:
    """The receptions of `receptions.fill_receptions` must be there already."""
    successor = session.exec(
        select(Reception)
        .where(Reception.state == ReceptionState.ENDED)
        .order_by(col(Reception.planned_at).desc())
        .limit(1)
    ).one()
    for held in HALF_A_YEAR:
        reception = _plan(session, held, today)
        if held.in_days < 0:
            reception.state = ReceptionState.ENDED
            reception.opened_at = reception.planned_at + timedelta(minutes=2)
            reception.ended_at = reception.planned_at + _LASTED
            reception.nobody_came = held.nobody_came
            session.add(reception)
    reception = _plan(session, PUT_OFF, today)
    reception.state = ReceptionState.CANCELLED
    session.add(reception)
    session.add(
        ReceptionCancellation(
            reception_id=reception.id or 0,
            reason="Chủ tịch UBND tỉnh đi chỉ đạo ứng phó bão",
            announced_on=reception.planned_at.astimezone(HERE).date() - timedelta(days=1),
            announced_where=WHERE_PUBLISHED,
            moved_to_id=successor.id,
            recorded_by="system",
        )
    )


def _plan(session: Session, held: Held, today: date) -> Reception:
    day = working_day(today + timedelta(days=held.in_days))
    plan = Plan(
        title=f"{_TITLES[held.mode]} {day:%d/%m/%Y}",
        mode=held.mode,
        place=PLACE,
        host_name=HOST if held.receiver is Receiver.HEAD else _DELEGATE,
        planned_at=datetime.combine(day, time(8), tzinfo=HERE),
        received_by=held.receiver,
        composition=COMPOSITION,
        announced_on=min(day - PUBLISHED_BEFORE, today),
        announced_where=WHERE_PUBLISHED,
    )
    return create_reception(session, plan)
