"""A scan is attached to a petition, handed out to who reads all of it, and withdrawn; over real HTTP."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from server.attachments.shelf import Incoming
from server.attachments.tables import Withdrawal
from tests.server.attachments.office import PDF, attach, files, petition_id, rows
from tests.server.demo.fixtures import Province

CODE = "KG-0231"


async def test_what_was_attached_is_handed_out_as_it_was(province: Province) -> None:
    await province.as_("canbo")
    answer = await attach(province, CODE)
    assert answer.headers["Location"].endswith("#attachments")
    (row,) = rows(province, CODE)
    assert (row.number, row.type, row.form, row.bytes) == (1, "pdf", "photocopy", len(PDF))
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    page = await province.page(f"/petitions/{row.petition_id}")
    assert "Bản đồ địa chính năm 2009" in page
    assert row.sha256 in page
    given = await province.get(f"/petitions/{row.petition_id}/attachments/1")
    assert await given.read() == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Content-Disposition"] == f'attachment; filename="{CODE}-1.pdf"'
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert given.headers["Cache-Control"] == "no-store"
    (event,) = province.audited("attachment_added")
    assert json.loads(event.detail) == {"number": 1, "type": "pdf", "confidential": False}
    assert not province.audited("attachment_read"), "an open record's attachment is read without a note"


async def test_a_part_of_it_is_handed_out_where_a_player_asks_for_one(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    path = f"/petitions/{petition_id(province, CODE)}/attachments/1"
    part = await province.client.get(path, headers={"Range": "bytes=5-9"})
    assert (part.status, await part.read()) == (206, PDF[5:10])


async def test_its_name_on_the_disk_tells_nothing_and_only_we_read_it(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    (file,) = files(province)
    assert re.fullmatch(r"[0-9a-f]{32}", file.name)
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o077 == 0
    assert "Liên" not in json.dumps([row.model_dump(mode="json") for row in rows(province, CODE)])


async def test_a_script_is_answered_in_its_language(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE, status=201, accept="application/json")
    answer = await attach(province, CODE, b"<html>", status=422, accept="application/json")
    assert set((await answer.json())["mistakes"]) == {"file"}
    assert len(rows(province, CODE)) == 1


@pytest.mark.parametrize(
    ("content", "fields", "sentence"),
    [
        (b"<html><script>alert(1)</script>", {}, "Tên tệp không quan trọng"),
        (b"MZ\x90\x00" + PDF, {}, "Tên tệp không quan trọng"),
        (b"", {}, "Tệp rỗng"),
        (PDF + bytes(2_000_000), {}, "lớn hơn 2 MB"),
        (PDF, {"what": ""}, "Hãy ghi ngắn gọn đây là tài liệu gì"),
        (PDF, {"what": "x" * 201}, "quá dài"),
        (PDF, {"what": "Đơn của bà NGUYEN thi  Bich Lien"}, "Hãy ghi lại, không nêu tên"),
        (PDF, {"form": "fax"}, "Hãy chọn một mục"),
    ],
)
async def test_what_is_refused_leaves_nothing_and_says_why(
    province: Province, content: bytes, fields: dict[str, str], sentence: str
) -> None:
    await province.as_("canbo")
    answer = await attach(province, CODE, content, status=422, **fields)
    assert sentence in await answer.text()
    assert rows(province, CODE) == []
    assert files(province) == []


async def test_a_form_of_another_site_attaches_nothing(province: Province) -> None:
    await province.as_("canbo")
    for token in ("", "wrong"):
        await attach(province, CODE, status=403, token=token)
    path = f"/petitions/{petition_id(province, CODE)}/attachments"
    for body, type_ in (
        (b"what=x", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
    ):
        answer = await province.client.post(
            path, data=body, headers={"Content-Type": type_, "Accept": "text/html"}
        )
        assert answer.status in (400, 403)
    assert (rows(province, CODE), files(province)) == ([], [])


async def test_a_file_before_the_token_is_not_read(province: Province) -> None:
    await province.as_("canbo")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n'
        + (await province.csrf("/")).encode()
        + b"\r\n--x--\r\n"
    )
    answer = await province.client.post(
        f"/petitions/{petition_id(province, CODE)}/attachments",
        data=body,
        headers={"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"},
    )
    assert answer.status == 403
    assert files(province) == []


async def test_a_large_file_is_never_whole_in_memory(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[int] = []
    written = Incoming.write

    def write(incoming: Incoming, chunk: bytes) -> None:
        pieces.append(len(chunk))
        written(incoming, chunk)

    monkeypatch.setattr(Incoming, "write", write)
    await province.as_("canbo")
    content = PDF + bytes(1_900_000)
    await attach(province, CODE, content)
    assert sum(pieces) == len(content)
    assert max(pieces) < 1_200_000
    assert files(province)[0].read_bytes() == content


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "plain", "confidential"),
    [
        ("chutri", 200, 200),
        ("canbo", 200, 200),
        ("thuky", 200, 200),
        ("quantri", 200, 403),
        ("xemlai", 403, 403),
        ("giamsat", 403, 403),
        ("kythuat", 403, 403),
    ],
)
async def test_who_reads_all_of_the_petition_reads_what_is_attached(
    province: Province, login: str, plain: int, confidential: int
) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    await attach(province, CODE, what="Bệnh án", confidential="yes")
    number = petition_id(province, CODE)
    await province.as_(login)
    assert (await province.get(f"/petitions/{number}/attachments/1")).status == plain
    assert (await province.get(f"/petitions/{number}/attachments/2")).status == confidential
    assert len(province.audited("attachment_read")) == (confidential == 200), "confidential reading is noted"
    if login != "kythuat":
        page = await province.page(f"/petitions/{number}")
        assert ("Bệnh án" in page) == (confidential == 200)
        assert ("Bản đồ địa chính" in page) == (plain == 200)
        assert ("không hiển thị" in page) == (confidential == 403)


@pytest.mark.parametrize("login", ["chutri", "xemlai", "giamsat", "kythuat"])
async def test_who_only_reads_attaches_nothing(province: Province, login: str) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    await province.as_(login)
    await attach(province, CODE, status=403)
    path = f"/petitions/{petition_id(province, CODE)}/attachments/1/withdraw"
    assert (await province.post(path, {"because": "twice"}, "/")).status == 403
    assert len(files(province)) == 1


async def test_an_administrator_attaches_nothing_that_he_may_not_read(province: Province) -> None:
    await province.as_("quantri")
    await attach(province, CODE)
    await attach(province, CODE, status=403, confidential="yes")
    await attach(province, "KN-0187", status=403)  # a confidential record
    assert len(files(province)) == 1


async def test_attachments_of_a_confidential_record_are_read_with_a_note(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, "KN-0187")
    await province.get(f"/petitions/{petition_id(province, 'KN-0187')}/attachments/1")
    (event,) = province.audited("attachment_read")
    assert json.loads(event.detail) == {"number": 1}


# --- withdrawing --------------------------------------------------------------------------------------


async def withdraw(province: Province, because: str, status: int = 303) -> None:
    path = f"/petitions/{petition_id(province, CODE)}/attachments/1/withdraw"
    assert (await province.post(path, {"because": because}, "/")).status == status


async def test_what_was_withdrawn_stays_on_record_and_is_closed_to_readers(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    await withdraw(province, "not a reason", 400)
    await withdraw(province, "replaced")
    await withdraw(province, "twice")  # pressed again: the first reason stays
    (row,) = rows(province, CODE)
    assert row.withdrawn_because is Withdrawal.REPLACED
    assert [json.loads(event.detail)["because"] for event in province.audited("attachment_withdrawn")] == [
        "replaced"
    ]
    path = f"/petitions/{row.petition_id}"
    assert "đã được thay bằng tệp khác" in await province.page(path)
    assert (await province.get(f"{path}/attachments/1")).status == 200, "who attaches can still open it"
    await province.as_("chutri")
    assert "Bản đồ địa chính" not in await province.page(path)
    assert (await province.get(f"{path}/attachments/1")).status == 404


async def test_what_must_not_be_kept_is_destroyed(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    await withdraw(province, "mistaken")
    await withdraw(province, "forbidden")
    (row,) = rows(province, CODE)
    assert (row.what, row.file, row.sha256, row.bytes) == ("", "", "", len(PDF))
    assert files(province) == []
    assert (await province.get(f"/petitions/{row.petition_id}/attachments/1")).status == 404
    assert "tệp đã bị hủy" in await province.page(f"/petitions/{row.petition_id}")
    await attach(province, CODE)
    assert [each.number for each in rows(province, CODE)] == [1, 2], "a number is given once"
