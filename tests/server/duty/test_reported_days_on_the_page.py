"""Entering what units tell of their receptions, and who fell short, on pages as a browser sees them."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import date, timedelta

import openpyxl
import pytest
from aiohttp import FormData
from sqlmodel import Session, col, delete, select

from server.duty.forms import LINES
from server.duty.tables import ReportedDay, ReportedMonth
from server.receptions.duty import last_of
from server.rooms.tables import Room, RoomLevel
from server.web.languages import today
from tests.server.conftest import PAGE
from tests.server.demo.fixtures import Province

REPORT, COMMUNES, DEPARTMENTS = (
    "/receptions/duty/report",
    "/receptions/duty/communes",
    "/receptions/duty/departments",
)
IMPORT = "/receptions/duty/import"
MONTH = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
"""The last one that is over."""
DEPARTMENT = "Sở Tư pháp"
HEADER = "Đơn vị;Ngày;Người tiếp;Hình thức;Không có công dân đến;Lượt tiếp;Số người\n"


@pytest.fixture
async def office(province: Province) -> Province:
    """The province, of whose units nobody has told anything."""

    def forget(session: Session) -> None:
        session.exec(delete(ReportedDay))
        session.exec(delete(ReportedMonth))

    province.database.run_here(forget)
    return await province.as_("canbo")


def communes(office: Province) -> list[Room]:
    wanted = select(Room).where(Room.level == RoomLevel.COMMUNE, col(Room.valid_to).is_(None)).order_by(Room.code)
    return office.database.run_here(lambda session: list(session.exec(wanted)))


def days(office: Province) -> list[ReportedDay]:
    wanted = select(ReportedDay).where(col(ReportedDay.withdrawn_at).is_(None)).order_by(col(ReportedDay.day))
    return office.database.run_here(lambda session: list(session.exec(wanted)))


def whole(office: Province) -> list[ReportedMonth]:
    wanted = select(ReportedMonth).where(col(ReportedMonth.withdrawn_at).is_(None))
    return office.database.run_here(lambda session: list(session.exec(wanted)))


def form(unit: str, *numbers: int, told_whole: bool = True, month: date = MONTH, **more: str) -> dict[str, object]:
    filled = {"unit": unit, "month": month.strftime("%Y-%m"), "whole": "yes" if told_whole else ""}
    for line, number in enumerate(numbers):
        filled |= {f"day{line}": str(number), f"receiver{line}": "head", f"mode{line}": "periodic"}
    return {**filled, **more}


async def entered(office: Province, unit: str, *numbers: int, **more: str) -> None:
    answer = await office.post(REPORT, form(unit, *numbers, **more))
    assert answer.status == 303, await answer.text()


async def imported(
    office: Province, text: str | bytes, name: str = "ngay.csv", *, told_whole: bool = False
) -> str:
    """The page after confirming; of a file without a good row the page before."""
    page = await looked_at(office, text, name)
    token = re.search(r'name="token" value="([^"]+)"', page)
    if token is None:
        return page
    answer = await office.post(f"{IMPORT}/confirm", {"token": token[1], "whole": "yes" if told_whole else ""})
    assert answer.status == 200
    return html.unescape(await answer.text())


async def looked_at(office: Province, text: str | bytes, name: str = "ngay.csv") -> str:
    upload = FormData({"csrf": await office.csrf()})
    upload.add_field("file", text.encode() if isinstance(text, str) else text, filename=name)
    answer = await office.client.post(IMPORT, data=upload, headers=PAGE, allow_redirects=False)
    assert answer.status == 200
    return html.unescape(await answer.text())


def rows_of(page: str) -> list[str]:
    """The lines of the units' table, each as its words."""
    table = page.split('<table class="units">')[1].split("</table>")[0].split("<tbody>")[1]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr>")[1:]]


async def test_nothing_is_missed_before_somebody_tells_something(office: Province) -> None:
    page = await office.page(COMMUNES)
    assert "Chưa có đơn vị nào báo cáo ngày tiếp" in page
    assert all("Chưa báo cáo" in row for row in rows_of(page))
    assert "ít hơn quy định" not in page
    assert "ít hơn quy định" not in await office.page("/")


