"""Every cell of the forms against a second count, in plain Python from the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlmodel import Session

from server.data.engine import Database
from server.figures.counting import Counting, Ground
from server.figures.definitions import Definitions
from server.figures.lineage import lineage_in
from server.figures.periods import Period, same_period
from server.figures.rows import By
from server.figures.sheet import Row, Sheet, Sheets
from server.figures.words import Source, counter_in
from server.people.rights import Role
from server.visits.tables import Visit
from tests.server.figures import recomputed
from tests.server.figures.half_year import FIRST, IN_CHARGE, LAST, UNITS
from tests.server.figures.recomputed import Numbers, Petitions, Raw

PERIODS = [
    Period(FIRST, LAST),
    same_period(Period(FIRST, LAST)),
    Period(date(2026, 6, 14), date(2026, 6, 14)),
    Period(date(2025, 1, 1), date(2025, 12, 31)),
]
FORMS: dict[str, Callable[[Petitions], Numbers]] = {
    "02-tcd-02-2021": recomputed.tcd02,
    "01-xld-01-2024": recomputed.xld01,
    "02-xld-01-2024": recomputed.xld02,
    "03-xld-01-2024": recomputed.xld03,
    "04-xld-01-2024": recomputed.xld04,
    "01-kqgq-01-2024": recomputed.kqgq01,
    "03-kqgq-01-2024": recomputed.kqgq03,
}

TIME_LIMITS = {"01-kqgq-01-2024": {22, 23}, "03-kqgq-01-2024": {21, 22}}
"""Columns whose terms are counted by hand in the tests of deadlines."""


def numbers(row: Row, *, base: bool = False) -> Numbers:
    """What stands in the columns that are counted."""
    return {
        int(cell.column.number): (cell.compared.base or 0) if base else cell.compared.value
        for cell in row.cells
        if cell.compared is not None and cell.column.number.isdecimal()
    }


def sheet_of(
    session: Session, ground: Ground, definitions: Definitions, key: str, period: Period, by: By | None
) -> Sheet:
    form = definitions.form(key)
    assert form is not None
    return Sheets(session, ground, lineage_in(session), Role.OFFICER).sheet(
        definitions.layouts[form.layout], period, by
    )


@pytest.fixture(scope="module")
def raw(office: Database) -> Raw:
    """All rows of the office."""
    return office.run_here(recomputed.read)


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.first}-{period.last}")
def test_form_01_tcd(office: Database, raw: Raw, ground: Ground, definitions: Definitions, period: Period) -> None:
    def work(session: Session) -> Sheet:
        return sheet_of(session, ground, definitions, "01-tcd-01-2024", period, By.UNIT)

    sheet = office.run_here(work)
    expected = recomputed.tcd01(raw, period.first, period.last)
    assert set(expected) == set(range(1, 30))
    assert numbers(sheet.total) == expected
    base = same_period(period)
    assert numbers(sheet.total, base=True) == recomputed.tcd01(raw, base.first, base.last)
    if (period.last - period.first).days > 100:
        assert all(expected.values()), "a cell that is 0 tells nothing"


def test_form_01_tcd_by_unit(office: Database, raw: Raw, ground: Ground, definitions: Definitions) -> None:
    """Two persons of one board are one unit; the sessions are the province's."""
    period = PERIODS[0]

    def work(session: Session) -> Sheet:
        return sheet_of(session, ground, definitions, "01-tcd-01-2024", period, By.UNIT)

    sheet = office.run_here(work)
    board = "Ban Tiếp công dân tỉnh"
    for row in sheet.rows:

        def own(visit: Visit, key: str = row.key) -> bool:
            return (board if visit.unit.endswith(board) else visit.unit) == key

        expected = recomputed.tcd01(raw, period.first, period.last, own)
        if row.key != board:
            expected[12] = expected[21] = 0
        assert numbers(row) == expected, row.key
    assert {row.key for row in sheet.rows} == {board, *(text for text in UNITS if not text.endswith(board))}


