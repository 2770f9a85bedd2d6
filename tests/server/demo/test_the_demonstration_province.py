from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from server.conclusions.standing import standing, today_by
from server.conclusions.tables import Conclusion, Task, TaskState
from server.data.engine import Database
from server.deadlines.computing import State
from server.deadlines.rules import DeadlineKey
from server.deadlines.terms import read_terms
from server.demo.accounts import ACCOUNTS, PASSWORD
from server.demo.fill import DemoFilled, fill, fill_rehearsal
from server.demo.petitions import FILE, entries
from server.people.passwords import matches
from server.people.tables import Account
from server.petitions.duties import duties_of
from server.petitions.history import cases_of
from server.petitions.tables import Petition, PetitionKind
from server.receptions.queries import agenda_of, attendance_of, reception_today
from server.receptions.tables import Audience, Hearing, Reception, ReceptionState, Recording
from server.rooms.queries import rooms_on
from server.rooms.tables import RoomLevel
from server.web.languages import HERE
from tests.database import Store, copied

TODAY = date(2026, 11, 23)
SUNDAY = date(2027, 2, 28)
DAYS = (TODAY, date(2026, 2, 18), SUNDAY, date(2026, 5, 2))
"""A Monday, within Tết, a Sunday, after the holidays of May."""
FIRST_SIX = {"06649", "06652", "06655", "06658", "06661", "06664"}


@dataclass(frozen=True, slots=True)
class Shown:
    """The demonstration as it is filled on a day, and what filling it said."""

    database: Database
    filled: DemoFilled


@pytest.fixture(scope="module")
def said() -> dict[tuple[Store, date], DemoFilled]:
    return {}


@pytest.fixture
def day() -> date:
    """On which it is shown."""
    return TODAY


@pytest.fixture
def shown(store: Store, day: date, said: dict[tuple[Store, date], DemoFilled]) -> Iterator[Shown]:
    def fill_and_note(session: Session) -> None:
        said[store, day] = fill(session, day)

    with copied(store, store.template(f"demonstration on {day}", fill_and_note)) as database:
        yield Shown(database, said[store, day])


def test_it_has_the_whole_province(shown: Shown) -> None:
    database, filled = shown.database, shown.filled
    rooms = database.run_here(rooms_on, TODAY)
    assert Counter(room.level for room in rooms) == {
        RoomLevel.COMMUNE: 177,
        RoomLevel.DISTRICT: 13,
        RoomLevel.PROVINCE: 1,
    }
    communes = sorted(room.code for room in rooms if room.level == RoomLevel.COMMUNE)
    assert set(communes[:6]) == FIRST_SIX
    assert filled.rooms == 191

    petitions = database.run_here(lambda session: session.exec(select(Petition)).all())
    assert len(petitions) == filled.petitions == 30
    assert {petition.kind for petition in petitions} == set(PetitionKind)
    codes = {room.code for room in rooms}
    for petition in petitions:
        if petition.kind == PetitionKind.DENUNCIATION:
            assert not petition.petitioner_name
            assert not petition.petitioner_address
            assert not petition.content
            assert not petition.place_code
            assert petition.opaque_reference
        else:
            assert petition.place_code in codes
            assert petition.petitioner_name not in petition.summary


def test_todays_reception_has_eight_items(shown: Shown) -> None:
    database, filled = shown.database, shown.filled
    reception = database.run_here(reception_today, TODAY)
    assert reception is not None
    assert reception.id == filled.reception_id
    assert reception.planned_at == datetime(2026, 11, 23, 8, tzinfo=HERE)
    assert reception.title.startswith("Phiên tiếp công dân định kỳ")
    lines = database.run_here(agenda_of, reception.id or 0)
    assert [line.item.position for line in lines] == list(range(1, 9))
    first = lines[0]
    assert first.item.audience == Audience.ALL
    assert [petition.kind for petition in first.petitions] == [PetitionKind.RECOMMENDATION]
    closed = [line for line in lines if line.item.audience == Audience.CLOSED]
    assert [line.holds_denunciation for line in closed] == [True]
    limited = [line for line in lines if line.item.audience == Audience.ROOMS]
    assert len(limited) == 1
    assert 2 <= len(limited[0].rooms) <= 3
    assert len(FIRST_SIX & set(limited[0].room_codes)) == 2
    assert {p.kind for line in lines for p in line.petitions} == set(PetitionKind)


def test_the_lists_are_not_empty(shown: Shown) -> None:
    database = shown.database
    receptions = database.run_here(lambda session: session.exec(select(Reception)).all())
    assert Counter(reception.state for reception in receptions) == {
        ReceptionState.ENDED: 7,
        ReceptionState.PLANNED: 3,
        ReceptionState.CANCELLED: 1,
    }
    assert not database.run_here(lambda session: session.exec(select(Recording)).all())
    hearings = database.run_here(lambda session: session.exec(select(Hearing)).all())
    assert len(hearings) == 9
    assert all(hearing.ended_at is not None for hearing in hearings)
    for reception in receptions:
        attendance = database.run_here(attendance_of, reception.id or 0)
        assert bool(attendance) == (reception.id in (1, 2))
        assert all(line.connected_s >= line.receiving_s for line in attendance)


