"""Recording what became of a petition, in a browser without scripts."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, select

from server.data.engine import Database
from server.deadlines.calendar import WorkingCalendar
from server.deadlines.rules import Variant
from server.deadlines.terms import Terms
from server.petitions.categories import Outcome
from server.petitions.history import rows_of
from server.petitions.tables import PetitionExtension, PetitionNotice, PetitionStatus, PetitionStatusChange
from server.web.languages import HERE, today
from tests.server.deadlines.shipped import TABLE
from tests.server.demo.fixtures import Province, heard, petition
from tests.server.demo.office import make_province_app

NOW = today()
ACCEPTED: dict[str, object] = {
    "status": "accepted",
    "holds_on": NOW.isoformat(),
    "document": "12/TB-UBND",
    "reason": "",
    "after": "1",
    "confirmed": "yes",
}


def number_of(province: Province, code: str) -> int:
    return province.database.run_here(petition, code).id or 0


def history(province: Province, code: str) -> list[PetitionStatusChange]:
    def work(session: Session) -> list[PetitionStatusChange]:
        return list(rows_of(session, [petition(session, code).id or 0]))

    return province.database.run_here(work)


async def send(province: Province, code: str, form: str, values: dict[str, object], status: int = 303) -> str:
    record = f"/petitions/{number_of(province, code)}"
    answer = await province.post(f"{record}/{form}", values, record)
    text = await answer.text()
    assert answer.status == status, text[-2000:]
    return text


async def test_a_status_is_recorded_and_seen(province: Province) -> None:
    await province.as_("canbo")
    await send(province, "KN-0209", "status", ACCEPTED)
    last = history(province, "KN-0209")[-1]
    assert (last.status, last.previous, last.holds_on) == (PetitionStatus.ACCEPTED, PetitionStatus.RECEIVED, NOW)
    assert (last.document, last.unit) == ("12/TB-UBND", "Phó Trưởng Ban Tiếp công dân tỉnh")
    assert province.database.run_here(petition, "KN-0209").status == PetitionStatus.ACCEPTED
    page = await province.page(f"/petitions/{number_of(province, 'KN-0209')}")
    assert "Văn bản số 12/TB-UBND" in page
    assert "Giải quyết khiếu nại lần đầu" in page
    assert f'xong ngày <time datetime="{NOW.isoformat()}">{NOW:%d/%m/%Y}</time>' in page
    (event,) = province.audited("petition_status_recorded")
    assert event.detail == f'{{"from":"received","holds_on":"{NOW.isoformat()}","to":"accepted"}}'


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("status", "settled", "Không thể chuyển từ tình trạng hiện tại"),
        ("status", "nonsense", "Không thể chuyển từ tình trạng hiện tại"),
        ("holds_on", (NOW + timedelta(days=2)).isoformat(), "Ngày này chưa tới"),
        ("holds_on", (NOW - timedelta(days=10)).isoformat(), "Ngày này sớm hơn"),
        ("holds_on", "hôm qua", "Hãy nhập ngày"),
        ("document", "", "Việc này phải có văn bản"),
        ("document", "ông Nguyễn Văn A", "không ghi tên người: 123"),
        ("confirmed", "", "Hãy đánh dấu xác nhận"),
        ("after", "2", "Có người vừa ghi một tình trạng khác"),
    ],
)
async def test_a_mistake_is_marked_where_it_is(province: Province, field: str, value: str, sentence: str) -> None:
    await province.as_("canbo")
    page = await send(province, "KN-0209", "status", {**ACCEPTED, field: value}, 422)
    assert sentence in page
    marked = "status" if field == "after" else field
    assert f'id="status-{marked}-mistake"' in page
    assert f'aria-describedby="status-{marked}-mistake"' in page
    assert len(history(province, "KN-0209")) == 1
    assert province.audited("petition_status_recorded") == []


async def test_a_reason_names_nobody_who_wrote_the_petition(province: Province) -> None:
    await province.as_("canbo")
    wanted = {**ACCEPTED, "status": "not_accepted", "reason": "Ông PHÙNG VĂN  SÁU đã nộp đơn ở nơi khác"}
    assert "Lý do có tên người gửi đơn" in await send(province, "KN-0209", "status", wanted, 422)
    await send(province, "KN-0209", "status", {**wanted, "reason": "Đã nộp đơn ở nơi khác"})
    assert history(province, "KN-0209")[-1].reason == "Đã nộp đơn ở nơi khác"


async def test_only_what_may_follow_is_offered(province: Province) -> None:
    await province.as_("thuky")
    page = await province.page(f"/petitions/{number_of(province, 'TC-0005')}")
    offered = re.findall(r'<option value="(\w+)"', page.split('id="status-status"', 1)[1].split("</select>", 1)[0])
    assert offered == ["in_settlement", "withdrawn", "terminated"]
    filed = await province.page(f"/petitions/{number_of(province, 'PA-0070')}")
    assert "Ghi tình trạng tiếp theo" not in filed


async def test_a_denunciation_takes_numbers_and_no_words(province: Province) -> None:
    await province.as_("canbo")
    wanted = {**ACCEPTED, "status": "not_accepted", "document": "5/TB-TTr"}
    page = await send(province, "TC-0008", "status", {**wanted, "reason": "bà B là hàng xóm"}, 422)
    assert "Đơn tố cáo không ghi lý do bằng lời" in page
    assert "hàng xóm" not in page
    page = await send(province, "TC-0008", "status", {**wanted, "document": "bà Bích"}, 422)
    assert "không ghi tên người: 123" in page
    assert 'name="reason"' not in page
    await send(province, "TC-0008", "status", wanted)
    assert history(province, "TC-0008")[-1].reason == ""


@pytest.mark.parametrize("login", ["chutri", "xemlai"])
async def test_who_only_reads_has_no_form_and_is_refused(province: Province, login: str) -> None:
    await province.as_(login)
    number = number_of(province, "KN-0209")
    page = await province.page(f"/petitions/{number}")
    assert "Tình trạng và thời hạn" in page
    assert f"/petitions/{number}/status" not in page
    for form in ("status", "extension", "circumstances", "notice"):
        assert (await province.post(f"/petitions/{number}/{form}", ACCEPTED)).status == 403
    assert len(history(province, "KN-0209")) == 1


async def test_who_reads_the_code_alone_learns_nothing_of_the_history(province: Province) -> None:
    await province.as_("quantri")
    for code in ("TC-0005", "KN-0187"):
        number = number_of(province, code)
        assert "Tình trạng và thời hạn" not in await province.page(f"/petitions/{number}")
        assert (await province.post(f"/petitions/{number}/status", ACCEPTED)).status == 403


async def test_a_form_of_another_site_is_refused(province: Province) -> None:
    await province.as_("canbo")
    number = number_of(province, "KN-0209")
    answer = await province.client.post(f"/petitions/{number}/status", data=ACCEPTED, allow_redirects=False)
    assert answer.status == 403
    assert len(history(province, "KN-0209")) == 1


async def test_a_denunciation_is_extended_as_far_as_the_law_allows(province: Province) -> None:
    await province.as_("canbo")
    extension = {"count": "30", "decided_on": NOW.isoformat(), "document": "7/QĐ-TTr", "confirmed": "yes"}
    assert "không được gia hạn thêm" in await send(province, "TC-0007", "extension", extension, 422)
    await send(province, "TC-0007", "circumstances", {"variant": "complicated"})
    assert province.database.run_here(petition, "TC-0007").variant is Variant.COMPLICATED
    assert "không quá mức" in await send(province, "TC-0007", "extension", {**extension, "count": "31"}, 422)
    await send(province, "TC-0007", "extension", extension)
    rows = province.database.run_here(lambda session: list(session.exec(select(PetitionExtension))))
    assert [(row.count, row.document) for row in rows][-1] == (30, "7/QĐ-TTr")
    page = await province.page(f"/petitions/{number_of(province, 'TC-0007')}")
    assert "Gia hạn thêm 30 ngày" in page
    assert "Gia hạn giải quyết" not in page  # once only
    assert "lần gia hạn đã ghi không đúng luật" in await send(
        province, "TC-0007", "circumstances", {"variant": "normal"}, 422
    )
    assert [event.action for event in province.audited("petition_extended")] == ["petition_extended"]


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("KN-0205", {"variant": "specially_complicated", "instance": "1"}, "variant"),
        ("KN-0205", {"variant": "remote", "instance": "3"}, "instance"),
        ("PA-0081", {"variant": "remote"}, "variant"),
        ("TC-0008", {"variant": "complicated", "instance": "2"}, "instance"),
    ],
)
async def test_circumstances_are_those_the_law_knows_of_the_kind(
    province: Province, code: str, values: dict[str, object], field: str
) -> None:
    await province.as_("canbo")
    page = await send(province, code, "circumstances", values, 422)
    if code == "KN-0205":
        assert f'id="circumstances-{field}-mistake"' in page
    assert province.database.run_here(petition, code).variant is Variant.NORMAL
    assert province.audited("petition_circumstances_changed") == []


async def test_a_second_complaint_has_other_terms(province: Province) -> None:
    await province.as_("canbo")
    await send(province, "KN-0205", "circumstances", {"variant": "remote", "instance": "2"})
    page = await province.page(f"/petitions/{number_of(province, 'KN-0205')}")
    assert "Giải quyết khiếu nại lần hai" in page
    (event,) = province.audited("petition_circumstances_changed")
    assert event.detail == '{"instance":2,"variant":"remote"}'


async def test_that_a_decision_was_sent_is_noted_once(province: Province) -> None:
    await province.as_("canbo")
    decided = {**ACCEPTED, "status": "settled", "document": "99/QĐ-UBND", "outcome": "wrong", "after": "3"}
    await send(province, "KN-0203", "status", decided)
    notice = {
        "key": "complaint_decision_send_1",
        "trigger_on": NOW.isoformat(),
        "done_on": NOW.isoformat(),
        "document": "3/UBND-TCD",
        "confirmed": "yes",
    }
    early = {**notice, "done_on": (NOW - timedelta(days=1)).isoformat()}
    page = await send(province, "KN-0203", "notice", early, 422)
    assert f'id="notice-complaint_decision_send_1-{NOW.isoformat()}-done_on-mistake"' in page
    for _twice in range(2):
        await send(province, "KN-0203", "notice", notice)
    await send(province, "KN-0203", "notice", {**notice, "key": "denunciation_publish"})
    rows = province.database.run_here(lambda session: list(session.exec(select(PetitionNotice))))
    assert [row.document for row in rows].count("3/UBND-TCD") == 1
    assert len(province.audited("petition_notice_recorded")) == 1
    page = await province.page(f"/petitions/{number_of(province, 'KN-0203')}")
    assert "Ghi nhận đã thực hiện" not in page
    assert "Văn bản số 3/UBND-TCD" in page


async def test_what_a_decision_came_to_is_written_down_with_it(province: Province) -> None:
    await province.as_("canbo")
    decided = {**ACCEPTED, "status": "settled", "document": "99/QĐ-UBND", "after": "3"}
    page = await send(province, "KN-0203", "status", decided, 422)
    assert "Hãy ghi kết quả" in page
    assert 'aria-describedby="status-outcome-mistake"' in page
    assert history(province, "KN-0203")[-1].status == PetitionStatus.IN_SETTLEMENT
    page = await send(province, "KN-0203", "status", {**decided, "outcome": "upheld"}, 422)
    assert 'id="status-outcome-mistake"' in page  # it is the first decision
    await send(province, "KN-0203", "status", {**decided, "outcome": "partly"})
    assert history(province, "KN-0203")[-1].outcome is Outcome.PARTLY
    assert "Khiếu nại đúng một phần" in await province.page(f"/petitions/{number_of(province, 'KN-0203')}")
    (event,) = province.audited("petition_status_recorded")
    assert event.detail == (
        f'{{"from":"in_settlement","holds_on":"{NOW.isoformat()}","outcome":"partly","to":"settled"}}'
    )


async def test_a_day_is_explained(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page(f"/petitions/{number_of(province, 'TC-0005')}")
    assert "Cách tính thời hạn" in page
    assert "nghỉ cuối tuần, không tính" in page
    assert "tạm đình chỉ, không tính" in page
    assert "Gia hạn thêm 30 ngày theo quyết định ngày" in page
    assert "Căn cứ: Điều 30 Luật Tố cáo 25/2018/QH14." in page


async def test_a_calendar_without_the_year_is_said_and_breaks_no_page(filled: Database, tmp_path: Path) -> None:
    app = make_province_app(filled, tmp_path, Terms(WorkingCalendar({}), TABLE))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        province = Province(client, filled, tmp_path)
        await province.as_("canbo")
        page = await province.page(f"/petitions/{number_of(province, 'KN-0209')}")
        assert "Lịch làm việc chưa có năm" in page
        assert "Chưa tính được" in await province.page("/petitions")
        assert "Không có đơn nào khớp bộ lọc" in await province.page("/petitions?deadline=overdue")


async def test_who_was_heard_in_a_reception_is_told_what_came_of_it(province: Province) -> None:
    day = NOW - timedelta(days=40)
    late_in_utc = datetime.combine(day, time(0, 30), HERE)  # half past midnight here: still the day before in UTC
    province.database.run_here(heard, "PA-0070", late_in_utc)
    await province.as_("canbo")
    record = f"/petitions/{number_of(province, 'PA-0070')}"
    page = await province.page(record)
    assert "Thông báo kết quả tiếp công dân" in page
    assert "(Được tiếp tại phiên tiếp công dân)" in page
    noted = {
        "key": "reception_result_notice",
        "trigger_on": day.isoformat(),
        "done_on": (day - timedelta(days=1)).isoformat(),
        "document": "",
        "confirmed": "yes",
    }
    assert "Ngày này sớm hơn" in await send(province, "PA-0070", "notice", noted, 422)
    noted["done_on"] = (day + timedelta(days=2)).isoformat()
    await send(province, "PA-0070", "notice", noted)
    page = await province.page(record)
    assert f'xong ngày <time datetime="{noted["done_on"]}">' in page
    (event,) = province.audited("petition_notice_recorded")
    assert "reception_result_notice" in event.detail
