"""A file of petitions: looked at, confirmed, imported once, and corrected where it was refused."""

from __future__ import annotations

import io
import re
from datetime import date

import aiohttp
import openpyxl
import pytest
from aiohttp import ClientResponse
from sqlmodel import Session, col, select

from server.petitions.importing import CHUNK, Preview
from server.petitions.tables import Petition, PetitionKind
from server.spreadsheets import as_csv, as_xlsx, rows_in_xlsx
from server.web.languages import today
from server.web.pending import LASTS_S, MOST, Pending
from tests.server.demo.fixtures import Province, petition

HEAD = ["Loại đơn", "Ngày nhận", "Họ tên", "Số người", "Tóm tắt", "Nơi xảy ra", "Lĩnh vực", "Nguồn đơn", "Số CCCD"]
GOOD = [
    "Khiếu nại; phản ánh",
    "20/11/2026",
    "Lò Văn Tệp",
    "6",
    "Khiếu nại đo đạc",
    "6664",
    "Hành chính: đất đai, nhà cửa",
    "qua buu chinh",
    "012",
]


def csv(*rows: list[str], head: list[str] = HEAD) -> bytes:
    return as_csv([head, *rows])


def with_(column: str, value: str) -> list[str]:
    return [value if name == column else text for name, text in zip(HEAD, GOOD, strict=True)]


async def upload(province: Province, content: bytes, name: str = "don.csv") -> ClientResponse:
    form = aiohttp.FormData()
    form.add_field("csrf", await province.csrf("/petitions/import"))
    form.add_field("file", io.BytesIO(content), filename=name, content_type="text/csv")
    return await province.client.post("/petitions/import", data=form, headers={"Accept": "text/html"})


async def preview(province: Province, content: bytes) -> str:
    answer = await upload(province, content)
    assert answer.status == 200
    return await answer.text()


async def confirm(province: Province, page: str) -> str:
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    answer = await province.post("/petitions/import/confirm", {"token": token[1]}, "/petitions/import")
    assert answer.status == 200
    return await answer.text()


def imported(province: Province) -> list[Petition]:
    rows = select(Petition).where(col(Petition.petitioner_name).startswith("Lò")).order_by(col(Petition.id))
    return province.database.run_here(lambda session: list(session.exec(rows)))


async def test_nothing_is_written_before_it_is_confirmed_and_nothing_twice(province: Province) -> None:
    await province.as_("canbo")
    page = await preview(province, csv(GOOD))
    assert "Chưa nhập gì" in page
    assert "1 đơn sẽ được nhập" in page
    assert "Số CCCD" in page  # a column that is not read is named
    assert imported(province) == []

    assert "Đã nhập 1 đơn" in await confirm(province, page)
    (row,) = imported(province)
    assert (row.kind, row.other_kinds) == (PetitionKind.COMPLAINT, {PetitionKind.REFLECTION})
    assert (row.received_on, row.petitioner_count, row.petitioner_kind) == (date(2026, 11, 20), 6, "group")
    assert (row.place_code, row.field, row.channel) == ("06664", "admin_land", "post")
    assert row.code == "KN-0210"
    (event,) = province.audited("petitions_imported")
    assert event.detail == '{"added":1,"left_out":0}'

    again = await preview(province, csv(GOOD, with_("Tóm tắt", "khieu nai  ĐO ĐẠC")))
    assert "0 đơn sẽ được nhập" in again
    assert "2 đơn đã có trong sổ" in again
    assert 'name="token"' not in again


async def test_a_workbook_is_read_as_well_as_text(province: Province) -> None:
    await province.as_("thuky")
    rows = [HEAD, [GOOD[0], date(2026, 11, 20), *GOOD[2:]]]
    page = await preview(province, as_xlsx(("Đơn", [10], rows)))
    assert "1 đơn sẽ được nhập" in page
    english = csv(
        ["Complaint", "2026-11-20", "Lò B", "Khiếu nại"], head=["kind", "Received on", "Petitioner", "Summary"]
    )
    assert "1 đơn sẽ được nhập" in await preview(province, english)