async def test_who_told_too_few_days_is_named_first_and_who_told_nothing_is_told_apart(office: Province) -> None:
    keeps, short, *_ = communes(office)
    await entered(office, keeps.code, 1, 2, 8, 9, 15, 16, 22, 23, 27, 28)
    await entered(office, short.code, 5)
    page = await office.page(COMMUNES)
    first = rows_of(page)[0]
    assert short.name in first
    assert first.count("Thiếu") == 1
    assert f"Tháng {MONTH:%m/%Y}, người đứng đầu của" in page
    assert f"<li>{short.name}" in page
    missed = rows_of(await office.page(f"{COMMUNES}?standing=missed"))
    assert [short.name in row for row in missed].count(True) == 1
    assert len(rows_of(await office.page(f"{COMMUNES}?standing=not_reported"))) == len(communes(office)) - 2
    only = rows_of(await office.page(f"{COMMUNES}?q={short.code}"))
    assert len(only) == 1
    assert short.name in only[0]


async def test_the_home_page_tells_who_plans_receptions_and_nobody_else(office: Province) -> None:
    await entered(office, DEPARTMENT)
    page = await office.page("/")
    assert "của 1 đơn vị trực tiếp tiếp công dân ít hơn quy định" in page
    address = re.search(r'href="(/receptions/duty/departments\?month=[0-9-]+)"', page)
    assert address is not None
    assert DEPARTMENT in rows_of(await office.page(address[1]))[0]
    for login in ("xemlai", "giamsat", "kythuat"):
        await office.as_(login)
        assert "ít hơn quy định" not in await office.page("/")


async def test_a_day_in_person_keeps_a_department_s_month(office: Province) -> None:
    await entered(office, DEPARTMENT, 7, visits0="3", persons0="5", nobody0="")
    (row,) = days(office)
    assert (row.unit, row.room_id, row.day) == (DEPARTMENT, None, MONTH.replace(day=7))
    assert (row.visits, row.persons, row.nobody_came) == (3, 5, False)
    (shown,) = rows_of(await office.page(f"{DEPARTMENTS}?q=tư+pháp"))
    assert shown.endswith("Đủ")
    (event,) = office.audited("unit_days_recorded")[-1:]
    assert event.subject == f"duty:{DEPARTMENT}"
    assert f"{MONTH.replace(day=7)}" in event.detail


async def test_a_delegated_day_and_a_day_to_which_nobody_came_are_told_apart(office: Province) -> None:
    await entered(office, DEPARTMENT, 7, 14, receiver0="delegate", nobody1="yes")
    (shown,) = rows_of(await office.page(f"{DEPARTMENTS}?q=tư+pháp"))
    assert shown == f"{DEPARTMENT} 1 {MONTH.replace(day=14):%d/%m} 1 1 0 1 0 Đủ"
    await entered(office, "Sở Nội vụ", 7, receiver0="delegate")
    (other,) = rows_of(await office.page(f"{DEPARTMENTS}?q=nội+vụ"))
    assert other == "Sở Nội vụ 0 — 0 1 0 1 1 Thiếu"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"unit": "Xã Không Có"}, "không có đơn vị nào tên như vậy"),
        ({"unit": "Tỉnh Quảng Ninh"}, "không có đơn vị nào tên như vậy"),
        ({"month": "2999-01"}, "không ghi tháng chưa đến"),
        ({"month": "tháng mười"}, "Ghi tháng dạng 2026-10"),
        ({"day0": "32"}, "Ghi số ngày trong tháng"),
        ({"day0": "x"}, "Ghi số ngày trong tháng"),
        ({"day0": f"5/{MONTH.month % 12 + 1}"}, "Ghi số ngày trong tháng"),
        ({"day1": "5", "receiver1": "head", "mode1": "periodic"}, "Ngày này ghi hai lần"),
        ({"receiver0": "board"}, "trực tiếp tiếp hay ủy quyền"),
        ({"mode0": "x"}, "Hãy chọn một mục trong danh sách"),
        ({"visits0": "-1"}, "Ghi số nguyên từ 0 đến 100.000"),
        ({"persons0": "100001"}, "Ghi số nguyên từ 0 đến 100.000"),
        ({"nobody0": "yes", "persons0": "2"}, "không có công dân đến mà vẫn có"),
        ({"day0": "", "whole": ""}, "Ghi ít nhất một ngày"),
    ],
)
async def test_a_mistake_is_named_where_it_stands_and_nothing_is_saved(
    office: Province, changed: dict[str, str], sentence: str
) -> None:
    answer = await office.post(REPORT, {**form(DEPARTMENT, 5), **changed})
    page = html.unescape(await answer.text())
    assert answer.status == 422
    assert sentence in page
    assert "Chưa lưu" in page
    assert (days(office), whole(office)) == ([], [])


