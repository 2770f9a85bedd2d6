"""From the plan to the agenda, with forms as a browser sends them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from server.receptions.queries import AgendaLine, agenda_of
from server.receptions.tables import Audience
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition, todays
from tests.server.demo.office import AGENDA_LIMIT

PLAN: dict[str, object] = {
    "title": "Phiên tiếp đột xuất",
    "mode": "irregular",
    "place": "Trụ sở",
    "host_name": "",
    "received_by": "head",
    "day": (today() + timedelta(days=3)).isoformat(),  # still to come when midnight passes meanwhile
    "clock": "14:30",
}


def agenda(province: Province, reception: int) -> list[AgendaLine]:
    return province.database.run_here(agenda_of, reception)


async def test_a_reception_is_planned_changed_and_called_off(province: Province) -> None:
    await province.as_("canbo")
    answer = await province.post("/receptions/new", PLAN, "/receptions/new")
    assert answer.status == 303
    address = answer.headers["Location"]
    page = await province.page(address)
    assert "14:30" in page
    assert "Chương trình chưa có mục nào" in page
    changed = {**PLAN, "title": "Phiên chiều"}
    assert (await province.post(address + "/plan", changed, address + "/plan")).status == 303
    assert "Phiên chiều" in await province.page("/receptions")
    off = {"what": "off", "reason": "Trùng lịch họp"}
    assert (await province.post(address + "/cancel", off, address)).status == 303
    assert "Đã hủy" in await province.page(address)
    await province.page(address + "/plan", status=404)
    assert [len(province.audited(f"reception_{what}")) for what in ("planned", "plan_changed", "cancelled")] == [
        1,
        1,
        1,
    ]


async def test_a_title_that_nobody_gave_follows_form_and_day(province: Province) -> None:
    await province.as_("canbo")
    planned = {**PLAN, "title": ""}
    address = (await province.post("/receptions/new", planned, "/receptions/new")).headers["Location"]
    first = date.fromisoformat(str(PLAN["day"]))
    later = first + timedelta(days=2)
    title = f"Phiên tiếp công dân đột xuất {first:%d/%m/%Y}"
    assert title in await province.page(address)
    changed = {**PLAN, "title": title, "day": later.isoformat()}
    assert (await province.post(address + "/plan", changed, address + "/plan")).status == 303
    assert f"Phiên tiếp công dân đột xuất {later:%d/%m/%Y}" in await province.page(address)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 201, "Nội dung quá dài"),
        ("day", "2020-01-01", "Thời điểm này đã qua"),
        ("day", "", "Hãy nhập ngày và giờ"),
        ("clock", "25:00", "Hãy nhập ngày và giờ"),
        ("mode", "x", "Hãy chọn một mục trong danh sách"),
        ("place", "x" * 201, "Nội dung quá dài"),
        ("composition", "x" * 2001, "Nội dung quá dài"),
        ("received_by", "", "Hãy chọn người tiếp"),
        ("announced_on", "2099-01-01", "Ngày này chưa đến"),
        ("announced_where", "Bảng niêm yết", "Hãy nhập ngày công bố"),
    ],
)
async def test_a_mistake_in_the_plan(province: Province, field: str, value: str, sentence: str) -> None:
    await province.as_("thuky")
    answer = await province.post("/receptions/new", {**PLAN, field: value}, "/receptions/new")
    assert answer.status == 422
    assert sentence in await answer.text()


async def test_petitions_go_onto_the_agenda(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    chosen = [province.database.run_here(petition, code).id for code in ("KG-0238", "PA-0085")]
    address = f"/receptions/{reception}/items/new"
    assert "KG-0238" in await province.page(address + "?q=binh+khe")
    form = {"csrf": await province.csrf(address), "petition": [str(number) for number in chosen]}
    answer = await province.client.post(address, data=form, headers={"Accept": "text/html"})
    assert answer.status == 200
    lines = agenda(province, reception)
    assert lines[-1].petition_codes == ("KG-0238", "PA-0085")
    assert lines[-1].item.audience == Audience.ROOMS
    assert set(lines[-1].room_codes) == {"07081", "205", "06904", "200"}
    nothing = await province.post(address, {}, address)
    assert nothing.status == 422
    assert "Hãy chọn ít nhất một đơn" in await nothing.text()


async def test_an_item_without_a_room_says_why(province: Province) -> None:
    def lost_its_place(session: Session) -> int:
        found = petition(session, "KG-0225")
        found.place_code, found.unit_in_charge = "", ""
        session.add(found)
        return found.id or 0

    number = province.database.run_here(lost_its_place)
    await province.as_("canbo")
    address = (await province.post("/receptions/new", PLAN, "/receptions/new")).headers["Location"]
    add = f"{address}/items/new"
    assert (await province.post(add, {"petition": str(number)}, add)).status == 303
    assert "Chưa có điểm cầu nào được đề xuất" in await province.page(address)


async def test_a_form_that_is_sent_twice_adds_one_item(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    address = f"/receptions/{reception}/items/new"
    form = {"petition": str(province.database.run_here(petition, "KG-0238").id)}
    assert (await province.post(address, form, address)).status == 303
    before = len(agenda(province, reception))
    again = await province.post(address, form, address)
    assert again.status == 409
    assert "Đã có trong chương trình nên không thêm gì: KG-0238." in await again.text()
    assert len(agenda(province, reception)) == before


async def test_a_full_agenda_says_so(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    address = f"/receptions/{reception}/items/new"
    *fitting, one_more = [
        province.database.run_here(petition, code).id for code in ("KG-0240", "PA-0085", "KG-0238")
    ]
    assert len(fitting) == AGENDA_LIMIT - 8
    for number in fitting:
        assert (await province.post(address, {"petition": str(number)}, address)).status == 303
    answer = await province.post(address, {"petition": str(one_more)}, address)
    assert answer.status == 409
    refusal = await answer.text()
    assert f"Chương trình đã có {AGENDA_LIMIT} mục" in refusal
    assert f'class="button" href="/receptions/{reception}"' in refusal
    assert len(agenda(province, reception)) == AGENDA_LIMIT


async def test_a_full_agenda_says_so_before_a_petition_is_chosen(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    address = f"/receptions/{reception}/items/new"
    fitting = [province.database.run_here(petition, code).id for code in ("KG-0240", "PA-0085")]
    assert "Chương trình đã đủ mục" not in await province.page(address)
    assert len(fitting) == AGENDA_LIMIT - 8
    for number in fitting:
        assert (await province.post(address, {"petition": str(number)}, address)).status == 303
    page = await province.page(address)
    assert "Chương trình đã đủ mục" in page
    assert 'name="petition"' not in page
    assert f'class="button" href="/receptions/{reception}"' in page


async def test_order_and_audience_are_chosen(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    page = f"/receptions/{reception}"
    first = agenda(province, reception)[0]
    assert (await province.post(f"{page}/items/{first.item_id}/down", {}, page)).status == 303
    assert agenda(province, reception)[1].item_id == first.item_id

    address = f"{page}/items/{first.item_id}/audience"
    form = await province.page(address)
    assert len(re.findall(r'type="checkbox" name="room"', form)) == 190
    assert form.count("liên quan") == 2
    empty = await province.post(address, {"audience": "rooms"}, address)
    assert empty.status == 422
    assert "Hãy chọn ít nhất một điểm cầu" in await empty.text()
    rooms = re.findall(r'name="room" value="(\d+)"', form)[:2]
    answer = await province.client.post(
        address,
        data={"csrf": await province.csrf(address), "audience": "rooms", "room": rooms},
        allow_redirects=False,
    )
    assert answer.status == 303
    assert len(agenda(province, reception)[1].rooms) == 2
    assert (await province.post(f"{page}/items/{first.item_id}/remove", {}, page)).status == 303
    assert len(agenda(province, reception)) == 7


async def test_a_denunciation_cannot_be_opened_by_any_form(province: Province) -> None:
    await province.as_("chutri")
    reception = province.database.run_here(todays).id or 0
    line = next(line for line in agenda(province, reception) if line.holds_denunciation)
    address = f"/receptions/{reception}/items/{line.item_id}/audience"
    page = await province.page(address)
    assert 'value="all"' not in page
    assert "Tố cáo luôn tiếp kín" in page
    for audience in ("all", "rooms"):
        answer = await province.post(address, {"audience": audience, "room": "3"}, address)
        assert answer.status == 409
        assert "Theo luật, mục luôn kín" in await answer.text()
    assert agenda(province, reception)[2].item.audience == Audience.CLOSED


async def test_an_item_belongs_to_its_reception(province: Province) -> None:
    await province.as_("canbo")
    reception = province.database.run_here(todays).id or 0
    item = agenda(province, reception)[0].item_id
    for act in ("down", "remove"):
        answer = await province.post(f"/receptions/1/items/{item}/{act}", {}, f"/receptions/{reception}")
        assert answer.status == 404


async def test_a_reviewer_reads_and_changes_nothing(province: Province) -> None:
    await province.as_("xemlai")
    reception = province.database.run_here(todays).id or 0
    page = await province.page(f"/receptions/{reception}")
    assert "items/new" not in page
    assert "/console" not in page
    item = agenda(province, reception)[0].item_id
    for path in ("items/new", "plan", f"items/{item}/audience"):
        await province.page(f"/receptions/{reception}/{path}", status=403)
    past = await province.page("/receptions/2")
    assert "hồ sơ y tế" not in past  # a confidential petition, by its code only
    assert "KN-0187" in past
    assert "183/190 điểm cầu" in past
