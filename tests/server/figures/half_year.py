"""A made-up half-year of an office, and the one before it: rows written straight into the tables, from a seed."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from server.petitions.categories import Channel, Route, Settled
from server.petitions.tables import (
    Confidentiality,
    Petition,
    PetitionKind,
    PetitionStatus,
    PetitionStatusChange,
)
from server.petitions.transitions import outcomes
from server.receptions.tables import Receiver, Reception, ReceptionMode, ReceptionState
from server.rooms.tables import Room, RoomLevel
from server.visits.tables import Visit, VisitOutcome, Withdrawal
from server.web.languages import HERE

FIRST, LAST = date(2025, 12, 15), date(2026, 6, 14)
BEGIN, END = date(2024, 11, 1), date(2026, 7, 20)
"""What is made up begins and ends outside of the half-year and of the same one a year before."""
UNITS = (
    "Chuyên viên Ban Tiếp công dân tỉnh",
    "Phó Trưởng Ban Tiếp công dân tỉnh",
    "Sở Y tế",
    "UBND xã Hải Hòa",
    "",
)
IN_CHARGE = ("Sở Xây dựng", "Sở Y tế", "UBND phường Hà Tu", "UBND huyện Ba Chẽ", "Đơn vị khác", "")
_S = PetitionStatus
_ENDS = {
    PetitionKind.COMPLAINT: (_S.GUIDED, _S.FORWARDED, _S.RETURNED, _S.ACCEPTED, _S.NOT_ACCEPTED),
    PetitionKind.DENUNCIATION: (_S.FORWARDED, _S.ACCEPTED, _S.NOT_ACCEPTED),
    PetitionKind.RECOMMENDATION: (_S.GUIDED, _S.FORWARDED, _S.SETTLED),
    PetitionKind.REFLECTION: (_S.GUIDED, _S.FORWARDED, _S.SETTLED),
}
_FIELDS = (
    "",
    "admin_policy",
    "admin_land",
    "admin_officials",
    "admin_other",
    "corruption",
    "judicial",
    "party",
    "other",
)


def fill(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    codes = _rooms(session)
    petitions = _petitions(session, chance, codes)
    _visits(session, chance, _receptions(session, chance), petitions)


def _day(chance: random.Random) -> date:
    """Often at the edges of the half-years, where mistakes are."""
    edges = [
        date(year, month, day)
        for year in (2024, 2025, 2026)
        for month, day in ((12, 14), (12, 15), (6, 14), (6, 15))
    ]
    inside = [edge for edge in edges if BEGIN <= edge <= END]
    return (
        chance.choice(inside) if chance.random() < 0.2 else BEGIN + timedelta(chance.randrange((END - BEGIN).days))
    )


def _moment(chance: random.Random, day: date) -> datetime:
    """Also in the night, when it is another day in UTC."""
    return datetime.combine(day, time(chance.choice((0, 6, 7, 9, 14, 23)), chance.randrange(60)), tzinfo=HERE)


def _rooms(session: Session) -> list[str]:
    rows = [
        ("06001", date(2020, 1, 1), date(2025, 6, 30)),
        ("06001", date(2025, 7, 1), None),
        ("06002", date(2020, 1, 1), None),
    ]
    for number, (code, first, last) in enumerate(rows):
        name = f"Xã Thử {number}"
        session.add(
            Room(
                code=code,
                name=name,
                name_key=name.lower(),
                type="Xã",
                level=RoomLevel.COMMUNE,
                valid_from=first,
                valid_to=last,
            )
        )
    return ["06001", "06002", ""]


def _receptions(session: Session, chance: random.Random) -> list[Reception]:
    receptions = []
    for number in range(160):
        state = chance.choice([*ReceptionState, ReceptionState.ENDED, ReceptionState.ENDED])
        reception = Reception(
            title=f"Phiên {number}",
            mode=chance.choice(list(ReceptionMode)),
            received_by=chance.choice([None, *Receiver]),
            planned_at=_moment(chance, _day(chance)),
            state=state,
        )
        session.add(reception)
        receptions.append(reception)
    session.flush()
    return receptions


def _petitions(session: Session, chance: random.Random, codes: list[str]) -> list[Petition]:
    petitions: list[Petition] = []
    for number in range(700):
        kind = chance.choice(list(PetitionKind))
        secret = kind is PetitionKind.DENUNCIATION
        earlier = [each for each in petitions if each.kind is not PetitionKind.DENUNCIATION] if not secret else []
        petition = Petition(
            code=f"X-{number:04}",
            kind=kind,
            received_on=_day(chance),
            channel=chance.choice(list(Channel)[:3]),
            summary="Việc",
            status=_S.RECEIVED,
            confidentiality=Confidentiality.CONFIDENTIAL if secret else chance.choice(list(Confidentiality)),
            field=chance.choice(_FIELDS),
            place_code="" if secret else chance.choice(codes),
            unit_in_charge="" if secret else chance.choice(IN_CHARGE),
            settled=chance.choice(list(Settled)),
            eligible=chance.choice([True, True, True, False, None]),
            in_competence=chance.choice([True, False, None]),
            route=chance.choice([None, *Route]),
            instance=chance.choice([1, 1, 2]),
            earlier_id=chance.choice(earlier).id if earlier and chance.random() < 0.3 else None,
        )
        session.add(petition)
        session.flush()
        _live(session, chance, petition)
        petitions.append(petition)
    return petitions


def _live(session: Session, chance: random.Random, petition: Petition) -> None:
    """Its history, to where it got."""
    day, previous = petition.received_on, None
    imported = chance.random() < 0.1  # a history that begins in the middle
    way = [] if imported else [_S.RECEIVED]
    if imported or chance.random() < 0.8:
        way.append(chance.choice(_ENDS[petition.kind]))
    if way and way[-1] is _S.ACCEPTED and chance.random() < 0.8:
        way += [_S.IN_SETTLEMENT, chance.choice((_S.SETTLED, _S.WITHDRAWN, _S.TERMINATED))]
    for status in way:
        possible = outcomes(petition.kind, petition.instance) if status is _S.SETTLED else ()
        session.add(
            PetitionStatusChange(
                petition_id=petition.id or 0,
                status=status,
                previous=previous,
                holds_on=day,
                outcome=chance.choice((*possible, *possible, None)),
                recorded_by="system",
            )
        )
        petition.status, previous = status, status
        day += timedelta(chance.choice((0, 1, 5, 20, 60, 200)))
    session.add(petition)
    session.flush()


def _visits(
    session: Session, chance: random.Random, receptions: list[Reception], petitions: list[Petition]
) -> None:
    held = [each for each in receptions if each.state is not ReceptionState.CANCELLED]
    for number in range(3000):
        reception = chance.choice(held) if chance.random() < 0.7 else None
        day = _day(chance) if reception is None else reception.planned_at.astimezone(HERE).date()
        petition = chance.choice(petitions) if chance.random() < 0.4 else None
        kind = chance.choice(list(PetitionKind)) if petition is None else petition.kind
        persons = chance.choice((1, 1, 2, 3, 4, 5, 6, 40))
        withdrawn = chance.random() < 0.05
        session.add(
            Visit(
                year=day.year,
                number=number + 1,
                came_at=_moment(chance, day),
                reception_id=None if reception is None else reception.id,
                persons=persons,
                as_group=persons > 1 and chance.random() < 0.7,
                kind=kind,
                nth_time=chance.choice((1, 1, 1, 2, 3)),
                petition_id=None if petition is None else petition.id,
                outcome=chance.choice(list(VisitOutcome)),
                recorded_by="system",
                unit=chance.choice(UNITS),
                withdrawn_at=_moment(chance, day) if withdrawn else None,
                withdrawn_because=Withdrawal.TWICE if withdrawn else None,
            )
        )
    session.flush()
