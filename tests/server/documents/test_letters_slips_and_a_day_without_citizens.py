"""Urging letter for a late task, appointment slip, and the minutes of a reception to which nobody came."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from server.conclusions.tables import Task, TaskState, Urging
from server.deadlines.terms import read_terms
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItem, AgendaItemPetition, ItemState, Reception, ReceptionState
from server.web.languages import today
from tests.server.conclusions.office import events, item_of, tasks
from tests.server.demo.fixtures import Province, petition
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


async def test_of_two_petitions_in_one_item_each_petitioner_gets_a_slip_of_his_own(province: Province) -> None:
    item = item_of(province, "KG-0231")

    def join(session: Session) -> tuple[Petition, Petition]:
        one, other = petition(session, "KG-0231"), petition(session, "PA-0079")
        session.add(AgendaItemPetition(item_id=item.id, petition_id=other.id or 0))
        return one, other

    both = province.database.run_here(join)
    await province.as_("thuky")
    address = f"/receptions/{item.reception_id}/items/{item.id}/documents"
    await draw_up(province, address, "appointment", 404)
    page = await province.page(f"/receptions/{item.reception_id}/documents")
    slips = []
    for own, another in (both, both[::-1]):
        assert f'name="petition" value="{own.id}"' in page
        sent = {"kind": "appointment", "petition": str(own.id)}
        led = (await province.post(address, dict(sent))).headers["Location"]
        again = (await province.post(address, dict(sent))).headers["Location"]
        assert led.startswith(again), "the same slip, and no second one"
        slips.append(int(again.rpartition("/")[2]))
        said = " ".join(drafted(province, slips[-1]).values())
        assert own.petitioner_name in said
        assert own.petitioner_address in said
        assert own.code in said
        for words in (another.petitioner_name, another.petitioner_address, another.code):
            assert words not in said
        about = await province.page(f"/documents/{slips[-1]}")
        assert f'<span class="figures">{own.code}</span>' in about
    assert len(set(slips)) == 2
    wrong = {"kind": "appointment", "petition": "999999"}
    assert (await province.post(address, dict(wrong))).status == 404
    dossier = await province.page(f"/petitions/{both[0].id}")
    assert "Phiếu hẹn" in dossier
    assert f'href="/documents/{slips[0]}"' in dossier
    assert f'href="/documents/{slips[1]}"' not in dossier


async def test_who_stands_for_a_group_is_named_and_the_others_are_counted(province: Province) -> None:
    def group(session: Session) -> str:
        found = petition(session, "KG-0225")
        found.petitioner_count, found.representatives = 6, "Trần Văn Bảy"
        session.add(found)
        return found.petitioner_name

    name = province.database.run_here(group)
    await province.as_("thuky")
    item = item_of(province, "KG-0225")
    slip = drafted(province, await of_item(province, item, "appointment"))
    assert f"Ông (bà): {name}; Trần Văn Bảy\n" in slip["received"]
    minutes = drafted(province, await of_item(province, item, "minutes"))
    assert minutes["received"].endswith("; cùng đại diện: Trần Văn Bảy; cùng 4 người khác.")


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


# --- by when a reply is due ---


def _letters(province: Province, task: Task) -> list[Urging]:
    return province.database.run_here(
        lambda session: list(session.exec(select(Urging).where(Urging.task_id == task.id)))
    )


def _petition_id(province: Province) -> int:
    return province.database.run_here(lambda session: petition(session, "KN-0192").id or 0)


async def _urged(province: Province) -> tuple[Task, int]:
    """A late task of KN-0192 and the letter about it, issued."""
    late = tasks(province, item_of(province, "KN-0192"))[0]
    await province.as_("canbo")
    letter = await draw_up(province, f"/tasks/{late.id}/documents", "urging")
    await save(province, letter, symbol="91/BTCD-XLĐ")
    await issue(province, letter)
    return late, letter


async def test_a_letter_says_by_when_to_reply_as_the_dated_rule_has_it(province: Province) -> None:
    late, letter = await _urged(province)
    said = drafted(province, letter)
    due_on = date.fromisoformat(said["reply_due_on"])
    calendar = read_terms(province.recordings).calendar
    working = [today() + timedelta(days=days) for days in range(1, (due_on - today()).days + 1)]
    assert sum(map(calendar.is_working, working)) == 7
    assert f"chậm nhất ngày {due_on:%d/%m/%Y}" in said["demand"]
    (row,) = _letters(province, late)
    assert (row.symbol, row.issued_on, row.reply_due_on, row.replied_on) == ("91/BTCD-XLĐ", today(), due_on, None)


async def test_another_day_is_chosen_and_the_text_follows(province: Province) -> None:
    late = tasks(province, item_of(province, "KN-0192"))[0]
    await province.as_("canbo")
    letter = await draw_up(province, f"/tasks/{late.id}/documents", "urging")
    chosen = today() + timedelta(days=3)
    await save(province, letter, symbol="91/BTCD-XLĐ", reply_due_on=chosen.isoformat())
    assert f"chậm nhất ngày {chosen:%d/%m/%Y}" in drafted(province, letter)["demand"]
    await save(province, letter, demand="Đề nghị trả lời sớm.")
    await issue(province, letter)
    assert _letters(province, late) == [], "a letter that names no day is not issued"
    assert "Công văn không nêu ngày này" in await province.page(f"/documents/{letter}")
    assert "Hãy nhập ngày đơn vị phải trả lời" in await save(province, letter, 422, reply_due_on="mai")


@pytest.mark.parametrize(("days", "word"), [(-1, "Quá hạn"), (1, "Sắp đến hạn"), (30, "Còn hạn")])
async def test_a_letter_stands_in_the_list_until_it_is_answered(province: Province, days: int, word: str) -> None:
    late, letter = await _urged(province)
    due_on = today() + timedelta(days=days)
    province.database.run_here(
        lambda session: session.execute(
            text("UPDATE urging SET reply_due_on = :day WHERE document_id = :letter"),
            {"day": due_on.isoformat(), "letter": letter},
        )
    )
    urged = await province.page("/tasks?asked=urged")
    assert f'/tasks/{late.id}"' in urged
    assert "hạn trả lời" in urged
    page = await province.page(f"/tasks/{late.id}")
    part = page[page.index('id="letters"') :][:1500]
    assert word in part
    assert f"{due_on:%d/%m/%Y}" in part
    record = await province.page(f"/petitions/{_petition_id(province)}")
    assert "91/BTCD-XLĐ" in record
    path = f"/tasks/{late.id}/letters/{letter}/reply"
    reply = {"replied_on": today().isoformat(), "reply_document": "77/BC-UBND", "confirmed": "yes"}
    for wrong in ({"reply_document": ""}, {"replied_on": ""}, {"confirmed": ""}):
        assert (await province.post(path, reply | wrong)).status == 422
    assert (await province.post(path, {**reply})).status == 303
    (row,) = _letters(province, late)
    assert (row.replied_on, row.reply_document) == (today(), "77/BC-UBND")
    assert (await province.post(path, reply | {"reply_document": "78/BC-UBND"})).status == 303
    assert _letters(province, late)[0].reply_document == "77/BC-UBND", "the first reply stays"
    assert f'/tasks/{late.id}"' not in await province.page("/tasks?asked=urged")
    assert len(province.audited("urging_replied")) == 1
    assert ("Xong quá hạn" if days < 0 else "Xong đúng hạn") in await province.page(f"/tasks/{late.id}")


@pytest.mark.parametrize("login", ["xemlai", "quantri", "giamsat"])
async def test_who_only_reads_enters_no_reply(province: Province, login: str) -> None:
    late, letter = await _urged(province)
    await province.as_(login)
    assert "Ghi văn bản trả lời" not in await province.page(f"/tasks/{late.id}")
    path = f"/tasks/{late.id}/letters/{letter}/reply"
    assert (await province.post(path, {"replied_on": today().isoformat()})).status == 403


async def test_a_report_of_the_task_answers_its_letters(province: Province) -> None:
    late, _letter = await _urged(province)
    values: dict[str, object] = {
        "act": "report",
        "after": str(len(events(province, late))),
        "holds_on": today().isoformat(),
        "document": "80/BC-UBND",
        "confirmed": "yes",
    }
    assert (await province.post(f"/tasks/{late.id}/acts", values)).status == 303
    page = await province.page(f"/tasks/{late.id}")
    assert "Xong đúng hạn" in page[page.index('id="letters"') :][:1500]
    assert f'/tasks/{late.id}"' not in await province.page("/tasks?asked=urged")