async def test_a_month_that_runs_cannot_be_told_whole_nor_a_day_that_has_not_come(office: Province) -> None:
    now = today()
    answer = await office.post(REPORT, form(DEPARTMENT, now.day, month=now.replace(day=1)))
    assert "Tháng chưa kết thúc" in await answer.text()
    if now < last_of(now):
        wanted = form(DEPARTMENT, now.day + 1, month=now.replace(day=1), told_whole=False)
        assert "Ngày này chưa đến" in await (await office.post(REPORT, wanted)).text()
    assert days(office) == []


async def test_the_same_again_adds_nothing_and_something_else_is_refused(office: Province) -> None:
    await entered(office, DEPARTMENT, 5)
    await entered(office, DEPARTMENT, 5, 6)
    assert [row.day.day for row in days(office)] == [5, 6]
    answer = await office.post(REPORT, form(DEPARTMENT, 5, 8, receiver0="delegate"))
    assert answer.status == 422
    assert "đã được ghi với nội dung khác" in await answer.text()
    assert [row.day.day for row in days(office)] == [5, 6]


async def test_a_day_that_is_taken_back_is_not_counted_and_the_month_is_open_again(office: Province) -> None:
    await entered(office, DEPARTMENT, 5)
    (row,) = days(office)
    page = await office.page(f"/receptions/duty/unit?unit={DEPARTMENT}")
    address = f"/receptions/duty/days/{row.id}/withdraw"
    assert address in page
    assert (await office.post(address, {})).status == 303
    assert (days(office), whole(office)) == ([], [])
    (shown,) = rows_of(await office.page(f"{DEPARTMENTS}?q=tư+pháp"))
    assert shown.endswith("Chưa báo cáo")
    assert (await office.post(address, {})).status == 404
    assert len(office.audited("unit_day_withdrawn")) == 1
    await entered(office, DEPARTMENT, 5, receiver0="delegate")  # now it can be put right
    assert [each.receiver for each in days(office)] == ["delegate"]


async def test_a_month_that_was_not_told_whole_is_taken_back_alone(office: Province) -> None:
    await entered(office, DEPARTMENT)
    (month,) = whole(office)
    address = f"/receptions/duty/months/{month.id}/withdraw"
    assert (await office.post(address, {})).status == 303
    assert whole(office) == []
    assert len(office.audited("unit_month_withdrawn")) == 1
    assert (await office.post(address, {})).status == 404


async def test_the_unit_s_page_shows_its_months_and_older_ones(office: Province) -> None:
    await entered(office, DEPARTMENT, 5)
    page = await office.page(f"/receptions/duty/unit?unit={DEPARTMENT}")
    assert len(rows_of(page)) == 12
    assert "Nguyễn Thị Hồng Vân" in page  # who entered it
    older = re.search(r'href="([^"]+until=[0-9-]+)"', page)
    assert older is not None
    assert len(rows_of(await office.page(html.unescape(older[1])))) == 12
    for key in ("999999999", "Sở Không Có", "", "x" * 300):
        await office.page(f"/receptions/duty/unit?unit={key}", 404)


async def test_of_a_unit_that_ended_no_later_month_is_shown(office: Province) -> None:
    page = await office.page("/receptions/duty/unit?unit=Sở Giao thông vận tải")
    assert rows_of(page)[0].startswith("02/2025")