@pytest.mark.parametrize("key", FORMS)
@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.first}-{period.last}")
def test_forms_of_petitions(
    office: Database, raw: Raw, ground: Ground, definitions: Definitions, key: str, period: Period
) -> None:
    def work(session: Session) -> Sheet:
        return sheet_of(session, ground, definitions, key, period, By.UNIT)

    sheet = office.run_here(work)
    count = FORMS[key]
    counted_elsewhere = TIME_LIMITS.get(key, set())
    assert set(numbers(sheet.total)) - counted_elsewhere == set(count(Petitions(raw, period.first, period.last)))
    for of_base, each in ((False, period), (True, same_period(period))):
        expected = count(Petitions(raw, each.first, each.last))
        found = numbers(sheet.total, base=of_base)
        assert {column: found[column] for column in expected} == expected
        for row in sheet.rows:
            own = count(Petitions(raw, each.first, each.last, lambda one, key=row.key: one.unit_in_charge == key))
            found = numbers(row, base=of_base)
            assert {column: found[column] for column in own} == own, row.key
    assert {row.key for row in sheet.rows} <= set(IN_CHARGE)


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.first}-{period.last}")
def test_what_was_processed_is_the_same_alone_as_beside_what_was_not(
    office: Database, raw: Raw, ground: Ground, period: Period
) -> None:
    """Alone it is counted without the answers that came after the period."""
    words = ("petitions answered", "petitions received answered", "petitions carried answered")
    answered = [counter for each in words if (counter := counter_in(each)) is not None]
    beside = counter_in("petitions unanswered")
    assert len(answered) == len(words)
    assert beside is not None
    for each in (period, same_period(period)):

        def work(session: Session, each: Period = each) -> tuple[Sequence[int], ...]:
            counting = Counting(session, ground, each)
            alone, together = (counting.count(asked)[""] for asked in (answered, [*answered, beside]))
            listed = [len(session.execute(counting.records([one], None, "")).all()) for one in answered]
            return [alone[one] for one in answered], [together[one] for one in answered], listed

        of = Petitions(raw, each.first, each.last)
        expected = [sum(map(of.processed, which)) for which in (of.received + of.carried, of.received, of.carried)]
        assert all(found == expected for found in office.run_here(work))


def test_a_figure_lists_as_many_records_as_it_counts(
    office: Database, ground: Ground, definitions: Definitions
) -> None:
    """Each column of each form, as a whole and in each of its rows."""
    period = PERIODS[0]

    def work(session: Session) -> int:
        looked = 0
        for form in definitions.known:
            layout = definitions.layouts[form.layout]
            for column in layout.everything:
                if column.by_hand:
                    continue
                counting = Counting(session, ground, period)
                for by in (None, By.UNIT, By.PLACE):
                    for key, counted in counting.count(column.leaves, by).items():
                        ids = [row[0] for row in session.execute(counting.records(column.leaves, by, key))]
                        assert len(ids) == len(set(ids)), (form.key, column.number, key)
                        measures = {leaf.measure for leaf in column.leaves}
                        if measures & {"persons", "petitioned_cases"}:
                            assert bool(ids) == bool(sum(counted.values()))
                        else:
                            assert len(ids) == sum(counted.values()), (form.key, column.number, key)
                            looked += 1
        return looked

    assert office.run_here(work) > 300


def test_the_rows_of_a_table_add_up_to_its_totals(
    office: Database, ground: Ground, definitions: Definitions
) -> None:
    layout = definitions.layouts["overview"]

    def work(session: Session) -> list[Sheet]:
        sheets = Sheets(session, ground, lineage_in(session), Role.OFFICER)
        return [sheets.sheet(layout, PERIODS[0], by) for by in (By.UNIT, By.LEVEL, By.PLACE)]

    for sheet in office.run_here(work):
        for column in sheet.layout.columns:
            if by_place_lacks(sheet, column.leaves[0].source):
                continue
            shown = sum(numbers(row)[int(column.number)] for row in sheet.rows)
            assert shown == numbers(sheet.total)[int(column.number)], (sheet.by, column.number)


def by_place_lacks(sheet: Sheet, source: Source) -> bool:
    return sheet.by is By.PLACE and source is Source.SESSIONS