@pytest.mark.parametrize(
    ("column", "value", "shown", "allowed"),
    [
        ("Loại đơn", "Thư ngỏ", "Thư ngỏ", "một trong: Khiếu nại, Tố cáo, Kiến nghị, Phản ánh"),
        ("Loại đơn", "", "để trống", "một trong: Khiếu nại"),
        ("Ngày nhận", "31/02/2026", "31/02/2026", "ngày dạng 31/01/2026"),
        ("Ngày nhận", "01/01/2099", "01/01/2099", "không được là ngày trong tương lai"),
        ("Họ tên", "", "để trống", "Hãy nhập họ tên"),
        ("Số người", "sáu", "sáu", "Hãy nhập số người"),
        ("Tóm tắt", "Đơn của Lò Văn Tệp", "Đơn của Lò Văn Tệp", "Dòng này có tên người gửi đơn"),
        ("Nơi xảy ra", "Xã Không Có", "Xã Không Có", "Không có xã, phường"),
        ("Lĩnh vực", "Thời tiết", "Thời tiết", "một trong: Hành chính"),
        ("Nguồn đơn", "Chim bồ câu", "Chim bồ câu", "một trong: Nộp trực tiếp"),
    ],
)
async def test_a_refused_row_says_where_what_came_and_what_is_allowed(
    province: Province, column: str, value: str, shown: str, allowed: str
) -> None:
    await province.as_("canbo")
    page = await preview(province, csv(GOOD, with_(column, value)))
    assert "1 đơn sẽ được nhập" in page
    assert "1 dòng bị từ chối" in page
    row = re.search(r'<tr><td class="number">3</td>.*?</tr>', page, re.DOTALL)
    assert row is not None
    assert shown in row[0]
    assert allowed in row[0]


async def test_the_refused_rows_are_a_file_that_is_corrected_and_imported(province: Province) -> None:
    await province.as_("canbo")
    page = await preview(province, csv(GOOD, with_("Ngày nhận", "hôm qua"), with_("Số người", "0")))
    await confirm(province, page)
    done = await preview(province, csv(with_("Ngày nhận", "hôm qua")))
    address = re.search(r'href="(/petitions/import/refused/[^"]+)"', done)
    assert address is not None
    answer = await province.get(address[1])
    (_, head), (_, row) = rows_in_xlsx(await answer.read())
    assert head[-3:-1] == ["Dòng trong tệp", "Cột cần sửa"]
    assert row[-3:-1] == ["2", "Ngày nhận đơn"]
    corrected = [text if text != "hôm qua" else "21/11/2026" for text in row]
    assert "Đã nhập 1 đơn" in await confirm(
        province, await preview(province, as_xlsx(("1", [9], [head, corrected])))
    )
    await province.as_("thuky")
    assert (await province.get(address[1])).status == 404  # another's


async def test_a_denunciation_comes_without_a_person_or_not_at_all(province: Province) -> None:
    await province.as_("canbo")
    head = ["Loại đơn", "Ngày nhận", "opaque_reference", "Họ tên", "Nội dung"]
    page = await preview(
        province,
        csv(
            ["Tố cáo", "20/11/2026", "HS-M/2026/77", "", ""],
            ["Tố cáo", "20/11/2026", "HS-M/2026/78", "Người Tố Cáo", ""],
            ["Kiến nghị, tố cáo", "20/11/2026", "HS-M/2026/79", "", "Tôi là hàng xóm"],
            head=head,
        ),
    )
    assert "1 đơn sẽ được nhập" in page
    assert "Người Tố Cáo" not in page
    assert "hàng xóm" not in page
    address = re.search(r'href="(/petitions/import/refused/[^"]+)"', page)
    assert address is not None
    refused = list(rows_in_xlsx(await (await province.get(address[1])).read()))
    assert "Người Tố Cáo" not in str(refused)
    await confirm(province, page)

    def stored(session: Session) -> list[Petition]:
        return list(session.exec(select(Petition).where(col(Petition.opaque_reference).startswith("HS-M/2026/7"))))

    (row,) = province.database.run_here(stored)
    assert (row.kind, row.opaque_reference) == (PetitionKind.DENUNCIATION, "HS-M/2026/77")


async def test_a_code_is_taken_once(province: Province) -> None:
    await province.as_("canbo")
    head = ["Mã đơn", *HEAD]
    page = await preview(province, csv(["KN-0198", *GOOD], ["KN-0777", *GOOD], head=head))
    assert "Mã này đã dùng" in page
    await confirm(province, page)
    assert [row.code for row in imported(province)] == ["KN-0777"]
    assert "1 đơn đã có trong sổ" in await preview(province, csv(["KN-0777", *GOOD], head=head))
    changed = ["KN-0777", *with_("Tóm tắt", "Nội dung khác")]
    assert "Mã này đã dùng" in await preview(province, csv(changed, head=head))


async def test_an_earlier_petition_is_named_by_its_code(province: Province) -> None:
    await province.as_("canbo")
    head = [*HEAD, "Mã đơn gửi trước", "Đơn gửi lần thứ"]
    page = await preview(
        province,
        csv(
            [*GOOD, "KN-0205", "4"],
            [*with_("Tóm tắt", "b"), "TC-0007", "2"],
            [*with_("Tóm tắt", "c"), "KN-9", "2"],
            head=head,
        ),
    )
    assert "1 đơn sẽ được nhập" in page
    assert page.count("mã của một đơn đã có trong sổ") == 2
    await confirm(province, page)
    (row,) = imported(province)
    assert row.earlier_id == province.database.run_here(petition, "KN-0205").id
    assert (row.case_age, row.times_received) == ("old", 4)


