"""A petition keeps a code and its day; the code may mean another unit later (06799: Cộng Hòa, then Hải Hòa)."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from server.data.engine import Database
from server.people.tables import Role
from server.petitions.linked import Matter, similar
from server.petitions.places import rooms_meant
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.receptions.agenda import rooms_concerned
from server.rooms.change_file import read_changes
from server.rooms.changing import SAMPLE_CHANGES, carry_out, look
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.queries import all_rooms
from server.rooms.spans import Codes
from server.rooms.tables import Room, RoomLevel
from server.web.languages import HERE
from tests.database import Store, copied
from tests.server.conftest import Office, add_people
from tests.server.demo.office import make_province_app

PETITIONS = {
    "KN-1": ("06799", date(2024, 6, 14), "Xã Cộng Hòa, Thành phố Cẩm Phả"),
    "KN-2": ("06799", date(2025, 3, 1), "Xã Hải Hòa, Thành phố Cẩm Phả"),
    "KN-3": ("06799", date(2026, 1, 5), "Xã Hải Hòa"),
    "KN-4": ("06655", date(2024, 6, 14), "Phường Hà Khẩu, Thành phố Hạ Long"),
    "KN-5": ("06661", date(2026, 1, 5), "Phường Việt Hưng"),
    "KN-6": ("06682", date(2024, 12, 1), "Phường Yết Kiêu, Thành phố Hạ Long"),  # entered a month too late
}


def _fill(session: Session) -> None:
    import_rooms(session, SAMPLE.read_bytes(), actor="system")
    carry_out(session, look(session, read_changes(SAMPLE_CHANGES.read_bytes()).rows), actor="system")
    for code, (place, day, _) in PETITIONS.items():
        session.add(
            Petition(
                code=code,
                kind=PetitionKind.RECOMMENDATION,
                received_on=day,
                channel="post",
                petitioner_name="Nguyễn Văn Thử",
                petitioner_key="nguyen van thu",
                summary="Đề nghị làm lại đoạn đường liên thôn bị ngập",
                place_code=place,
                status=PetitionStatus.RECEIVED,
                confidentiality=Confidentiality.NORMAL,
                search_key=f" {code.lower()} \x1f  \x1f  ",
            )
        )


@pytest.fixture
def changed(store: Store) -> Iterator[Database]:
    """177 units became 171 and then 54, and petitions came in all the time."""
    with copied(store, store.template("units that changed", add_people, _fill)) as database:
        yield database


@pytest_asyncio.fixture
async def office(changed: Database, tmp_path: Path) -> AsyncIterator[Office]:
    app = make_province_app(changed, tmp_path / "recordings")
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Office(client, changed)


def _petition(session: Session, code: str) -> Petition:
    return session.exec(select(Petition).where(Petition.code == code)).one()


async def _found(office: Office, **asked: str) -> set[str]:
    text = await (await office.get("/petitions", params=asked)).text()
    return {code for code in PETITIONS if f">{code}<" in text}


async def test_a_petition_shows_the_unit_that_had_the_code_on_its_day(office: Office) -> None:
    await office.log_in("canbo")
    for code, (_, _, name) in PETITIONS.items():
        number = office.database.run_here(_petition, code).id
        text = html.unescape(await (await office.get(f"/petitions/{number}")).text())
        assert f"{name}<" in text or f"{name}\n" in text or f"{name} <" in text, code


async def test_the_form_of_an_old_petition_offers_the_units_of_its_day(office: Office) -> None:
    await office.log_in("canbo")
    number = office.database.run_here(_petition, "KN-1").id
    text = html.unescape(await (await office.get(f"/petitions/{number}/edit")).text())
    assert 'value="06799 Xã Cộng Hòa, Thành phố Cẩm Phả"' in text
    assert "06682 Phường Yết Kiêu" in text


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"place": "06799 Xã Cộng Hòa, Thành phố Cẩm Phả"}, {"KN-1"}),
        ({"place": "06799 Xã Hải Hòa"}, {"KN-3"}),
        ({"place": "xa hai hoa"}, {"KN-2", "KN-3"}),
        ({"place": "Hải Hòa"}, set()),  # there was a ward of that name at the same time
        ({"place": "06799"}, {"KN-1", "KN-2", "KN-3"}),
        ({"place": "Phường Yết Kiêu"}, {"KN-6"}),
        ({"place": "Không Có"}, set()),
        ({"district": "195"}, {"KN-1", "KN-2"}),
        ({"district": "193"}, {"KN-4", "KN-6"}),
    ],
)
async def test_the_register_is_filtered_by_the_unit_and_not_by_its_code(
    office: Office, asked: dict[str, str], codes: set[str]
) -> None:
    await office.log_in("canbo")
    assert await _found(office, **asked) == codes


async def test_districts_that_ended_are_still_asked_for(office: Office) -> None:
    await office.log_in("canbo")
    assert "Thành phố Đông Triều" in await (await office.get("/petitions")).text()


def test_the_rooms_concerned_are_what_became_of_the_place(changed: Database) -> None:

    def names(session: Session, code: str, at: datetime) -> set[str]:
        ids = rooms_concerned(session, [_petition(session, code)], at)
        return {session.get_one(Room, number).name for number in ids}

    later, between = datetime(2026, 2, 10, 8, tzinfo=HERE), datetime(2025, 3, 10, 8, tzinfo=HERE)
    assert changed.run_here(names, "KN-1", later) == {"Xã Hải Hòa", "Xã Hải Lạng"}
    assert changed.run_here(names, "KN-1", between) == {"Xã Hải Hòa", "Thành phố Cẩm Phả"}
    assert changed.run_here(names, "KN-4", later) == {"Phường Việt Hưng", "Phường Tuần Châu"}
    assert changed.run_here(names, "KN-3", later) == {"Xã Hải Hòa"}


def test_an_earlier_petition_is_looked_for_at_what_became_a_part_of_the_place(changed: Database) -> None:
    words = "Đề nghị làm lại đoạn đường liên thôn bị ngập"

    def near(session: Session, place: str) -> set[str]:
        found = similar(session, Role.OFFICER, Matter("", place, words), date(2026, 2, 1))
        return {each.petition.code for each in found if each.same_place}

    assert changed.run_here(near, "06661") == {"KN-5", "KN-4"}
    assert changed.run_here(near, "06799") == {"KN-1", "KN-2", "KN-3"}
    assert changed.run_here(near, "06685") == {"KN-6"}


def test_a_name_that_two_units_have_at_once_means_none(changed: Database) -> None:
    rooms = changed.run_here(all_rooms)
    assert rooms_meant("Bắc Sơn", rooms) == []
    assert {room.code for room in rooms_meant("phuong bac son", rooms)} != set()


@given(st.lists(st.dates(date(2000, 1, 1), date(2040, 1, 1)), min_size=1, max_size=6, unique=True), st.dates())
def test_the_rooms_of_a_code_share_out_all_days(firsts: list[date], day: date) -> None:
    rooms = [
        Room(code="06799", name=f"Xã {first}", name_key="", type="Xã", level=RoomLevel.COMMUNE, valid_from=first)
        for first in firsts
    ]
    codes = Codes(rooms)
    (span,) = [span for span in codes.spans_of(rooms) if span.holds(day)]
    assert codes.on("06799", day) is span.room
    begun = [first for first in firsts if first <= day]
    assert span.room.valid_from == (max(begun) if begun else min(firsts))
    assert codes.on("06800", day) is None
