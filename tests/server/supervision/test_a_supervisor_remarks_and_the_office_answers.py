"""A supervisor leaves a remark on a petition or a task, and the office answers it once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from server.conclusions.tables import Task
from server.petitions.tables import Confidentiality, Petition
from server.supervision.tables import SupervisionRemark
from server.web.languages import today
from tests.server.conclusions.office import item_of, send, tasks
from tests.server.demo.fixtures import Province, petition

YESTERDAY = today() - timedelta(days=1)
WORDS = "Đề nghị báo cáo tiến độ đo đạc lại thửa đất trước kỳ họp."
REMARK: dict[str, object] = {
    "made_on": YESTERDAY.isoformat(),
    "addressee": "Chủ tịch UBND thành phố Hạ Long",
    "words": WORDS,
    "document": "12/KN-HĐND",
    "confirmed": "yes",
}
ANSWER: dict[str, object] = {
    "answered_on": today().isoformat(),
    "answer": "Đã đo đạc xong, trình kết quả trong tuần.",
    "answer_document": "45/UBND-TD",
    "confirmed": "yes",
}


def remarks(province: Province) -> list[SupervisionRemark]:
    wanted = select(SupervisionRemark).order_by(col(SupervisionRemark.id))
    return province.database.run_here(lambda session: list(session.exec(wanted)))


def number_of(province: Province, code: str) -> int:
    return province.database.run_here(lambda session: petition(session, code).id or 0)


def task_of(province: Province) -> Task:
    """One that a supervisor reads, and so does the officer of its unit."""
    return tasks(province, item_of(province, "KN-0176"))[1]


def counts(page: str) -> list[int]:
    """Without an answer, answered, all."""
    return [int(number) for number in re.findall(r'asked=\w+[^>]*>[^<]*<span class="count">(\d+)', page)]


def history(page: str) -> str:
    return page[page.index('class="history"') :]


async def test_a_remark_on_a_petition_is_listed_until_it_is_answered(province: Province) -> None:
    path = f"/petitions/{number_of(province, 'KN-0198')}"
    await province.as_("giamsat")
    assert counts(await province.page("/supervision")) == [0, 0, 0]
    await send(province, f"{path}/remarks", REMARK)
    (row,) = remarks(province)
    page = await province.page(path)
    assert WORDS in page
    assert "chưa trả lời, đã 1 ngày" in page
    assert "Kiến nghị giám sát" in history(page)
    assert "Trả lời kiến nghị" not in page
    listed = await province.page("/supervision")
    assert counts(listed) == [1, 0, 1]
    assert f"{path}#remark-{row.id}" in listed
    assert (await province.post(f"{path}/remarks/{row.id}", ANSWER)).status == 403

    await province.as_("canbo")
    assert re.search(r"Kiến nghị giám sát chưa trả lời.*?\b1\b", await province.page("/"), re.DOTALL)
    await send(province, f"{path}/remarks/{row.id}", ANSWER)
    page = await province.page(path)
    assert "Đã đo đạc xong" in page
    assert "Đã trả lời kiến nghị giám sát" in history(page)
    assert counts(await province.page("/supervision")) == [0, 1, 1]
    assert "Kiến nghị giám sát chưa trả lời" not in await province.page("/")
    again = await send(province, f"{path}/remarks/{row.id}", {**ANSWER, "answer": "Khác"}, 422)
    assert "Kiến nghị này vừa được trả lời." in again
    assert remarks(province)[0].answer == ANSWER["answer"]
    for action in ("supervision_remarked", "supervision_answered"):
        (event,) = province.audited(action)
        assert event.subject == f"petition:{number_of(province, 'KN-0198')}"
        assert "đo đạc" not in event.detail


async def test_a_remark_on_a_task_stands_on_its_page_and_on_the_petitions(province: Province) -> None:
    path = f"/tasks/{task_of(province).id}"
    await province.as_("giamsat")
    await send(province, f"{path}/remarks", {**REMARK, "made_on": today().isoformat()})
    page = await province.page(path)
    assert WORDS in page
    assert "Kiến nghị giám sát" in history(page)
    (number,) = set(re.findall(r'href="(/petitions/\d+)"', page))
    assert WORDS in await province.page(number)
    (row,) = remarks(province)
    await province.as_("chutri")
    await send(province, f"{path}/remarks/{row.id}", ANSWER)
    assert "Đã trả lời kiến nghị giám sát" in history(await province.page(path))
    await province.as_("hatu")  # whose own task it is: remarks are the office's business
    assert WORDS not in await province.page(path)


async def test_what_is_wrong_stands_at_the_field_and_nothing_is_kept(province: Province) -> None:
    await province.as_("giamsat")
    path = f"/petitions/{number_of(province, 'KN-0198')}/remarks"
    for changed, sentence in (
        ({"made_on": "2099-01-01"}, "Ngày này chưa tới"),
        ({"made_on": "2001-01-01"}, "sớm hơn ngày của việc trước"),
        ({"addressee": ""}, "Hãy ghi kiến nghị gửi đến ai."),
        ({"words": " "}, "Hãy ghi nội dung kiến nghị"),
        ({"words": "x" * 1001}, "quá dài"),
        ({"document": "số mười hai"}, "Hãy ghi số, ký hiệu"),
        ({"confirmed": ""}, "Hãy đánh dấu xác nhận"),
    ):
        assert sentence in await send(province, path, {**REMARK, **changed}, 422), sentence
    assert remarks(province) == []


async def test_a_remark_names_no_petitioner_and_is_not_kept_twice(province: Province) -> None:
    number = number_of(province, "KN-0198")
    name = province.database.run_here(lambda session: session.get_one(Petition, number).petitioner_name)
    await province.as_("giamsat")
    path = f"/petitions/{number}/remarks"
    named = await send(province, path, {**REMARK, "words": f"Trường hợp của {name}"}, 422)
    assert "không nêu tên" in named
    assert remarks(province) == []
    await send(province, path, REMARK)
    assert "Kiến nghị này đã có ở đây." in await send(province, path, REMARK, 422)
    assert len(remarks(province)) == 1


async def test_on_a_guarded_record_there_is_no_remark_and_none_is_told_of(province: Province) -> None:
    denunciation, number = number_of(province, "TC-0007"), number_of(province, "KN-0198")
    await province.as_("giamsat")
    assert "Ghi kiến nghị giám sát" not in await province.page(f"/petitions/{denunciation}")
    assert (await province.post(f"/petitions/{denunciation}/remarks", REMARK)).status == 403
    await send(province, f"/petitions/{number}/remarks", REMARK)
    (row,) = remarks(province)

    def confide(session: Session) -> None:
        session.get_one(Petition, number).confidentiality = Confidentiality.CONFIDENTIAL

    province.database.run_here(confide)
    for login in ("giamsat", "canbo"):
        await province.as_(login)
        assert counts(await province.page("/supervision")) == [0, 0, 0]
        assert WORDS not in await province.page(f"/petitions/{number}")
    assert (await province.post(f"/petitions/{number}/remarks/{row.id}", ANSWER)).status == 403


async def test_what_became_a_denunciation_keeps_no_word_of_a_remark(province: Province) -> None:
    number, task = number_of(province, "KN-0198"), task_of(province)
    await province.as_("giamsat")
    await send(province, f"/petitions/{number}/remarks", REMARK)
    await send(province, f"/tasks/{task.id}/remarks", {**REMARK, "made_on": today().isoformat()})
    codes = province.database.run_here(_codes_of, task.item_id)
    await province.as_("canbo")
    for each in {number, *codes}:
        answer = await province.post(f"/petitions/{each}/denunciation", {"opaque_reference": "HS-99/2026"})
        assert answer.status == 303
    assert [(row.words, row.addressee) for row in remarks(province)] == [("", ""), ("", "")]


def _codes_of(session: Session, item_id: int) -> list[int]:
    statement = text("SELECT petition_id FROM agenda_item_petition WHERE item_id = :item")
    return list(session.execute(statement, {"item": item_id}).scalars())


async def test_the_database_itself_keeps_what_was_said(province: Province) -> None:
    number = number_of(province, "KN-0198")
    await province.as_("giamsat")
    await send(province, f"/petitions/{number}/remarks", REMARK)
    await province.as_("canbo")
    await send(province, f"/petitions/{number}/remarks/{remarks(province)[0].id}", ANSWER)
    for change in (
        "words = 'khác'", "addressee = 'khác'", "made_on = '2020-01-01'", "petition_id = NULL", "answer = 'khác'",
        "answered_on = '2026-11-30'",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), province.database.engine.begin() as connection:
            connection.execute(text(f"UPDATE supervision_remark SET {change}"))  # noqa: S608 -- words of ours
    with pytest.raises(DBAPIError), province.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM supervision_remark"))
    denunciation = {"number": number_of(province, "TC-0007")}
    row = remarks(province)[0]
    copied = text(
        "INSERT INTO supervision_remark (petition_id, made_on, addressee, words, document, recorded_at,"
        " recorded_by, unit, answer, answer_document, answered_by, answering_unit) SELECT :number, made_on,"
        " addressee, words, document, recorded_at, recorded_by, unit, '', '', '', '' FROM supervision_remark"
    )
    with pytest.raises(DBAPIError, match="no supervision remark"), province.database.engine.begin() as connection:
        connection.execute(copied, denunciation)
    assert remarks(province) == [row]


async def test_nobody_but_a_supervisor_remarks(province: Province) -> None:
    paths = f"/petitions/{number_of(province, 'KN-0198')}/remarks", f"/tasks/{task_of(province).id}/remarks"
    for login in ("thuky", "xemlai", "quantri", "kythuat", "hatu", "canbo", "chutri"):
        await province.as_(login)
        for path in paths:
            assert (await province.post(path, REMARK)).status == 403, login
    assert remarks(province) == []
