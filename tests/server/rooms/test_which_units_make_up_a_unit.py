"""Predecessors and successors on another day, and whether they are exactly the unit that was asked about."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from server.rooms.lineage import Kin, Lineage
from server.rooms.tables import Extent, Room, RoomLevel, RoomSuccession

FIRST, AUTUMN, SUMMER = date(2020, 1, 1), date(2024, 11, 1), date(2025, 7, 1)
OLD, MIDDLE, NEW = date(2024, 6, 14), date(2025, 3, 1), date(2026, 6, 14)
LAST_OF_177, LAST_OF_171 = date(2024, 10, 31), date(2025, 6, 30)


def _room(number: int, first: date = FIRST, last: date | None = None) -> Room:
    return Room(
        id=number,
        code=f"{number:05}",
        name=f"Xã {number}",
        name_key="",
        type="Xã",
        level=RoomLevel.COMMUNE,
        valid_from=first,
        valid_to=last,
    )


def _row(predecessor: int, successor: int, day: date, extent: Extent = Extent.FULL) -> RoomSuccession:
    return RoomSuccession(predecessor_id=predecessor, successor_id=successor, extent=extent, day=day)


def _kin(whole: set[int], part: set[int] | None = None, complete: bool = True) -> Kin:
    return Kin(frozenset(whole), frozenset(part or set()), complete)


PROVINCE = Lineage(
    [
        _room(1, last=LAST_OF_177),  # merged into 2 in autumn, which merged with 3 into 11 in summer
        _room(2, last=LAST_OF_171),
        _room(3, last=LAST_OF_171),
        _room(4, last=LAST_OF_171),  # split between 11 and 12 in summer
        _room(5, last=LAST_OF_171),
        _room(6),  # gave a part away to 12, and is there still
        _room(7, last=LAST_OF_177),  # renamed: 8
        _room(8, AUTUMN),
        _room(9, last=LAST_OF_171),  # ended without a successor, as a district does
        _room(11, SUMMER),
        _room(12, SUMMER),
        _room(13, SUMMER),  # began without a predecessor on record
    ],
    [
        _row(1, 2, AUTUMN),
        _row(7, 8, AUTUMN),
        _row(2, 11, SUMMER),
        _row(3, 11, SUMMER),
        _row(4, 11, SUMMER, Extent.PARTIAL),
        _row(4, 12, SUMMER, Extent.PARTIAL),
        _row(5, 12, SUMMER),
        _row(6, 12, SUMMER, Extent.PARTIAL),
    ],
)


def test_a_unit_is_followed_back_over_several_changes() -> None:
    assert PROVINCE.before([11], on=NEW, earlier=MIDDLE) == _kin({2, 3}, {4})
    assert PROVINCE.before([11], on=NEW, earlier=OLD) == _kin({1, 2, 3}, {4})
    assert not PROVINCE.before([11], on=NEW, earlier=OLD).exact


def test_a_unit_that_took_another_in_was_both() -> None:
    before = PROVINCE.before([2], on=MIDDLE, earlier=OLD)
    assert (before, before.exact) == (_kin({1, 2}), True)


def test_a_renamed_unit_is_exactly_the_one_it_was() -> None:
    assert PROVINCE.before([8], on=NEW, earlier=OLD) == _kin({7})
    assert PROVINCE.after([7], on=OLD, later=NEW) == _kin({8})


def test_units_that_shared_a_third_are_together_more_exact_than_each_alone() -> None:
    assert PROVINCE.before([12], on=NEW, earlier=MIDDLE) == _kin({5}, {4, 6})
    assert PROVINCE.before([11, 12], on=NEW, earlier=MIDDLE) == _kin({2, 3, 4, 5}, {6})
    assert PROVINCE.before([6, 11, 12], on=NEW, earlier=OLD) == _kin({1, 2, 3, 4, 5, 6})
    assert PROVINCE.before([6, 11, 12], on=NEW, earlier=OLD).exact


def test_a_unit_that_gave_a_part_away_was_more_than_it_is() -> None:
    assert PROVINCE.before([6], on=NEW, earlier=MIDDLE) == _kin(set(), {6})
    assert PROVINCE.after([6], on=MIDDLE, later=NEW) == _kin({6}, {12})


def test_what_became_of_a_unit_is_a_part_of_something_else() -> None:
    assert PROVINCE.after([1], on=OLD, later=MIDDLE) == _kin(set(), {2})
    assert PROVINCE.after([1], on=OLD, later=NEW) == _kin(set(), {11})
    assert PROVINCE.after([4], on=OLD, later=NEW) == _kin(set(), {11, 12})
    assert PROVINCE.after([1, 2, 3, 4, 5, 6], on=OLD, later=NEW) == _kin({6, 11, 12})


def test_where_the_line_breaks_off_nothing_is_exact() -> None:
    assert PROVINCE.after([9], on=OLD, later=NEW) == _kin(set(), complete=False)
    assert PROVINCE.before([13], on=NEW, earlier=OLD) == _kin(set(), complete=False)
    half = Lineage([_room(1, last=LAST_OF_171), _room(2, SUMMER)], [_row(1, 2, SUMMER, Extent.PARTIAL)])
    assert half.before([2], on=NEW, earlier=OLD) == _kin(set(), {1})
    assert half.after([1], on=OLD, later=NEW) == _kin({2}, complete=False)


def test_on_the_same_side_of_every_change_a_unit_is_itself() -> None:
    for room, day in ((1, OLD), (2, OLD), (2, MIDDLE), (11, NEW)):
        assert PROVINCE.before([room], on=day, earlier=day) == PROVINCE.after([room], on=day, later=day)
        assert PROVINCE.before([room], on=day, earlier=day) == _kin({room})
    assert PROVINCE.before([2], on=LAST_OF_171, earlier=AUTUMN) == _kin({2})
    assert PROVINCE.before([2], on=AUTUMN, earlier=LAST_OF_177) == _kin({1, 2})


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(10, 14), st.booleans()), max_size=20, unique_by=lambda r: r[:2]
    )
)
def test_whatever_the_changes_both_ways_agree(rows: list[tuple[int, int, bool]]) -> None:
    """Ten units become five. Who was wholly in a unit has become nothing else; what is exact is so both ways."""
    rooms = [_room(old, last=LAST_OF_171) for old in range(10)] + [_room(new, SUMMER) for new in range(10, 15)]
    links = [_row(old, new, SUMMER, Extent.FULL if full else Extent.PARTIAL) for old, new, full in rows]
    lineage = Lineage(rooms, links)
    for new in range(10, 15):
        before = lineage.before([new], on=NEW, earlier=OLD)
        assert before.rooms == {old for old, into, _ in rows if into == new}
        for old in before.whole:
            assert lineage.after([old], on=OLD, later=NEW).rooms == {new}
        if before.exact:
            assert lineage.after(before.whole, on=OLD, later=NEW) == _kin({new})
