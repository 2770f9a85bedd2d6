"""Logging in and out, as a browser does it."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, col, select

from server.people import accounts, sessions
from server.people.pages import local_target
from server.people.tables import Account, AuditEvent
from server.web.cookie import COOKIE
from tests.server.conftest import PAGE, PASSWORD, Office


def _actions(session: Session) -> list[tuple[str, str]]:
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    return [(event.actor, event.action) for event in events if event.action != "account_created"]


async def test_a_stranger_is_sent_to_the_login_and_comes_back_to_where_he_was(office: Office) -> None:
    answer = await office.get("/rooms?q=ha")
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/rooms?q%3Dha")
    answer = await office.log_in("canbo", next="/rooms?q=ha")
    assert (answer.status, answer.headers["Location"]) == (303, "/rooms?q=ha")
    assert (await office.get("/rooms?q=ha")).status == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(office: Office) -> None:
    answer = await office.log_in("canbo")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(COOKIE + "=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "canbo" not in cookie


async def test_a_login_name_may_be_typed_with_capitals_and_spaces(office: Office) -> None:
    assert (await office.log_in(" CanBo ")).status == 303


@pytest.mark.parametrize(("login", "password"), [("canbo", "wrong-password"), ("nobody", PASSWORD), ("", "")])
async def test_wrong_login_or_password_say_the_same(office: Office, login: str, password: str) -> None:
    answer = await office.log_in(login, password)
    assert answer.status == 403
    assert "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng." in await answer.text()


async def test_logging_in_and_out_and_failing_is_in_the_audit_log(office: Office) -> None:
    await office.log_in("canbo", "wrong-password")
    await office.log_in("nobody")
    await office.log_in("canbo")
    answer = await office.post("/logout", {}, csrf_from="/")
    assert answer.headers["Location"] == "/login"
    assert (await office.get("/")).status == 303
    assert await office.database.run(_actions) == [
        ("system", "login_failed"),
        ("system", "login_failed"),
        ("account:2", "login"),
        ("account:2", "logout"),
    ]


async def test_the_sixth_try_has_to_wait_and_is_told_how_long(office: Office) -> None:
    for _ in range(4):
        assert (await office.log_in("canbo", "wrong-password")).status == 403
    fifth = await office.log_in("canbo", "wrong-password")
    assert fifth.status == 429
    assert 1 <= int(fifth.headers["Retry-After"]) <= 5
    right_but_too_soon = await office.log_in("canbo")
    assert right_but_too_soon.status == 429
    assert re.search(r"thử lại sau \d giây", await right_but_too_soon.text())
    assert (await office.log_in("chutri")).status == 303  # others are not held up


async def test_a_new_password_ends_every_session(office: Office) -> None:
    await office.log_in("canbo")
    assert (await office.get("/")).status == 200

    def change(session: Session) -> None:
        account = accounts.account_by_login(session, "canbo")
        assert account is not None
        accounts.change_password(session, account, "another-password")

    await office.database.run(change)
    assert (await office.get("/")).status == 303
    assert (await office.log_in("canbo", "another-password")).status == 303


async def test_a_disabled_account_is_out_at_once_and_cannot_come_back(office: Office) -> None:
    await office.log_in("canbo")

    def disable(session: Session) -> None:
        account = accounts.account_by_login(session, "canbo")
        assert account is not None
        accounts.disable_account(session, account)

    await office.database.run(disable)
    assert (await office.get("/")).status == 303
    assert (await office.log_in("canbo")).status == 403


async def test_a_cookie_of_another_installation_is_nobody(office: Office) -> None:
    await office.log_in("canbo")
    for cookie in office.client.session.cookie_jar:
        value = cookie.value
        office.forget_cookies()
        office.client.session.cookie_jar.update_cookies({COOKIE: value[:-4] + "AAA="})
    assert (await office.get("/")).status == 303


async def test_the_login_gives_a_new_session(office: Office) -> None:
    before = await office.csrf()
    await office.log_in("canbo")
    assert await office.csrf("/") != before


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/rooms?q=1", True),
        ("//evil.example", False),
        ("https://evil.example/", False),
        ("/\\evil.example", False),
        ("javascript:alert(1)", False),
        ("/a\r\nSet-Cookie: x", False),
        ("rooms", False),
    ],
)
def test_a_login_leads_only_to_pages_of_this_server(target: str, kept: bool) -> None:
    assert local_target(target) == (target if kept else "/")


# --- forged requests ---


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
async def test_a_form_without_the_sessions_token_is_refused(office: Office, token: str | None) -> None:
    await office.log_in("canbo")
    data = {} if token is None else {"csrf": token}
    answer = await office.client.post("/logout", data=data, headers=PAGE, allow_redirects=False)
    assert answer.status == 403
    assert "Trang này đã mở quá lâu" in await answer.text()
    assert (await office.get("/")).status == 200


async def test_a_fetch_carries_the_token_in_a_header(office: Office) -> None:
    await office.log_in("canbo")
    headers = {"X-CSRF-Token": await office.csrf("/")}
    assert (await office.client.post("/logout", headers=headers, allow_redirects=False)).status == 303


async def test_a_token_of_another_session_is_worth_nothing(office: Office) -> None:
    await office.log_in("chutri")
    foreign = await office.csrf("/")
    office.forget_cookies()
    await office.log_in("canbo")
    answer = await office.client.post("/logout", data={"csrf": foreign}, allow_redirects=False)
    assert answer.status == 403


@pytest.mark.parametrize("path", ["/whip", "/whep", "/whep/1", "/socket.io/"])
async def test_bearer_and_signalling_addresses_need_no_token(office: Office, path: str) -> None:
    assert (await office.client.post(path)).status == 404  # not made here, but not taken for a forgery


async def test_an_address_that_only_begins_like_whip_is_not_exempt(office: Office) -> None:
    assert (await office.client.post("/whipped")).status == 403


# --- language ---


async def test_the_language_is_kept_in_session_and_account(office: Office) -> None:
    assert "Đăng nhập" in await (await office.get("/login")).text()
    answer = await office.post("/language", {"language": "en", "next": "/login"})
    assert answer.headers["Location"] == "/login"
    assert '<html lang="en">' in await (await office.get("/login")).text()
    await office.log_in("canbo")
    assert "Log out" in await (await office.get("/")).text()
    await office.post("/language", {"language": "vi"}, csrf_from="/")

    def language(session: Session) -> str:
        return session.exec(select(Account.language).where(Account.login == "canbo")).one()

    assert await office.database.run(language) == "vi"
    assert "Đăng xuất" in await (await office.get("/")).text()


async def test_a_language_that_is_not_there_is_refused(office: Office) -> None:
    assert (await office.post("/language", {"language": "xx"})).status == 400


# --- how long a session lasts ---


async def test_a_session_that_nobody_uses_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    began = sessions.clock()
    await office.log_in("canbo")
    for minutes in (100, 200, 300):  # used now and then it goes on
        monkeypatch.setattr(sessions, "clock", lambda minutes=minutes: began + minutes * 60)
        assert (await office.get("/")).status == 200
    monkeypatch.setattr(sessions, "clock", lambda: began + 300 * 60 + sessions.IDLE_S + 60)
    assert (await office.get("/")).status == 303


async def test_a_session_ends_after_a_working_day_however_much_it_is_used(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = sessions.clock()
    await office.log_in("canbo")
    for hours in range(1, 12):
        monkeypatch.setattr(sessions, "clock", lambda hours=hours: began + hours * 3600)
        assert (await office.get("/")).status == 200
    monkeypatch.setattr(sessions, "clock", lambda: began + sessions.LONGEST_S + 60)
    assert (await office.get("/")).status == 303


async def test_a_page_that_stays_open_says_that_somebody_is_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = sessions.clock()
    await office.log_in("canbo")
    for minutes in range(10, 250, 10):
        monkeypatch.setattr(sessions, "clock", lambda minutes=minutes: began + minutes * 60)
        assert (await office.get("/alive")).status == 200
    assert (await office.get("/")).status == 200
    office.forget_cookies()
    assert (await office.get("/alive")).status == 303


async def test_a_form_that_was_opened_before_the_login_ended_learns_the_new_token(office: Office) -> None:
    await office.log_in("canbo")
    page = await office.csrf("/password")
    office.forget_cookies()
    await office.log_in("canbo")
    said = await (await office.get("/alive")).json()
    assert said == {"account": "canbo", "csrf": await office.csrf("/password")}
    assert said["csrf"] != page


# --- guessing one's own password on a desk that was left open ---


async def test_guessing_the_present_password_has_to_wait_too(office: Office) -> None:
    await office.log_in("canbo")
    new = {"password": "mật khẩu mới", "again": "mật khẩu mới"}
    for _ in range(5):
        assert (await office.post("/password", {"present": "guess", **new}, "/")).status == 422
    assert (await office.post("/password", {"present": PASSWORD, **new}, "/")).status == 422
    assert office.database.run_here(_actions).count(("system", "login_failed")) == 5