async def test_districts_are_shown_in_the_last_month_that_asked_anything_of_them(office: Province) -> None:
    page = await office.page("/receptions/duty/districts")
    assert "06/2025" in page
    assert "Thành phố Hạ Long" in page
    after = await office.page("/receptions/duty/districts?month=2025-07")
    assert "không có quy định nào đối với cấp này" in after or "không có đơn vị nào ở cấp này" in after


async def test_a_file_is_looked_at_before_anything_is_written(office: Province) -> None:
    room = communes(office)[0]
    text = f"{HEADER}{room.code};{MONTH:05/%m/%Y};Trực tiếp;Định kỳ;có;0;0\n{DEPARTMENT};{MONTH:%m/%Y};;;;;\n"
    page = await looked_at(office, text)
    assert "Sẽ nhập 2 dòng" in page
    assert "đơn vị đã báo cáo đủ cả tháng" in page
    assert days(office) == []
    page = await imported(office, text)
    assert "Đã nhập 1 ngày tiếp" in page
    (row,) = days(office)
    assert (row.room_id, row.day, row.nobody_came, row.visits) == (room.id, MONTH.replace(day=5), True, 0)
    assert [month.unit for month in whole(office)] == [DEPARTMENT]
    event = office.audited("unit_days_imported")[-1]
    assert json.loads(event.detail) == {"days": 1, "units_left_out": 0, "whole_months": 1}
    assert event.actor != "system"
    assert "2 dòng đã có, bỏ qua" in await looked_at(office, text)


async def test_who_confirms_may_say_that_the_months_are_told_whole(office: Province) -> None:
    await imported(office, f"{HEADER}{DEPARTMENT};{MONTH:05/%m/%Y};Ủy quyền;;;;\n", told_whole=True)
    assert [month.month for month in whole(office)] == [MONTH]
    (shown,) = rows_of(await office.page(f"{DEPARTMENTS}?q=tư+pháp"))
    assert shown.endswith("Thiếu")


REFUSED = [
    ("Xã Không Có;{day};Trực tiếp;;;;", "mã hoặc tên một đơn vị có vào ngày này"),
    ("Sở Tư pháp;hôm qua;Trực tiếp;;;;", "ngày dạng 31/01/2026"),
    ("Sở Tư pháp;01/02/2999;Trực tiếp;;;;", "Ngày này chưa đến"),
    ("Sở Tư pháp;02/2999;;;;;", "tháng đã kết thúc"),
    ("Sở Tư pháp;{month};Trực tiếp;;;;", "dòng ghi tháng chỉ cho biết"),
    ("Sở Tư pháp;{day};;;;;", "người đứng đầu trực tiếp tiếp, hoặc ủy quyền"),
    ("Sở Tư pháp;{day};Trực tiếp;Bất kỳ;;;", "thường xuyên, định kỳ, đột xuất hoặc đối thoại"),
    ("Sở Tư pháp;{day};Trực tiếp;;có lẽ;;", "có hoặc không"),
    ("Sở Tư pháp;{day};Trực tiếp;;;nhiều;", "Ghi số nguyên từ 0 đến 100.000"),
    ("Sở Tư pháp;{day};Trực tiếp;;có;3;", "không có công dân đến mà vẫn có"),
    ("Sở Giao thông vận tải;{day};Trực tiếp;;;;", "mã hoặc tên một đơn vị có vào ngày này"),
]


async def test_a_refused_row_says_where_and_why_and_disturbs_no_other(office: Province) -> None:
    bad = [row.format(day=f"{MONTH:05/%m/%Y}", month=f"{MONTH:%m/%Y}") for row, _ in REFUSED]
    text = "\n".join([*bad, f"Sở Nội vụ;{MONTH:06/%m/%Y};Trực tiếp;;;;"])
    page = await imported(office, HEADER + text)
    assert "Đã nhập 1 ngày tiếp" in page
    assert [each.unit for each in days(office)] == ["Sở Nội vụ"]
    lines = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert len(lines) == len(REFUSED)
    for number, (line, (_, sentence)) in enumerate(zip(lines, REFUSED, strict=True), 2):
        assert f'<td class="number">{number}</td>' in line
        assert sentence in line
    refused = re.search(r'href="(/receptions/duty/import/refused/[^"]+)"', page)
    assert refused is not None
    answer = await office.get(refused[1])
    sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    assert [row[7] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(2, 2 + len(REFUSED)))


