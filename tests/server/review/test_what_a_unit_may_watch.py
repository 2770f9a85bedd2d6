"""A room officer watches the items in which the unit took part or has to act, and is told of no other."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from server.conclusions.tables import Conclusion, ConclusionTask, Task, TaskState
from server.data.columns import now
from server.people import substitution
from server.people.accounts import account_by_login
from server.people.rights import OF_UNITS, Role
from server.people.tables import Account
from server.petitions.tables import Confidentiality
from server.receptions.queries import AgendaLine, agenda_of
from server.receptions.tables import (
    AgendaItemRoom,
    Attendance,
    Audience,
    Chapter,
    Hearing,
    Presence,
    Recording,
)
from server.review.reading import Reader, watchable
from server.review.units import reader_of
from server.rooms.tables import Extent, OfficeHeld, Room, RoomSuccession
from server.web.languages import today
from tests.scenarios.patience import until
from tests.server.demo.fixtures import Province, petition
from tests.server.review.film import write_film
from tests.server.review.player import player_data
from tests.server.review.recorded import FOLDER, Recorded, record
from tests.waiting import ASIDE_S

pytestmark = pytest.mark.timeout(300)

UNIT, LOGIN = "06664", "hatu"
OTHER = "06649"


@pytest.fixture
def made(province: Province) -> Recorded:
    return province.database.run_here(record, province.recordings)


def _room(session: Session, code: str = UNIT) -> Room:
    return session.exec(select(Room).where(Room.code == code, col(Room.valid_to).is_(None))).one()


def _lines(session: Session, made: Recorded) -> list[AgendaLine]:
    return agenda_of(session, made.reception)


def _open(session: Session, made: Recorded) -> AgendaLine:
    """The first item that was heard with every room looking on."""
    return next(
        line
        for line in _lines(session, made)
        if line.item.audience is Audience.ALL and not line.holds_denunciation
    )


def receive(
    session: Session, made: Recorded, item: int, code: str = UNIT, presence: Presence = Presence.RECEIVING
) -> None:
    """The room was there while the item was heard, for the middle of it."""
    hearing = session.exec(select(Hearing).where(Hearing.item_id == item)).one()
    assert hearing.ended_at is not None
    session.add(
        Attendance(
            reception_id=made.reception,
            room_id=_room(session, code).id or 0,
            presence=presence,
            started_at=hearing.started_at + timedelta(seconds=10),
            ended_at=hearing.ended_at - timedelta(seconds=10),
        )
    )
    session.flush()


def watched(session: Session, made: Recorded, login: str = LOGIN) -> frozenset[int]:
    """The items of which this account may watch something, today."""
    account = account_by_login(session, login)
    assert account is not None
    reader = reader_of(session, account, today())
    found = watchable(session, session.get_one(Recording, made.recording), reader)
    assert {line.item_id for line in found.lines} == found.watchable_items
    left = {chapter.item_id for chapter in found.shown_chapters}
    assert left <= found.watchable_items
    return frozenset(left)


def test_a_unit_that_was_not_there_watches_nothing(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        assert watched(session, made) == frozenset()
        receive(session, made, _open(session, made).item_id, OTHER)  # another one was
        assert watched(session, made) == frozenset()

    province.database.run_here(work)


def test_a_unit_watches_what_its_room_received_and_nothing_else(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        receive(session, made, line.item_id, presence=Presence.CONNECTED)
        assert watched(session, made) == frozenset()  # connected, but nothing came
        receive(session, made, line.item_id)
        assert watched(session, made) == {line.item_id}

    province.database.run_here(work)


def test_of_an_item_for_some_rooms_only_these_watch(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        line.item.audience = Audience.ROOMS
        session.add(line.item)
        for allowed in session.exec(select(AgendaItemRoom).where(AgendaItemRoom.item_id == line.item_id)).all():
            session.delete(allowed)
        receive(session, made, line.item_id)
        assert watched(session, made) == frozenset()
        session.add(AgendaItemRoom(item_id=line.item_id, room_id=_room(session).id or 0))
        session.flush()
        assert watched(session, made) == {line.item_id}

    province.database.run_here(work)


def test_what_is_confidential_stays_with_those_who_read_it(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        receive(session, made, line.item_id)
        row = petition(session, line.petition_codes[0])
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)
        assert watched(session, made) == frozenset()

    province.database.run_here(work)


@pytest.mark.parametrize("state", [TaskState.ASSIGNED, TaskState.CANCELLED])
def test_a_unit_with_a_task_watches_how_it_came_to_it(
    province: Province, made: Recorded, state: TaskState
) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        conclusion = Conclusion(item_id=line.item_id, number=9, content="Giao", written_by="system")
        session.add(conclusion)
        session.flush()
        wording = ConclusionTask(conclusion_id=conclusion.id or 0, position=1, number=9, assignee_code=UNIT)
        session.add(wording)
        session.flush()
        session.add(Task(item_id=line.item_id, number=9, wording_id=wording.id or 0, state=state, due_on=today()))
        session.flush()
        assert watched(session, made) == frozenset()  # a draft gives nothing
        conclusion.issued_at = now()
        session.add(conclusion)
        session.flush()
        assert watched(session, made) == ({line.item_id} if state is TaskState.ASSIGNED else frozenset())

    province.database.run_here(work)


@pytest.mark.parametrize("named", ["UBND phường Hà Tu", "Uy ban nhan dan phuong ha tu", "Phường Hà Tu"])
def test_a_unit_in_charge_of_the_petition_watches_it(province: Province, made: Recorded, named: str) -> None:
    def work(session: Session) -> None:
        for each in _lines(session, made):
            for shown in each.petitions:
                row = petition(session, shown.code)
                row.unit_in_charge = ""
                session.add(row)
        line = _open(session, made)
        row = petition(session, line.petition_codes[0])
        row.unit_in_charge = f"{named} và Công an"
        session.add(row)
        session.flush()
        assert watched(session, made) == frozenset()
        row.unit_in_charge = named
        session.add(row)
        session.flush()
        assert watched(session, made) == {line.item_id}

    province.database.run_here(work)


@pytest.mark.parametrize("extent", [Extent.FULL, Extent.PARTIAL])
def test_a_unit_is_what_it_was_made_of_as_a_whole(province: Province, made: Recorded, extent: Extent) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        receive(session, made, line.item_id, OTHER)
        old, new = _room(session, OTHER), _room(session)
        old.valid_to = today()
        session.add(old)
        session.add(
            RoomSuccession(
                predecessor_id=old.id or 0,
                successor_id=new.id or 0,
                extent=extent,
                day=today() + timedelta(days=1),
            )
        )
        session.flush()
        account = account_by_login(session, LOGIN)
        assert account is not None
        reader = reader_of(session, account, today() + timedelta(days=2), made.reception)
        assert reader.items == ({line.item_id} if extent is Extent.FULL else frozenset())

    province.database.run_here(work)


def test_whoever_holds_no_office_of_a_unit_any_more_watches_nothing(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        receive(session, made, line.item_id)
        assert watched(session, made)
        held = session.exec(select(OfficeHeld).where(col(OfficeHeld.room_id).is_not(None))).one()
        held.last_day = today() - timedelta(days=1)
        session.add(held)
        session.flush()
        assert watched(session, made) == frozenset()

    province.database.run_here(work)


def test_who_acts_for_a_room_officer_acts_for_that_unit(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        line = _open(session, made)
        receive(session, made, line.item_id)
        officer, substitute = account_by_login(session, LOGIN), account_by_login(session, "kythuat")
        assert officer is not None
        assert substitute is not None
        wish = substitution.Wish(officer, today(), today(), "12/QĐ-UBND", "")
        row = substitution.give(session, substitute, wish, actor="system", today=today())
        acting = substitution.in_force(session, substitute.id or 0, row.id or 0, today())
        assert acting is not None
        substitute.act(acting)
        assert reader_of(session, substitute, today()) == reader_of(session, officer, today())
        assert line.item_id in (reader_of(session, substitute, today()).items or ())

    province.database.run_here(work)


@pytest.mark.parametrize("role", list(Role))
def test_without_a_unit_a_role_of_units_reaches_nothing_and_others_everything(role: Role) -> None:
    assert Reader(role).is_reached_by(1) == (role not in OF_UNITS)
    assert not Reader(role, frozenset({2})).is_reached_by(1)


def test_a_recording_without_a_chapter_is_nothing_for_a_unit(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        for chapter in session.exec(select(Chapter)).all():
            session.delete(chapter)
        for hearing in session.exec(select(Hearing)).all():
            session.delete(hearing)
        session.flush()
        recording = session.get_one(Recording, made.recording)
        assert watchable(session, recording, Reader(Role.ROOM_OFFICER, frozenset())).withheld == (
            (0.0, recording.seconds),
        )
        assert watchable(session, recording, Reader(Role.HOST)).withheld == ()

    province.database.run_here(work)


# --- over the wire -------------------------------------------------------------------------------------


async def test_a_room_officer_finds_and_is_sent_the_own_items_only(province: Province, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", 19)
    made: Recorded = province.database.run_here(
        lambda session: record(session, province.recordings, item_s=2.0, pause_s=0.5, media=film)
    )

    def work(session: Session) -> tuple[int, list[str], list[str]]:
        line = _open(session, made)
        hearing = session.exec(select(Hearing).where(Hearing.item_id == line.item_id)).one()
        _attend(session, made, hearing.started_at, hearing.ended_at or now())
        others = [code for each in _lines(session, made) for code in each.petition_codes]
        return line.item_id, list(line.petition_codes), [c for c in others if c not in line.petition_codes]

    _item, own, others = province.database.run_here(work)
    await province.as_(LOGIN)
    listed = await province.page("/recordings")
    assert f"/receptions/{made.reception}/recording" in listed
    assert "/receptions/schedule" not in listed
    for code in others:
        assert "recording?t=" not in await province.page(f"/recordings?q={code}")
    assert "recording?t=" in await province.page(f"/recordings?q={own[0]}")

    async def missing() -> str | None:
        answer = await province.client.get(f"/recordings/{made.recording}/prepared.json")
        standing = (await answer.json())["copy"]
        return None if standing["stage"] == "ready" else f"the copy is {standing}"

    await until(missing, ASIDE_S)
    page = await province.page(f"/receptions/{made.reception}/recording")
    data = player_data(page)
    assert [any(code in each["name"] for code in own) for each in data["chapters"]] == [True]
    assert data["rooms"] == []
    for code in others:
        assert code not in page
    assert "/petitions/" not in page
    track = await (await province.client.get(f"/recordings/{made.recording}/chapters.vtt")).text()
    assert track.count("-->") == 1
    found = re.search(r'<video data-video src="([^"]+)"', page)
    assert found is not None
    sent = await (await province.client.get(found[1].replace("&amp;", "&"))).read()
    assert sent
    assert sent != film.read_bytes()
    # What a room officer has no right to is refused, whatever the unit.
    for path in (
        f"/receptions/{made.reception}",
        "/receptions",
        "/petitions",
        f"/recordings/{made.recording}/accesses",
        f"/recordings/{made.recording}/clip?from=0&to=2",
        f"/recordings/{made.recording}/quarantine",
        "/clips",
        "/recordings/retention",
    ):
        await province.page(path, status=403)


async def test_a_unit_that_was_not_there_is_told_so_and_sent_nothing(province: Province, made: Recorded) -> None:
    await province.as_(LOGIN)
    assert FOLDER not in await province.page("/recordings")
    assert f"/receptions/{made.reception}/recording" not in await province.page("/recordings")
    page = await province.page(f"/receptions/{made.reception}/recording")
    assert "<video" not in page
    assert (await province.client.get(f"/recordings/{made.recording}/thumbnails.jpg")).status == 404
    track = await (await province.client.get(f"/recordings/{made.recording}/chapters.vtt")).text()
    assert "-->" not in track
    another = await (await province.client.get(f"/recordings/{made.recording}/pass.json")).json()
    assert (await province.client.get(another["media"])).status == 404  # its copy is nobody's to make yet


def _attend(session: Session, made: Recorded, since: datetime, ended: datetime) -> None:
    room = _room(session).id or 0
    session.add(
        Attendance(
            reception_id=made.reception,
            room_id=room,
            presence=Presence.RECEIVING,
            started_at=since,
            ended_at=ended,
        )
    )
    session.flush()


def test_every_other_role_is_bound_to_no_unit(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        for account in session.exec(select(Account).where(Account.login != LOGIN)).all():
            items = frozenset[int]() if account.role in OF_UNITS else None  # a department watches nothing
            assert reader_of(session, account, today()) == Reader(account.role, items)

    province.database.run_here(work)
