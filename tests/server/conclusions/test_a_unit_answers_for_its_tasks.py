"""An officer of a commune sees the tasks of that unit only, says how they stand, and decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from server.conclusions import versions
from server.conclusions.assignees import Assignee
from server.conclusions.ground import ground_of
from server.conclusions.own_units import account_behind, author_in, own_tasks, said_by_unit
from server.conclusions.queries import Wanted, search
from server.conclusions.standing import Asked, today_by
from server.conclusions.tables import ConclusionTask, Task, TaskState, Urging
from server.conclusions.urging import note_issued
from server.data.columns import now
from server.documents.tables import OfficialDocument
from server.people import substitution
from server.people.accounts import account_by_login
from server.people.rights import Role
from server.people.tables import Account
from server.petitions.history import SYSTEM
from server.petitions.tables import Confidentiality
from server.rooms.departments import Departments
from server.rooms.tables import Extent, Office, OfficeHeld, Room, RoomSuccession
from tests.server.conclusions.office import events, item_of, send, tasks
from tests.server.conclusions.test_tasks_on_the_page import ACT, NOW, act, count, shown
from tests.server.deadlines.shipped import CALENDAR
from tests.server.demo.fixtures import Province, petition

UNIT, LOGIN, CODE = "06664", "hatu", "KN-0176"


def _own(session: Session, login: str = LOGIN) -> set[int] | None:
    account = account_by_login(session, login)
    assert account is not None
    found = own_tasks(session, account, Departments(), NOW)
    return None if found is None else set(found)


def _office(session: Session) -> OfficeHeld:
    return session.exec(select(OfficeHeld).where(OfficeHeld.office == Office.ROOM_OFFICER)).one()


def _given(session: Session) -> set[int]:
    rows = select(Task.id).join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
    return {number or 0 for number in session.exec(rows.where(ConclusionTask.assignee_code == UNIT))}


def _room(session: Session) -> Room:
    return session.exec(select(Room).where(Room.code == UNIT, col(Room.valid_to).is_(None))).one()


def urge(province: Province, task: Task) -> None:
    """By a letter of which only what the unit is asked is looked at here."""

    def work(session: Session) -> None:
        urged = select(Urging.document_id)
        free = session.exec(select(OfficialDocument.id).where(col(OfficialDocument.id).not_in(urged))).first()
        note_issued(session, task.id or 0, free or 0, 1, "77/TCD", NOW, NOW)

    province.database.run_here(work)


async def test_the_list_shows_the_tasks_of_the_unit_and_no_other(province: Province) -> None:
    own = province.database.run_here(_given)
    assert len(own) == 2
    await province.as_(LOGIN)
    page = await province.page("/tasks?asked=all")
    assert set(shown(page)) == own
    assert count(page, "all") == 2
    assert "Nhiệm vụ của đơn vị tôi" in page
    assert "/tasks/review" not in page
    assert 'name="unit"' not in page
    # No filter leads to those of others.
    for query in ("unit=06649&asked=all", "q=KN0198&asked=all"):
        assert shown(await province.page(f"/tasks?{query}")) == []


async def test_a_task_says_what_is_to_be_done_and_names_nobody(province: Province) -> None:
    await province.as_(LOGIN)
    task = tasks(province, item_of(province, CODE))[1]
    page = await province.page(f"/tasks/{task.id}")
    for words in ("Rà soát các mái che", "Ban Tiếp công dân tỉnh", CODE, "Khiếu nại quyết định xử phạt"):
        assert words in page
    for path in ("/petitions/", "/receptions/", "/documents/", "/conclusion"):
        assert f'href="{path}' not in page
    assert "Trần Đăng Khoát" not in page
    assert "Giữ nguyên yêu cầu" not in page  # the conclusion, which is more than the task
    for wanted in ("extend", "send_back", "confirm", "cancel"):
        assert f'id="{wanted}"' not in page


async def test_what_is_not_of_the_unit_is_not_there(province: Province) -> None:
    await province.as_(LOGIN)
    for code in ("KN-0198", "TC-0005"):
        other = tasks(province, item_of(province, code))[0]
        assert (await province.get(f"/tasks/{other.id}")).status == 404
        await act(province, other, {"act": "acknowledge"}, 404)
        reply = {"replied_on": NOW.isoformat(), "reply_document": "5/UBND", "confirmed": "yes"}
        await send(province, f"/tasks/{other.id}/letters/1/reply", reply, 404)
    assert (await province.get("/tasks/999999")).status == 404
    item = item_of(province, CODE)
    for path in (item.path, "/tasks/review", f"/receptions/{item.reception_id}"):
        assert (await province.get(path)).status == 403


async def test_a_confidential_task_reaches_the_unit_on_paper_only(province: Province) -> None:
    def work(session: Session) -> None:
        row = petition(session, CODE)
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)

    task = tasks(province, item_of(province, CODE))[1]
    province.database.run_here(work)
    await _reached_by_nothing(province, task)


async def test_a_task_of_a_denunciation_reaches_the_unit_on_paper_only(province: Province) -> None:
    item = item_of(province, "TC-0005")

    def give(session: Session) -> None:
        ground = ground_of(session, item.id)
        assert ground is not None
        versions.begin_correction(session, ground, SYSTEM)
        known = versions.versions_of(session, item.id)
        draft = versions.as_draft(session, known[-1])
        moved = tuple(replace(each, assignee=Assignee(UNIT, "Hà Tu")) for each in draft.tasks)
        draft = replace(draft, tasks=moved, document="18/KL-TTr")
        versions.save_draft(session, ground, draft, versions.stamp_of(known), SYSTEM)
        versions.issue(session, ground, versions.stamp_of(known), SYSTEM, now())
        assert _own(session) == _given(session)
        assert len(_given(session)) == 3

    (task,) = tasks(province, item)
    province.database.run_here(give)
    await _reached_by_nothing(province, task, left=2)


async def _reached_by_nothing(province: Province, task: Task, left: int = 0) -> None:
    await province.as_(LOGIN)
    page = await province.page("/tasks?asked=all")
    assert task.id not in shown(page)
    assert count(page, "all") == left
    assert (await province.get(f"/tasks/{task.id}")).status == 404
    await act(province, task, {"act": "report", "document": "5/BC-UBND"}, 404)


async def test_the_unit_says_how_it_stands_and_the_office_sees_who_said_it(province: Province) -> None:
    await province.as_(LOGIN)
    task = tasks(province, item_of(province, CODE))[2]
    steps: list[tuple[dict[str, object], TaskState]] = [
        ({"act": "acknowledge"}, TaskState.ACKNOWLEDGED),
        ({"act": "progress", "words": "Đã in xong."}, TaskState.IN_PROGRESS),
        ({"act": "obstruct", "words": "Nhà văn hóa khu 2 đang sửa."}, TaskState.IN_PROGRESS),
        ({"act": "report", "document": "7/BC-UBND"}, TaskState.REPORTED),
    ]
    for values, state in steps:
        await act(province, task, values)
        assert tasks(province, item_of(province, CODE))[2].state == state
    assert "act-form" not in await province.page(f"/tasks/{task.id}")  # now the office looks at it
    last = events(province, task)[-1]
    assert said_by_unit(last.recorded_by)
    assert "Hà Tu" in last.unit
    assert all(f'"unit":"{UNIT}"' in event.detail for event in province.audited("task_recorded"))
    # What the office decides the unit may not, whatever it sends.
    for values in ({"act": "confirm"}, {"act": "send_back", "words": "x"}, {"act": "cancel", "words": "x"}):
        await act(province, task, values, 403)
    await province.as_("canbo")
    waiting = await province.page("/tasks?asked=reported")
    row = waiting.split(f'href="/tasks/{task.id}"')[1].split("</tr>")[0]
    assert "Đơn vị tự nhập" in row
    page = await province.page(f"/tasks/{task.id}")
    assert page.count("Đơn vị tự nhập") == len(steps) + 1  # and beside the state
    assert "Hoàng Thị Mai" in page
    await act(province, task, {"act": "send_back", "words": "Thiếu ảnh."})
    assert not said_by_unit(events(province, task)[-1].recorded_by)
    row = (await province.page("/tasks")).split(f'href="/tasks/{task.id}"')[1].split("</tr>")[0]
    assert "Đơn vị tự nhập" not in row


async def test_what_was_typed_stays_when_it_is_refused(province: Province) -> None:
    await province.as_(LOGIN)
    task = tasks(province, item_of(province, CODE))[1]
    values: dict[str, object] = {"act": "progress", "words": "Đã gặp ông Trần Đăng Khoát tại nhà."}
    assert "Đã gặp ông Trần Đăng Khoát tại nhà." in await act(province, task, values, 422)
    values = {"act": "progress", "words": "Còn hai khu.", "confirmed": ""}
    assert "Còn hai khu." in await act(province, task, values, 422)
    stale = {**ACT, "act": "progress", "words": "Còn ba khu.", "after": "1"}
    assert "Còn ba khu." in await send(province, f"/tasks/{task.id}/acts", stale, 422)
    assert events(province, task)[-1].words == "Đã rà soát sáu trên chín khu."


async def test_the_unit_answers_an_urging_letter(province: Province) -> None:
    task = tasks(province, item_of(province, CODE))[2]
    urge(province, task)
    await province.as_(LOGIN)
    start = await province.page("/")
    assert "Nhiệm vụ đã đôn đốc, chưa trả lời" in start
    page = await province.page(f"/tasks/{task.id}")
    path = page.split("/letters/")[1].partition("/reply")[0]
    reply = {"replied_on": NOW.isoformat(), "reply_document": "31/UBND-VP", "confirmed": "yes"}
    await send(province, f"/tasks/{task.id}/letters/{path}/reply", {**reply, "confirmed": ""}, 422)
    await send(province, f"/tasks/{task.id}/letters/{path}/reply", reply)
    assert "Nhiệm vụ đã đôn đốc, chưa trả lời" not in await province.page("/")
    await province.as_("canbo")
    page = await province.page(f"/tasks/{task.id}")
    assert "31/UBND-VP" in page
    assert "Đơn vị tự nhập" in page.split('id="letters"')[1].split("</section>")[0]


async def test_without_an_office_that_day_nothing_is_there(province: Province) -> None:
    def end(session: Session) -> None:
        held = _office(session)
        held.last_day = NOW - timedelta(days=1)
        session.add(held)

    task = tasks(province, item_of(province, CODE))[1]
    await province.as_(LOGIN)
    assert (await province.get(f"/tasks/{task.id}")).status == 200
    province.database.run_here(end)
    assert "chưa gắn với đơn vị nào" in await province.page("/tasks")
    assert (await province.get(f"/tasks/{task.id}")).status == 404
    await act(province, task, {"act": "progress", "words": "Xong."}, 404)
    assert "Việc chờ xử lý" not in await province.page("/")


@pytest.mark.parametrize("extent", list(Extent))
def test_a_successor_has_the_tasks_of_what_became_part_of_it_as_a_whole(
    province: Province, extent: Extent
) -> None:
    def work(session: Session) -> None:
        given, old = _given(session), _room(session)
        new = Room(
            code="06999", name="Phường mới", name_key="phuong moi", type=old.type, level=old.level, valid_from=NOW
        )
        old.valid_to = NOW - timedelta(days=1)
        session.add_all((old, new))
        session.flush()
        became = RoomSuccession(predecessor_id=old.id or 0, successor_id=new.id or 0, extent=extent, day=NOW)
        session.add(became)
        held = _office(session)
        held.last_day = old.valid_to
        session.add(held)
        session.flush()
        assert _own(session) == set()
        session.add(
            OfficeHeld(
                account_id=held.account_id,
                office=held.office,
                room_id=new.id or 0,
                first_day=NOW,
                recorded_by="system",
            )
        )
        session.flush()
        assert _own(session) == (given if extent is Extent.FULL else set())

    province.database.run_here(work)


def test_who_acts_for_the_officer_has_the_tasks_and_speaks_for_the_unit(province: Province) -> None:
    def work(session: Session) -> None:
        officer, substitute = account_by_login(session, LOGIN), account_by_login(session, "kythuat")
        assert officer is not None
        assert substitute is not None
        wish = substitution.Wish(officer, NOW, NOW, "12/QĐ-UBND", "")
        row = substitution.give(session, substitute, wish, actor="system", today=NOW)
        acting = substitution.in_force(session, substitute.id or 0, row.id or 0, NOW)
        assert acting is not None
        substitute.act(acting)
        found = own_tasks(session, substitute, Departments(), NOW)
        assert set(found or ()) == _given(session)
        author = author_in(substitute, next(iter((found or {}).values())))
        assert said_by_unit(author.actor)
        assert account_behind(author.actor) == f"account:{substitute.id}"

    province.database.run_here(work)


def test_a_role_of_units_reads_nothing_where_nobody_said_which(province: Province) -> None:
    def work(session: Session) -> None:
        asked, day = Wanted(asked=Asked.ALL), today_by(CALENDAR, NOW)
        assert search(session, Role.ROOM_OFFICER, asked, day).total == 0
        assert search(session, Role.ROOM_OFFICER, asked, day, own=_own(session)).total == 2
        assert _own(session, "canbo") is None
        assert not said_by_unit(author_in(session.get_one(Account, 1), None).actor)

    province.database.run_here(work)
