"""From the agenda item to the signed paper: drawing up, correcting, issuing, and correcting what was issued."""

from __future__ import annotations

import hashlib
import json
import unicodedata

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from server.receptions.roll_tables import OfficePresence
from server.receptions.tables import AgendaItemRoom, Hearing
from server.rooms.tables import Room, RoomLevel
from tests.server.conclusions.office import Item, item_of, send
from tests.server.demo.fixtures import Province
from tests.server.documents.office import (
    documents,
    drafted,
    handed_out,
    issue,
    of_item,
    save,
    text_of_docx,
    text_of_pdf,
    versions,
)

HEARD = "KN-0198"


async def issued_minutes(province: Province) -> tuple[Item, int]:
    item = item_of(province, HEARD)
    await province.as_("canbo")
    document = await of_item(province, item, "minutes")
    await save(province, document, request="Đo lại đủ diện tích.", opinions="- Phường Hà Khánh: đồng ý.")
    await issue(province, document)
    return item, document


async def test_the_minutes_are_filled_in_from_the_record(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    page = await province.page(f"/receptions/{item.reception_id}/documents")
    assert "Lập biên bản" in page
    document = await of_item(province, item, "minutes")
    said = drafted(province, document)
    assert said["superior"] == "UBND TỈNH QUẢNG NINH"
    assert "tiến hành tiếp công dân định kỳ" in said["opening"]
    assert "chủ trì" in said["composition"]
    assert HEARD in said["matter"]
    assert "Đo lại diện tích ao nuôi có mặt đủ bảy hộ" in said["conclusion"]
    assert "1. Giao UBND thành phố Hạ Long (Chủ tịch UBND thành phố):" in said["conclusion"]
    assert "Thời hạn:" in said["conclusion"]
    assert said["citizen_opinion"] == "Đồng ý."
    assert said["link"].startswith(("Trong thời gian tiếp, đường truyền liên tục", "- Từ", "- Ngoài ra"))
    assert "02 bản" in said["closing"]
    assert all(unicodedata.is_normalized("NFC", words) for words in said.values())
    page = await province.page(f"/documents/{document}/draft")
    assert 'name="citizen_opinion"' in page
    (event,) = province.audited("document_drawn_up")
    assert json.loads(event.detail) == {"about": f"item:{item.id}", "kind": "minutes", "ordinal": 1}


async def test_the_minutes_name_the_offices_that_were_present(province: Province) -> None:
    item = item_of(province, HEARD)

    def work(session: Session) -> str:
        hearing = session.exec(select(Hearing).where(Hearing.item_id == item.id)).first()
        room = session.exec(select(Room).join(AgendaItemRoom).where(AgendaItemRoom.item_id == item.id)).first()
        desk = session.exec(select(Room).where(Room.level == RoomLevel.PROVINCE)).first()
        assert hearing is not None
        assert room is not None
        assert desk is not None
        for where, office, deputy in ((desk, "inspectorate", False), (room, "committee_chair", True)):
            span = OfficePresence(
                reception_id=item.reception_id, room_id=where.id or 0, office=office, deputy=deputy,
                started_at=hearing.started_at, ended_at=hearing.ended_at, said_by="system",
            )  # fmt: skip
            session.add(span)
        return room.name

    room = province.database.run_here(work)
    await province.as_("thuky")
    said = drafted(province, await of_item(province, item, "minutes"))["composition"].splitlines()
    assert "- Cùng dự: Thanh tra tỉnh;" in said
    (line,) = [line for line in said if line.startswith(f"- Điểm cầu {room}")]
    assert line.endswith(": Chủ tịch UBND (cấp phó dự thay);")


async def test_drawing_up_twice_goes_on_with_the_same_document(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    first = await of_item(province, item, "minutes")
    assert await of_item(province, item, "minutes") == first
    assert len(documents(province, "minutes")) == 1


async def test_the_issued_minutes_read_back_with_every_diacritic(province: Province) -> None:
    item, document = await issued_minutes(province)
    (version,) = versions(province, document)
    for type_, read, hashed in (
        ("pdf", text_of_pdf, version.pdf_sha256),
        ("docx", text_of_docx, version.docx_sha256),
    ):
        file = await handed_out(province, document, 1, type_)
        assert hashlib.sha256(file).hexdigest() == hashed
        words = read(file)
        for said in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "BAN TIẾP CÔNG DÂN TỈNH",
            "BIÊN BẢN Tiếp công dân",
            "I. THÀNH PHẦN THAM DỰ",
            "Phường Hà Khánh: đồng ý.",
            "III. Ý KIẾN VÀ KẾT LUẬN",
            "IV. TÌNH TRẠNG ĐƯỜNG TRUYỀN",
            "NGƯỜI GHI BIÊN BẢN",
        ):
            assert said in words, f"{type_} lacks {said!r}"
        assert "DỰ THẢO" not in words
    page = await province.page(f"/documents/{document}")
    assert version.pdf_sha256 in page
    assert version.docx_sha256 in page
    (event,) = province.audited("document_issued")
    assert json.loads(event.detail) == {
        "kind": "minutes",
        "version": 1,
        "pdf_sha256": version.pdf_sha256,
        "docx_sha256": version.docx_sha256,
    }
    page = await province.page(f"/receptions/{item.reception_id}/documents")
    assert f"/documents/{document}/versions/1/pdf" in page


async def test_a_draft_is_printed_as_a_draft(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    document = await of_item(province, item, "minutes")
    assert "DỰ THẢO" in text_of_pdf(await handed_out(province, document, 1, "pdf"))
    assert versions(province, document)[0].pdf is None


async def test_an_issued_version_is_refused_to_change_and_corrected_by_another(province: Province) -> None:
    _item, document = await issued_minutes(province)
    before = await handed_out(province, document, 1, "pdf")
    await send(province, f"/documents/{document}/draft", {"stamp": "1.2", "opening": "Sửa lén"}, 422)
    with pytest.raises(DatabaseError, match="append-only"), province.database.engine.begin() as connection:
        connection.execute(text("UPDATE document_version SET content = '{}'"))
    await send(province, f"/documents/{document}/correct", {})
    await save(province, document, opening="Hôm nay, viết lại cho đúng giờ.")
    page = await issue(province, document)
    assert "Hãy nêu lý do đính chính" in await province.page(f"/documents/{document}")
    await save(province, document, reason="Ghi nhầm giờ.")
    await issue(province, document)
    first, second = versions(province, document)
    assert (first.issued_at is not None, second.reason) == (True, "Ghi nhầm giờ.")
    assert await handed_out(province, document, 1, "pdf") == before
    assert "viết lại cho đúng giờ" in text_of_pdf(await handed_out(province, document, 2, "pdf"))
    page = await province.page(f"/documents/{document}")
    assert first.pdf_sha256 in page
    assert second.pdf_sha256 in page


async def test_issuing_asks_for_a_confirmation_and_for_what_is_missing(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("canbo")
    document = await of_item(province, item, "notice")
    await send(province, f"/documents/{document}/issue", {"stamp": "1.1"}, 422)
    await issue(province, document)
    page = await province.page(f"/documents/{document}")
    assert "Hãy nhập số, ký hiệu văn bản" in page
    assert f"/documents/{document}/issue" not in page
    await save(province, document, symbol="460/TB-BTCD", closing="")
    await issue(province, document)
    assert "Phần này phải có trong văn bản" in await province.page(f"/documents/{document}")
    assert versions(province, document)[0].issued_at is None


async def test_who_signs_signs_what_was_before_their_eyes(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("canbo")
    document = await of_item(province, item, "minutes")
    await save(province, document, request="Trả lời bằng văn bản.")
    await send(province, f"/documents/{document}/issue", {"stamp": "1.1", "confirmed": "yes"})
    assert versions(province, document)[0].issued_at is None


async def test_the_notice_names_no_petitioner_and_carries_the_tasks(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("canbo")
    document = await of_item(province, item, "notice")
    said = drafted(province, document)
    assert "UBND thành phố Hạ Long" in said["tasks"]
    assert HEARD in said["opening"]
    name = province.database.run_here(
        lambda session: session.execute(
            text("SELECT petitioner_name FROM petition WHERE code = :code"), {"code": HEARD}
        ).scalar_one()
    )
    assert name
    assert all(name not in words for words in said.values())
    page = await save(province, document, 422, closing=f"Trả lời {name.lower()} trước.")
    assert "Phần này có tên người gửi đơn" in page
    await save(province, document, symbol="460/TB-BTCD")
    await issue(province, document)
    words = text_of_pdf(await handed_out(province, document, 1, "pdf"))
    for part in ("Số: 460/TB-BTCD", "THÔNG BÁO", "2. Giao nhiệm vụ:", "Nơi nhận:", "TRƯỞNG BAN"):
        assert part in words


@pytest.mark.parametrize("login", ["xemlai", "quantri"])
async def test_who_reads_only_changes_nothing(province: Province, login: str) -> None:
    item, document = await issued_minutes(province)
    await province.as_(login)
    await of_item(province, item, "notice", 403)
    await province.page(f"/documents/{document}/draft", 403)
    for act in ("draft", "correct", "discard", "issue"):
        await send(province, f"/documents/{document}/{act}", {"stamp": "1.2", "confirmed": "yes"}, 403)
    assert "Lập thông báo" not in await province.page(f"/receptions/{item.reception_id}/documents")
    assert len(versions(province, document)) == 1


async def test_minutes_are_read_by_who_reads_the_petitioners_name(province: Province) -> None:
    item, document = await issued_minutes(province)
    await province.as_("xemlai")
    await province.page(f"/documents/{document}", 403)
    assert (await province.get(f"/documents/{document}/versions/1/pdf")).status == 403
    assert f"/documents/{document}" not in await province.page(f"/receptions/{item.reception_id}/documents")
    await province.as_("canbo")
    notice = await of_item(province, item, "notice")
    await province.as_("xemlai")
    await province.page(f"/documents/{notice}", 404)  # another's draft
    await province.as_("chutri")
    await save(province, notice, symbol="460/TB-BTCD")
    await issue(province, notice)
    await province.as_("xemlai")
    assert "460/TB-BTCD" in await province.page(f"/documents/{notice}")
    assert (await province.get(f"/documents/{notice}/versions/1/pdf")).status == 200


async def test_a_clerk_writes_and_does_not_issue(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    document = await of_item(province, item, "minutes")
    assert "Người chủ trì hoặc cán bộ tiếp dân ban hành" in await province.page(f"/documents/{document}")
    await issue(province, document, 403)
    assert versions(province, document)[0].issued_at is None


async def test_of_a_denunciation_there_is_no_document(province: Province) -> None:
    item = item_of(province, "TC-0005")
    await province.as_("canbo")
    page = await province.page(f"/receptions/{item.reception_id}/documents")
    assert "biên bản và văn bản được lập trong hồ sơ riêng" in page
    assert f"/items/{item.id}/documents" not in page
    for kind in ("minutes", "notice", "appointment"):
        await of_item(province, item, kind, 403)
    assert documents(province, "minutes") == []
    await province.as_("xemlai")
    assert "TC-0005" not in await province.page(f"/receptions/{item.reception_id}/documents")


async def test_words_and_files_go_when_the_petition_turns_out_to_be_a_denunciation(province: Province) -> None:
    _item, document = await issued_minutes(province)
    number = province.database.run_here(
        lambda session: session.execute(
            text("SELECT id FROM petition WHERE code = :code"), {"code": HEARD}
        ).scalar_one()
    )
    hashed = versions(province, document)[0].pdf_sha256
    await send(province, f"/petitions/{number}/denunciation", {"opaque_reference": "HS-M/9"})
    (version,) = versions(province, document)
    assert (version.content, version.docx, version.pdf, version.pdf_sha256) == ("", None, None, hashed)
    page = await province.page(f"/documents/{document}")
    assert "Nội dung và tệp đã được xóa" in page
    assert hashed in page
    assert f"/documents/{document}/correct" not in page
    assert (await province.get(f"/documents/{document}/versions/1/pdf")).status == 404
    await province.as_("xemlai")
    await province.page(f"/documents/{document}", 403)


async def test_reading_a_document_of_a_confidential_item_is_noted(province: Province) -> None:
    item = item_of(province, "KN-0187")
    await province.as_("canbo")
    document = await of_item(province, item, "minutes")
    assert province.audited("document_read") == []
    await province.page(f"/documents/{document}")
    await handed_out(province, document, 1, "pdf")
    assert [event.subject for event in province.audited("document_read")] == [f"document:{document}"] * 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("symbol", "thông báo", "không ghi tên người"),
        ("opening", "x" * 12_001, "quá dài"),
        ("opening", "Chào 😀", "không in được"),
    ],
)
async def test_a_mistake_is_marked_where_it_is_and_nothing_is_lost(
    province: Province, field: str, value: str, sentence: str
) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    document = await of_item(province, item, "minutes")
    before = drafted(province, document)
    page = await save(province, document, 422, papers="Bản đồ thửa đất.", **{field: value})
    assert sentence in page
    assert f'aria-describedby="draft-{field}-mistake"' in page
    assert "Bản đồ thửa đất." in page
    assert drafted(province, document) == before


async def test_what_the_page_saves_by_itself_is_kept(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    document = await of_item(province, item, "minutes")
    path = f"/documents/{document}/draft"
    form: dict[str, object] = {**drafted(province, document), "stamp": "1.1"}
    csrf = await province.csrf(path)
    headers = {"Accept": "*/*", "HX-Request": "true"}
    for papers in ("Bản đồ", "Bản đồ thửa đất"):
        answer = await province.client.post(path, data={**form, "csrf": csrf, "papers": papers}, headers=headers)
        assert (answer.status, "Đã lưu dự thảo." in await answer.text()) == (200, True)
    assert drafted(province, document)["papers"] == "Bản đồ thửa đất"
    await province.as_("canbo")
    page = await send(province, path, {**form, "papers": "Khác"}, 422)
    assert "Có người vừa lưu hoặc ban hành văn bản này" in page
    assert drafted(province, document)["papers"] == "Bản đồ thửa đất"


async def test_a_draft_that_is_thrown_away_is_filled_in_anew(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("thuky")
    document = await of_item(province, item, "minutes")
    await save(province, document, request="Viết sai.")
    await send(province, f"/documents/{document}/discard", {"stamp": "1.2"})
    assert documents(province, "minutes") == []
    assert drafted(province, await of_item(province, item, "minutes"))["request"] != "Viết sai."


async def test_what_cannot_be_drawn_up_is_refused(province: Province) -> None:
    item = item_of(province, HEARD)
    await province.as_("canbo")
    await of_item(province, item, "urging", 400)
    await of_item(province, Item(99_999, item.reception_id), "minutes", 404)
    await province.page("/documents/99999", 404)
    waiting = item_of(province, "KG-0231")
    await of_item(province, waiting, "minutes", 404)  # nobody was heard yet
    await of_item(province, waiting, "notice", 404)
