"""The first half of 2026 beside that of 2025: some units were merged, some split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from sqlmodel import Session, select

from server.data.engine import Database
from server.figures.counting import Ground
from server.figures.definitions import Definitions
from server.figures.lineage import lineage_in
from server.figures.overview import PETITIONS, VISITS, overview_by
from server.figures.periods import Period
from server.figures.rows import By
from server.figures.rules import NoBase
from server.figures.sheet import Row, Sheet, Sheets
from server.people.rights import Role
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.rooms.tables import Extent, Room, RoomLevel, RoomSuccession
from server.visits.tables import Visit, VisitOutcome
from server.web.languages import HERE
from tests.database import Store, copied

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
PERIOD = Period(date(2025, 12, 15), date(2026, 6, 14))
OLD = {"A": 4, "B": 3, "C": 5, "D": 2, "E": 1}
"""Petitions of the first half of 2025 in each unit of that time."""
NEW = {"AB": 6, "C1": 2, "C2": 3, "D": 1, "F": 7}
"""Of 2026: AB was A and B whole, C1 and C2 parts of C, D remained; E and F are in no succession."""
SUCCESSIONS = (
    ("A", "AB", Extent.FULL),
    ("B", "AB", Extent.FULL),
    ("C", "C1", Extent.PARTIAL),
    ("C", "C2", Extent.PARTIAL),
)


def fill(session: Session) -> None:
    rooms = {}
    for number, name in enumerate(dict.fromkeys([*OLD, *NEW])):
        rooms[name] = Room(
            code=f"{number + 1:05}",
            name=name,
            name_key=name.lower(),
            type="Xã",
            level=RoomLevel.COMMUNE,
            valid_from=date(2020, 1, 1) if name in OLD else AFTER,
            valid_to=None if name in NEW else BEFORE,
        )
        session.add(rooms[name])
    session.flush()
    for source, target, extent in SUCCESSIONS:
        session.add(
            RoomSuccession(
                predecessor_id=rooms[source].id, successor_id=rooms[target].id, day=AFTER, extent=extent
            )
        )
    for day, counts in ((date(2025, 3, 3), OLD), (date(2026, 3, 3), NEW)):
        for name, count in counts.items():
            for number in range(count):
                _received(session, day, rooms[name].code, f"{day.year}-{name}-{number}")


def _received(session: Session, day: date, place: str, code: str) -> None:
    """A petition and one visit about it."""
    petition = Petition(
        code=code,
        kind=PetitionKind.COMPLAINT,
        received_on=day,
        summary="Việc",
        place_code=place,
        status=PetitionStatus.RECEIVED,
        confidentiality=Confidentiality.NORMAL,
    )
    session.add(petition)
    session.flush()
    session.add(
        Visit(
            year=day.year,
            number=petition.id or 0,
            came_at=datetime.combine(day, time(8), tzinfo=HERE),
            persons=1,
            kind=petition.kind,
            nth_time=1,
            petition_id=petition.id,
            outcome=VisitOutcome.RECEIVED,
            recorded_by="system",
        )
    )


@pytest.fixture
def merged(store: Store) -> Iterator[Database]:
    with copied(store, store.template("july 2025", fill)) as database:
        yield database


@pytest.fixture
def sheet(merged: Database, ground: Ground, definitions: Definitions) -> Sheet:
    layout = overview_by(definitions.layouts["overview"], By.PLACE)

    def work(session: Session) -> Sheet:
        return Sheets(session, ground, lineage_in(session), Role.OFFICER).sheet(layout, PERIOD, By.PLACE)

    return merged.run_here(work)


def row(sheet: Sheet, name: str) -> Row:
    return next(row for row in sheet.rows if name in row.label.replace(",", " ").split())


@pytest.mark.parametrize("column", [VISITS, PETITIONS])
def test_a_unit_merged_of_whole_units_has_their_sum_as_its_base(sheet: Sheet, column: str) -> None:
    compared = row(sheet, "AB").cell(column).compared
    assert compared is not None
    assert (compared.value, compared.base) == (6, OLD["A"] + OLD["B"])
    remained = row(sheet, "D").cell(column).compared
    assert remained is not None
    assert (remained.value, remained.base) == (1, 2)


@pytest.mark.parametrize(("name", "reason"), [("C1", NoBase.SPLIT), ("C2", NoBase.SPLIT), ("F", NoBase.UNKNOWN)])
def test_a_unit_of_parts_has_no_base_and_a_mark_with_the_reason(sheet: Sheet, name: str, reason: NoBase) -> None:
    found = row(sheet, name)
    compared = found.cell(PETITIONS).compared
    assert found.no_base is reason
    assert compared is not None
    assert (compared.value, compared.base, compared.difference, compared.per_cent) == (NEW[name], None, None, None)


@pytest.mark.parametrize("column", [VISITS, PETITIONS])
def test_the_province_is_exact(sheet: Sheet, column: str) -> None:
    compared = sheet.total.cell(column).compared
    assert compared is not None
    assert (compared.value, compared.base) == (sum(NEW.values()), sum(OLD.values()))
    assert {each.label.split()[1].rstrip(",") for each in sheet.rows} == set(NEW)


def test_the_period_of_before_stays_with_the_units_of_its_time(
    merged: Database, ground: Ground, definitions: Definitions
) -> None:
    layout = overview_by(definitions.layouts["overview"], By.PLACE)

    def work(session: Session) -> tuple[Sheet, list[Room]]:
        sheets = Sheets(session, ground, lineage_in(session), Role.OFFICER)
        sheet = sheets.sheet(layout, Period(date(2024, 12, 15), date(2025, 6, 14)), By.PLACE)
        return sheet, list(session.exec(select(Room)))

    sheet, rooms = merged.run_here(work)
    names = {str(room.id): room.name for room in rooms}
    values = {names[each.key]: _value(each) for each in sheet.rows}
    assert values == OLD


def _value(row: Row) -> int:
    compared = row.cell(PETITIONS).compared
    return 0 if compared is None else compared.value
