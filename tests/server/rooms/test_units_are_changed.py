"""Merging, renaming and splitting units on a day: from a file, in the registry, without the pages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from server.data.engine import Database
from server.readiness.contacts import numbers_before
from server.rooms.change_file import COLUMNS, read_changes, written
from server.rooms.changes import ChangePlan
from server.rooms.changing import SAMPLE_CHANGES, carry_out, look
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.keys import make_key
from server.rooms.lineage import Lineage
from server.rooms.queries import check_key, room_by_code, rooms_on
from server.rooms.registry_file import read_registry
from server.rooms.tables import Room, RoomLevel, RoomSuccession
from signaling.refusals import Refused

SECRET = b"s" * 32
HEAD = ",".join(COLUMNS) + "\n"
OLD, AUTUMN, MIDDLE, SUMMER = date(2024, 6, 14), date(2024, 11, 1), date(2025, 3, 1), date(2025, 7, 1)


def _change(session: Session, text: str | bytes) -> ChangePlan:
    file = read_changes(text if isinstance(text, bytes) else (HEAD + text).encode())
    assert not file.refused
    planned = look(session, file.rows)
    carry_out(session, planned, actor="account:1")
    return planned


def _province(session: Session) -> None:
    import_rooms(session, SAMPLE.read_bytes(), actor="system")


def _everything(session: Session) -> Lineage:
    return Lineage(session.exec(select(Room)).all(), session.exec(select(RoomSuccession)).all())


def _id(session: Session, code: str, day: date) -> int:
    room = room_by_code(session, code, day)
    assert room is not None
    assert room.id is not None
    return room.id


@pytest.mark.parametrize(
    ("day", "file", "communes", "districts"),
    [
        (date(2024, 10, 31), "quang-ninh-2020-2024.csv", 177, 13),
        (AUTUMN, "quang-ninh-2024-2025.csv", 171, 13),
        (date(2025, 6, 30), "quang-ninh-2024-2025.csv", 171, 13),
        (SUMMER, "quang-ninh-2025.csv", 54, 0),
    ],
)
def test_the_shipped_changes_lead_from_177_to_171_to_54(
    database: Database, day: date, file: str, communes: int, districts: int
) -> None:
    database.run_here(_province)
    planned = database.run_here(_change, SAMPLE_CHANGES.read_bytes())
    assert planned.refused == ()
    rooms = database.run_here(rooms_on, day)
    assert sum(room.level is RoomLevel.COMMUNE for room in rooms) == communes
    assert sum(room.level is RoomLevel.DISTRICT for room in rooms) == districts
    listed = read_registry((SAMPLE.parent / file).read_bytes()).rows
    assert {(room.code, room.name, room.type, room.district) for room in rooms} == {
        (row.code, row.name, row.type, row.district) for row in listed
    }


def test_the_same_changes_again_change_nothing(database: Database) -> None:
    database.run_here(_province)
    first = database.run_here(_change, SAMPLE_CHANGES.read_bytes())
    again = database.run_here(_change, SAMPLE_CHANGES.read_bytes())
    assert (first.known, len(again.changes), again.refused) == (0, 0, ())
    assert again.known == len(read_changes(SAMPLE_CHANGES.read_bytes()).rows)


def test_every_unit_of_today_knows_what_it_was_in_2024(database: Database) -> None:
    database.run_here(_province)
    database.run_here(_change, SAMPLE_CHANGES.read_bytes())
    lineage = database.run_here(_everything)
    today, before = (database.run_here(rooms_on, day) for day in (SUMMER, OLD))
    communes = [room for room in today if room.level is RoomLevel.COMMUNE]
    kin = {room.code: lineage.before([room.id or 0], on=SUMMER, earlier=OLD) for room in communes}
    assert all(each.complete for each in kin.values())
    whole = lineage.before([room.id or 0 for room in communes], on=SUMMER, earlier=OLD)
    assert whole.exact
    assert whole.whole == {room.id for room in before if room.level is RoomLevel.COMMUNE}
    names = {room.id: room.name for room in before}
    assert {names[each] for each in kin["06985"].whole} == {"Xã Lương Mông", "Xã Minh Cầm", "Xã Đồng Sơn"}
    assert kin["06673"].exact
    assert {names[each] for each in kin["06799"].part} >= {"Xã Cộng Hòa", "Xã Cẩm Hải"}
    assert not kin["06799"].whole


def test_a_unit_that_takes_another_in_goes_on_with_its_address(database: Database) -> None:
    database.run_here(_province)
    gone, stays = make_key(SECRET, "06682", 1), make_key(SECRET, "06685", 1)
    planned = database.run_here(_change, "2024-11-01,06682,06685,full,,,,,NQ 1199\n")
    (change,) = planned.changes
    assert [unit.code for unit in (*change.ends, *change.goes_on)] == ["06682", "06685"]
    assert change.begins == ()
    assert database.run_here(check_key, SECRET, gone, date(2024, 10, 31)).name == "Phường Yết Kiêu"
    with pytest.raises(Refused):
        database.run_here(check_key, SECRET, gone, AUTUMN)
    assert database.run_here(check_key, SECRET, stays, AUTUMN).name == "Phường Trần Hưng Đạo"


def test_a_unit_that_is_only_renamed_keeps_its_address_and_its_past_the_old_name(database: Database) -> None:
    database.run_here(_province)
    key = make_key(SECRET, "06985", 1)
    database.run_here(_change, "2024-11-01,06985,06985,full,Xã Lương Minh,Xã,202,Huyện Ba Chẽ,\n")
    names = [database.run_here(check_key, SECRET, key, day).name for day in (date(2024, 10, 31), AUTUMN)]
    assert names == ["Xã Lương Mông", "Xã Lương Minh"]


@pytest.mark.parametrize(
    ("numbers", "taken"),
    [(("0203 1", ""), "0203 1"), (("0203 1", "0203 1"), "0203 1"), (("0203 1", "0203 2"), ""), (("", ""), "")],
)
def test_a_unit_that_begins_takes_the_one_number_of_its_predecessors(
    database: Database, numbers: tuple[str, str], taken: str
) -> None:
    database.run_here(_province)

    def write(session: Session) -> None:
        for code, number in zip(("06985", "06976"), numbers, strict=True):
            session.get_one(Room, _id(session, code, OLD)).telephone = number

    database.run_here(write)
    lines = "2024-11-01,06985,06985,full,Xã Lương Minh,Xã,202,Huyện Ba Chẽ,\n2024-11-01,06976,06985,full,,,,,\n"
    database.run_here(_change, lines)
    begun = database.run_here(room_by_code, "06985", AUTUMN)
    assert begun is not None
    assert begun.telephone == taken
    offered = dict(database.run_here(numbers_before, begun))
    assert sorted(offered.values()) == sorted({*numbers} - {taken, ""})


def test_a_code_that_goes_over_to_another_unit_opens_nothing_with_the_old_key(database: Database) -> None:
    database.run_here(_province)
    key = make_key(SECRET, "06799", 1)
    lines = "2024-11-01,06802,06799,full,Xã Hải Hòa,Xã,195,Thành phố Cẩm Phả,\n2024-11-01,06799,06799,full,,,,,\n"
    database.run_here(_change, lines)
    assert database.run_here(check_key, SECRET, key, date(2024, 10, 31)).name == "Xã Cộng Hòa"
    with pytest.raises(Refused):
        database.run_here(check_key, SECRET, key, AUTUMN)
    assert database.run_here(check_key, SECRET, make_key(SECRET, "06799", 2), AUTUMN).name == "Xã Hải Hòa"


def test_a_unit_is_split_and_a_part_may_stay(database: Database) -> None:
    database.run_here(_province)
    database.run_here(_change, "2025-07-01,06655,06661,partial,,,,,\n2025-07-01,06655,06706,partial,,,,,\n")
    database.run_here(_change, "2025-07-01,06658,06658,partial,,,,,\n2025-07-01,06658,06649,partial,,,,,\n")
    lineage = database.run_here(_everything)
    assert database.run_here(room_by_code, "06655", SUMMER) is None
    stayed = database.run_here(_id, "06658", SUMMER)
    assert lineage.after([stayed], on=MIDDLE, later=SUMMER).rooms == {
        stayed,
        database.run_here(_id, "06649", SUMMER),
    }


YET = "2024-11-01,06682,06685,full,,,,,\n"


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("2024-11-01,99999,06685,full,,,,,\n", [(2, "predecessor", "99999")]),
        ("2020-01-01,06682,06685,full,,,,,\n", [(2, "predecessor", "06682")]),
        ("2024-11-01,06682,99999,full,,,,,\n", [(2, "name", "")]),
        ("2024-11-01,06682,06685,partial,,,,,\n", [(2, "extent", "partial")]),
        ("2024-11-01,06682,193,full,,,,,\n", [(2, "successor", "193")]),
        ("2024-11-01,06682,06685,full,Phường X,Phường,,,\n", [(2, "successor", "06685 Phường Trần Hưng Đạo")]),
        (YET + "2024-11-01,06682,06688,full,,,,,\n", [(2, "", "3"), (3, "extent", "full")]),
        (YET + YET, [(2, "", "3"), (3, "successor", "06685")]),
        (YET + "2024-11-01,06685,06688,full,,,,,\n", [(2, "", "3"), (3, "predecessor", "06685")]),
        (
            "2024-11-01,06682,06685,full,Phường A,Phường,,,\n2024-11-01,06685,06685,full,Phường B,Phường,,,\n",
            [(2, "", "3"), (3, "name", "Phường B")],
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused_as_a_whole_and_the_others_are_done(
    database: Database, lines: str, wrong: list[tuple[int, str, str]]
) -> None:
    database.run_here(_province)
    other = "2024-11-01,06718,06712,full,,,,,\n"
    planned = database.run_here(_change, lines + other)
    assert [(row.line, row.column, row.came) for row in planned.refused] == wrong
    assert all(row.allowed for row in planned.refused)
    assert [unit.code for unit in planned.ends] == ["06718"]
    assert planned.begins == []


def test_the_desk_is_never_merged(database: Database) -> None:
    file = read_changes((HEAD + "2024-11-01,22,06685,full,,,,,\n").encode())
    assert [(row.line, row.column, row.came) for row in file.refused] == [(2, "predecessor", "22")]


@pytest.mark.parametrize(
    ("line", "column", "came"),
    [
        ("31/02/2025,06682,06685,full,,,,,", "day", "31/02/2025"),
        (",06682,06685,full,,,,,", "day", ""),
        ("2024-11-01,6682,06685,full,,,,,", "predecessor", "6682"),
        ("2024-11-01,06682,Hồng Gai,full,,,,,", "successor", "Hồng Gai"),
        ("2024-11-01,,,full,,,,,", "predecessor", ""),
        ("2024-11-01,06682,06685,half,,,,,", "extent", "half"),
        ("2024-11-01,06682,06685,full,X,Làng,,,", "type", "Làng"),
        ("2024-11-01,06682,06685,full,X,Tỉnh,,,", "type", "Tỉnh"),
        ("2024-11-01,06682,06685,full,,Phường,,,", "name", ""),
        ("2024-11-01,06682,06685,full,X,Huyện,,,", "successor", "06685"),
        ("2024-11-01,06682,06685,full,X,Phường,19,,", "district_code", "19"),
        (f"2024-11-01,06682,06685,full,,,,,{'x' * 201}", "basis", "x" * 60),
    ],
)
def test_a_line_that_is_no_change_is_refused_with_its_place(line: str, column: str, came: str) -> None:
    file = read_changes((HEAD + line + "\n2024-11-01,06718,06712,,,,,,\n").encode())
    assert [(row.line, row.column, row.came) for row in file.refused] == [(2, column, came)]
    assert [row.line for row in file.rows] == [3]


@pytest.mark.parametrize("content", [b"", b"day\n", b"\xff\xfe", b"PK\x03\x04broken", b"x" * 1_000_001])
def test_what_is_no_file_of_changes_is_refused_as_a_whole(content: bytes) -> None:
    file = read_changes(content)
    assert (file.rows, len(file.refused)) == ((), 1)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    assert read_changes(HEAD.encode() + content) is not None


def test_a_file_that_is_written_reads_the_same() -> None:
    rows = read_changes(SAMPLE_CHANGES.read_bytes()).rows
    again = read_changes(written(rows)).rows
    assert [written([row]) for row in again] == [written([row]) for row in rows]
