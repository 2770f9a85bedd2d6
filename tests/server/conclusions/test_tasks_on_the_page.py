"""The office follows its tasks: the list, one task to its end, the review meeting; a browser without scripts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, col, select

from server.conclusions.queries import Wanted, search
from server.conclusions.standing import Asked, standing, today_by
from server.conclusions.tables import ReviewMeeting, Task, TaskAct, TaskState
from server.data.engine import Database
from server.deadlines.calendar import WorkingCalendar
from server.deadlines.computing import State
from server.deadlines.terms import Terms
from server.people.tables import Role
from server.web.languages import today
from tests.server.conclusions.office import events, item_of, send, tasks
from tests.server.deadlines.shipped import CALENDAR, TABLE
from tests.server.demo.fixtures import Province
from tests.server.demo.office import make_province_app

NOW = today()
ACT: dict[str, object] = {"holds_on": NOW.isoformat(), "after": "1", "confirmed": "yes"}


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/tasks/(\d+)"', page)]


def count(page: str, asked: str) -> int:
    found = re.search(rf'asked={asked}[^>]*>[^<]*<span class="count">(\d+)', page)
    assert found is not None
    return int(found[1])


def all_tasks(province: Province) -> list[Task]:
    return province.database.run_here(lambda session: list(session.exec(select(Task))))


async def act(province: Province, task: Task, values: dict[str, object], status: int = 303) -> str:
    after = str(len(events(province, task)))
    return await send(province, f"/tasks/{task.id}/acts", {**ACT, "after": after, **values}, status)


async def test_every_saved_view_counts_what_it_shows(province: Province) -> None:
    await province.as_("canbo")
    start = await province.page("/tasks")
    every = all_tasks(province)
    now = today_by(CALENDAR, NOW)
    stands = {task.id: standing(task.state, task.due_on, task.done_on, now) for task in every}
    expected = {
        "overdue": {number for number, state in stands.items() if state is State.OVERDUE},
        "soon": {number for number, state in stands.items() if state is State.SOON},
        "obstructed": {task.id for task in every if task.obstructed},
        "reported": {task.id for task in every if task.state == TaskState.REPORTED},
        "done": {task.id for task in every if task.state == TaskState.CONFIRMED},
        "all": {task.id for task in every},
    }
    for asked, numbers in expected.items():
        assert numbers, asked
        page = await province.page(f"/tasks?asked={asked}")
        assert set(shown(page)) == numbers, asked
        assert count(start, asked) == len(numbers), asked
    due = [task.due_on for number in shown(start) for task in every if task.id == number]
    assert due == sorted(due)


@pytest.mark.parametrize(
    ("query", "content"),
    [
        ("q=tram+bien+ap", "Khảo sát công suất trạm biến áp"),
        ("q=TRẠM+biến", "Khảo sát công suất trạm biến áp"),
        ("q=kg0214&asked=all", "Lập lịch vận hành luân phiên"),
        ("q=giam+doc+so", "Khảo sát công suất trạm biến áp"),
        ("unit=06847", "Lập lịch vận hành luân phiên"),
        ("unit=S%E1%BB%9F+T%C3%A0i+ch%C3%ADnh", "Bố trí nguồn chi tiền tạm cư"),
    ],
)
async def test_the_list_is_searched_with_or_without_accents_and_by_unit(
    province: Province, query: str, content: str
) -> None:
    await province.as_("xemlai")
    page = await province.page(f"/tasks?{query}")
    assert content in page
    assert "Đo lại diện tích" not in page


async def test_the_list_is_cut_to_one_reception(province: Province) -> None:
    await province.as_("canbo")
    item = item_of(province, "KN-0198")
    page = await province.page(f"/tasks?asked=all&reception={item.reception_id}")
    assert set(shown(page)) >= {task.id for task in tasks(province, item)}
    assert "KG-0214" not in page
    for nonsense in (
        "reception=99999",
        "reception=x",
        "page=0",
        "page=99",
        "asked=nonsense",
        "unit=%22",
        "q=%25_",
    ):
        await province.page(f"/tasks?{nonsense}")
    assert "Không có nhiệm vụ nào ở mục này" in await province.page("/tasks?q=khongcogi")


def test_a_long_list_is_paged(filled: Database) -> None:
    def more(session: Session) -> None:
        first = session.exec(select(Task).where(Task.state == TaskState.IN_PROGRESS)).first()
        assert first is not None
        for number in range(100, 160):
            session.add(
                Task(
                    item_id=first.item_id,
                    number=number,
                    wording_id=first.wording_id,
                    state=TaskState.ASSIGNED,
                    due_on=NOW + timedelta(days=number),
                )
            )

    filled.run_here(more)
    now = today_by(CALENDAR, NOW)
    first, second = (filled.run_here(search, Role.OFFICER, Wanted(page=number), now) for number in (1, 2))
    assert (first.pages, len(first.tasks), first.total) == (2, 50, len(first.tasks) + len(second.tasks))
    assert max(task.due_on for task in first.tasks) <= min(task.due_on for task in second.tasks)
    assert filled.run_here(search, Role.OFFICER, Wanted(page=9), now).number == 2
    assert filled.run_here(search, Role.ROOM, Wanted(asked=Asked.ALL), now).total == 0


async def test_a_task_is_followed_to_its_end(province: Province) -> None:
    await province.as_("canbo")
    task = tasks(province, item_of(province, "KN-0198"))[1]
    steps: list[tuple[dict[str, object], TaskState]] = [
        ({"act": "acknowledge"}, TaskState.ACKNOWLEDGED),
        ({"act": "progress", "words": "Đã mời bảy hộ."}, TaskState.IN_PROGRESS),
        ({"act": "obstruct", "words": "Hai hộ đi vắng."}, TaskState.IN_PROGRESS),
        ({"act": "report", "document": "7/BC-UBND"}, TaskState.REPORTED),
        ({"act": "send_back", "words": "Thiếu biên bản đối thoại."}, TaskState.IN_PROGRESS),
        ({"act": "report", "document": "9/BC-UBND"}, TaskState.REPORTED),
        ({"act": "confirm"}, TaskState.CONFIRMED),
    ]
    for values, state in steps:
        await act(province, task, values)
        assert tasks(province, item_of(province, "KN-0198"))[1].state == state
    page = await province.page(f"/tasks/{task.id}")
    for words in ("Đã mời bảy hộ.", "Thiếu biên bản đối thoại.", "Văn bản số 9/BC-UBND", "Xong đúng hạn"):
        assert words in page
    assert f"/tasks/{task.id}/acts" not in page
    assert len(province.audited("task_recorded")) == len(steps)
    assert events(province, task)[-1].unit == "Phó Trưởng Ban Tiếp công dân tỉnh"


async def test_a_deadline_is_extended_and_the_first_one_stays(province: Province) -> None:
    await province.as_("canbo")
    task = tasks(province, item_of(province, "KN-0198"))[1]
    later = task.due_on + timedelta(days=10)
    wanted = {"act": "extend", "words": "Chưa đủ hộ.", "allowed_by": "Chủ tịch UBND tỉnh"}
    assert "Thời hạn mới không sau" in await act(
        province, task, {**wanted, "due_on": task.due_on.isoformat()}, 422
    )
    await act(province, task, {**wanted, "due_on": later.isoformat()})
    page = await province.page(f"/tasks/{task.id}")
    assert f'thời hạn ban đầu <time datetime="{task.due_on.isoformat()}"' in page
    assert "người cho phép: Chủ tịch UBND tỉnh" in page
    assert events(province, task)[-1].due_on == later
    (event,) = province.audited("task_recorded")
    assert f'"due_on":"{later}"' in event.detail


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"act": "progress"}, "progress-words", "Hãy nêu trong một câu"),
        ({"act": "progress", "words": "Gặp Đặng Văn Quyết"}, "progress-words", "có tên người gửi đơn"),
        ({"act": "report"}, "report-document", "Hãy nhập số báo cáo"),
        ({"act": "acknowledge", "holds_on": (NOW + timedelta(1)).isoformat()}, "acknowledge-holds_on", "chưa tới"),
        ({"act": "acknowledge", "confirmed": ""}, "acknowledge-confirmed", "Hãy đánh dấu xác nhận"),
        ({"act": "acknowledge", "after": "7"}, "", "Có người vừa ghi"),
        ({"act": "confirm"}, "", "Không thể ghi việc này"),
        ({"act": "nonsense"}, "", "Không thể ghi việc này"),
    ],
)
async def test_a_mistake_is_marked_where_it_is(
    province: Province, values: dict[str, object], field: str, sentence: str
) -> None:
    await province.as_("canbo")
    task = tasks(province, item_of(province, "KN-0198"))[1]
    before = len(events(province, task))
    page = await act(province, task, values, 422)
    assert sentence in page
    assert not field or f'id="{field}-mistake"' in page
    assert len(events(province, task)) == before
    assert province.audited("task_recorded") == []


async def test_of_a_denunciation_a_task_takes_no_words(province: Province) -> None:
    await province.as_("canbo")
    (task,) = tasks(province, item_of(province, "TC-0005"))
    page = await province.page(f"/tasks/{task.id}")
    assert "<textarea" not in page
    assert "ghi tại văn bản số 17/KL-TTr" in page
    refused = await act(province, task, {"act": "progress", "words": "hàng xóm", "document": "5/TTr-VP"}, 422)
    assert "không lưu nội dung bằng lời" in refused
    await act(province, task, {"act": "progress", "document": "5/TTr-VP"})
    assert events(province, task)[-1].act == TaskAct.PROGRESS


async def test_a_petition_shows_what_was_concluded_every_time_it_was_heard(province: Province) -> None:
    await province.as_("xemlai")
    item = item_of(province, "KN-0192")
    page = await province.page(f"/receptions/{item.reception_id}")
    found = re.search(r'href="(/petitions/\d+)">KN-0192', page)
    assert found is not None
    page = await province.page(found[1])
    assert page.index("Hạ tầng khu tái định cư vẫn chậm") < page.index("Chưa tổ chức bốc thăm")
    assert "Bố trí nguồn chi tiền tạm cư" in page


async def test_the_review_list_is_grouped_by_unit_with_its_counts(province: Province) -> None:
    await province.as_("chutri")
    page = await province.page("/tasks/review")
    assert "Chưa có nguồn vốn cho 1,8 km đường dây" in page
    still_open = [task for task in all_tasks(province) if task.state not in ("confirmed", "cancelled")]
    assert set(shown(page)) == {task.id for task in still_open}
    overdue = sum(task.done_on is None and task.due_on < NOW for task in still_open)
    sums = page.split("Cộng", 1)[1].split("</tr>", 1)[0]
    assert re.findall(r"<strong>(\d+)</strong>", sums) == [str(len(still_open)), str(overdue), "1", "1"]
    assert 'name="held_on"' in page
    await province.as_("xemlai")
    assert 'name="held_on"' not in await province.page("/tasks/review")


async def test_review_meetings_are_noted_until_there_were_as_many_as_asked(province: Province) -> None:
    def forget(session: Session) -> int:
        return len(
            session.exec(select(ReviewMeeting).where(col(ReviewMeeting.held_on) >= NOW.replace(day=1))).all()
        )

    held = province.database.run_here(forget)
    await province.as_("thuky")
    month = f"Tháng {NOW:%m/%Y}: đã họp rà soát {held}/2 lần."
    assert (month in await province.page("/tasks/review")) == (held < 2)
    meeting: dict[str, object] = {"held_on": NOW.isoformat(), "document": "3/BB-TCD", "confirmed": "yes"}
    assert "Hãy đánh dấu xác nhận" in await send(province, "/tasks/review", {**meeting, "confirmed": ""}, 422)
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    assert "chưa tới" in await send(province, "/tasks/review", {**meeting, "held_on": tomorrow}, 422)
    assert "không ghi tên người" in await send(province, "/tasks/review", {**meeting, "document": "biên bản"}, 422)
    assert "quá dài" in await send(province, "/tasks/review", {**meeting, "note": "x" * 301}, 422)
    await send(province, "/tasks/review", meeting)
    assert "đã được ghi" in await send(province, "/tasks/review", meeting, 422)
    assert month not in await province.page("/tasks/review")
    assert "3/BB-TCD" in await province.page("/tasks/review")
    (event,) = province.audited("review_meeting_recorded")
    assert event.detail == f'{{"held_on":"{NOW}"}}'


async def test_a_calendar_without_the_year_breaks_no_page(filled: Database, tmp_path: Path) -> None:
    app = make_province_app(filled, tmp_path, Terms(WorkingCalendar({}), TABLE))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        province = Province(client, filled, tmp_path)
        await province.as_("canbo")
        item = item_of(province, "KN-0198")
        for path in ("/tasks", "/tasks/review", f"/receptions/{item.reception_id}", item.path):
            await province.page(path)
        assert "Lịch làm việc chưa có năm này" in await province.page(f"/tasks/{tasks(province, item)[0].id}")


async def test_a_stranger_is_sent_to_the_login(province: Province) -> None:
    province.forget_cookies()
    for path in ("/tasks", "/tasks/review", "/tasks/1", item_of(province, "KN-0198").path):
        answer = await province.get(path)
        assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/login")


def test_the_week_begins_on_monday() -> None:
    assert today_by(CALENDAR, date(2026, 3, 4)).week == (date(2026, 3, 2), date(2026, 3, 8))
    assert today_by(CALENDAR, date(2026, 3, 8)).week == (date(2026, 3, 2), date(2026, 3, 8))
