"""The board of readiness: who is not ready, why, since when, who was told; printed and taken along."""

from __future__ import annotations

import html
import io
import re
import time
from datetime import timedelta

import openpyxl
from sqlalchemy import text
from sqlmodel import Session, select

from server.data.columns import now
from server.people.tables import AuditEvent
from server.readiness.keeping import keep
from server.readiness.tables import RoomContact
from server.rooms.tables import Room, RoomLevel
from server.spreadsheets import as_xlsx
from signaling.check_messages import CheckReason, Finding, Part, RoomChecked
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually

BOARD = "/rooms/readiness"
GOOD = (Finding(what=Part.PICTURE, outcome="moving"), Finding(what=Part.SOUND, outcome="good"))
DEAD = (Finding(what=Part.PICTURE, outcome="moving"), Finding(what=Part.SOUND, outcome="dead"))
THIN = (Finding(what=Part.LINE, outcome="measured", figures={"down_kbps": 480.0, "up_kbps": 1500.0}),)
INSERT_CHECKS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 180)"
    " INSERT INTO room_check (room_id, checked_at, reason, software, light, since, findings)"
    " SELECT room.id, '2026-11-28 01:00:00', 'morning', '', 'bad', '2026-11-28 01:00:00',"
    ' \'[{"what":"picture","outcome":"black"},{"what":"sound","outcome":"good"}]\' FROM room, n'
    " WHERE room.code >= '50000'"
)
_ROW = re.compile(r'<tr data-code="(\d+)" data-light="(\w+)">(.*?)</tr>', re.DOTALL)


def checked(control: ControlProcess, code: str, findings: tuple[Finding, ...], hours_ago: float = 0) -> None:
    def write(session: Session) -> None:
        room = session.exec(select(Room).where(Room.code == code)).one()
        said = RoomChecked(reason=CheckReason.MORNING, findings=findings)
        keep(session, room.id or 0, said, "", "h264", now() - timedelta(hours=hours_ago), None)

    control.database.run_here(write)


async def in_touch(control: ControlProcess, *codes: str) -> None:
    for code in codes:
        await control.room(code)
    links = control.conductor.live.around.links
    await eventually(lambda: None if links.rooms_in_touch() == set(codes) else "not all are in touch")


def rows_of(page: str) -> dict[str, tuple[str, str]]:
    return {code: (light, html.unescape(rest)) for code, light, rest in _ROW.findall(page)}


async def test_who_needs_a_call_stands_first_with_the_reason_and_what_to_ask_for(control: ControlProcess) -> None:
    checked(control, HA_TU, GOOD)
    checked(control, BAI_CHAY, THIN, 2)
    checked(control, CAI_CHIEN, DEAD, 1)
    await in_touch(control, HA_TU, BAI_CHAY, CAI_CHIEN)
    page = await control.page(await control.log_in("thuky"), BOARD)
    rows = rows_of(page)
    assert [(code, light) for code, (light, _) in rows.items()] == [
        (CAI_CHIEN, "bad"), (BAI_CHAY, "needs"), (HA_TU, "good"),
    ]  # fmt: skip
    assert "Micro không thu được gì" in rows[CAI_CHIEN][1]
    assert "Nhờ bật công tắc trên micro" in rows[CAI_CHIEN][1]
    assert "Đường truyền hẹp (chiều tới: 480 kbit/s, chiều về: 1500 kbit/s)" in rows[BAI_CHAY][1]
    assert [re.findall(rf'data-count="{light}">(\d+)<', page) for light in ("bad", "needs", "good")] == [["1"]] * 3


async def test_a_room_whose_page_is_gone_is_red_since_that_moment(control: ControlProcess) -> None:
    checked(control, HA_TU, GOOD)
    room = await control.room(HA_TU)
    here = control.conductor.live.around.links.rooms_in_touch
    await eventually(lambda: None if HA_TU in here() else "not in touch yet")
    session = await control.log_in("thuky")
    assert rows_of(await control.page(session, BOARD))[HA_TU][0] == "good"
    await room.client.disconnect()
    await eventually(lambda: None if HA_TU not in here() else "still in touch")
    light, rest = rows_of(await control.page(session, BOARD))[HA_TU]
    assert light == "bad"
    assert "Trang điểm cầu chưa mở" in rest
    assert len(re.findall(r'nowrap">\d\d:\d\d<', rest)) == 2  # since when, and its last check
    never = rows_of(await control.page(session, BOARD))[BAI_CHAY][1]
    assert re.search(r'nowrap">trước \d\d:\d\d<', never), "nobody knows, but longer than the server runs"
    assert "chưa báo ai" in never


