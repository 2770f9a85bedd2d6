"""The administrator keeps the accounts, everybody his own password: in a browser without scripts."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, select

from server.people.accounts import account_by_login
from server.people.rights import Role
from server.people.tables import Account, AuditEvent
from tests.server.conftest import PASSWORD, Office

NEW: dict[str, object] = {
    "login": "giamsat",
    "name": "Đỗ Thị Hạnh",
    "office": "Thường trực HĐND tỉnh",
    "role": "supervisor",
    "language": "vi",
    "password": "bốn từ dễ nhớ",
    "again": "bốn từ dễ nhớ",
}


def kept(office: Office, login: str) -> Account:
    account = office.database.run_here(account_by_login, login)
    assert account is not None
    return account


def audited(office: Office, action: str) -> list[AuditEvent]:
    def work(session: Session) -> list[AuditEvent]:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == action)))

    return office.database.run_here(work)


async def send(office: Office, path: str, values: dict[str, object], status: int = 303) -> str:
    answer = await office.post(path, values, "/")
    text = await answer.text()
    assert answer.status == status, text[-1500:]
    return text


async def test_a_new_account_is_there_and_can_log_in(office: Office) -> None:
    await office.log_in("quantri")
    await send(office, "/accounts/new", NEW)
    page = await (await office.get("/accounts")).text()
    assert "Đỗ Thị Hạnh" in page
    assert "Thường trực HĐND tỉnh" in page
    created = audited(office, "account_created")[-1]
    assert created.actor == f"account:{kept(office, 'quantri').id}"
    assert created.detail == '{"role":"supervisor"}'
    office.forget_cookies()
    assert (await office.log_in("giamsat", "bốn từ dễ nhớ")).status == 303
    home = await (await office.get("/")).text()
    assert 'Đỗ Thị Hạnh<span class="role"> · Giám sát' in home
    assert 'href="/accounts"' not in home


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("login", "Đỗ Hạnh", "Dùng từ 2 đến 60 chữ thường không dấu"),
        ("login", "CanBo", "Đã có tài khoản mang tên đăng nhập này"),
        ("name", " ", "Hãy nhập họ tên"),
        ("office", "x" * 121, "quá dài"),
        ("role", "room", "Hãy chọn một mục"),
        ("role", "", "Hãy chọn một mục"),
        ("language", "fr", "Hãy chọn một mục"),
        ("password", "ngắn", "Mật khẩu có từ 8 đến 200 ký tự"),
        ("again", "bốn từ khó nhớ", "Hai lần nhập không giống nhau"),
    ],
)
async def test_a_mistake_is_marked_and_what_was_typed_stays_but_the_password(
    office: Office, field: str, value: str, sentence: str
) -> None:
    await office.log_in("quantri")
    page = await send(office, "/accounts/new", {**NEW, field: value}, 422)
    assert sentence in page
    assert "Thường trực HĐND tỉnh" in page or field == "office"
    assert "bốn từ" not in page
    assert office.database.run_here(account_by_login, "giamsat") is None


async def test_with_another_role_the_old_rights_end_at_once(office: Office) -> None:
    await office.log_in("canbo")
    assert (await office.get("/rooms")).status == 200
    cookies = office.client.session.cookie_jar.filter_cookies(office.client.make_url("/"))
    officer = {name: cookie.value for name, cookie in cookies.items()}
    office.forget_cookies()
    await office.log_in("quantri")
    path = f"/accounts/{kept(office, 'canbo').id}"
    await send(office, path, {"name": "Cán bộ", "office": "Ban Tiếp công dân", "role": "reviewer"})
    assert kept(office, "canbo").role is Role.REVIEWER
    assert audited(office, "account_role_changed")[-1].detail == '{"from":"officer","to":"reviewer"}'
    assert "phải đăng nhập lại" in await (await office.get(f"{path}?done=changed")).text()
    office.forget_cookies()
    office.client.session.cookie_jar.update_cookies(officer, office.client.make_url("/"))
    assert (await office.get("/rooms")).status == 303, "the session of the former role goes on"


async def test_the_last_administrator_stays(office: Office) -> None:
    await office.log_in("quantri")
    path = f"/accounts/{kept(office, 'quantri').id}"
    page = await send(office, path, {"name": "Quản trị", "office": "", "role": "officer"}, 422)
    assert "Đây là quản trị viên duy nhất" in page
    assert "Đây là quản trị viên duy nhất" in await send(office, f"{path}/closing", {}, 422)
    assert kept(office, "quantri").role is Role.ADMINISTRATOR
    await send(office, "/accounts/new", {**NEW, "role": "administrator"})
    await send(office, f"{path}/closing", {})
    assert kept(office, "quantri").disabled_at is not None
    assert (await office.get("/accounts")).status == 303, "who closed his own account is logged out"


async def test_a_closed_account_is_opened_again(office: Office) -> None:
    await office.log_in("quantri")
    path = f"/accounts/{kept(office, 'thuky').id}"
    await send(office, f"{path}/closing", {})
    assert "Đã khóa" in await (await office.get("/accounts")).text()
    await send(office, f"{path}/opening", {})
    office.forget_cookies()
    assert (await office.log_in("thuky")).status == 303


async def test_the_administrator_gives_a_new_password(office: Office) -> None:
    await office.log_in("quantri")
    path = f"/accounts/{kept(office, 'thuky').id}"
    again = {"password": "một mật khẩu khác", "again": "một mật khẩu khác"}
    assert "Hai lần nhập" in await send(office, f"{path}/password", {**again, "again": ""}, 422)
    await send(office, f"{path}/password", again)
    office.forget_cookies()
    assert (await office.log_in("thuky")).status == 403
    assert (await office.log_in("thuky", "một mật khẩu khác")).status == 303


async def test_everybody_changes_his_own_password_and_stays_logged_in(office: Office) -> None:
    await office.log_in("xemlai")
    values: dict[str, object] = {"present": "sai", "password": "mật khẩu mới", "again": "mật khẩu mới"}
    assert "không phải mật khẩu hiện tại" in await send(office, "/password", values, 422)
    await send(office, "/password", {**values, "present": PASSWORD})
    assert (await office.get("/password")).status == 200
    office.forget_cookies()
    assert (await office.log_in("xemlai", "mật khẩu mới")).status == 303
    changed = audited(office, "password_changed")[-1]
    assert changed.actor == changed.subject == f"account:{kept(office, 'xemlai').id}"


async def test_nobody_else_sees_the_accounts(office: Office) -> None:
    for login in ("chutri", "canbo", "thuky", "xemlai"):
        office.forget_cookies()
        await office.log_in(login)
        assert (await office.get("/accounts")).status == 403
        assert (await office.post("/accounts/new", NEW, "/")).status == 403
    assert office.database.run_here(account_by_login, "giamsat") is None


async def test_the_page_shows_the_table_that_the_server_keeps_to(office: Office) -> None:
    await office.log_in("quantri")
    page = await (await office.get("/accounts")).text()
    row = re.search(r"<th scope=\"row\">Quản lý tài khoản</th>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r"(có|không)</span>", row[1]) == ["không"] * 6 + ["có", "không", "không"]
