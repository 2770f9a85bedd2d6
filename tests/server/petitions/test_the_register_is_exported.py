"""The filtered list as a file: what is in it for whom, and what the audit log learns."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from sqlmodel import Session

from server.petitions import exporting
from server.petitions.register import Entry, create
from server.petitions.tables import PetitionKind
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition

NAMES = {"Người gửi là", "Người gửi đơn", "Địa chỉ", "Số người", "Người đại diện khác"}


async def rows(province: Province, query: str = "") -> list[dict[str, str]]:
    answer = await province.get(f"/petitions/export.csv{query}")
    assert answer.status == 200
    content = await answer.read()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_an_officer_takes_along_what_the_list_shows(province: Province) -> None:
    await province.as_("canbo")
    found = await rows(province, "?flag=crowded&sort=code&up=1")
    assert [row["Mã"] for row in found] == ["KG-0231", "KG-0236", "KN-0181", "KN-0192", "KN-0198", "PA-0081"]
    dang = next(row for row in found if row["Mã"] == "KN-0198")
    assert dang["Người gửi đơn"] == "Đặng Văn Quyết"
    assert dang["Loại đơn"] == "Khiếu nại; Kiến nghị"
    assert dang["Tính chất vụ việc"] == "Phức tạp; Đông người"
    assert dang["Lĩnh vực"] == "Hành chính: đất đai, nhà cửa"
    assert "Hà Khánh" in dang["Nơi phát sinh vụ việc"]


async def test_a_workbook_holds_the_same(province: Province) -> None:
    await province.as_("thuky")
    answer = await province.get("/petitions/export.xlsx?q=KN-0198")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="so-don-{today()}.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    found = dict(zip(head, row, strict=True))
    assert found["Người gửi đơn"] == "Đặng Văn Quyết"
    assert found["Số người"] == 7
    assert found["Ngày nhận đơn"].date() == province.database.run_here(petition, "KN-0198").received_on


async def test_a_reviewer_gets_no_column_of_names_and_nothing_of_what_is_confidential(province: Province) -> None:
    await province.as_("xemlai")
    found = await rows(province)
    assert len(found) == 30
    assert not NAMES & set(found[0])
    assert "Đặng Văn Quyết" not in str(found)
    secret = next(row for row in found if row["Mã"] == "KN-0187")
    told = {"Mã", "Loại đơn", "Ngày nhận đơn", "Tình trạng", "Nguồn đơn", "Mức độ bảo mật"}
    assert {name for name, text in secret.items() if text} == told
    assert "y tế" not in str(secret)


async def test_an_administrator_reads_names_but_not_those_of_confidential_records(province: Province) -> None:
    await province.as_("quantri")
    found = {row["Mã"]: row for row in await rows(province)}
    assert found["KN-0198"]["Người gửi đơn"] == "Đặng Văn Quyết"
    for code in ("KN-0187", "TC-0007"):
        assert found[code]["Người gửi đơn"] == ""
        assert found[code]["Số người"] == ""
    assert "HS-M/2026/07" not in str(found["TC-0007"])


async def test_of_a_denunciation_the_reference_goes_along_and_nobody(province: Province) -> None:
    await province.as_("canbo")
    (row,) = await rows(province, "?q=TC-0007")
    assert "HS-M/2026/07" in row.values()
    assert row["Nội dung"] == row["Người gửi đơn"] == ""


async def test_the_log_learns_the_filter_and_no_name(province: Province) -> None:
    await province.as_("canbo")
    await rows(province, "?q=n%C3%B4ng+th%E1%BB%8B+h%E1%BA%A1nh&kind=complaint")
    (event,) = province.audited("petitions_exported")
    assert json.loads(event.detail) == {
        "confidential": [province.database.run_here(petition, "KN-0187").id],
        "filter": {"kind": "complaint", "q": "…"},
        "format": "csv",
        "petitions": 1,
    }


async def test_the_filter_by_deadline_holds_for_the_file_too(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page("/petitions?deadline=overdue")
    assert 'href="/petitions/export.xlsx?deadline=overdue"' in page
    found = await rows(province, "?deadline=overdue")
    assert 0 < len(found) < 30
    assert all(row["Mã"] in page for row in found)


async def test_a_cell_never_becomes_a_formula(province: Province) -> None:
    def work(session: Session) -> None:
        create(
            session, Entry(PetitionKind.REFLECTION, today(), "=1+1", petitioner_name="@SUM(A1)", code="PA-9001")
        )

    province.database.run_here(work)
    await province.as_("canbo")
    (row,) = await rows(province, "?q=PA-9001")
    assert (row["Tóm tắt"], row["Người gửi đơn"]) == ("'=1+1", "'@SUM(A1)")
    sheet = openpyxl.load_workbook(
        io.BytesIO(await (await province.get("/petitions/export.xlsx?q=PA-9001")).read())
    ).worksheets[0]
    assert {cell.data_type for cell in sheet[2] if cell.value in ("=1+1", "@SUM(A1)")} == {"s"}


async def test_too_many_are_refused_with_what_to_do(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST", 20)
    await province.as_("canbo")
    assert "Quá nhiều đơn cho một tệp" in await province.page("/petitions/export.csv", status=422)
    assert province.audited("petitions_exported") == []


async def test_without_a_login_and_in_another_format_there_is_nothing(province: Province) -> None:
    assert (await province.get("/petitions/export.csv")).status == 303
    await province.as_("canbo")
    assert (await province.get("/petitions/export.pdf")).status == 404
