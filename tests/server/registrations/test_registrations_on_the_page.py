"""Entering, finding, changing and reading registrations, with forms as a browser sends them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from server.petitions.tables import Confidentiality
from server.receptions.tables import Reception
from server.registrations.queries import PAGE
from server.registrations.tables import Registration, RegistrationState
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition
from tests.server.registrations.office import (
    FORM,
    NAMELESS,
    YESTERDAY,
    again,
    agreed,
    decided,
    reception_of_today,
    registered,
    registrations,
)

ROW = re.compile(r'class="row-link" href="/registrations/')


async def test_who_registers_waits_is_audited_and_found(province: Province) -> None:
    await province.as_("thuky")
    row = await registered(province)
    assert (row.state, row.reception_id, row.order_number) == (RegistrationState.WAITING, None, None)
    page = await province.page(f"/registrations/{row.id}")
    for words in ("Trịnh Thị Ngoan", "Chậm trả kết quả đo đạc", "Qua điện thoại", "Chờ xếp phiên", "Chờ trả lời"):
        assert words in page
    for asked in ("trinh+thi+ngoan", "Trịnh+Thị+Ngoan"):
        assert len(ROW.findall(await province.page(f"/registrations?q={asked}"))) == 1
    assert f'href="/registrations/{row.id}"' in await province.page("/registrations?q=do+dac")
    (event,) = province.audited("registration_made")[-1:]
    assert "Ngoan" not in event.detail + event.subject


async def test_the_list_filters_and_keeps_its_filters_from_page_to_page(province: Province) -> None:
    await province.as_("canbo")
    everything = registrations(province)
    assert len(ROW.findall(await province.page("/registrations"))) == len(everything)
    for state in RegistrationState:
        expected = sum(each.state == state for each in everything)
        assert len(ROW.findall(await province.page(f"/registrations?state={state}"))) == expected
    waiting = sum(each.reception_id is None for each in everything)
    assert len(ROW.findall(await province.page("/registrations?reception=0"))) == waiting > 0
    assert "Không có đăng ký nào phù hợp" in await province.page("/registrations?q=khongcoai")
    for query in ("page=x", "kind=x", "reception=99999999999", "state=x", "q=%25_%5C"):
        await province.page(f"/registrations?{query}")

    def many(session: Session) -> None:
        for _ in range(PAGE + 1):
            session.add(
                Registration(
                    made_on=date(2020, 5, 4),
                    way="post",
                    persons=1,
                    kind="reflection",
                    state="withdrawn",
                    recorded_by="system",
                )
            )

    province.database.run_here(many)
    first = await province.page("/registrations?state=withdrawn")
    assert len(ROW.findall(first)) == PAGE
    assert "?state=withdrawn&amp;page=2" in first
    assert len(ROW.findall(await province.page("/registrations?state=withdrawn&page=2"))) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"made_on": "2099-01-01"}, "Ngày này chưa đến"),
        ({"made_on": "hôm qua"}, "Hãy nhập ngày công dân đăng ký"),
        ({"way": ""}, "Hãy chọn hình thức đăng ký"),
        ({"persons": "không"}, "Hãy nhập số người muốn đến"),
        ({"persons": "1"}, "Một người không thành đoàn"),
        ({"kind": "denunciation"}, "Hãy chọn một mục trong danh sách"),
        ({"citizen_name": ""}, "Hãy nhập người đăng ký"),
        ({"citizen_name": "x" * 121}, "Nội dung quá dài"),
        ({"summary": "Bà Trịnh Thị Ngoan hỏi"}, "Dòng tóm tắt có tên công dân"),
        ({"petition": "KN-9999"}, "Không có đơn nào mang mã này"),
        ({"petition": "PA-0077"}, "Đơn này thuộc loại khác"),
        ({"reception": "999999"}, "Hãy chọn một mục trong danh sách"),
    ],
)
async def test_a_mistake_is_told_and_nothing_is_kept(
    province: Province, changed: dict[str, object], sentence: str
) -> None:
    await province.as_("canbo")
    before = len(registrations(province))
    answer = await province.post("/registrations/new", {**FORM, **changed})
    assert answer.status == 422
    text = await answer.text()
    assert sentence in text
    assert "Xã Thống Nhất" in text
    assert len(registrations(province)) == before


async def test_a_form_that_is_sent_twice_is_one_until_somebody_says_it_is_another(province: Province) -> None:
    await province.as_("canbo")
    await registered(province)
    count = len(registrations(province))
    answer = await province.post("/registrations/new", FORM)
    assert answer.status == 422
    assert "Trong danh sách đã có đăng ký ghi đúng như vậy." in await answer.text()
    assert len(registrations(province)) == count
    await registered(province, looked="yes")
    assert len(registrations(province)) == count + 1


async def test_after_the_closing_day_the_form_says_so_and_lets_the_officer_go_on(province: Province) -> None:
    number = reception_of_today(province).id

    def close(session: Session) -> None:
        session.get_one(Reception, number).registration_closes_on = YESTERDAY - timedelta(days=1)

    province.database.run_here(close)
    await province.as_("canbo")
    before = len(registrations(province))
    answer = await province.post("/registrations/new", {**FORM, "reception": number})
    assert answer.status == 422
    text = await answer.text()
    assert "Phiên này đã hết hạn đăng ký" in text
    assert 'name="late" value="yes"' in text
    assert len(registrations(province)) == before
    assert "Đã hết hạn đăng ký" in await province.page(f"/receptions/{number}")
    on_time = (YESTERDAY - timedelta(days=1)).isoformat()
    await registered(province, reception=number, made_on=on_time)
    row = await registered(province, reception=number, late="yes")
    assert row.reception_id == number


async def test_the_closing_day_stands_in_the_plan_and_is_not_after_the_reception(province: Province) -> None:
    await province.as_("canbo")
    day = today() + timedelta(days=9)
    plan: dict[str, object] = {
        "title": "Phiên thử",
        "mode": "periodic",
        "received_by": "head",
        "day": day.isoformat(),
        "clock": "08:00",
    }
    late = await province.post("/receptions/new", {**plan, "registration_closes_on": f"{day + timedelta(days=1)}"})
    assert late.status == 422
    assert "Phiên tiếp diễn ra trước ngày này" in await late.text()
    wrong = await province.post("/receptions/new", {**plan, "registration_closes_on": "mai"})
    assert wrong.status == 422
    closes_on = day - timedelta(days=3)
    made = await province.post("/receptions/new", {**plan, "registration_closes_on": closes_on.isoformat()})
    assert made.status == 303
    assert f"{closes_on:%d/%m/%Y}" in await province.page(made.headers["Location"])


async def test_of_a_denunciation_no_form_takes_a_name(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page("/registrations/new/denunciation")
    for name in ("citizen_name", "citizen_address", "summary"):
        assert f'name="{name}"' not in page
    sent = {"citizen_name": "Trịnh Thị Ngoan", "summary": "x", "citizen_address": "y", "kind": "complaint"}
    row = await registered(province, "/registrations/new/denunciation", **sent)
    assert row.kind == "denunciation"
    assert row.citizen_name == row.citizen_address == row.summary == row.search_key == ""
    wrong = await province.post("/registrations/new/denunciation", {**NAMELESS, "petition": "KN-0198"})
    assert wrong.status == 422
    reads = len(province.audited("registration_read"))
    shown = (
        f"/registrations/{row.id}",
        f"/registrations/{row.id}/edit",
        f"/visits/new/denunciation?registration={row.id}",
    )
    for path in shown:
        await province.page(path)
    assert len(province.audited("registration_read")) == reads + len(shown)
    refused = await decided(province, row, "refuse", reason="other_body", competent_body="Nhà bà Ngoan")
    assert (refused.state, refused.competent_body) == (RegistrationState.REFUSED, "")


async def test_one_that_turns_out_to_be_a_denunciation_forgets_who_asked(province: Province) -> None:
    await province.as_("canbo")
    row = await registered(province)
    address = f"/registrations/{row.id}/denunciation"
    assert (await province.post(address, {})).status == 400
    assert again(province, row).citizen_name
    assert (await province.post(address, {"confirmed": "yes"})).status == 303
    after = again(province, row)
    assert (after.kind, after.citizen_name, after.summary, after.search_key) == ("denunciation", "", "", "")
    assert "Ngoan" not in await province.page("/registrations")
    linked = await registered(province, petition="KN-0198")
    assert (await province.post(f"/registrations/{linked.id}/denunciation", {"confirmed": "yes"})).status == 403


async def test_a_change_names_fields_and_not_what_stood_there(province: Province) -> None:
    await province.as_("canbo")
    row = await registered(province)
    address = f"/registrations/{row.id}/edit"
    assert 'value="Trịnh Thị Ngoan"' in await province.page(address)
    assert (await province.post(address, {**FORM, "persons": "9"})).status == 303
    assert again(province, row).persons == 9
    (event,) = province.audited("registration_changed")
    assert event.detail == '{"fields":["persons"],"order":null}'
    assert (await province.post(address, {**FORM, "persons": "9"})).status == 303
    assert len(province.audited("registration_changed")) == 1
    await decided(province, row, "withdraw")
    assert (await province.post(address, {**FORM, "persons": "2"})).status == 303
    assert again(province, row).persons == 9, "what is withdrawn says what it said"


@pytest.mark.parametrize("login", ["xemlai", "giamsat"])
async def test_who_reads_no_names_reads_none_here_either(province: Province, login: str) -> None:
    await province.as_("canbo")
    row = await agreed(province)
    await province.as_(login)
    reception = f"/receptions/{row.reception_id}"
    for path in ("/registrations", f"/registrations/{row.id}", reception, f"{reception}/door-list"):
        page = await province.page(path)
        assert "Trịnh Thị Ngoan" not in page
        assert "Xã Thống Nhất" not in page
    assert "Chậm trả kết quả đo đạc" in await province.page(reception)
    assert f'<td class="number">{row.order_number}</td>' in await province.page(f"{reception}/door-list")
    assert not ROW.findall(await province.page("/registrations?q=ngoan"))
    assert ROW.findall(await province.page("/registrations?q=do+dac"))


async def test_the_list_for_the_door_names_nobody_of_a_confidential_matter(province: Province) -> None:
    def confide(session: Session) -> None:
        petition(session, "KN-0209").confidentiality = Confidentiality.CONFIDENTIAL

    await province.as_("canbo")
    row = await agreed(province, petition="KN-0209")
    other = await agreed(province, citizen_name="Bùi Thị Hoài", summary="Việc khác")
    door = f"/receptions/{row.reception_id}/door-list"
    assert "Trịnh Thị Ngoan" in await province.page(door)
    province.database.run_here(confide)
    page = await province.page(door)
    assert "Trịnh Thị Ngoan" not in page
    assert f'<td class="number">{row.order_number}</td><td></td>' in page
    assert f'<td class="number">{other.order_number}</td><td>Bùi Thị Hoài</td>' in page
    for path in (f"/receptions/{row.reception_id}", "/registrations"):
        assert "Trịnh Thị Ngoan" not in await province.page(path)
    assert not ROW.findall(await province.page("/registrations?q=ngoan"))
    assert "Trịnh Thị Ngoan" in await province.page(f"/registrations/{row.id}")
    await province.as_("giamsat")
    page = await province.page(f"/registrations/{row.id}")
    assert "Ngoan" not in page
    assert "Chậm trả" not in page


@pytest.mark.parametrize(
    ("login", "reads"), [("chutri", 200), ("xemlai", 200), ("quantri", 200), ("giamsat", 200), ("kythuat", 403)]
)
async def test_a_wrong_role_is_refused(province: Province, login: str, reads: int) -> None:
    await province.as_("canbo")
    row = await agreed(province, petition="KN-0209")
    before = [each.model_dump() for each in registrations(province)]
    await province.as_(login)
    for path in ("/registrations", f"/registrations/{row.id}", f"/receptions/{row.reception_id}/door-list"):
        await province.page(path, status=reads)
    for path in ("/registrations/new", "/registrations/new/denunciation", f"/registrations/{row.id}/edit"):
        await province.page(path, status=403)
        assert (await province.post(path, FORM)).status == 403
    for path in ("decide/withdraw", "decide/absent", "decide/reopen", "refuse", "denunciation", "agenda"):
        sent = {"confirmed": "yes", "reason": "settled"}
        assert (await province.post(f"/registrations/{row.id}/{path}", sent)).status == 403, path
    assert (await province.post("/visits/new", {"registration": row.id})).status == 403
    assert [each.model_dump() for each in registrations(province)] == before
