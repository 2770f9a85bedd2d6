"""An officer's day at the register, in a browser without scripts."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, select

from server.petitions.tables import Petition, PetitionKind
from server.receptions.queries import agenda_of
from server.receptions.tables import AgendaItem, Audience, ItemState
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition, todays

COMPLAINT: dict[str, object] = {
    "kind": "complaint",
    "received_on": today().isoformat(),
    "channel": "direct",
    "petitioner_name": "Phạm Văn Thử",
    "petitioner_address": "Khu 1",
    "petitioner_count": "2",
    "summary": "Khiếu nại ranh giới đất",
    "content": "Dòng một\nDòng hai",
    "request": "Đo lại",
    "place": "phuong ha tu",
    "confidentiality": "normal",
}


def number_of(province: Province, code: str) -> int:
    return province.database.run_here(petition, code).id or 0


async def test_without_a_login_nothing_is_shown(province: Province) -> None:
    for path in ("/petitions", "/petitions/1", "/petitions/new", "/petitions/1/edit"):
        answer = await province.get(path)
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/login")


async def test_the_table_filters_in_the_address(province: Province) -> None:
    await province.as_("canbo")
    assert len(re.findall(r'href="/petitions/\d+"', await province.page("/petitions"))) == 30
    found = await province.page("/petitions?q=hoang+tan&kind=recommendation")
    assert "KG-0218" in found
    assert "KN-0198" not in found
    nothing = await province.page("/petitions?q=khongcogi")
    assert "Không có đơn nào khớp bộ lọc" in nothing
    assert (await province.get("/petitions?kind=nonsense&status=x&page=abc&district=%27")).status == 200


async def test_a_reviewer_sees_no_names(province: Province) -> None:
    await province.as_("xemlai")
    table = await province.page("/petitions")
    assert "Đặng Văn Quyết" not in table
    assert "hồ sơ y tế" not in table
    record = await province.page(f"/petitions/{number_of(province, 'KN-0198')}")
    assert "Đặng Văn Quyết" not in record
    assert "Bảy hộ có đất" in record
    for path in ("/petitions/new", f"/petitions/{number_of(province, 'KN-0198')}/edit"):
        await province.page(path, status=403)


async def test_reading_a_confidential_record_is_noted(province: Province) -> None:
    await province.as_("canbo")
    await province.page(f"/petitions/{number_of(province, 'KN-0198')}")
    assert province.audited("petition_read") == []
    await province.page(f"/petitions/{number_of(province, 'KN-0187')}")
    await province.page(f"/petitions/{number_of(province, 'TC-0007')}")
    assert [event.subject for event in province.audited("petition_read")] == [
        f"petition:{number_of(province, code)}" for code in ("KN-0187", "TC-0007")
    ]
    await province.as_("quantri")  # reads only the code: nothing was opened
    await province.page(f"/petitions/{number_of(province, 'KN-0187')}")
    assert len(province.audited("petition_read")) == 2


async def test_the_record_says_when_it_was_heard(province: Province) -> None:
    await province.as_("thuky")
    record = await province.page(f"/petitions/{number_of(province, 'KN-0192')}")
    assert record.count("Lần này không có bản ghi") == 2
    planned = await province.page(f"/petitions/{number_of(province, 'PA-0081')}")
    assert "Có trong chương trình, chưa gọi" in planned
    closed = await province.page(f"/petitions/{number_of(province, 'TC-0005')}")
    assert "Tiếp kín, không ghi hình" in closed
    never = await province.page(f"/petitions/{number_of(province, 'KG-0240')}")
    assert "Chưa được tiếp lần nào" in never


async def test_a_petition_is_entered_found_and_changed(province: Province) -> None:
    await province.as_("canbo")
    answer = await province.post("/petitions/new", COMPLAINT, "/petitions/new")
    assert answer.status == 303
    address = answer.headers["Location"]
    record = await province.page(address)
    assert "KN-0210" in record  # the next free code of complaints
    assert "Phường Hà Tu, Thành phố Hạ Long" in record
    assert "KN-0210" in await province.page("/petitions?q=pham+van+thu")

    form = await province.page(address + "/edit")
    assert "06664 Phường Hà Tu, Thành phố Hạ Long" in form
    changed = {**COMPLAINT, "code": "KN-0210", "summary": "Khiếu nại mốc giới"}
    assert (await province.post(address + "/edit", changed, address + "/edit")).status == 303
    assert "Khiếu nại mốc giới" in await province.page(address)
    event = province.audited("petition_changed")[0]
    assert event.detail == '{"fields":["summary"]}'


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("summary", "", "Hãy tóm tắt nội dung"),
        ("summary", "Khiếu nại của ông Phạm Văn Thử", "Dòng này có tên người gửi đơn"),
        ("received_on", "2099-01-01", "không được là ngày trong tương lai"),
        ("received_on", "hôm qua", "không được là ngày trong tương lai"),
        ("petitioner_count", "0", "Hãy nhập số người"),
        ("petitioner_name", "", "Hãy nhập họ tên"),
        ("place", "Xã Không Có", "Không có xã, phường"),
        ("place", "Bắc Sơn", "Không có xã, phường"),  # two have this name
        ("code", "KN0231", "Mã đơn gồm chữ cái"),
        ("code", "KN-0198", "Mã này đã dùng"),
        ("kind", "denunciation", "Hãy chọn một mục trong danh sách"),
        ("kind", "", "Hãy chọn một mục trong danh sách"),
        ("content", "x" * 20_001, "Nội dung quá dài"),
    ],
)
async def test_a_mistake_is_marked_where_it_is(province: Province, field: str, value: str, sentence: str) -> None:
    await province.as_("canbo")
    answer = await province.post("/petitions/new", {**COMPLAINT, field: value}, "/petitions/new")
    page = await answer.text()
    assert answer.status == 422
    assert sentence in page
    assert f'id="{field}-mistake"' in page
    assert "Dòng một" in page or field == "content"  # what was typed is kept


async def test_the_denunciation_form_has_no_field_for_a_person(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page("/petitions/new?kind=denunciation")
    names = set(re.findall(r'<(?:input|textarea|select)[^>]*? name="([^"]+)"', page.split("<main", 1)[1]))
    assert names == {
        "csrf", "code", "opaque_reference", "received_on", "channel", "field", "other_kinds", "case_age",
        "times_received", "settled",
    }  # fmt: skip
    answer = await province.post(
        "/petitions/new?kind=denunciation",
        {**COMPLAINT, "opaque_reference": "HS-M/2026/10"},
        "/petitions/new?kind=denunciation",
    )
    assert answer.status == 303

    def newest(session: Session) -> Petition:
        return session.exec(select(Petition).where(Petition.opaque_reference == "HS-M/2026/10")).one()

    row = province.database.run_here(newest)
    assert row.kind == PetitionKind.DENUNCIATION
    assert (row.petitioner_name, row.content, row.place_code) == ("", "", "")
    assert "Phạm Văn Thử" not in await province.page(answer.headers["Location"])


async def test_an_administrator_enters_no_denunciation(province: Province) -> None:
    await province.as_("quantri")
    await province.page("/petitions/new?kind=denunciation", status=403)
    await province.page(f"/petitions/{number_of(province, 'TC-0007')}/edit", status=403)
    secret = {**COMPLAINT, "confidentiality": "confidential"}
    assert (await province.post("/petitions/new", secret, "/petitions/new")).status == 403


async def test_it_turns_out_to_be_a_denunciation(province: Province) -> None:
    """Everything that names the person goes, and its item of today's agenda is closed for good."""
    await province.as_("canbo")
    number = number_of(province, "KN-0203")
    address = f"/petitions/{number}/denunciation"
    nothing = await province.post(address, {"opaque_reference": ""}, f"/petitions/{number}")
    assert nothing.status == 422
    assert "Hãy nhập số hồ sơ" in await nothing.text()
    answer = await province.post(address, {"opaque_reference": "HS-M/2026/11"}, f"/petitions/{number}")
    assert answer.status == 303
    page = await province.page(f"/petitions/{number}")
    assert "Hoàng Đình Tám" not in page
    assert "bãi triều" not in page

    def item(session: Session) -> AgendaItem:
        lines = agenda_of(session, todays(session).id or 0)
        return next(line.item for line in lines if "KN-0203" in line.petition_codes)

    row = province.database.run_here(item)
    assert row.audience == Audience.CLOSED
    assert "bãi triều" not in row.title