@pytest.mark.parametrize("day", DAYS)
def test_every_state_of_a_deadline_is_there_on_any_day(shown: Shown, tmp_path: Path, day: date) -> None:
    database = shown.database
    terms = read_terms(tmp_path)

    def states(session: Session) -> set[State | None]:
        cases = cases_of(session, session.exec(select(Petition)).all()).values()
        return {duty.state for case in cases for duty in duties_of(case, terms, day)}

    shown = {State.DUE, State.SOON, State.OVERDUE, State.SUSPENDED, State.DONE_IN_TIME}
    assert database.run_here(states) >= shown


def test_the_reflection_that_waited_too_long_is_late_on_every_day(tmp_path: Path) -> None:
    terms, covered = read_terms(tmp_path), (date(2026, 2, 1), date(2027, 12, 1))
    for ordinal in range(covered[0].toordinal(), covered[1].toordinal()):
        today = date.fromordinal(ordinal)
        late = next(entry for entry in entries(today) if entry.code == "PA-0077")
        triage = terms.deadline(DeadlineKey.PETITION_TRIAGE, late.received_on)
        assert triage.state_on(today) is State.OVERDUE, today


@pytest.mark.parametrize("day", DAYS)
def test_tasks_are_there_in_every_state_on_any_day(shown: Shown, tmp_path: Path, day: date) -> None:
    database = shown.database
    today = today_by(read_terms(tmp_path).calendar, day)
    tasks = database.run_here(lambda session: session.exec(select(Task)).all())
    assert {task.state for task in tasks} == set(TaskState)
    stands = {standing(task.state, task.due_on, task.done_on, today) for task in tasks}
    assert stands >= {State.DUE, State.SOON, State.OVERDUE, State.DONE_IN_TIME, None}
    assert any(task.obstructed for task in tasks)
    drafts = database.run_here(
        lambda session: session.exec(select(Conclusion).where(col(Conclusion.issued_at).is_(None))).all()
    )
    assert len(drafts) == 1


def test_every_account_logs_in_with_the_printed_password(shown: Shown) -> None:
    database = shown.database
    accounts = database.run_here(lambda session: session.exec(select(Account)).all())
    assert {account.login for account in accounts} == {account.login for account in ACCOUNTS}
    assert all(matches(account.password_hash, PASSWORD) for account in accounts)


def test_filling_twice_on_one_day_changes_nothing(shown: Shown) -> None:
    assert shown.filled.filled
    database = shown.database
    again = database.run_here(fill, TODAY)
    assert not again.filled
    assert len(database.run_here(lambda session: session.exec(select(Reception)).all())) == 11


@pytest.mark.parametrize("day", [SUNDAY])
def test_any_day_can_be_today(shown: Shown) -> None:
    database = shown.database
    reception = database.run_here(reception_today, SUNDAY)
    assert reception is not None
    assert reception.state == ReceptionState.PLANNED
    receptions = database.run_here(lambda session: session.exec(select(Reception)).all())
    others = [r.planned_at.astimezone(HERE).weekday() for r in receptions if r.id != reception.id]
    assert max(others) <= 4


def test_vietnamese_is_composed() -> None:
    assert unicodedata.is_normalized("NFC", FILE.read_text("utf-8"))


@pytest.mark.parametrize("rooms", [0, 1, 20])
def test_a_rehearsal_is_tiny(database: Database, rooms: int) -> None:
    filled = database.run_here(fill_rehearsal, rooms, TODAY)
    assert filled.rooms == rooms + 1
    assert filled.petitions == 3
    lines = database.run_here(agenda_of, filled.reception_id or 0)
    assert [line.item.audience for line in lines] == [Audience.ALL, Audience.CLOSED, Audience.ALL]
    assert [line.holds_denunciation for line in lines] == [False, True, False]


def test_a_rehearsal_with_more_rooms_than_the_sample_has_made_up_ones(database: Database) -> None:
    assert database.run_here(fill_rehearsal, 179, TODAY).rooms == 180  # the desk is one, too
    rooms = database.run_here(rooms_on, TODAY)
    made_up = [room for room in rooms if room.code.startswith("30")]
    assert [(room.code, room.name) for room in made_up] == [("30000", "Xã 30000"), ("30001", "Xã 30001")]


def test_shown_again_on_another_day_it_has_a_reception_for_that_day_and_nothing_else_is_new(shown: Shown) -> None:
    database, first = shown.database, shown.filled
    tomorrow = TODAY + timedelta(days=1)
    again = database.run_here(fill, tomorrow)
    assert not again.filled
    assert again.reception_id not in (None, first.reception_id)
    assert database.run_here(fill, tomorrow).reception_id == again.reception_id
    lines = database.run_here(agenda_of, again.reception_id)
    assert len(lines) == 8
    assert lines[2].item.audience is Audience.CLOSED
    assert len(database.run_here(lambda session: session.exec(select(Petition)).all())) == 30


def test_a_demonstration_whose_reception_was_ended_gets_another(shown: Shown) -> None:
    database, first = shown.database, shown.filled

    def end(session: Session) -> None:
        reception = session.get_one(Reception, first.reception_id)
        reception.state = ReceptionState.ENDED

    database.run_here(end)
    assert database.run_here(fill, TODAY).reception_id not in (None, first.reception_id)
