"""The pages of figures, as a browser asks for them: every number opens its records, files are what they say."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
from pypdf import PdfReader
from sqlmodel import Session, select

from server.petitions.tables import Petition, PetitionKind
from server.visits.tables import Visit
from server.web.languages import today
from tests.server.demo.fixtures import Province

YEAR = f"period=days&from={(today() - timedelta(days=364)).isoformat()}&to={today().isoformat()}"
RECORDS = re.compile(r'<a href="(/figures/records\?[^"]+)">([0-9.]+)</a>')


def opened(page: str) -> list[tuple[str, int]]:
    """The addresses of the records on a page, and the number each stands under."""
    return [(unescape(path), int(number.replace(".", ""))) for path, number in RECORDS.findall(page)]


async def test_the_overview_counts_what_is_on_the_record(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page(f"/figures?{YEAR}")

    def counted(session: Session) -> int:
        first = today() - timedelta(days=364)
        return sum(first <= each.received_on <= today() for each in session.exec(select(Petition)))

    numbers = dict(opened(page))
    received = next(number for path, number in numbers.items() if "column=9&" in f"{path}&" and "by=" not in path)
    assert received == province.database.run_here(counted) > 10
    assert page.count("<svg viewBox") == 4
    assert "cùng kỳ năm trước" in page


@pytest.mark.parametrize("path", ["/figures", "/figures/rows", "/figures/form"])
async def test_without_a_question_the_year_until_today_is_shown(province: Province, path: str) -> None:
    """And the other periods that are asked for most are one click away."""
    await province.as_("canbo")
    page = await province.page(path)
    near = re.search(r'<nav class="asked no-print" aria-label="Các kỳ hay xem">(.*?)</nav>', page, re.DOTALL)
    assert near is not None
    assert [words.strip() for words in re.findall(r">([^<>]+)</a>", near[1])][0::2] == [
        "Năm báo cáo, tính đến hôm nay",
        "Tháng này",
    ]
    assert near[1].index('aria-current="true"') < near[1].index("Năm báo cáo")
    for address in re.findall(r'href="([^"]+)"', near[1]):
        assert unescape(address).startswith(path)
        assert 'aria-current="true"' in await province.page(unescape(address))


@pytest.mark.parametrize(
    "path", ["/figures?", "/figures/rows?by=unit&", "/figures/rows?by=place&", "/figures/form?"]
)
async def test_every_number_opens_as_many_records(province: Province, path: str) -> None:
    await province.as_("canbo")
    links = opened(await province.page(f"{path}{'&' if '?' in path else '?'}{YEAR}"))
    assert len(links) > 5
    for address, number in dict(links).items():
        list_ = await province.page(address)
        assert f": {number}</h1>" in list_
        rows = list_.count("data-record")
        said = re.search(r"<strong>([0-9.]+) hồ sơ</strong>", list_)
        assert said is not None
        assert rows == int(said[1])
        if "số liệu tính nội dung" not in list_:
            assert rows == number, address


async def test_a_form_says_that_the_one_in_force_is_not_known(province: Province) -> None:
    await province.as_("giamsat")
    page = await province.page("/figures/form?period=h1&year=2026")
    assert "Thông tư 06/2025/TT-TTCP" in page
    assert "06/QLKNTC" in page
    former = await province.page("/figures/form?period=h1&year=2025")
    assert "06/QLKNTC" not in former
    assert "15/12/2024" in former


async def test_the_workbook_holds_the_numbers_of_the_page(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page(f"/figures/form?{YEAR}")
    answer = await province.get(f"/figures/form/export.xlsx?{YEAR}")
    assert answer.status == 200
    sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    total = next(row for row in rows if row[0] == "Tổng số")
    visits = next(number for path, number in opened(page) if path.endswith("column=1"))
    assert total[1] == visits
    assert total[30] is None, "notes are written by hand"
    head = next(row for row in rows if row[0] == "MS")
    assert head[1:5] == ["1 = 4+13+22", "2 = 5+14+23", "3 = 6+7+15+16+24+25", "4"]
    words = {cell for row in rows for cell in row if isinstance(cell, str)}
    assert "Biểu số: 01/TCD" in words
    assert "BAN TIẾP CÔNG DÂN TỈNH" in words
    assert "Ghi chú (ghi tay)" in words
    assert sheet.page_setup.orientation == "landscape"
    (event,) = province.audited("figures_exported")
    assert "01-tcd" in event.detail


@pytest.mark.parametrize("form", ["01-tcd-01-2024", "02-tcd-02-2021", "01-xld-01-2024", "01-kqgq-01-2024"])
async def test_the_pdf_is_across_and_reads_right(province: Province, form: str) -> None:
    await province.as_("canbo")
    answer = await province.get(f"/figures/form/export.pdf?form={form}&{YEAR}")
    assert answer.status == 200
    reader = PdfReader(io.BytesIO(await answer.read()))
    page = reader.pages[0]
    assert page.mediabox.width > page.mediabox.height
    text = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    for words in ("BAN TIẾP CÔNG DÂN TỈNH", "Biểu số:", "Đơn vị", "Tổng số", "THỦ TRƯỞNG ĐƠN VỊ"):
        assert words in text, words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/figures?period=h1", 400),
        ("/figures?period=days&from=2026-01-01&to=2025-01-01", 400),
        ("/figures/rows?by=person", 400),
        ("/figures/form?form=99-xyz", 404),
        ("/figures/form?by=kind", 400),
        ("/figures/records?column=99", 404),
        ("/figures/records?form=01-tcd-01-2024&column=30", 404),
        ("/figures/records?column=8&by=place", 404),
        ("/figures/form/export.csv", 404),
    ],
)
async def test_what_is_not_there_is_refused(province: Province, path: str, status: int) -> None:
    await province.as_("canbo")
    await province.page(path, status)


@pytest.mark.parametrize(
    "path", ["/figures", "/figures/rows", "/figures/form", "/figures/form/export.pdf", "/figures/records"]
)
async def test_a_technician_sees_no_figures(province: Province, path: str) -> None:
    await province.as_("kythuat")
    await province.page(path, 403)


def _secret_visit(session: Session) -> None:
    """Somebody of a department recorded one visit about a denunciation, among others."""
    some = session.exec(select(Visit).where(Visit.kind == PetitionKind.DENUNCIATION)).first()
    assert some is not None
    some.unit = "Sở Y tế"
    session.add(some)


async def test_in_a_row_below_the_province_a_secret_record_is_a_line_without_anything(province: Province) -> None:
    province.database.run_here(_secret_visit)
    address = f"/figures/records?column=1&by=unit&row=S%E1%BB%9F+Y+t%E1%BA%BF&{YEAR}"
    await province.as_("giamsat")
    page = await province.page(address)
    assert page.count("data-record") == 1
    assert "Hồ sơ bạn không được xem ở đây" in page
    assert 'data-kind="denunciation"' not in page
    await province.as_("canbo")
    assert 'data-kind="denunciation"' in await province.page(address)


async def test_small_numbers_about_denunciations_are_hidden_and_have_no_list(province: Province) -> None:
    """The one visit about a denunciation that a department received at; what tells of it is hidden with it."""
    province.database.run_here(_secret_visit)
    address = f"/figures/rows?by=unit&{YEAR}"
    await province.as_("canbo")
    page = await province.page(address)
    seen = [path for path, _number in opened(page) if "column=21" in path and "row=S" in path]
    assert seen
    assert "Số nhỏ về tố cáo" not in page
    await province.as_("giamsat")
    page = await province.page(address)
    assert not [path for path, _number in opened(page) if "column=21" in path and "by=unit" in path]
    assert [path for path, _number in opened(page) if "column=21" in path], "the province's number is shown"
    assert page.count("<abbr title=") >= 2, "another one is hidden with it"
    for path in seen:
        await province.page(path, 403)
