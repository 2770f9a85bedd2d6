"""From when to when is counted, and what stands beside a number of this year."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.figures.dated_files import Level
from server.figures.definitions import Definitions
from server.figures.heads import head_rows
from server.figures.periods import Period, latest_over, period_in, same_period, so_far
from server.figures.rules import Compared, Existence, NoBase, Origin, bases_of_places, same_rooms
from server.figures.words import counter_in

TODAY = date(2026, 11, 28)
OLD = (date(2020, 1, 1), date(2025, 6, 30))
NEW = (date(2025, 7, 1), None)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("q2", date(2026, 3, 15), date(2026, 6, 14)),
        ("q3", date(2026, 6, 15), date(2026, 9, 14)),
        ("q4", date(2026, 9, 15), date(2026, 12, 14)),
        ("h1", date(2025, 12, 15), date(2026, 6, 14)),
        ("m9", date(2025, 12, 15), date(2026, 9, 14)),
        ("year", date(2025, 12, 15), date(2026, 12, 14)),
        ("calendar_year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_year_is_cut_as_the_reports_cut_it(definitions: Definitions, key: str, first: date, last: date) -> None:
    period = period_in({"period": key, "year": "2026"}, definitions.tables, TODAY)
    assert period is not None
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("day", "begun", "over"),
    [
        (date(2026, 11, 28), date(2025, 12, 15), ("m9", 2026)),
        (date(2026, 12, 14), date(2025, 12, 15), ("m9", 2026)),
        (date(2026, 12, 15), date(2026, 12, 15), ("year", 2026)),
        (date(2027, 1, 2), date(2026, 12, 15), ("year", 2026)),
        (date(2026, 3, 15), date(2025, 12, 15), ("q1", 2026)),
        (date(2026, 6, 15), date(2025, 12, 15), ("h1", 2026)),
    ],
)
def test_the_year_until_today_and_the_report_that_is_due(
    definitions: Definitions, day: date, begun: date, over: tuple[str, int]
) -> None:
    assert period_in({}, definitions.tables, day) == so_far(definitions.tables, day) == Period(begun, day)
    latest = latest_over(definitions.tables, day)
    assert latest is not None
    assert (latest.key, latest.year) == over


def test_the_quarters_of_a_report_follow_each_other_without_a_gap(definitions: Definitions) -> None:
    quarters = [period_in({"period": f"q{n}", "year": "2026"}, definitions.tables, TODAY) for n in (1, 2, 3, 4)]
    for before, after in pairwise(quarters):
        assert before is not None
        assert after is not None
        assert (after.first - before.last).days == 1


def test_a_month_and_a_quarter_of_the_calendar(definitions: Definitions) -> None:
    month = period_in({"period": "month", "year": "2024", "number": "2"}, definitions.tables, TODAY)
    quarter = period_in({"period": "quarter", "year": "2024", "number": "3"}, definitions.tables, TODAY)
    assert month == Period(date(2024, 2, 1), date(2024, 2, 29), "month")
    assert quarter == Period(date(2024, 7, 1), date(2024, 9, 30), "quarter")
    assert same_period(month) == Period(date(2023, 2, 1), date(2023, 2, 28), "month")
    assert same_period(Period(date(2023, 2, 1), date(2023, 2, 28))).last == date(2022, 2, 28)
    assert same_period(Period(date(2025, 2, 1), date(2025, 2, 28))).last == date(2024, 2, 29)


@pytest.mark.parametrize(
    "query",
    [
        {"period": "h3", "year": "2026"},
        {"period": "h1"},
        {"period": "h1", "year": "20x6"},
        {"period": "month", "year": "2026", "number": "13"},
        {"period": "days", "from": "2026-02-30", "to": "2026-03-01"},
        {"period": "days", "from": "2026-03-02", "to": "2026-03-01"},
        {"period": "days", "from": "2010-03-02", "to": "2026-03-01"},
        {"period": "days", "from": "0001-01-01", "to": "0001-01-02"},
    ],
)
def test_what_is_no_period_is_not_taken_for_one(definitions: Definitions, query: dict[str, str]) -> None:
    assert period_in(query, definitions.tables, TODAY) is None


@given(st.dictionaries(st.sampled_from(["period", "year", "number", "from", "to"]), st.text(max_size=12)))
def test_whatever_an_address_says_is_a_period_or_none(definitions: Definitions, query: dict[str, str]) -> None:
    period = period_in(query, definitions.tables, TODAY)
    assert period is None or (period.first <= period.last and same_period(period).last < period.last)


def test_nothing_is_said_in_per_cent_of_nothing() -> None:
    assert Compared(12, 0).difference == 12
    assert Compared(12, 0).per_cent is None
    assert Compared(866, 1012).difference == -146
    assert Compared(2783, 3497).per_cent == pytest.approx(-20.42, abs=0.01)
    assert Compared(5, None).difference is None


def test_a_merged_unit_has_the_sum_of_its_parts_and_a_split_one_nothing() -> None:
    """1, 2 became 11 as wholes; of 3 a part each went into 12 and 13; where 14 comes from nobody wrote down."""
    rooms = {n: Existence(*OLD) for n in (1, 2, 3)} | {n: Existence(*NEW) for n in (11, 12, 13, 14)}

    def lineage(asked: Collection[int], day: date, other: date) -> Mapping[int, Origin]:
        told = {
            11: Origin(frozenset({1, 2}), exact=True),
            12: Origin(frozenset({3}), exact=False),
            13: Origin(frozenset({3}), exact=False),
        }
        return {number: told[number] for number in asked if number in told}

    now, base = (date(2025, 12, 15), date(2026, 6, 14)), (date(2024, 12, 15), date(2025, 6, 14))
    found = bases_of_places(rooms, lineage, now, base)
    assert found[11] == {1, 2}
    assert found[12] is found[13] is NoBase.SPLIT
    assert found[14] is NoBase.UNKNOWN
    assert found[1] is found[3] is NoBase.WITHIN


def test_a_unit_that_came_within_the_period_is_not_compared() -> None:
    rooms = {1: Existence(*OLD), 2: Existence(*NEW), 3: Existence(date(2020, 1, 1), None)}
    found = bases_of_places(
        rooms,
        same_rooms(rooms),
        (date(2024, 12, 15), date(2025, 12, 14)),
        (date(2023, 12, 15), date(2024, 12, 14)),
    )
    assert found == {1: NoBase.WITHIN, 2: NoBase.WITHIN, 3: frozenset({3})}


@pytest.mark.parametrize(
    ("text", "unit", "level"),
    [
        ("Chuyên viên Ban Tiếp công dân tỉnh", "Ban Tiếp công dân tỉnh", Level.PROVINCE),
        ("Quản trị hệ thống, Sở Khoa học và Công nghệ", "Sở Khoa học và Công nghệ", Level.DEPARTMENT),
        ("UBND thành phố Hạ Long", "UBND thành phố Hạ Long", Level.DISTRICT),
        ("Chủ tịch UBND phường Hà Tu", "UBND phường Hà Tu", Level.COMMUNE),
        ("Ngân hàng Chính sách xã hội tỉnh", "Ngân hàng Chính sách xã hội tỉnh", Level.DEPARTMENT),
        ("Một đơn vị khác", "Một đơn vị khác", Level.UNKNOWN),
    ],
)
def test_the_unit_and_its_level_are_read_from_what_was_written(
    definitions: Definitions, text: str, unit: str, level: Level
) -> None:
    assert definitions.tables.unit(text, date(2025, 6, 30)) == (unit, level)


def test_there_is_no_district_level_since_july_2025(definitions: Definitions) -> None:
    assert definitions.tables.unit("UBND huyện Ba Chẽ", date(2025, 7, 1))[1] is Level.UNKNOWN


def test_a_district_that_ended_in_a_period_was_one_in_it(definitions: Definitions) -> None:
    unit, year = definitions.tables.unit, (date(2025, 12, 14), date(2024, 12, 15))
    assert unit("Chủ tịch UBND huyện Ba Chẽ", *year) == ("UBND huyện Ba Chẽ", Level.DISTRICT)
    assert unit("UBND phường Hà Tu", *year)[1] is Level.COMMUNE
    assert unit("Một đơn vị khác", *year) == ("Một đơn vị khác", Level.UNKNOWN)
    assert unit("UBND huyện Ba Chẽ", date(2026, 6, 14), date(2025, 7, 1))[1] is Level.UNKNOWN
    assert unit("UBND huyện Ba Chẽ", date(2025, 12, 14), date(2025, 6, 30))[1] is Level.DISTRICT


def test_form_01_tcd_has_its_thirty_columns_and_their_sums(definitions: Definitions) -> None:
    form = definitions.usual("01/TCD", date(2026, 6, 14))
    assert form is not None
    columns = definitions.layouts[form.layout].columns
    assert [column.number for column in columns] == [str(number) for number in range(1, 31)]
    assert [column.formula for column in columns[:3]] == ["1 = 4+13+22", "2 = 5+14+23", "3 = 6+7+15+16+24+25"]
    assert columns[29].by_hand
    assert [len(definitions.layouts[layout].columns) for layout in ("tcd02", "xld01")] == [17, 22]


def test_forms_that_are_not_known_are_named_and_not_made_up(definitions: Definitions) -> None:
    unknown = definitions.unknown_on(date(2026, 6, 14))
    assert [form.form for form in unknown] == ["01/TCD", "02/XLD", "03/GQKN", "04/GQTC", "05/KQTH", "06/QLKNTC"]
    assert definitions.unknown_on(date(2025, 6, 14)) == ()
    assert len({form.key for form in definitions.forms}) == len(definitions.forms)


@pytest.mark.parametrize("text", ["", "visits sideways", "people regular", "sessions large", "petitions regular"])
def test_a_counter_that_does_not_exist_is_none(text: str) -> None:
    assert counter_in(text) is None


def test_groups_stand_above_what_belongs_to_them() -> None:
    rows = head_rows([("A",), ("B", "x"), ("B", "C", "y"), ("B", "C", "z")])
    assert [[(cell.text, cell.column, cell.wide, cell.high) for cell in row] for row in rows] == [
        [("A", 0, 1, 3), ("B", 1, 3, 1)],
        [("x", 1, 1, 2), ("C", 2, 2, 1)],
        [("y", 2, 1, 1), ("z", 3, 1, 1)],
    ]
