"""The rules of one visit, and what the database itself refuses or erases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError

from server.data.engine import Database
from server.data.schema import upgrade
from server.people.rights import Role
from server.petitions.citizens import LinkedPetition, may_write, reading_of
from server.petitions.rules import Reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.registrations.rules import GROUND_WORDS
from server.registrations.tables import DeclineGround
from server.visits.forms import SENTENCES
from server.visits.rules import (
    OUTCOME_WORDS,
    WITHDRAWAL_WORDS,
    Entry,
    SessionOfVisit,
    VisitFault,
    faults,
)
from server.visits.tables import VisitOutcome, Withdrawal
from server.web.languages import HERE
from tests.server.data.test_conclusions_are_kept import DENOUNCED

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
CAME = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # 1:00 on the 28th in the province
ENTRY = Entry(CAME, PetitionKind.COMPLAINT, VisitOutcome.EXPLAINED, visitor_name="Lê Văn A", summary="Đất đai")
COMPLAINT = LinkedPetition(4, PetitionKind.COMPLAINT)


def test_a_visit_that_is_complete_has_no_fault() -> None:
    assert faults(ENTRY, NOW) == {}
    assert faults(replace(ENTRY, visitor_name="", summary="", petition=COMPLAINT), NOW) == {}
    denunciation = Entry(CAME, PetitionKind.DENUNCIATION, VisitOutcome.RECEIVED)
    assert faults(denunciation, NOW) == {}


@pytest.mark.parametrize(
    ("changed", "name", "fault"),
    [
        ({"came_at": None}, "day", VisitFault.NO_MOMENT),
        ({"came_at": NOW + timedelta(minutes=1)}, "day", VisitFault.IN_THE_FUTURE),
        ({"came_at": datetime(26, 11, 27, 18, 0, tzinfo=UTC)}, "day", VisitFault.LONG_AGO),
        ({"came_at": datetime(1, 1, 1, tzinfo=HERE)}, "day", VisitFault.LONG_AGO),
        ({"reception": SessionOfVisit(1, date(2026, 11, 27))}, "day", VisitFault.OTHER_DAY),
        ({"persons": None}, "persons", VisitFault.NO_PERSONS),
        ({"persons": 0}, "persons", VisitFault.NO_PERSONS),
        ({"persons": 10_001}, "persons", VisitFault.NO_PERSONS),
        ({"as_group": True}, "as_group", VisitFault.GROUP_OF_ONE),
        ({"kind": None}, "kind", VisitFault.NO_KIND),
        ({"nth_time": 0}, "nth_time", VisitFault.NO_COUNT),
        ({"petition": LinkedPetition(4, PetitionKind.DENUNCIATION)}, "petition", VisitFault.KIND_DIFFERS),
        ({"visitor_name": ""}, "visitor_name", VisitFault.NO_NAME),
        ({"summary": ""}, "summary", VisitFault.NO_SUMMARY),
        ({"summary": "Ông LE VAN A hỏi"}, "summary", VisitFault.NAME_IN_SUMMARY),
        ({"outcome": None}, "outcome", VisitFault.NO_OUTCOME),
        ({"outcome": VisitOutcome.DECLINED}, "ground", VisitFault.NO_GROUND),
        ({"outcome": VisitOutcome.APPOINTED}, "appointed", VisitFault.NO_APPOINTMENT),
        (
            {"outcome": VisitOutcome.APPOINTED, "appointed": SessionOfVisit(1, date(2026, 11, 27))},
            "appointed",
            VisitFault.NO_APPOINTMENT,
        ),
        ({"document": "thư của ông A"}, "document", VisitFault.BAD_NUMBER),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(changed: dict[str, object], name: str, fault: VisitFault) -> None:
    assert faults(replace(ENTRY, **changed), NOW) == {name: fault}  # type: ignore[arg-type]


def test_the_day_of_a_session_is_that_of_the_province() -> None:
    assert faults(replace(ENTRY, reception=SessionOfVisit(1, date(2026, 11, 28))), NOW) == {}


def test_only_a_refusal_of_what_is_settled_needs_a_notice_and_it_may_come_later() -> None:
    declined = replace(ENTRY, outcome=VisitOutcome.DECLINED, ground=DeclineGround.SETTLED)
    assert faults(declined, NOW) == {"document": VisitFault.NO_NOTICE}
    assert faults(replace(declined, notice_later=True), NOW) == {}
    assert faults(replace(declined, document="12/TB-UBND"), NOW) == {}
    for ground in set(DeclineGround) - {DeclineGround.SETTLED}:
        assert faults(replace(declined, ground=ground), NOW) == {}
    assert faults(replace(declined, outcome=VisitOutcome.EXPLAINED), NOW) == {}, "the ground is not kept then"


@given(st.integers(2, 10_000), st.booleans(), st.integers(1, 999))
def test_any_number_of_people_any_time_is_a_visit(persons: int, group: bool, nth: int) -> None:
    assert faults(replace(ENTRY, persons=persons, as_group=group, nth_time=nth), NOW) == {}


def test_everything_has_its_words() -> None:
    assert set(SENTENCES) == set(VisitFault)
    assert set(OUTCOME_WORDS) == set(VisitOutcome)
    assert set(GROUND_WORDS) == set(DeclineGround)
    assert set(WITHDRAWAL_WORDS) == set(Withdrawal)


def test_who_reads_a_visit_reads_as_much_of_it_as_of_its_petition() -> None:
    normal, secret = Confidentiality.NORMAL, Confidentiality.CONFIDENTIAL
    assert reading_of(Role.OFFICER, PetitionKind.COMPLAINT, secret) == Reading.FULL
    assert reading_of(Role.SUPERVISOR, PetitionKind.COMPLAINT, normal) == Reading.RECORD
    assert reading_of(Role.SUPERVISOR, PetitionKind.COMPLAINT, secret) == Reading.CODE
    assert reading_of(Role.TECHNICIAN, PetitionKind.COMPLAINT, normal) == Reading.NOTHING
    assert reading_of(Role.ROOM, PetitionKind.REFLECTION, normal) == Reading.NOTHING
    writers = {role for role in Role for kind in PetitionKind if may_write(role, kind, normal)}
    assert writers == {Role.OFFICER, Role.CLERK}


# --- the table -------------------------------------------------------------------------------------

_PETITION = (
    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name, petitioner_address,"
    " petitioner_count, opaque_reference, summary, content, request, place_code, unit_in_charge, status,"
    " confidentiality, search_key, created_at, variant, instance) VALUES (1, 'KN-1', 'complaint', '2026-03-02',"
    " 'direct', '', '', 1, '', 'x', '', '', '', '', 'received', 'normal', '', '2026-03-02 01:00:00', 'normal', 1)"
)
_VISIT = (
    "INSERT INTO visit (id, year, number, came_at, persons, as_group, kind, nth_time, petition_id, visitor_name,"
    " visitor_address, summary, outcome, document, search_key, recorded_at, recorded_by, unit, withdrawn_by)"
    " VALUES (:id, 2026, :id, '2026-03-03 01:00:00', 1, false, :kind, 1, :petition, CAST(:name AS TEXT), '', '',"
    " 'explained', '', CAST(:name AS TEXT), '2026-03-03 01:00:00', 'system', '', '')"
)


@pytest.fixture
def engine(bare: Database) -> Engine:
    """A petition of before the upgrade; since, a visit about it and one about something else."""
    upgrade(bare.engine, "0003")
    with bare.engine.begin() as connection:
        connection.execute(text(_PETITION))
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        for number, petition in ((1, 1), (2, None)):
            row = {"id": number, "kind": "complaint", "petition": petition, "name": "bà B"}
            connection.execute(text(_VISIT), row)
    return bare.engine


def _visits(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, visitor_name, search_key FROM visit ORDER BY id"))
        return [tuple(row) for row in rows]


def test_the_table_takes_no_name_with_a_denunciation(engine: Engine) -> None:
    row = {"id": 3, "kind": "denunciation", "petition": None, "name": "bà B"}
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(_VISIT), row)
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text("UPDATE visit SET kind = 'denunciation' WHERE id = 2"))
    with engine.begin() as connection:
        connection.execute(text(_VISIT), {**row, "name": ""})


def test_a_petition_that_turns_out_to_be_a_denunciation_takes_the_names_of_its_visits_with_it(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        connection.execute(text(DENOUNCED))
    assert _visits(engine) == [("denunciation", "", ""), ("complaint", "bà B", "bà B")]


def test_a_petition_of_another_kind_takes_its_visits_along(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE petition SET kind = 'reflection' WHERE id = 1"))
    assert _visits(engine) == [("reflection", "bà B", "bà B"), ("complaint", "bà B", "bà B")]


def test_a_visit_is_not_deleted(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="withdrawn, not deleted"), engine.begin() as connection:
        connection.execute(text("DELETE FROM visit WHERE id = 1"))
