"""With a reason, its notice and, where it is put off, the one that takes its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from server.deadlines.terms import read_terms
from server.receptions.cancelling import notice_check
from server.receptions.dated_rules import read_reception_rules
from server.receptions.queries import agenda_of
from server.receptions.tables import Reception, ReceptionCancellation, ReceptionState
from server.web.languages import HERE, today
from tests.server.demo.fixtures import Province, todays

NOWHERE = Path("/nonexistent")
RULES, TERMS = read_reception_rules(NOWHERE), read_terms(NOWHERE)
OFF: dict[str, object] = {"what": "off", "reason": "Chủ trì đi công tác đột xuất"}
IN_A_WEEK = today() + timedelta(days=7)
PUT_OFF: dict[str, object] = {**OFF, "what": "put_off", "day": IN_A_WEEK.isoformat(), "clock": "13:30"}


@pytest.mark.parametrize(
    ("planned_on", "latest"),
    [
        (date(2026, 11, 25), date(2026, 11, 23)),  # Wednesday: the Monday before
        (date(2026, 11, 23), date(2026, 11, 19)),  # Monday: the Thursday before
        (date(2026, 5, 5), date(2026, 4, 29)),  # after the holidays of 30 April and 1 May, and a weekend
    ],
)
def test_two_working_days_before_is_in_time_and_one_is_late(planned_on: date, latest: date) -> None:
    in_time = notice_check(RULES, TERMS, planned_on, latest)
    assert in_time is not None
    assert (in_time.latest, in_time.late) == (latest, False)
    late = notice_check(RULES, TERMS, planned_on, latest + timedelta(days=1))
    assert late is not None
    assert late.late
    assert late.working_days == 1


def test_a_notice_after_the_day_itself_is_late() -> None:
    check = notice_check(RULES, TERMS, date(2026, 11, 25), date(2026, 11, 26))
    assert check is not None
    assert (check.late, check.working_days) == (True, 0)


def test_nothing_is_said_where_the_calendar_or_the_rules_do_not_reach() -> None:
    assert notice_check(RULES, TERMS, date(2090, 1, 2), None) is None
    assert notice_check(RULES, TERMS, date(2010, 1, 4), None) is None


def _reception(province: Province, number: int) -> Reception:
    return province.database.run_here(lambda session: session.get_one(Reception, number))


def _cancellation(province: Province, number: int) -> ReceptionCancellation | None:
    return province.database.run_here(lambda session: session.get(ReceptionCancellation, number))


async def test_it_is_called_off_with_a_reason_and_the_notice_is_noted_later(province: Province) -> None:
    await province.as_("canbo")
    number = province.database.run_here(todays).id or 0
    page = f"/receptions/{number}"
    assert "phải công bố chậm nhất ngày" in await province.page(page + "/cancel")
    assert (await province.post(page + "/cancel", OFF)).status == 303
    text = await province.page(page)
    assert "Chủ trì đi công tác đột xuất" in text
    assert "Chưa ghi nhận việc công bố" in text
    notice = {"announced_on": today().isoformat(), "announced_where": "Bảng niêm yết"}
    assert (await province.post(page + "/cancel/notice", notice)).status == 303
    text = await province.page(page)
    assert "Bảng niêm yết" in text
    assert "Công bố trước 0 ngày làm việc; quy định là 2 ngày." in text
    assert (await province.post(page + "/cancel/notice", notice)).status == 404  # once
    assert len(province.audited("reception_cancelled")) == len(province.audited("cancellation_announced")) == 1


async def test_it_is_put_off_and_its_agenda_goes_with_it(province: Province) -> None:
    await province.as_("thuky")
    number = province.database.run_here(todays).id or 0
    items = len(province.database.run_here(agenda_of, number))
    page = f"/receptions/{number}"
    assert (await province.post(page + "/cancel", PUT_OFF)).status == 303
    cancellation = _cancellation(province, number)
    assert cancellation is not None
    successor = _reception(province, cancellation.moved_to_id or 0)
    assert successor.state == ReceptionState.PLANNED
    assert f"{IN_A_WEEK:%d/%m/%Y}" in successor.title
    assert successor.planned_at.astimezone(HERE).strftime("%Y-%m-%d %H:%M") == f"{IN_A_WEEK} 13:30"
    assert (successor.received_by, successor.host_name) == ("head", "Vũ Đình Lãm")
    assert successor.announced_on is None
    assert len(province.database.run_here(agenda_of, successor.id or 0)) == items > 0
    assert province.database.run_here(agenda_of, number) == []
    assert f'href="/receptions/{successor.id}"' in await province.page(page)
    assert f'href="{page}"' in await province.page(f"/receptions/{successor.id}")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "Hãy nêu lý do"),
        ({"reason": "x" * 301}, "Nội dung quá dài"),
        ({"what": "maybe"}, "Hãy chọn một mục trong danh sách"),
        ({"what": "put_off", "day": "", "clock": "08:00"}, "Hãy nhập ngày và giờ"),
        ({"what": "put_off", "day": "2020-01-01", "clock": "08:00"}, "Thời điểm này đã qua"),
        ({"what": "put_off", "day": "the same", "clock": "08:00"}, "trùng với lịch cũ"),
        ({"announced_on": "2099-01-01", "announced_where": "Bảng"}, "Ngày này chưa đến"),
        ({"announced_on": today().isoformat()}, "Hãy nhập nơi công bố"),
        ({"announced_where": "Bảng"}, "Hãy nhập ngày công bố"),
    ],
)
async def test_a_mistake_changes_nothing(province: Province, changed: dict[str, object], sentence: str) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays)
    number = reception.id or 0
    if changed.get("day") == "the same":
        changed = {**changed, "day": f"{reception.planned_at.astimezone(HERE):%Y-%m-%d}"}
    answer = await province.post(f"/receptions/{number}/cancel", {**OFF, **changed})
    assert answer.status == 422
    assert sentence in await answer.text()
    assert _reception(province, number).state == ReceptionState.PLANNED
    assert _cancellation(province, number) is None


async def test_what_was_held_or_called_off_is_not_called_off_again(province: Province) -> None:
    await province.as_("canbo")

    def held(session: Session) -> list[int]:
        states = (ReceptionState.ENDED, ReceptionState.CANCELLED)
        return [each.id or 0 for each in session.exec(select(Reception)) if each.state in states]

    numbers = province.database.run_here(held)
    assert len(numbers) > 2
    for number in numbers:
        assert (await province.post(f"/receptions/{number}/cancel", OFF)).status == 404


@pytest.mark.parametrize("login", ["xemlai", "giamsat", "kythuat"])
async def test_a_wrong_role_is_refused(province: Province, login: str) -> None:
    await province.as_(login)
    number = province.database.run_here(todays).id or 0
    for path in ("cancel", "cancel/notice", "receiver", "plan"):
        await province.page(f"/receptions/{number}/{path}", status=403)
        assert (await province.post(f"/receptions/{number}/{path}", OFF)).status == 403
    assert _reception(province, number).state == ReceptionState.PLANNED