async def test_an_account_imports_what_it_may_enter(province: Province) -> None:
    rows = [
        ["Tố cáo", "20/11/2026", "", "", "HS-M/1", ""],
        ["Khiếu nại", "20/11/2026", "Lò Kín", "Đơn", "", "Bảo mật"],
    ]
    head = ["kind", "received_on", "petitioner_name", "summary", "opaque_reference", "confidentiality"]
    await province.as_("quantri")
    page = await preview(province, csv(*rows, head=head))
    assert page.count("mức bảo mật mà tài khoản của bạn được nhập") == 2
    await province.as_("canbo")
    assert "2 đơn sẽ được nhập" in await preview(province, csv(*rows, head=head))


@pytest.mark.parametrize("login", ["xemlai", "chutri"])
async def test_who_may_not_write_imports_nothing(province: Province, login: str) -> None:
    await province.as_(login)
    for path in ("/petitions/import", "/petitions/import/template", "/petitions/import/refused/abcdefghij"):
        await province.page(path, status=403)
    assert (await province.post("/petitions/import/confirm", {"token": "x"}, "/petitions")).status == 403
    form = {"csrf": await province.csrf("/petitions"), "file": io.BytesIO(csv(GOOD))}
    answer = await province.client.post("/petitions/import", data=form, headers={"Accept": "text/html"})
    assert answer.status == 403


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "dòng đầu ghi tên các cột"),
        (b"\xff\xfe\x00", "bảng tính (XLSX) cỡ thông thường"),
        (b"PK\x03\x04 broken", "bảng tính (XLSX) cỡ thông thường"),
        (b"a,b\n1,2\n", "dòng đầu ghi tên các cột"),
        (csv(*[GOOD] * 2001), "mỗi tệp nhiều nhất 2000 đơn"),
    ],
)
async def test_a_file_that_is_none_is_refused_in_a_sentence(province: Province, content: bytes, said: str) -> None:
    await province.as_("canbo")
    page = await preview(province, content)
    assert "1 dòng bị từ chối" in page
    assert said in page


async def test_no_file_an_old_preview_and_too_large_a_file(province: Province) -> None:
    await province.as_("canbo")
    nothing = await province.post("/petitions/import", {}, "/petitions/import")
    assert nothing.status == 422
    assert 'class="mistake"' in await nothing.text()
    over = await province.post("/petitions/import/confirm", {"token": "nonsense"}, "/petitions/import")
    assert over.status == 409
    assert "Bản xem trước đã hết hạn" in await over.text()
    large = await upload(province, b"x" * 1_100_000)
    assert large.status == 413


async def test_many_rows_go_in_piece_by_piece(province: Province) -> None:
    await province.as_("canbo")
    rows = [with_("Tóm tắt", f"Khiếu nại thứ {number}") for number in range(CHUNK * 2 + 1)]
    done = await confirm(province, await preview(province, csv(*rows)))
    assert f"Đã nhập {CHUNK * 2 + 1} đơn" in done
    assert len(imported(province)) == CHUNK * 2 + 1
    assert len(province.audited("petitions_imported")) == 3


async def test_what_the_template_offers_is_taken(province: Province) -> None:
    await province.as_("canbo")
    book = openpyxl.load_workbook(io.BytesIO(await (await province.get("/petitions/import/template")).read()))
    head = [str(cell.value) for cell in book.worksheets[0][1]]
    words = {
        str(row[0].value): str(row[2].value or "").split("; ") for row in book.worksheets[1].iter_rows(min_row=2)
    }
    assert list(words) == head
    row = [words[name][0] for name in head]
    given = {"Ngày nhận đơn": today().strftime("%d/%m/%Y"), "Người gửi đơn": "Lò Mẫu", "Tóm tắt": "Khiếu nại"}
    row = [given.get(name, text) for name, text in zip(head, row, strict=True)]
    assert "1 đơn sẽ được nhập" in await preview(province, as_xlsx(("1", [9], [head, row])))


def test_a_preview_waits_for_its_own_account_and_not_for_ever() -> None:
    clock = [0.0]
    pending = Pending(lambda: clock[0])
    nothing = Preview((), (), (), ())
    first = pending.keep(1, nothing)
    assert pending.get(2, first) is None
    second = pending.keep(1, nothing)
    assert pending.get(1, first) is None  # one per account
    for account in range(2, MOST + 2):
        pending.keep(account, nothing)
    assert pending.get(1, second) is None  # the oldest gave way
    last = pending.keep(1, nothing)
    clock[0] = LASTS_S + 1
    assert pending.take(1, last) is None
