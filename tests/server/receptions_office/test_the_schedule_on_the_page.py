"""The list by period, form and state, a month at a glance, the duty of the head, and that nobody came."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from server.receptions.effects import ReceptionEnded
from server.receptions.records import write
from server.receptions.schedule_queries import PAGE
from server.receptions.tables import (
    AgendaItem,
    Hearing,
    Receiver,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.web.languages import HERE, local_day, today
from tests.server.demo.fixtures import Province, todays

ROW = re.compile(r'class="row-link"')


def _all(province: Province) -> list[Reception]:
    return province.database.run_here(lambda session: list(session.exec(select(Reception))))


def _plan(province: Province, **values: object) -> int:
    def work(session: Session) -> int:
        facts = {
            "title": "Phiên thử",
            "mode": ReceptionMode.PERIODIC,
            "planned_at": datetime.now(UTC),
            "state": ReceptionState.PLANNED,
        }
        reception = Reception(**{**facts, **values})
        session.add(reception)
        session.flush()
        return reception.id or 0

    return province.database.run_here(work)


async def test_the_list_filters_by_state_form_and_period(province: Province) -> None:
    await province.as_("xemlai")
    everything = _all(province)
    assert len(ROW.findall(await province.page("/receptions"))) == len(everything) == 11
    for state in ReceptionState:
        expected = sum(each.state == state for each in everything)
        assert len(ROW.findall(await province.page(f"/receptions?state={state}"))) == expected
    for mode in ReceptionMode:
        expected = sum(each.mode == mode for each in everything)
        assert len(ROW.findall(await province.page(f"/receptions?mode={mode}"))) == expected
    since, until = today() - timedelta(days=70), today()
    expected = sum(since <= local_day(each.planned_at) <= until for each in everything)
    assert len(ROW.findall(await province.page(f"/receptions?from={since}&to={until}"))) == expected > 0
    assert "Không có phiên nào phù hợp" in await province.page("/receptions?from=2001-01-01&to=2001-02-01")


@pytest.mark.parametrize(
    "query", ["state=x", "page=zz", "from=2026-13-01", "to=9999-12-31", "mode=%22", "page=99"]
)
async def test_nonsense_in_the_address_is_no_fault(province: Province, query: str) -> None:
    await province.as_("xemlai")
    await province.page(f"/receptions?{query}")


async def test_the_pages_of_the_list_keep_the_filters(province: Province) -> None:
    await province.as_("xemlai")
    for number in range(PAGE + 1):
        _plan(
            province, mode=ReceptionMode.REGULAR, planned_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(number)
        )
    first = await province.page("/receptions?mode=regular")
    assert len(ROW.findall(first)) == PAGE
    assert "?mode=regular&amp;page=2" in first
    assert len(ROW.findall(await province.page("/receptions?mode=regular&page=2"))) == 1


async def test_a_month_shows_each_reception_on_its_day_of_the_province(province: Province) -> None:
    await province.as_("giamsat")
    number = _plan(province, planned_at=datetime(2026, 3, 31, 18, 0, tzinfo=UTC))  # 1:00 on 1 April here
    assert f'href="/receptions/{number}"' not in await province.page("/receptions/month?month=2026-03")
    april = await province.page("/receptions/month?month=2026-04")
    assert f'href="/receptions/{number}"' in april
    assert "Lịch tiếp công dân tháng 04/2026" in april
    for query in ("", "?month=x", "?month=9999-12", "?month=0001-01", "?month=2026-12"):
        await province.page("/receptions/month" + query)


async def test_the_duty_page_warns_of_a_missed_month_and_names_the_rule(province: Province) -> None:
    await province.as_("chutri")
    page = await province.page("/receptions/duty")
    assert "Số ngày người đứng đầu tỉnh trực tiếp tiếp công dân" in page
    assert "Luật Tiếp công dân 2013: Chủ tịch UBND cấp tỉnh" in page
    assert "chưa đối chiếu" in page.lower() or "chưa được đối chiếu" in page.lower()
    missed = today().replace(day=1) - timedelta(days=1)

    def nobody_received_last_month(session: Session) -> None:
        for each in session.exec(select(Reception)):
            if local_day(each.planned_at).strftime("%m%Y") == missed.strftime("%m%Y"):
                each.received_by = Receiver.DELEGATE

    province.database.run_here(nobody_received_last_month)
    page = await province.page("/receptions/duty")
    assert f"Tháng {missed:%m/%Y}: còn thiếu 1 ngày trực tiếp tiếp công dân." in page


async def test_who_received_can_be_said_afterwards(province: Province) -> None:
    number = _plan(province, state=ReceptionState.ENDED, opened_at=datetime.now(UTC), ended_at=datetime.now(UTC))
    await province.as_("canbo")
    address = f"/receptions/{number}/receiver"
    assert f'href="{address}"' in await province.page("/receptions/duty")
    wrong = await province.post(address, {"received_by": "x"})
    assert wrong.status == 422
    assert "Hãy chọn người tiếp" in await wrong.text()
    said = {
        "received_by": "head",
        "host_name": "Vũ Đình Lãm",
        "composition": " Thanh tra tỉnh \r\n\r\n Sở  Xây dựng",
    }
    assert (await province.post(address, said)).status == 303
    reception = province.database.run_here(lambda session: session.get_one(Reception, number))
    assert (reception.received_by, reception.composition) == ("head", "Thanh tra tỉnh\nSở Xây dựng")
    assert address not in await province.page("/receptions/duty")
    (event,) = province.audited("reception_receiver_set")
    assert "Lãm" not in event.detail
    planned = province.database.run_here(todays).id
    await province.page(f"/receptions/{planned}/receiver", status=404)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (datetime(2027, 1, 1, 8, tzinfo=HERE), "01/01/2027 là ngày nghỉ: Tết Dương lịch."),
        (datetime(2027, 5, 3, 8, tzinfo=HERE), "03/05/2027 là ngày nghỉ: Nghỉ bù Ngày Quốc tế lao động."),
        (datetime(2027, 1, 3, 8, tzinfo=HERE), "03/01/2027 là ngày nghỉ cuối tuần."),
        (datetime(2027, 1, 4, 8, tzinfo=HERE), ""),
        (datetime(2031, 1, 1, 8, tzinfo=HERE), ""),
    ],
)
async def test_a_reception_on_a_day_of_rest_is_warned_about(
    province: Province, day: datetime, sentence: str
) -> None:
    number = _plan(province, planned_at=day)
    await province.as_("canbo")
    page = html.unescape(await province.page(f"/receptions/{number}"))
    if sentence:
        assert sentence in page
        assert "ngày làm việc tiếp theo" in page
    else:
        assert "ngày nghỉ" not in page


async def test_who_was_asked_to_come_stands_on_the_reception(province: Province) -> None:
    number = _plan(province, planned_at=datetime.now(UTC) + timedelta(days=9))
    await province.as_("canbo")
    visit = {
        "day": (today() - timedelta(days=1)).isoformat(),
        "clock": "09:00",
        "persons": "1",
        "kind": "complaint",
        "visitor_name": "Trịnh Thị Ngoan",
        "summary": "Chậm trả kết quả đo đạc",
        "outcome": "appointed",
        "appointed": str(number),
    }
    assert (await province.post("/visits/new", dict(visit))).status == 303
    assert "Trịnh Thị Ngoan" in await province.page(f"/receptions/{number}")
    page = await province.page(f"/visits?appointed={number}")
    assert "Trịnh Thị Ngoan" in page
    assert "1 lượt tiếp" in page


def _end(province: Province, number: int) -> Reception:
    moment = datetime.now(UTC)
    province.database.run_here(write, [ReceptionEnded(number, moment, "account:1")])
    return province.database.run_here(lambda session: session.get_one(Reception, number))


async def test_a_reception_that_ends_without_an_item_says_that_nobody_came(province: Province) -> None:
    number = _plan(province, state=ReceptionState.OPEN, opened_at=datetime.now(UTC), received_by=Receiver.HEAD)
    assert _end(province, number).nobody_came is True
    (event,) = province.audited("reception_ended")
    assert '"nobody_came":true' in event.detail
    await province.as_("xemlai")
    assert "Không có công dân đến" in await province.page(f"/receptions/{number}")
    assert "Vẫn tính là một kỳ tiếp" in await province.page(f"/receptions/{number}")
    assert "Không có công dân đến" in await province.page(f"/receptions?from={today()}&to={today()}")


async def test_a_reception_whose_item_was_heard_does_not(province: Province) -> None:
    number = province.database.run_here(todays).id or 0

    def hear(session: Session) -> None:
        item = session.exec(select(AgendaItem).where(AgendaItem.reception_id == number)).first()
        assert item is not None
        session.add(Hearing(item_id=item.id or 0, started_at=datetime.now(UTC)))

    province.database.run_here(hear)
    assert _end(province, number).nobody_came is False


async def test_where_nothing_was_held_no_month_is_missed(province: Province) -> None:
    def call_everything_off(session: Session) -> None:
        for each in session.exec(select(Reception)):
            each.state = ReceptionState.CANCELLED

    province.database.run_here(call_everything_off)
    await province.as_("canbo")
    page = await province.page("/receptions/duty")
    assert "Quy định hiện hành với từng cấp" in page
    assert "Các tháng được tính từ phiên đầu tiên" in page
    assert "còn thiếu" not in page
