"""Importing the registry: what goes in, what is refused and how it is told."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date

import pytest
from sqlmodel import Session, select

from server.data.engine import Database
from server.rooms.importing import SAMPLE, ImportReport, import_rooms
from server.rooms.queries import DESK_CODE, room_by_code, rooms_on
from server.rooms.registry_file import MAX_BYTES
from server.rooms.tables import Room, RoomLevel

DAY = date(2026, 11, 23)
HEAD = "code,name,type,level,district_code,district,valid_from,valid_to\n"
GOOD = "06649,Phường Hà Khánh,Phường,commune,193,Thành phố Hạ Long,2020-01-01,\n"


def _import(database: Database, text: str | bytes, valid_from: date | None = None) -> ImportReport:
    content = text.encode() if isinstance(text, str) else text
    return database.run_here(import_rooms, content, actor="system", valid_from=valid_from)


def _counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.refused)


def test_the_sample_is_the_whole_province(database: Database) -> None:
    assert _counts(_import(database, SAMPLE.read_bytes())) == (191, 0, 0, 0)
    rooms = database.run_here(rooms_on, DAY)
    assert (rooms[0].code, rooms[0].level, rooms[1].code) == (DESK_CODE, RoomLevel.PROVINCE, "193")
    communes = [room for room in rooms if room.level is RoomLevel.COMMUNE]
    assert Counter(room.type for room in communes) == {"Phường": 72, "Xã": 98, "Thị trấn": 7}
    assert Counter(room.district_code for room in communes)["193"] == 33
    assert [room.code for room in communes] == sorted(room.code for room in communes)
    assert len({room.name_key for room in communes}) == 177


def test_importing_again_changes_nothing(database: Database) -> None:
    _import(database, SAMPLE.read_bytes())
    assert _counts(_import(database, SAMPLE.read_bytes())) == (0, 0, 191, 0)


def test_a_new_name_is_taken_over_and_the_key_stays(database: Database) -> None:
    _import(database, HEAD + GOOD)
    assert _counts(_import(database, HEAD + GOOD.replace("Hà Khánh", "Hà Khánh Mới"))) == (0, 1, 0, 0)
    room = database.run_here(room_by_code, "06649", DAY)
    assert room is not None
    assert (room.name, room.name_key, room.key_version) == ("Phường Hà Khánh Mới", "phuong ha khanh moi", 1)


def test_the_short_form_takes_its_first_day_from_the_caller(database: Database) -> None:
    short = "code,name,type,district,district_code\n06649,Phường Hà Khánh,Phường,Thành phố Hạ Long,193\n"
    report = _import(database, short)
    assert [(row.line, row.column) for row in report.refused] == [(2, "valid_from")]
    assert _counts(_import(database, short, date(2020, 1, 1))) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEAD + GOOD).encode(),
        (HEAD + GOOD).replace("\n", "\r\n").encode(),
        (HEAD + GOOD).replace(",", ";").encode(),
        ("# ghi chú, có dấu phẩy\n\n" + HEAD + GOOD).encode(),
        unicodedata.normalize("NFD", HEAD + GOOD).encode(),
        (HEAD + GOOD.replace("2020-01-01", "01/01/2020")).encode(),
        (HEAD.upper() + GOOD.replace("Phường Hà Khánh", '" Phường  Hà Khánh "')).encode(),
    ],
    ids=["byte-order mark", "CRLF", "semicolons", "notes", "decomposed", "day first", "spaces"],
)
def test_what_spreadsheets_make_is_understood(database: Database, content: bytes) -> None:
    assert _counts(_import(database, content)) == (1, 0, 0, 0)
    room = database.run_here(room_by_code, "06649", DAY)
    assert room is not None
    assert (room.code, room.name, room.valid_from) == ("06649", "Phường Hà Khánh", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("row", "column", "came"),
    [
        ("6649,Phường X,Phường,,,,2020-01-01,", "code", "6649"),
        ("٠٦٦٤٩,Phường X,Phường,,,,2020-01-01,", "code", "٠٦٦٤٩"),
        (",Phường X,Phường,,,,2020-01-01,", "code", ""),
        ("06650,,Phường,,,,2020-01-01,", "name", ""),
        (f"06650,{'x' * 121},Phường,,,,2020-01-01,", "name", "x" * 60),
        ("06650,Phường X,Làng,,,,2020-01-01,", "type", "Làng"),
        ("06650,Phường X,Phường,district,,,2020-01-01,", "level", "district"),
        ("06650,Phường X,Phường,,19,,2020-01-01,", "district_code", "19"),
        ("06650,Phường X,Phường,,,,31/02/2020,", "valid_from", "31/02/2020"),
        ("06650,Phường X,Phường,,,,1.1.2020,", "valid_from", "1.1.2020"),
        ("06650,Phường X,Phường,,,,2020-01-01,2019-12-31", "valid_to", "2019-12-31"),
        ("06649,Phường Y,Phường,,,,2020-01-01,", "code", "06649"),
        ("06649,Phường Y,Phường,,,,2022-01-01,", "valid_from", "06649, 2022-01-01"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_go_in(
    database: Database, row: str, column: str, came: str
) -> None:
    last = "06652,Phường Hà Phong,Phường,,,,2020-01-01,\n"
    report = _import(database, HEAD + GOOD + row + "\n" + last)
    assert [(wrong.line, wrong.column, wrong.came) for wrong in report.refused] == [(3, column, came)]
    assert report.refused[0].allowed
    assert report.added == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,type\nX,Xa\n",
        "code,name,type\n06649,Ph\u01b0\u1eddng,Phường".encode("utf-16"),
        b"code,name,type\n06649,\xff\xfe,X\n",
        b"x" * (MAX_BYTES + 1),
        b"\x00" * 100,
    ],
    ids=["empty", "no code", "UTF-16", "bytes", "too big", "zeros"],
)
def test_what_is_no_registry_is_refused_as_a_whole(database: Database, content: bytes) -> None:
    report = _import(database, content)
    assert (report.added, len(report.refused)) == (0, 1)


def test_a_second_desk_is_refused(database: Database) -> None:
    _import(database, SAMPLE.read_bytes())
    report = _import(database, HEAD + "23,Tỉnh khác,Tỉnh,province,,,2020-01-01,\n")
    assert [(wrong.column, wrong.came) for wrong in report.refused] == [("code", "23")]


def test_a_code_used_again_for_another_place_needs_another_key(database: Database) -> None:
    former = "06799,Xã Cộng Hòa,Xã,,,,2020-01-01,2024-10-31\n"
    later = "06799,Xã Hải Hòa,Xã,,,,2025-07-01,\n"
    assert _counts(_import(database, HEAD + former + later)) == (2, 0, 0, 0)
    rooms = [database.run_here(room_by_code, "06799", day) for day in (date(2024, 10, 31), DAY)]
    assert [(room.name, room.key_version) for room in rooms if room] == [("Xã Cộng Hòa", 1), ("Xã Hải Hòa", 2)]
    assert database.run_here(room_by_code, "06799", date(2024, 11, 1)) is None


def test_searching_needs_no_accents(database: Database) -> None:
    _import(database, SAMPLE.read_bytes())
    names = [room.name for room in database.run_here(rooms_on, DAY, "hoa lac")]
    assert names == ["Phường Hoà Lạc"]
    assert next(room.code for room in database.run_here(rooms_on, DAY, "Đầm Hà")) == "200"
    assert len(database.run_here(rooms_on, DAY, "ha long")) == 35  # and xã Hạ Long of Vân Đồn
    assert [room.code for room in database.run_here(rooms_on, DAY, "06649")] == ["06649"]


def test_an_import_is_noted_once(database: Database) -> None:
    _import(database, HEAD + GOOD)

    def count(session: Session) -> int:
        return len(session.exec(select(Room)).all())

    assert database.run_here(count) == 1
