from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import pytest
from sqlmodel import Session, select

from server.data.engine import Database
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.receptions.agenda import (
    Plan,
    add_item,
    allowed_audiences,
    create_reception,
    move_item,
    remove_item,
    set_audience,
    title_of,
)
from server.receptions.cancelling import Cancellation, cancel
from server.receptions.queries import AgendaLine, agenda_of
from server.receptions.tables import (
    AgendaItemRoom,
    Audience,
    ItemState,
    ReceptionMode,
    ReceptionState,
)
from server.rooms.tables import Room
from server.web.languages import HERE
from signaling.refusals import RefusalCode, Refused
from tests.server.demo.fixtures import petition, todays

OFF = Cancellation("Trùng lịch họp")
PLAN = Plan("Phiên đột xuất", ReceptionMode.IRREGULAR, "Trụ sở", "", datetime(2030, 1, 7, 8, tzinfo=HERE))
CLOSED, ROOMS, ALL = Audience.CLOSED, Audience.ROOMS, Audience.ALL


def lines_of(session: Session) -> list[AgendaLine]:
    return agenda_of(session, todays(session).id or 0)


def room(session: Session, code: str) -> int:
    return session.exec(select(Room).where(Room.code == code)).one().id or 0


def refusal(database: Database, work: object) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        database.run_here(work)  # type: ignore[arg-type]
    return refused.value.code


def _petition(code: str, kind: PetitionKind, confidentiality: Confidentiality, summary: str) -> Petition:
    return Petition(
        code=code,
        kind=kind,
        confidentiality=confidentiality,
        summary=summary,
        received_on=date(2026, 11, 23),
        status=PetitionStatus.RECEIVED,
    )


@pytest.mark.parametrize(
    ("kind", "confidentiality", "allowed"),
    [
        (PetitionKind.RECOMMENDATION, Confidentiality.NORMAL, {ALL, ROOMS, CLOSED}),
        (PetitionKind.COMPLAINT, Confidentiality.NORMAL, {ALL, ROOMS, CLOSED}),
        (PetitionKind.COMPLAINT, Confidentiality.CONFIDENTIAL, {ROOMS, CLOSED}),
        (PetitionKind.DENUNCIATION, Confidentiality.NORMAL, {CLOSED}),
        (PetitionKind.DENUNCIATION, Confidentiality.CONFIDENTIAL, {CLOSED}),
    ],
)
def test_the_kind_decides_the_audience(
    kind: PetitionKind, confidentiality: Confidentiality, allowed: set[Audience]
) -> None:
    one = _petition("X-1", kind, confidentiality, "nội dung")
    other = _petition("X-2", PetitionKind.REFLECTION, Confidentiality.NORMAL, "khác")
    assert set(allowed_audiences([one])) == allowed
    assert set(allowed_audiences([one, other])) == allowed
    secret = kind == PetitionKind.DENUNCIATION or confidentiality == Confidentiality.CONFIDENTIAL
    assert ("nội dung" in title_of([one, other])) == (not secret)


def test_a_denunciation_is_closed_whatever_is_asked(filled: Database) -> None:
    def add(session: Session) -> None:
        number = petition(session, "TC-0008").id or 0
        reception = create_reception(session, PLAN)
        item = add_item(session, reception.id or 0, [number], limit=9, room_ids=[room(session, "06649")])
        assert item.audience == CLOSED
        assert session.exec(select(AgendaItemRoom).where(AgendaItemRoom.item_id == item.id)).first() is None
        for audience in (ALL, ROOMS):
            with pytest.raises(Refused) as refused:
                set_audience(session, item.id or 0, audience, [room(session, "06649")])
            assert refused.value.code == RefusalCode.ITEM_STAYS_CLOSED
            with pytest.raises(Refused):
                add_item(session, reception.id or 0, [number], limit=9, audience=audience)

    filled.run_here(add)


def test_a_new_item_begins_with_the_rooms_concerned(filled: Database) -> None:
    def add(session: Session) -> tuple[str, ...]:
        reception = create_reception(session, PLAN)
        number = petition(session, "KG-0225").id or 0
        item = add_item(session, reception.id or 0, [number], limit=9)
        assert item.audience == ROOMS
        return agenda_of(session, reception.id or 0)[0].room_codes

    assert set(filled.run_here(add)) == {"06925", "201"}


