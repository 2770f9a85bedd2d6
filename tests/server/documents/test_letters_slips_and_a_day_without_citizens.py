"""Urging letter for a late task, appointment slip, and the minutes of a reception to which nobody came."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from server.conclusions.tables import TaskState
from server.receptions.tables import AgendaItem, ItemState, Reception, ReceptionState
from server.web.languages import today
from tests.server.conclusions.office import item_of, tasks
from tests.server.demo.fixtures import Province
from tests.server.documents.office import (
    documents,
    drafted,
    draw_up,
    handed_out,
    issue,
    of_item,
    save,
    text_of_docx,
    text_of_pdf,
)


async def test_a_late_task_is_urged_again_and_again(province: Province) -> None:
    late = tasks(province, item_of(province, "KN-0192"))[0]
    assert late.due_on < today()
    await province.as_("thuky")
    page = await province.page(f"/tasks/{late.id}")
    assert "Công văn đôn đốc" in page
    first = await draw_up(province, f"/tasks/{late.id}/documents", "urging")
    said = drafted(province, first)
    assert said["addressee"] == "UBND huyện Vân Đồn"
    assert f"đã quá hạn {(today() - late.due_on).days:02} ngày" in said["standing"]
    assert "Thông báo số 455/TB-UBND" in said["matter"]
    assert "KN-0192" in said["matter"]
    await province.as_("canbo")
    await save(province, first, symbol="91/BTCD-XLĐ")
    await issue(province, first)
    for type_, read in (("pdf", text_of_pdf), ("docx", text_of_docx)):
        words = read(await handed_out(province, first, 1, type_))
        for part in (
            "Kính gửi: UBND huyện Vân Đồn",
            "V/v đôn đốc thực hiện kết luận",
            "Số: 91/BTCD-XLĐ",
            "Nơi nhận:",
        ):
            assert part in words, type_
    second = await draw_up(province, f"/tasks/{late.id}/documents", "urging")
    assert second != first
    assert drafted(province, second)["subject"].endswith("(lần 2)")
    assert [each.ordinal for each in documents(province, "urging")] == [1, 2]


async def test_a_task_that_is_not_late_is_not_urged(province: Province) -> None:
    item = item_of(province, "KN-0192")
    early = tasks(province, item)[1]
    assert early.due_on >= today()
    await province.as_("canbo")
    await draw_up(province, f"/tasks/{early.id}/documents", "urging", 404)
    reported = tasks(province, item_of(province, "PA-0070"))[1]
    assert (reported.state, reported.due_on < today()) == (TaskState.REPORTED, True)
    await draw_up(province, f"/tasks/{reported.id}/documents", "urging", 404)
    await draw_up(province, "/tasks/99999/documents", "urging", 404)


async def test_a_late_task_of_a_denunciation_is_urged_outside(province: Province) -> None:
    (late,) = tasks(province, item_of(province, "TC-0005"))
    assert late.due_on < today()
    await province.as_("canbo")
    await draw_up(province, f"/tasks/{late.id}/documents", "urging", 403)
    assert documents(province, "urging") == []


@pytest.mark.parametrize("login", ["xemlai", "quantri"])
async def test_who_only_reads_urges_nobody(province: Province, login: str) -> None:
    late = tasks(province, item_of(province, "KN-0192"))[0]
    await province.as_(login)
    await draw_up(province, f"/tasks/{late.id}/documents", "urging", 403)
    await draw_up(province, "/receptions/1/documents", "nobody_came", 403)


async def test_an_appointment_slip_says_when_and_where(province: Province) -> None:
    item = item_of(province, "KG-0231")
    await province.as_("thuky")
    slip = await of_item(province, item, "appointment")
    said = drafted(province, slip)
    assert "Nguyễn Thị Bích Liên" in said["received"]
    assert "giờ" in said["when"]
    assert said["where"]
    await province.as_("canbo")
    await save(province, slip, when="08 giờ 00 phút, ngày 07 tháng 12 năm 2026")
    await issue(province, slip)
    words = text_of_pdf(await handed_out(province, slip, 1, "pdf"))
    assert "PHIẾU HẸN" in words
    assert "Thời gian: 08 giờ 00 phút, ngày 07 tháng 12 năm 2026." in words
    await province.as_("xemlai")
    await province.page(f"/documents/{slip}", 403)


def _only_waiting(province: Province) -> int:
    """A reception whose items nobody came for."""

    def work(session: Session) -> int:
        reception = session.exec(select(Reception).where(Reception.state == ReceptionState.PLANNED)).first()
        assert reception is not None
        reception.state = ReceptionState.ENDED
        reception.opened_at = reception.ended_at = reception.planned_at
        items = session.exec(select(AgendaItem).where(AgendaItem.reception_id == reception.id)).all()
        for item in items:
            item.state = ItemState.WAITING
        session.add_all((reception, *items))
        return reception.id or 0

    return province.database.run_here(work)


async def test_that_nobody_came_is_put_on_record(province: Province) -> None:
    number = _only_waiting(province)
    await province.as_("thuky")
    page = await province.page(f"/receptions/{number}/documents")
    assert "Lập biên bản không có công dân tới" in page
    document = await draw_up(province, f"/receptions/{number}/documents", "nobody_came")
    assert "không có công dân nào đến" in drafted(province, document)["matter"]
    await province.as_("chutri")
    await issue(province, document)
    words = text_of_pdf(await handed_out(province, document, 1, "pdf"))
    assert "Tiếp công dân (không có công dân tới)" in words
    assert "không có công dân nào đến" in words


async def test_where_somebody_was_heard_it_is_not_said_that_nobody_came(province: Province) -> None:
    item = item_of(province, "KN-0198")
    await province.as_("canbo")
    await draw_up(province, f"/receptions/{item.reception_id}/documents", "nobody_came", 404)
