"""Drafting, issuing and correcting a conclusion, in a browser without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.conclusions.tables import TaskAct, TaskState
from server.web.languages import today
from tests.server.conclusions.office import Item, call, conclusions, events, item_of, send, tasks
from tests.server.demo.fixtures import Province

NOW = today()
DUE = NOW + timedelta(days=20)
DRAFT: dict[str, object] = {
    "stamp": "0",
    "content": "Xây kè tạm bằng rọ đá\nnạo vét lòng suối.",
    "citizen_opinion": "Nhất trí.",
    "task-0-content": "Gia cố tạm bằng rọ đá.",
    "task-0-assignee": "06664",
    "task-0-due_on": DUE.isoformat(),
    "task-0-person": "Chủ tịch UBND phường",
    "task-0-report_to": "Ban Tiếp công dân tỉnh",
    "task-1-content": "Bố trí vốn xây kè.",
    "task-1-assignee": "Sở Tài chính",
    "task-1-due_on": DUE.isoformat(),
}
ISSUE: dict[str, object] = {"stamp": "1.1", "confirmed": "yes"}


async def live_item(province: Province) -> Item:
    item = item_of(province, "KG-0231")
    call(province, item)
    return item


async def issued_item(province: Province) -> Item:
    item = await live_item(province)
    await province.as_("thuky")
    await send(province, f"{item.path}/draft", DRAFT)
    await province.as_("chutri")
    await send(province, f"{item.path}/issue", ISSUE)
    return item


async def test_the_clerk_drafts_while_the_item_is_heard_and_the_host_issues(province: Province) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    page = await province.page(f"/receptions/{item.reception_id}")
    assert f"{item.path}/draft" in page
    await send(province, f"{item.path}/draft", DRAFT)
    (draft,) = conclusions(province, item)
    assert (draft.content, draft.issued_at) == ("Xây kè tạm bằng rọ đá\nnạo vét lòng suối.", None)
    page = await province.page(item.path)
    assert "Phường Hà Tu, Thành phố Hạ Long" in page
    assert "Người chủ trì hoặc cán bộ tiếp dân ban hành" in page
    assert tasks(province, item) == []

    await province.as_("chutri")
    await send(province, f"{item.path}/issue", ISSUE)
    (issued,) = conclusions(province, item)
    assert (issued.number, issued.unit) == (1, "Chủ tịch UBND tỉnh")
    assert issued.issued_at is not None
    assert [(task.number, task.state, task.due_on) for task in tasks(province, item)] == [
        (1, TaskState.ASSIGNED, DUE),
        (2, TaskState.ASSIGNED, DUE),
    ]
    assert [event.act for event in events(province, tasks(province, item)[0])] == [TaskAct.ASSIGN]
    page = await province.page(f"/receptions/{item.reception_id}")
    assert "Gia cố tạm bằng rọ đá." in page
    (event,) = province.audited("conclusion_issued")
    assert (event.subject, event.detail) == (f"item:{item.id}", '{"tasks":2,"version":1}')


async def test_what_the_page_saves_by_itself_is_kept(province: Province) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    half = {
        "stamp": "0",
        "content": "Xây kè",
        "task-0-content": "Gia cố",
        "csrf": await province.csrf(item.path + "/draft"),
    }
    headers = {"Accept": "*/*", "HX-Request": "true"}
    for words, said in (("Xây kè", "Đã lưu dự thảo."), ("Xây kè tạm", "Đã lưu dự thảo.")):
        answer = await province.client.post(f"{item.path}/draft", data={**half, "content": words}, headers=headers)
        assert (answer.status, said in await answer.text()) == (200, True)
    assert [row.content for row in conclusions(province, item)] == ["Xây kè tạm"]
    assert len(province.audited("conclusion_draft_saved")) == 1
    page = await province.page(f"{item.path}/draft")
    assert "Xây kè tạm" in page
    wrong = {**half, "content": "Ghi tiếp", "task-0-assignee": "Phường Không Có"}
    answer = await province.client.post(f"{item.path}/draft", data=wrong, headers=headers)
    assert "Chưa lưu được" in await answer.text()
    assert [row.content for row in conclusions(province, item)] == ["Xây kè tạm"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("task-0-due_on", (NOW - timedelta(days=1)).isoformat(), "sớm hơn ngày tiếp công dân"),
        ("task-0-assignee", "Phường Không Có", "không có đơn vị nào tên như vậy"),
        ("content", "Bà NGUYỄN thị bích liên được trả lời", "Phần này có tên người gửi đơn"),
        ("document", "thông báo", "không ghi tên người"),
        ("task-1-content", "x" * 2001, "quá dài"),
    ],
)
async def test_a_mistake_is_marked_where_it_is_and_nothing_is_lost(
    province: Province, field: str, value: str, sentence: str
) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    page = await send(province, f"{item.path}/draft", {**DRAFT, field: value}, 422)
    assert sentence in page
    assert f'aria-describedby="draft-{field}-mistake"' in page
    assert "Bố trí vốn xây kè." in page or field == "task-1-content"
    assert conclusions(province, item) == []


async def test_what_is_missing_keeps_it_from_being_issued_and_is_said(province: Province) -> None:
    item = await live_item(province)
    await province.as_("canbo")
    await send(province, f"{item.path}/draft", {"stamp": "0", "task-0-content": "Gia cố"})
    page = await province.page(item.path)
    for sentence in ("Hãy ghi kết luận của người chủ trì", "Hãy nhập đơn vị được giao", "Hãy nhập thời hạn"):
        assert sentence in page
    assert f"{item.path}/issue" not in page
    await send(province, f"{item.path}/issue", ISSUE, 422)
    assert tasks(province, item) == []


async def test_issuing_asks_for_a_confirmation(province: Province) -> None:
    item = await live_item(province)
    await province.as_("canbo")
    await send(province, f"{item.path}/draft", DRAFT)
    assert "Hãy đánh dấu xác nhận" in await send(province, f"{item.path}/issue", {"stamp": "1.1"}, 422)
    assert tasks(province, item) == []


async def test_a_deadline_on_a_day_off_is_warned_of_and_may_be_kept(province: Province) -> None:
    item = await live_item(province)
    await province.as_("canbo")
    sunday = DUE + timedelta(days=6 - DUE.weekday())
    await send(province, f"{item.path}/draft", {**DRAFT, "task-0-due_on": sunday.isoformat()})
    page = await province.page(item.path)
    assert "ngày nghỉ" in page or "Lịch làm việc chưa có năm này" in page
    await send(province, f"{item.path}/issue", ISSUE)
    assert tasks(province, item)[0].due_on == sunday


async def test_who_saves_over_anothers_text_is_told_and_keeps_his_own(province: Province) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    await send(province, f"{item.path}/draft", DRAFT)
    await province.as_("canbo")
    page = await send(province, f"{item.path}/draft", {**DRAFT, "content": "Khác hẳn"}, 422)
    assert "Có người vừa lưu hoặc ban hành kết luận này" in page
    assert "Khác hẳn" in page
    assert [row.content for row in conclusions(province, item)] == [DRAFT["content"]]
    await send(province, f"{item.path}/draft", {**DRAFT, "stamp": "1.1", "content": "Khác hẳn"})
    await send(province, f"{item.path}/issue", ISSUE)  # he has not read what is there now
    assert [row.issued_at for row in conclusions(province, item)] == [None]


async def test_an_issued_conclusion_is_corrected_by_another_version_and_stays_readable(province: Province) -> None:
    item = await issued_item(province)
    await send(province, f"{item.path}/draft", {**DRAFT, "stamp": "1.1", "content": "Sửa lén"}, 422)
    await send(province, f"{item.path}/correct", {})
    later = (DUE + timedelta(days=5)).isoformat()
    corrected = {
        "stamp": "2.1",
        "content": "Xây kè tạm, xong trước mùa mưa.",
        "task-0-number": "1",
        "task-0-content": "Gia cố tạm bằng rọ đá.",
        "task-0-assignee": "06664",
        "task-0-due_on": later,
        "task-0-person": "Chủ tịch UBND phường",
        "task-0-report_to": "Ban Tiếp công dân tỉnh",
        "task-1-content": "Nạo vét lòng suối.",
        "task-1-assignee": "193",
        "task-1-due_on": later,
    }
    await send(province, f"{item.path}/draft", corrected)
    assert "Hãy nêu lý do đính chính" in await province.page(item.path)
    await send(province, f"{item.path}/draft", {**corrected, "stamp": "2.2", "reason": "Ghi nhầm đơn vị."})
    await send(province, f"{item.path}/issue", {**ISSUE, "stamp": "2.3"})
    first, second = conclusions(province, item)
    assert (first.content, second.content) == (DRAFT["content"], "Xây kè tạm, xong trước mùa mưa.")
    states = [(task.number, task.state, task.due_on.isoformat()) for task in tasks(province, item)]
    assert states == [
        (1, TaskState.ASSIGNED, later),
        (2, TaskState.CANCELLED, DUE.isoformat()),
        (3, TaskState.ASSIGNED, later),
    ]
    kept, dropped, _new = tasks(province, item)
    assert [event.act for event in events(province, kept)] == [TaskAct.ASSIGN, TaskAct.CORRECT]
    assert events(province, dropped)[-1].words == "Ghi nhầm đơn vị."
    page = await province.page(item.path)
    assert "Bản thứ 1, ban hành" in page
    assert "nạo vét lòng suối." in page


async def test_another_unit_has_to_acknowledge_anew_and_a_confirmed_task_stays(province: Province) -> None:
    item = await issued_item(province)
    first, second = tasks(province, item)
    act = {"holds_on": NOW.isoformat(), "confirmed": "yes"}
    for after, step in enumerate(({"act": "report", "document": "1/BC-UBND"}, {"act": "confirm"}), 1):
        await send(province, f"/tasks/{first.id}/acts", {**act, **step, "after": str(after)})
    await send(province, f"/tasks/{second.id}/acts", {**act, "act": "acknowledge", "after": "1"})
    await send(province, f"{item.path}/correct", {})
    page = await province.page(f"{item.path}/draft")
    assert "1 nhiệm vụ đã xác nhận hoàn thành, giữ nguyên như đã giao." in page
    assert "Gia cố tạm" not in page
    corrected = {
        "stamp": "2.1",
        "content": "Như cũ.",
        "reason": "Đổi đơn vị.",
        "task-0-number": "2",
        "task-0-content": "Bố trí vốn xây kè.",
        "task-0-assignee": "Sở Xây dựng",
        "task-0-due_on": DUE.isoformat(),
    }
    await send(province, f"{item.path}/draft", corrected)
    await send(province, f"{item.path}/issue", {**ISSUE, "stamp": "2.2"})
    first, second = tasks(province, item)
    assert (first.state, second.state) == (TaskState.CONFIRMED, TaskState.ASSIGNED)
    assert events(province, second)[-1].act == TaskAct.REASSIGN
    assert len(events(province, first)) == 3


async def test_a_draft_is_thrown_away(province: Province) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    await send(province, f"{item.path}/draft", DRAFT)
    await send(province, f"{item.path}/discard", {"stamp": "1.0"})
    assert len(conclusions(province, item)) == 1
    await send(province, f"{item.path}/discard", {"stamp": "1.1"})
    assert conclusions(province, item) == []


async def test_nothing_is_concluded_before_the_item_is_called(province: Province) -> None:
    item = item_of(province, "KG-0231")
    await province.as_("canbo")
    await province.page(f"{item.path}/draft", 404)
    await send(province, f"{item.path}/draft", DRAFT, 404)
    assert "Mục này chưa được gọi" in await province.page(item.path)


async def test_of_a_denunciation_a_number_a_unit_and_a_day_are_kept(province: Province) -> None:
    item = item_of(province, "TC-0007")
    call(province, item)
    await province.as_("canbo")
    page = await province.page(f"{item.path}/draft")
    for name in ("content", "citizen_opinion", "task-0-content", "task-0-person", "task-0-report_to"):
        assert f'name="{name}"' not in page
    await send(province, f"{item.path}/draft", DRAFT, 422)
    bare = {"stamp": "0", "document": "18/KL-TTr", "task-0-assignee": "Thanh tra tỉnh"}
    bare["task-0-due_on"] = DUE.isoformat()
    unlisted = {**bare, "task-0-assignee": "nhà ông hàng xóm"}
    assert "chỉ ghi đơn vị, sở ngành có trong danh sách" in await send(
        province, f"{item.path}/draft", unlisted, 422
    )
    await send(province, f"{item.path}/draft", bare)
    await send(province, f"{item.path}/issue", ISSUE)
    assert len(tasks(province, item)) == 1
    assert [event.subject for event in province.audited("conclusion_read")] == [f"item:{item.id}"]


async def test_words_go_when_the_petition_turns_out_to_be_a_denunciation(province: Province) -> None:
    item = item_of(province, "KN-0198")
    await province.as_("canbo")
    assert "Đo lại diện tích ao nuôi" in await province.page(item.path)
    number = (await province.page(item.path)).split('href="/petitions/', 1)[1].split('"', 1)[0]
    await send(province, f"/petitions/{number}/denunciation", {"opaque_reference": "HS-M/9"})
    for version in conclusions(province, item):
        assert (version.content, version.citizen_opinion, version.reason) == ("", "", "")
    assert all(
        not event.words + event.allowed_by for task in tasks(province, item) for event in events(province, task)
    )
    page = await province.page(f"/tasks/{tasks(province, item)[0].id}")
    assert "Đo lại" not in page
    assert "Thành phố Hạ Long" in page
    assert "Đo lại" not in await province.page("/tasks?asked=all&q=KN-0198")
    assert "Không có nhiệm vụ nào" in await province.page("/tasks?asked=all&q=do+lai+dien+tich")


@pytest.mark.parametrize("login", ["xemlai", "quantri"])
async def test_who_only_reads_changes_nothing(province: Province, login: str) -> None:
    item = await issued_item(province)
    task = tasks(province, item)[0]
    await province.as_(login)
    page = await province.page(item.path)
    assert "Xây kè tạm bằng rọ đá" in page
    assert f"{item.path}/correct" not in page
    await province.page(f"{item.path}/draft", 403)
    for path in ("draft", "correct", "discard", "issue"):
        await send(province, f"{item.path}/{path}", {**DRAFT, **ISSUE}, 403)
    page = await province.page(f"/tasks/{task.id}")
    assert f"/tasks/{task.id}/acts" not in page
    act = {"act": "acknowledge", "holds_on": NOW.isoformat(), "after": "1", "confirmed": "yes"}
    await send(province, f"/tasks/{task.id}/acts", act, 403)
    assert "/tasks/review" in await province.page("/tasks")
    await send(province, "/tasks/review", {"held_on": NOW.isoformat(), "confirmed": "yes"}, 403)
    assert len(conclusions(province, item)) == 1
    assert len(events(province, task)) == 1


async def test_a_clerk_drafts_and_does_not_issue_and_takes_no_decision_of_the_board(province: Province) -> None:
    item = await live_item(province)
    await province.as_("thuky")
    await send(province, f"{item.path}/draft", DRAFT)
    await send(province, f"{item.path}/issue", ISSUE, 403)
    await province.as_("canbo")
    await send(province, f"{item.path}/issue", ISSUE)
    task = tasks(province, item)[0]
    await province.as_("thuky")
    act = {"holds_on": NOW.isoformat(), "after": "1", "confirmed": "yes", "words": "x", "document": "1/BC-UBND"}
    for decision in ("extend", "cancel", "confirm", "send_back"):
        await send(province, f"/tasks/{task.id}/acts", {**act, "act": decision}, 403)
    await send(province, f"/tasks/{task.id}/acts", {**act, "act": "report"})
    assert tasks(province, item)[0].state == TaskState.REPORTED


@pytest.mark.parametrize("code", ["TC-0005", "KN-0187"])
@pytest.mark.parametrize("login", ["xemlai", "quantri"])
async def test_who_does_not_read_the_record_learns_of_no_conclusion_and_no_task(
    province: Province, login: str, code: str
) -> None:
    item = item_of(province, code)
    (task,) = tasks(province, item)
    await province.as_(login)
    await province.page(item.path, 403)
    await province.page(f"/tasks/{task.id}", 403)
    for path in ("/tasks?asked=all", "/tasks/review", f"/receptions/{item.reception_id}"):
        assert f"/tasks/{task.id}" not in await province.page(path)
    assert code not in await province.page("/tasks?asked=all")
    assert province.audited("conclusion_read") == province.audited("task_read") == []


async def test_confidential_words_stand_on_no_list_and_their_reading_is_noted(province: Province) -> None:
    item = item_of(province, "KN-0187")
    (task,) = tasks(province, item)
    await province.as_("canbo")
    for path in ("/tasks?asked=all", "/tasks/review", f"/receptions/{item.reception_id}"):
        page = await province.page(path)
        assert f"/tasks/{task.id}" in page
        assert "Trả lời gia đình" not in page
    assert province.audited("task_read") == []
    assert "Trả lời gia đình" in await province.page(f"/tasks/{task.id}")
    (event,) = province.audited("task_read")
    assert event.subject == f"task:{task.id}"


async def test_an_item_is_looked_for_in_its_own_reception(province: Province) -> None:
    item = item_of(province, "KN-0198")
    await province.as_("canbo")
    await province.page(Item(item.id, item.reception_id + 1).path, 404)
    await province.page(Item(99_999, item.reception_id).path, 404)
    await province.page("/tasks/99999", 404)


async def test_a_form_of_another_site_is_refused(province: Province) -> None:
    item = await live_item(province)
    await province.as_("canbo")
    answer = await province.client.post(f"{item.path}/draft", data=DRAFT, allow_redirects=False)
    assert answer.status == 403
    assert conclusions(province, item) == []
