"""An officer of a provincial department sees the tasks of that department only, and says how they stand, as the
officer of a commune does (`test_a_unit_answers_for_its_tasks`)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, col, select

from server.conclusions.own_units import account_behind, own_tasks, own_units, said_by_unit
from server.conclusions.tables import ConclusionTask, Task, TaskState
from server.data.engine import Database
from server.people.accounts import account_by_login
from server.people.rights import Role
from server.people.tables import Account
from server.petitions.tables import Confidentiality
from server.rooms.departments import Department, Departments
from server.rooms.tables import Office, OfficeHeld, Room
from tests.server.conclusions.office import events, item_of, send, tasks
from tests.server.conclusions.test_a_unit_answers_for_its_tasks import urge
from tests.server.conclusions.test_tasks_on_the_page import NOW, act, count, shown
from tests.server.demo.fixtures import Province, petition
from tests.server.demo.office import make_province_app

LOGIN, NAME, CODE, NEW = "congthuong", "Sở Công Thương", "KG-0214", "Sở Công nghiệp và Thương mại"
OLD, YESTERDAY = date(2014, 7, 1), NOW - timedelta(days=1)
ENDED = f"{NAME},{OLD},{YESTERDAY},{NEW},yes,x\n{NEW},{NOW},,,yes,x\n"


def _given(session: Session, name: str = NAME) -> set[int]:
    rows = select(Task.id).join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
    return {number or 0 for number in session.exec(rows.where(ConclusionTask.assignee_name == name))}


def _officer(session: Session) -> Account:
    account = account_by_login(session, LOGIN)
    assert account is not None
    return account


def _own(session: Session, departments: Departments) -> set[int]:
    return set(own_tasks(session, _officer(session), departments, NOW) or ())


def _office(session: Session) -> OfficeHeld:
    return session.exec(select(OfficeHeld).where(OfficeHeld.office == Office.DEPARTMENT_OFFICER)).one()


def _move(session: Session, name: str) -> None:
    """The officer is one of `name`, from the beginning on."""
    held = _office(session)
    held.department = name
    session.add(held)


def _listed(*rows: tuple[str, date, date | None, str]) -> Departments:
    return Departments(Department(first, last, True, "", name, after) for name, first, last, after in rows)


async def test_start_page_and_list_show_the_department_s_tasks_and_nothing_else(province: Province) -> None:
    own = province.database.run_here(_given)
    assert own
    await province.as_(LOGIN)
    start = await province.page("/")
    assert "Việc giao cho sở, ngành của bạn" in start
    assert "Nhiệm vụ quá hạn" in start
    for path in ("/room", "/receptions", "/recordings", "/petitions", "/rooms"):
        assert f'href="{path}' not in start
    page = await province.page("/tasks?asked=all")
    assert set(shown(page)) == own
    assert count(page, "all") == len(own)
    assert NAME in page.split("<h1>")[1].split("<form")[0]
    assert 'name="unit"' not in page
    for query in (f"unit={'Sở Y tế'}&asked=all", "unit=06664&asked=all", "q=KN0198&asked=all"):
        assert shown(await province.page(f"/tasks?{query}")) == []


async def test_what_is_not_of_the_department_is_not_there(province: Province) -> None:
    await province.as_(LOGIN)
    for code in ("KN-0198", "TC-0005", "KN-0176"):
        other = tasks(province, item_of(province, code))[0]
        assert (await province.get(f"/tasks/{other.id}")).status == 404
        await act(province, other, {"act": "acknowledge"}, 404)
        reply = {"replied_on": NOW.isoformat(), "reply_document": "5/SCT", "confirmed": "yes"}
        await send(province, f"/tasks/{other.id}/letters/1/reply", reply, 404)
    item = item_of(province, CODE)
    for path in (item.path, "/tasks/review", "/recordings", f"/receptions/{item.reception_id}/recording"):
        assert (await province.get(path)).status == 403


async def test_the_department_says_how_it_stands_and_the_office_sees_who_said_it(province: Province) -> None:
    task = next(each for each in tasks(province, item_of(province, CODE)) if each.obstructed)
    urge(province, task)
    await province.as_(LOGIN)
    page = await province.page(f"/tasks/{task.id}")
    for path in ("/petitions/", "/receptions/", "/documents/", "/recordings"):
        assert f'href="{path}' not in page
    path = page.split("/letters/")[1].partition("/reply")[0]
    reply = {"replied_on": NOW.isoformat(), "reply_document": "31/SCT-VP", "confirmed": "yes"}
    await send(province, f"/tasks/{task.id}/letters/{path}/reply", reply)
    await act(province, task, {"act": "progress", "words": "Đã họp với điện lực."})
    await act(province, task, {"act": "report", "document": "7/BC-SCT"})
    for values in ({"act": "confirm"}, {"act": "extend", "words": "x"}, {"act": "cancel", "words": "x"}):
        await act(province, task, values, 403)
    last = events(province, task)[-1]
    assert (last.state, last.unit) == (TaskState.REPORTED, NAME)
    assert said_by_unit(last.recorded_by)
    noted = province.audited("task_recorded")[-1]
    assert f'"unit":"{NAME}"' in noted.detail
    assert noted.actor == account_behind(last.recorded_by)
    await province.as_("canbo")
    page = await province.page(f"/tasks/{task.id}")
    assert page.split('id="letters"')[1].count("Đơn vị tự nhập") >= 3
    assert "Ngô Thị Hải Yến" in page
    row = (await province.page("/tasks?asked=reported")).split(f'href="/tasks/{task.id}"')[1].split("</tr>")[0]
    assert "Đơn vị tự nhập" in row


async def test_what_is_guarded_reaches_a_department_on_paper_only(province: Province) -> None:
    def guard(session: Session) -> None:
        row = petition(session, CODE)
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)

    (confidential, *_) = province.database.run_here(_given)
    province.database.run_here(guard)
    await province.as_(LOGIN)
    assert shown(await province.page("/tasks?asked=all")) == []
    assert (await province.get(f"/tasks/{confidential}")).status == 404
    # A denunciation given to the inspectorate, whose officer this is now.
    (denounced,) = tasks(province, item_of(province, "TC-0005"))
    province.database.run_here(_move, "Thanh tra tỉnh")
    assert shown(await province.page("/tasks?asked=all")) == []
    assert (await province.get(f"/tasks/{denounced.id}")).status == 404
    await act(province, denounced, {"act": "report", "document": "5/BC-TTr"}, 404)


def test_a_successor_has_the_tasks_from_its_first_day_on(province: Province) -> None:
    def work(session: Session) -> None:
        merged = _listed((NAME, OLD, YESTERDAY, NEW), (NEW, NOW, None, ""))
        shared_out = _listed((NAME, OLD, YESTERDAY, ""), (NEW, NOW, None, ""))
        assert _own(session, _listed((NAME, OLD, None, ""))) == _given(session)
        assert _own(session, merged) == set()  # it ended, and its offices with it
        assert own_units(session, _officer(session), merged, NOW) == []
        _move(session, NEW)
        session.flush()
        assert _own(session, merged) == _given(session)
        assert _own(session, shared_out) == set()
        assert _own(session, _listed((NAME, OLD, NOW, NEW), (NEW, NOW + timedelta(days=1), None, ""))) == set()
        assert _own(session, _listed((NAME, OLD, None, ""))) == set()  # of a body on no list
        held = _office(session)
        held.last_day = YESTERDAY
        session.add(held)
        session.flush()
        assert _own(session, merged) == set()

    province.database.run_here(work)


def test_one_account_may_hold_an_office_of_either(province: Province) -> None:
    def work(session: Session) -> None:
        account = _officer(session)
        room = session.exec(select(Room).where(Room.code == "06664")).one()
        account.own_role = Role.ROOM_OFFICER
        both = OfficeHeld(
            account_id=account.id or 0,
            office=Office.ROOM_OFFICER,
            room_id=room.id,
            first_day=NOW,
            recorded_by="system",
        )
        session.add(both)
        session.flush()
        found = own_tasks(session, account, _listed((NAME, OLD, None, "")), NOW) or {}
        assert {unit.code or unit.name for unit in found.values()} == {"06664", NAME}

    province.database.run_here(work)


@pytest.mark.parametrize("unit", [NAME, NEW])
async def test_the_office_finds_old_and_new_name_together(filled: Database, tmp_path: Path, unit: str) -> None:
    head = "name,valid_from,valid_to,successor,confirmed,source\n"
    (tmp_path / "departments.csv").write_text(head + ENDED, "utf-8")
    app = make_province_app(filled, tmp_path / "recordings")
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        province = Province(client, filled, tmp_path / "recordings")
        await province.as_("canbo")
        page = await province.page(f"/tasks?unit={unit}&asked=all")
        assert set(shown(page)) == filled.run_here(_given)
        assert f'<option value="{NEW}" selected>{NEW} (gồm cả {NAME})</option>' in page
        review = await province.page("/tasks/review")
        assert f">{NEW}</a>" in review
        assert f"Giao cho {NAME}" in review