async def test_what_is_on_air_is_not_turned_into_a_denunciation(province: Province) -> None:
    await province.as_("canbo")
    number = number_of(province, "KN-0203")

    def call(session: Session) -> None:
        lines = agenda_of(session, todays(session).id or 0)
        item = next(line.item for line in lines if "KN-0203" in line.petition_codes)
        item.state = ItemState.OPEN
        session.add(item)

    province.database.run_here(call)
    answer = await province.post(
        f"/petitions/{number}/denunciation", {"opaque_reference": "HS-M/1"}, f"/petitions/{number}"
    )
    assert answer.status == 422
    assert "Đơn này đang lên hình" in await answer.text()
    assert province.database.run_here(petition, "KN-0203").petitioner_name == "Hoàng Đình Tám"


async def test_a_petition_that_becomes_confidential_leaves_the_open_stage(province: Province) -> None:
    await province.as_("canbo")
    number = number_of(province, "KN-0205")
    row = province.database.run_here(petition, "KN-0205")
    changed = {
        **COMPLAINT,
        "code": "KN-0205",
        "received_on": row.received_on.isoformat(),
        "petitioner_name": row.petitioner_name,
        "summary": row.summary,
        "confidentiality": "confidential",
    }
    assert (await province.post(f"/petitions/{number}/edit", changed, f"/petitions/{number}/edit")).status == 303

    def item(session: Session) -> AgendaItem:
        lines = agenda_of(session, todays(session).id or 0)
        return next(line.item for line in lines if "KN-0205" in line.petition_codes)

    found = province.database.run_here(item)
    assert found.audience == Audience.CLOSED
    assert found.title == "KN-0205"


async def test_english_is_spoken_too(province: Province) -> None:
    await province.as_("canbo")
    await province.post("/language", {"language": "en", "next": "/petitions"}, "/petitions")
    assert "Enter a petition" in await province.page("/petitions")