async def test_a_day_that_stands_twice_with_different_words_is_refused_once(office: Province) -> None:
    line = f"{DEPARTMENT};{MONTH:05/%m/%Y};"
    page = await imported(office, f"{HEADER}{line}Trực tiếp;;;;\n{line}Trực tiếp;;;;\n{line}Ủy quyền;;;;\n")
    assert "Ngày này ghi hai lần" in page
    assert [each.receiver for each in days(office)] == ["head"]
    assert "đã được ghi với nội dung khác" in await looked_at(office, f"{HEADER}{line}Ủy quyền;;;;\n")


async def test_a_file_that_is_none_is_refused_in_words(office: Province) -> None:
    for content in (b"", b"\xff\xfe\x00", b"PK\x03\x04 not a workbook", b"a;b\n1;2\n", b'"'):
        page = await looked_at(office, content)
        assert "Chưa nhập" in page
        assert "dòng đầu ghi tên các cột" in page or "CSV UTF-8" in page


async def test_a_preview_is_confirmed_once_and_by_whom_it_was_shown(office: Province) -> None:
    page = await looked_at(office, f"{HEADER}{DEPARTMENT};{MONTH:05/%m/%Y};Trực tiếp;;;;\n")
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    await office.as_("thuky")
    assert (await office.post(f"{IMPORT}/confirm", {"token": token[1]})).status == 409
    await office.as_("canbo")
    assert (await office.post(f"{IMPORT}/confirm", {"token": token[1]})).status == 200
    assert (await office.post(f"{IMPORT}/confirm", {"token": token[1]})).status == 409
    assert len(days(office)) == 1


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
async def test_what_is_exported_can_be_imported_again(office: Province, ending: str) -> None:
    room = communes(office)[3]
    await entered(office, room.code, 3, 10, receiver0="delegate", mode1="irregular", visits1="4", persons1="9")
    await entered(office, DEPARTMENT, 5, nobody0="yes")
    answer = await office.get(f"/receptions/duty/export.{ending}?month={MONTH:%Y-%m}")
    content = await answer.read()
    kept = [
        (each.unit, each.day, each.receiver, each.mode, each.nobody_came, each.visits) for each in days(office)
    ]

    def forget(session: Session) -> None:
        session.exec(delete(ReportedDay))
        session.exec(delete(ReportedMonth))

    office.database.run_here(forget)
    await imported(office, content, f"ngay.{ending}")
    assert kept == [
        (each.unit, each.day, each.receiver, each.mode, each.nobody_came, each.visits) for each in days(office)
    ]
    assert {month.unit for month in whole(office)} == {str(room.id), DEPARTMENT}
    only = await office.get(f"/receptions/duty/export.csv?month={MONTH:%Y-%m}&level=departments")
    assert (await only.text()).count("\r\n") == 3  # the head, the month, the day


async def test_who_only_reads_enters_nothing(office: Province) -> None:
    await entered(office, DEPARTMENT, 5)
    (row,) = days(office)
    for login in ("xemlai", "giamsat"):
        await office.as_(login)
        page = await office.page(f"/receptions/duty/unit?unit={DEPARTMENT}")
        assert "withdraw" not in page
        assert REPORT not in await office.page(COMMUNES)
        assert (await office.post(REPORT, form(DEPARTMENT, 6))).status == 403
        for path in (f"{IMPORT}/confirm", IMPORT, f"/receptions/duty/days/{row.id}/withdraw"):
            assert (await office.post(path, {})).status == 403
    await office.as_("kythuat")
    for path in (COMMUNES, DEPARTMENTS, REPORT, IMPORT, "/receptions/duty/export.csv"):
        await office.page(path, 403)
    assert len(days(office)) == 1


async def test_odd_addresses_are_answered(office: Province) -> None:
    for query in ("month=x", "month=0001-01", "month=9999-12", "standing=x", "q=%25_%5C", "q=" + "x" * 500):
        await office.page(f"{COMMUNES}?{query}")
    await office.page(f"{REPORT}?unit=999999999", 404)
    assert f"day{LINES - 1}" in await office.page(f"{REPORT}?month=13/2020")