async def test_what_a_room_keeps_of_itself_is_said_while_it_lies_there(control: ControlProcess) -> None:
    checked(control, HA_TU, GOOD)
    room, console = await control.room(HA_TU), await control.console()
    here, keeping = control.conductor.live.around.links.rooms_in_touch, control.conductor.live.around.keeping
    keeps = {"keeping": False, "kept": [{"reception": 1, "seconds": 125.0}], "percent": 40}
    await room.client.emit("keeps", keeps, namespace="/room")
    await eventually(lambda: None if keeping.known(HA_TU) else "it has said nothing")
    session, helping = await control.log_in("thuky"), await control.log_in("quantri")
    light, rest = rows_of(await control.page(session, BOARD))[HA_TU]
    assert light == "needs"
    assert "Điểm cầu còn giữ 3 phút hình và tiếng của mình, đang chuyển (40 %)" in rest
    assert "Nhắc điểm cầu để máy tính bật" in rest
    await eventually(lambda: None if console.rooms[HA_TU]["kept_s"] == 125.0 else console.rooms[HA_TU])
    await room.client.disconnect()
    await eventually(lambda: None if HA_TU not in here() else "still in touch")
    for page in (await control.page(session, BOARD), await control.page(helping, f"/receptions/help/{HA_TU}")):
        assert re.search(r"còn giữ 3 phút hình .*theo lần báo lúc \d\d:\d\d\), hiện không kết nối", page)
    room = await control.room(HA_TU)
    await room.client.emit("keeps", {}, namespace="/room")
    await eventually(lambda: None if not keeping.known(HA_TU) else "it keeps something still")


async def test_a_check_of_the_day_before_yesterday_says_nothing_of_today(control: ControlProcess) -> None:
    checked(control, HA_TU, GOOD, 50)
    await in_touch(control, HA_TU, BAI_CHAY)
    rows = rows_of(await control.page(await control.log_in("thuky"), BOARD))
    assert (rows[HA_TU][0], rows[BAI_CHAY][0]) == ("needs", "needs")
    assert "Lần kiểm tra gần nhất đã cũ" in rows[HA_TU][1]
    assert "Chưa kiểm tra lần nào" in rows[BAI_CHAY][1]


async def test_that_a_room_was_told_stands_on_the_board_and_in_the_log(control: ControlProcess) -> None:
    session = await control.log_in("thuky")
    path = re.search(rf'data-code="{HA_TU}".*?href="({BOARD}/\d+)"', await control.page(session, BOARD), re.DOTALL)
    assert path is not None
    for words, status in (("", 422), ("x" * 201, 422), ("đã gọi lúc 07:40,  kỹ thuật đang tới", 303)):
        answer = await control.submit(session, f"{path[1]}/told", words=words)
        assert answer.status == status, words
    (told,) = control.rows(RoomContact)
    assert told.words == "đã gọi lúc 07:40, kỹ thuật đang tới"
    assert "kỹ thuật đang tới" in rows_of(await control.page(session, BOARD))[HA_TU][1]
    (event,) = [event for event in control.rows(AuditEvent) if event.action == "room_told"]
    assert (event.actor, event.subject) == (told.told_by, f"room:{HA_TU}")
    assert await control.post(session, f"{BOARD}/999999999/told", words="x") == 404


async def test_where_a_room_is_telephoned_stands_beside_its_name_and_is_taken_along(
    control: ControlProcess,
) -> None:
    session = await control.log_in("thuky")
    path = re.search(rf'data-code="{HA_TU}".*?href="({BOARD}/\d+)"', await control.page(session, BOARD), re.DOTALL)
    assert path is not None
    for typed, status in (("chưa có", 422), ("1" * 41, 422), ("=1+1", 422), (" 0203 3835 555,  máy lẻ 12 ", 303)):
        answer = await control.submit(session, f"{path[1]}/telephone", telephone=typed)
        assert answer.status == status, typed
    assert "0203 3835 555, máy lẻ 12" in rows_of(await control.page(session, BOARD))[HA_TU][1]
    exported = await (await session.get(f"{control.address}{BOARD}/export.csv?q=ha tu")).text()
    assert "0203 3835 555, máy lẻ 12" in exported
    (event,) = [event for event in control.rows(AuditEvent) if event.action == "room_telephone_changed"]
    assert (event.subject, "0203" in event.detail) == (f"room:{HA_TU}", False)
    await control.submit(session, f"{path[1]}/telephone", telephone="")
    assert "0203" not in await control.page(session, BOARD)


