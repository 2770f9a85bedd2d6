"""The rules of one registration, and what the database itself refuses or erases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError

from server.data.engine import Database
from server.data.schema import upgrade
from server.petitions.citizens import LinkedPetition
from server.petitions.tables import PetitionKind
from server.registrations.forms import SENTENCES
from server.registrations.rules import (
    ACTS,
    GROUND_WORDS,
    OTHER_BODY,
    STATE_WORDS,
    WAY_WORDS,
    Act,
    RegistrationFault,
    Request,
    SessionAsked,
    faults,
    refusal_fault,
)
from server.registrations.tables import DeclineGround, RegistrationState, RegistrationWay
from tests.server.data.test_conclusions_are_kept import DENOUNCED

TODAY = date(2026, 11, 28)
REQUEST = Request(
    made_on=date(2026, 11, 20),
    way=RegistrationWay.TELEPHONE,
    kind=PetitionKind.COMPLAINT,
    citizen_name="Lê Văn A",
    summary="Đất đai",
)
COMPLAINT = LinkedPetition(4, PetitionKind.COMPLAINT)
SESSION = SessionAsked(3, date(2026, 12, 7), closes_on=date(2026, 12, 1))


def test_a_registration_that_is_complete_has_no_fault() -> None:
    assert faults(REQUEST, TODAY) == {}
    assert faults(replace(REQUEST, reception=SESSION), TODAY) == {}
    assert faults(replace(REQUEST, citizen_name="", summary="", petition=COMPLAINT), TODAY) == {}
    assert faults(Request(TODAY, RegistrationWay.POST, PetitionKind.DENUNCIATION), TODAY) == {}


@pytest.mark.parametrize(
    ("changed", "field", "fault"),
    [
        ({"made_on": None}, "made_on", RegistrationFault.NO_DAY),
        ({"made_on": TODAY + timedelta(days=1)}, "made_on", RegistrationFault.IN_THE_FUTURE),
        ({"made_on": date(26, 11, 20)}, "made_on", RegistrationFault.LONG_AGO),
        ({"reception": SessionAsked(3, date(2026, 11, 19))}, "made_on", RegistrationFault.AFTER_THE_SESSION),
        ({"way": None}, "way", RegistrationFault.NO_WAY),
        ({"persons": None}, "persons", RegistrationFault.NO_PERSONS),
        ({"persons": 0}, "persons", RegistrationFault.NO_PERSONS),
        ({"persons": 10_001}, "persons", RegistrationFault.NO_PERSONS),
        ({"as_group": True}, "as_group", RegistrationFault.GROUP_OF_ONE),
        ({"kind": None}, "kind", RegistrationFault.NO_KIND),
        ({"petition": LinkedPetition(4, PetitionKind.DENUNCIATION)}, "petition", RegistrationFault.KIND_DIFFERS),
        ({"citizen_name": ""}, "citizen_name", RegistrationFault.NO_NAME),
        ({"summary": ""}, "summary", RegistrationFault.NO_SUMMARY),
        ({"summary": "Ông le van a hỏi"}, "summary", RegistrationFault.NAME_IN_SUMMARY),
    ],
)
def test_each_mistake_stands_at_its_field(
    changed: dict[str, object], field: str, fault: RegistrationFault
) -> None:
    assert faults(replace(REQUEST, **changed), TODAY) == {field: fault}  # type: ignore[arg-type]


@given(st.dates(date(1990, 1, 1), TODAY), st.integers(2, 10_000), st.booleans())
def test_any_day_that_has_been_and_any_number_of_people_is_a_registration(
    day: date, persons: int, group: bool
) -> None:
    assert faults(replace(REQUEST, made_on=day, persons=persons, as_group=group), TODAY) == {}


@given(st.dates(date(2026, 1, 1), date(2026, 12, 7)))
def test_who_asks_after_the_closing_day_is_late_and_nobody_is_where_there_is_none(day: date) -> None:
    asked = replace(REQUEST, made_on=day, reception=SESSION)
    assert asked.too_late == (day > date(2026, 12, 1))
    assert not replace(asked, reception=replace(SESSION, closes_on=None)).too_late
    assert not replace(asked, reception=None).too_late


@pytest.mark.parametrize(
    ("reason", "body", "denunciation", "wrong"),
    [
        ("settled", "", False, None),
        (OTHER_BODY, "Sở Xây dựng", False, None),
        (OTHER_BODY, "", True, None),
        ("", "", False, ("reason", RegistrationFault.NO_REASON)),
        ("busy", "", False, ("reason", RegistrationFault.NO_REASON)),
        (OTHER_BODY, "", False, ("competent_body", RegistrationFault.NO_BODY)),
        (OTHER_BODY, "Nhà ông Le Van A", False, ("competent_body", RegistrationFault.NAME_IN_BODY)),
    ],
)
def test_a_refusal_says_why(reason: str, body: str, denunciation: bool, wrong: object) -> None:
    assert refusal_fault(reason, body, "Lê Văn A", denunciation=denunciation) == wrong


def test_each_state_but_that_they_came_can_be_left_and_that_is_left_by_no_act() -> None:
    left = {state for steps in ACTS.values() for state in steps}
    assert left == set(RegistrationState) - {RegistrationState.CAME}
    assert RegistrationState.CAME not in {state for steps in ACTS.values() for state in steps.values()}


def test_everything_has_its_words() -> None:
    assert set(SENTENCES) == set(RegistrationFault)
    assert set(WAY_WORDS) == set(RegistrationWay)
    assert set(STATE_WORDS) == set(RegistrationState)
    assert set(GROUND_WORDS) == set(DeclineGround)
    assert set(ACTS) == set(Act)


# --- the table -------------------------------------------------------------------------------------

_ROW = (
    "INSERT INTO registration (id, made_on, way, persons, as_group, kind, petition_id, citizen_name,"
    " citizen_address, summary, state, order_number, reception_id, competent_body, appointed_by_id, search_key,"
    " recorded_at, recorded_by, unit, decided_by) VALUES (:id, '2026-03-03', 'post', 1, false, :kind, :petition,"
    " CAST(:name AS TEXT), '', '', :state, :order, 1, '', :visit, CAST(:name AS TEXT), '2026-03-03 01:00:00',"
    " 'system', '', '')"
)
_PETITION = (
    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name, petitioner_address,"
    " petitioner_count, opaque_reference, summary, content, request, place_code, unit_in_charge, status,"
    " confidentiality, search_key, created_at, variant, instance) VALUES (1, 'KN-1', 'complaint', '2026-03-02',"
    " 'direct', '', '', 1, '', 'x', '', '', '', '', 'received', 'normal', '', '2026-03-02 01:00:00', 'normal', 1)"
)
_RECEPTION = (
    "INSERT INTO reception (id, title, mode, place, host_name, planned_at, state) VALUES"
    " (1, 'x', 'periodic', '', '', '2026-12-02 01:00:00', 'planned')"
)
_VISIT = (
    "INSERT INTO visit (id, year, number, came_at, persons, as_group, kind, nth_time, visitor_name,"
    " visitor_address, summary, outcome, document, search_key, recorded_at, recorded_by, unit, withdrawn_by,"
    " appointed_id) VALUES (:id, 2026, :id, :at, 2, false, :kind, 1, CAST(:name AS TEXT), '', '', 'appointed', '',"
    " CAST(:name AS TEXT), '2026-03-03 01:00:00', 'system', '', '', 1)"
)


def _row(number: int, **changed: object) -> dict[str, object]:
    row = {"id": number, "kind": "complaint", "petition": None, "name": "bà B", "visit": None}
    return row | {"state": "agreed", "order": number} | changed


@pytest.fixture
def engine(bare: Database) -> Engine:
    """A petition, a planned reception and two appointments of before the upgrade, the second one asked first."""
    upgrade(bare.engine, "0003")
    with bare.engine.begin() as connection:
        connection.execute(text(_PETITION))
        connection.execute(text(_RECEPTION))
    upgrade(bare.engine, "0017")
    with bare.engine.begin() as connection:
        for number, at in ((1, "2026-03-03 20:00:00+00:00"), (2, "2026-03-02 01:00:00+00:00")):
            visit = {"id": number, "at": at, "kind": "complaint", "name": f"bà {number}"}
            connection.execute(text(_VISIT), visit)
        withdrawn = {"id": 3, "at": "2026-03-01 01:00:00", "kind": "denunciation", "name": ""}
        connection.execute(text(_VISIT), withdrawn)
        connection.execute(text("UPDATE visit SET withdrawn_at = '2026-03-04 01:00:00' WHERE id = 3"))
    upgrade(bare.engine)
    return bare.engine


def _rows(engine: Engine, what: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {what} FROM registration ORDER BY id"))  # noqa: S608
        return [tuple(row) for row in rows]


def test_appointments_of_before_stand_on_the_list_in_the_order_in_which_they_were_made(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT appointed_by_id, order_number, made_on, state, citizen_name, persons, reception_id"
                " FROM registration ORDER BY order_number"
            )
        )
        assert [(*row[:2], str(row[2]), *row[3:]) for row in rows] == [
            (2, 1, "2026-03-02", "agreed", "bà 2", 2, 1),
            (1, 2, "2026-03-04", "agreed", "bà 1", 2, 1),  # 3:00 on the 4th in the province
        ]


def test_the_table_takes_no_name_with_a_denunciation(engine: Engine) -> None:
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(_ROW), _row(11, kind="denunciation"))
    with engine.begin() as connection:
        connection.execute(text(_ROW), _row(11, kind="denunciation", name=""))
    for words in ("summary = 'x'", "competent_body = 'x'", "citizen_address = 'x'", "search_key = 'x'"):
        with pytest.raises(DatabaseError), engine.begin() as connection:
            connection.execute(text(f"UPDATE registration SET {words} WHERE id = 11"))  # noqa: S608


@pytest.mark.parametrize("changed", [{"order": 1}, {"order": None}])
def test_who_is_agreed_has_a_number_and_nobody_else_has_it(engine: Engine, changed: dict[str, object]) -> None:
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(_ROW), _row(11, **changed))


def test_a_petition_that_turns_out_to_be_a_denunciation_takes_the_names_with_it(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(_ROW), _row(11, petition=1))
        connection.execute(text("UPDATE petition SET kind = 'reflection' WHERE id = 1"))
    assert _rows(engine, "kind, citizen_name")[-1] == ("reflection", "bà B")
    with engine.begin() as connection:
        connection.execute(text(DENOUNCED))
    assert _rows(engine, "kind, citizen_name, search_key")[-1] == ("denunciation", "", "")
    assert _rows(engine, "kind, citizen_name")[0][0] == "complaint"


def test_a_visit_that_turns_out_to_be_a_denunciation_takes_its_appointment_with_it(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE visit SET kind = 'denunciation', visitor_name = '', search_key = '' WHERE id = 1")
        )
    assert sorted(_rows(engine, "kind, citizen_name")) == [("complaint", "bà 2"), ("denunciation", "")]


def test_a_registration_is_not_deleted(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="withdrawn, not deleted"), engine.begin() as connection:
        connection.execute(text("DELETE FROM registration"))