def test_the_agenda_is_full_at_the_limit(filled: Database) -> None:
    def add(session: Session) -> None:
        add_item(session, todays(session).id or 0, [petition(session, "KG-0240").id or 0], limit=8)

    assert refusal(filled, add) == RefusalCode.AGENDA_FULL
    assert len(filled.run_here(lines_of)) == 8


def test_nothing_unknown_gets_onto_it(filled: Database) -> None:
    assert refusal(filled, lambda s: add_item(s, 999, [1], limit=9)) == RefusalCode.UNKNOWN_RECEPTION
    assert refusal(filled, lambda s: add_item(s, todays(s).id or 0, [], limit=9)) == RefusalCode.BAD_MESSAGE
    assert refusal(filled, lambda s: add_item(s, todays(s).id or 0, [999], limit=9)) == RefusalCode.BAD_MESSAGE
    assert refusal(filled, lambda s: move_item(s, 999, "up")) == RefusalCode.UNKNOWN_ITEM
    assert refusal(filled, lambda s: add_item(s, 1, [1], limit=9)) == RefusalCode.RECEPTION_ENDED


def test_rooms_must_be_real_ones_below_the_province(filled: Database) -> None:
    def choose(rooms: list[int]) -> object:
        return lambda session: set_audience(session, lines_of(session)[1].item_id, ROOMS, rooms)

    assert refusal(filled, choose([])) == RefusalCode.UNKNOWN_ROOM
    assert refusal(filled, choose([99_999])) == RefusalCode.UNKNOWN_ROOM
    desk = filled.run_here(room, "22")
    assert refusal(filled, choose([desk])) == RefusalCode.UNKNOWN_ROOM
    assert len(filled.run_here(lines_of)[1].rooms) == 3  # a refusal changes nothing


def test_a_confidential_item_never_goes_to_all(filled: Database) -> None:
    def add(session: Session) -> None:
        reception = create_reception(session, PLAN)
        number = petition(session, "KN-0187").id or 0
        assert add_item(session, reception.id or 0, [number], limit=9).audience == CLOSED
        add_item(session, reception.id or 0, [number], limit=9, audience=ALL)

    assert refusal(filled, add) == RefusalCode.NOT_ALLOWED


def test_items_move_among_those_that_wait(filled: Database) -> None:
    def work(session: Session) -> list[str]:
        lines = lines_of(session)
        lines[0].item.state = ItemState.DONE
        session.add(lines[0].item)
        session.flush()
        assert not move_item(session, lines[1].item_id, "up")  # only the heard one is before it
        assert move_item(session, lines[1].item_id, "down")
        assert not move_item(session, lines[-1].item_id, "down")
        assert move_item(session, lines[-1].item_id, "up")
        with pytest.raises(Refused):
            move_item(session, lines[0].item_id, "down")
        return [line.petition_codes[0] for line in lines_of(session)]

    codes = filled.run_here(work)
    assert codes == ["KG-0231", "TC-0007", "KN-0198", "PA-0077", "KN-0203", "KG-0236", "PA-0081", "KN-0205"]


def test_an_item_taken_off_leaves_no_hole(filled: Database) -> None:
    def work(session: Session) -> list[int]:
        remove_item(session, lines_of(session)[1].item_id)
        return [line.item.position for line in lines_of(session)]

    positions = filled.run_here(work)
    assert positions == list(range(1, 8))
    assert all(later == earlier + 1 for earlier, later in pairwise(positions))


def test_only_a_planned_reception_is_called_off(filled: Database) -> None:
    number = filled.run_here(todays).id or 0
    filled.run_here(cancel, number, OFF, "system")
    assert filled.run_here(lambda s: agenda_of(s, number))[0].item.state == ItemState.WAITING
    assert refusal(filled, lambda s: cancel(s, number, OFF, "system")) == RefusalCode.RECEPTION_ENDED

    def open_it(session: Session) -> None:
        reception = create_reception(session, PLAN)
        reception.state = ReceptionState.OPEN
        session.add(reception)
        session.flush()
        cancel(session, reception.id or 0, OFF, "system")

    assert refusal(filled, open_it) == RefusalCode.RECEPTION_ALREADY_OPEN