def file_of(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "so.xlsx"
    return file


async def test_numbers_come_from_a_list_which_says_what_it_does_not_take(control: ControlProcess) -> None:
    session = await control.log_in("thuky")
    path = f"{BOARD}/telephones"
    rows = [
        ["Mã", "Điểm cầu", "Số điện thoại", "Ghi chú"],
        [int(HA_TU), "", "0203 3835 555", "mã mất số 0"], ["", "phuong bai chay", "0203.3846.111", ""],
        [CAI_CHIEN, "Phường Hà Tu", "0203 1", ""], ["99999", "", "0203 2", ""],
        ["", "Xã Cái Chiên", 2033835444, ""], ["", "Xã Cái Chiên", "chưa có", ""], ["", "Xã Cái Chiên", "", ""],
    ]  # fmt: skip
    looked = await control.submit(session, path, file=file_of(as_xlsx(("1", [10] * 4, rows))))
    page = html.unescape(await looked.text())
    assert [each in page for each in ("2 số mới hoặc khác trước", "1 dòng không có số", "4 dòng bị từ chối")] == [
        True
    ] * 3
    assert "bảng tính đã làm mất" in page
    assert "99999" in page
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    assert "0203" not in await control.page(session, BOARD), "nothing before it is confirmed"
    done = html.unescape(await (await control.submit(session, f"{path}/confirm", token=token[1])).text())
    assert "Đã nhập 2 số" in done
    assert "0203 3835 555" in rows_of(await control.page(session, BOARD))[HA_TU][1]
    refused = re.search(rf'href="({path}/refused/[^"]+)"', done)
    assert refused is not None
    sheet = openpyxl.load_workbook(
        io.BytesIO(await (await session.get(control.address + refused[1])).read())
    ).active
    assert sheet is not None
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)][-1] == "Xã Cái Chiên"
    listed = await (await session.get(f"{control.address}{path}.xlsx")).read()
    again = html.unescape(await (await control.submit(session, path, file=file_of(listed))).text())
    assert "0 số mới" in again
    assert "2 số đã có sẵn" in again


async def test_who_may_not_see_lines_reads_nothing_and_writes_nothing(control: ControlProcess) -> None:
    session = await control.log_in("xemlai")
    for path in (BOARD, f"{BOARD}/1", f"{BOARD}/export.csv"):
        assert (await session.get(control.address + path)).status == 403
    assert await control.post(session, f"{BOARD}/2/told", words="x") == 403
    assert await control.post(session, f"{BOARD}/2/telephone", telephone="123") == 403
    assert control.rows(RoomContact) == []


async def test_a_room_s_history_says_what_changed(control: ControlProcess) -> None:
    for hours, findings in ((3, GOOD), (2, DEAD), (1, GOOD)):
        checked(control, HA_TU, findings, hours)
    session = await control.log_in("thuky")
    path = re.search(rf'data-code="{HA_TU}".*?href="({BOARD}/\d+)"', await control.page(session, BOARD), re.DOTALL)
    assert path is not None
    page = html.unescape(await control.page(session, path[1]))
    newest, middle, oldest = re.findall(r"<tr data-light.*?</tr>", page, re.DOTALL)
    assert "tốt lên: Micro" in newest
    assert "kém đi: Micro" in middle
    assert "data-change" not in oldest
    assert "Giữ 90 ngày" in page


async def test_the_board_is_taken_along_as_it_is_filtered(control: ControlProcess) -> None:
    checked(control, HA_TU, GOOD)
    checked(control, BAI_CHAY, DEAD)
    await in_touch(control, HA_TU, BAI_CHAY)
    session = await control.log_in("thuky")
    answer = await session.get(f"{control.address}{BOARD}/export.xlsx?light=bad")
    sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    assert cells[0][:6] == ["Mã", "Điểm cầu", "Huyện", "Điện thoại", "Trạng thái", "Lý do"]
    assert sorted(row[0] for row in cells[1:]) == sorted([BAI_CHAY, CAI_CHIEN])
    answer = await session.get(f"{control.address}{BOARD}/export.csv?q=ha tu")
    lines = (await answer.read()).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Sẵn sàng" in lines[1]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_six_hundred_rooms_with_ninety_days_are_on_one_page_in_a_moment(control: ControlProcess) -> None:
    def write(session: Session) -> None:
        day = now().date() - timedelta(days=10)
        for number in range(600):
            code = f"{50000 + number}"
            room = Room(
                code=code, name=f"Xã Thứ {number}", name_key=f"xa thu {number}", type="Xã",
                level=RoomLevel.COMMUNE, valid_from=day,
            )  # fmt: skip
            session.add(room)
        session.flush()
        session.execute(INSERT_CHECKS)

    control.database.run_here(write)
    session = await control.log_in("thuky")
    began = time.perf_counter()
    page = await control.page(session, BOARD)
    took_s = time.perf_counter() - began
    assert len(rows_of(page)) == 603
    print(f"603 rooms, 108,000 checks: {took_s * 1000:.0f} ms, {len(page.encode()) / 1000:.0f} kB")
    assert took_s < 5  # a tenth of it on a computer that has nothing else to do
