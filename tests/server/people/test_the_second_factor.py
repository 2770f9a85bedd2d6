"""A code besides the password: added, asked for, used once, lost and reset; in a browser without scripts."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, col, select

from server.data.columns import now
from server.data.engine import Database
from server.people import second_factor
from server.people.accounts import account_by_login, roles_named
from server.people.second_factor import Keys
from server.people.tables import Account, AuditEvent, RecoveryCode, Role, SecondFactor
from tests.server.conftest import PASSWORD, SECRET, Office, make_office_app

KEYS = Keys(SECRET)
AT = datetime(2026, 11, 28, 4, 0, 7, tzinfo=UTC)


def account(session: Session, login: str = "canbo") -> Account:
    found = account_by_login(session, login)
    assert found is not None
    return found


def enrol(session: Session, at: datetime = AT, login: str = "canbo") -> tuple[pyotp.TOTP, list[str]]:
    kept = account(session, login)
    second_factor.begin(session, kept, KEYS)
    totp = pyotp.TOTP(second_factor.secret_to_confirm(session, kept, KEYS))
    codes = second_factor.confirm(session, kept, KEYS, totp.at(at), at)
    assert codes is not None
    return totp, codes


def actions(office: Office) -> list[str]:
    events = office.database.run_here(
        lambda session: list(session.exec(select(AuditEvent).order_by(col(AuditEvent.id))))
    )
    return [event.action for event in events if event.action not in ("account_created", "login", "logout")]


async def log_in(office: Office, code: str = "", password: str = PASSWORD, login: str = "canbo") -> int:
    office.forget_cookies()
    return (await office.log_in(login, password, code=code)).status


# --- the rules ----------------------------------------------------------------------------------------


def passes(session: Session, code: str, at: datetime, *, right: bool = True) -> bool:
    return second_factor.passes(session, account(session), KEYS, code, at, password_right=right)


def test_a_code_is_taken_once_and_a_step_early_or_late(peopled: Database) -> None:
    totp, _ = peopled.run_here(enrol)
    assert not peopled.run_here(passes, totp.at(AT), AT), "it confirmed the device, and is used up"
    later = AT + timedelta(minutes=10)
    early, late = totp.at(later + timedelta(seconds=30)), totp.at(later - timedelta(seconds=30))
    assert not peopled.run_here(passes, totp.at(later - timedelta(seconds=60)), later)
    assert not peopled.run_here(passes, totp.at(later + timedelta(seconds=60)), later)
    assert not peopled.run_here(passes, late, later, right=False)
    assert peopled.run_here(passes, late, later), "a wrong password used nothing up"
    assert not peopled.run_here(passes, late, later)
    assert peopled.run_here(passes, f"{early[:3]} {early[3:]}", later), "as apps show it"
    assert not peopled.run_here(passes, totp.at(later), later), "an older one than the last is worth nothing"


def test_a_recovery_code_is_taken_once_however_it_is_typed(peopled: Database) -> None:
    _, codes = peopled.run_here(enrol)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert peopled.run_here(passes, f" {codes[0].lower().replace('-', ' ')} ", AT)
    assert not peopled.run_here(passes, codes[0], AT)
    assert peopled.run_here(lambda session: second_factor.recovery_codes_left(session, account(session))) == 9


def test_codes_of_another_account_are_worth_nothing(peopled: Database) -> None:
    totp, codes = peopled.run_here(lambda session: enrol(session, login="chutri"))
    peopled.run_here(enrol)
    later = AT + timedelta(minutes=5)
    assert not peopled.run_here(passes, codes[0], later)
    assert not peopled.run_here(passes, totp.at(later), later)


def test_neither_key_nor_recovery_code_stands_in_the_database(peopled: Database) -> None:
    totp, codes = peopled.run_here(enrol)
    rows = peopled.run_here(
        lambda session: [*session.exec(select(SecondFactor)), *session.exec(select(RecoveryCode))]
    )
    kept = " ".join(str(row.model_dump()) for row in rows)
    assert totp.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_with_another_secret_no_code_fits(peopled: Database) -> None:
    totp, codes = peopled.run_here(enrol)
    other, later = Keys(b"\x08" * 32), AT + timedelta(minutes=5)
    for code in (totp.at(later), codes[0], ""):
        assert not peopled.run_here(
            lambda session, code=code: second_factor.passes(
                session, account(session), other, code, later, password_right=True
            )
        )


def test_the_setting_names_roles() -> None:
    assert roles_named(" host, administrator,") == {Role.HOST, Role.ADMINISTRATOR}
    with pytest.raises(ValueError, match=r"TIEPDAN_SECOND_FACTOR: came boss, room; allowed are host, officer"):
        roles_named("room,boss")


# --- on the page --------------------------------------------------------------------------------------


async def begin(office: Office, csrf_from: str = "/") -> pyotp.TOTP:
    """What the page shows to a device."""
    assert (await office.post("/second-factor", {}, csrf_from)).status == 303
    page = await (await office.get("/second-factor")).text()
    assert 'class="qr"' in page
    key = re.search(r'class="key">([A-Z2-7 ]+)<', page)
    assert key is not None
    return pyotp.TOTP(key[1].replace(" ", ""))


async def add_device(office: Office) -> tuple[pyotp.TOTP, str, list[str]]:
    """For who is logged in, step by step; also the code that confirmed it."""
    totp = await begin(office)
    code = totp.now()
    answer = await office.post("/second-factor/confirm", {"present": PASSWORD, "code": code}, "/password")
    text = await answer.text()
    assert answer.status == 200, text[-1000:]
    assert answer.headers["Cache-Control"] == "no-store"
    return totp, code, re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", text)


async def test_a_device_is_added_and_asked_for_from_then_on(office: Office) -> None:
    await office.log_in("canbo")
    totp, used, codes = await add_device(office)
    assert len(codes) == 10
    assert (await office.get("/")).status == 200, "who confirmed it stays logged in"
    page = await (await office.get("/second-factor")).text()
    assert totp.secret not in page.replace(" ", "")
    assert codes[0] not in page
    assert await log_in(office) == 403
    assert await log_in(office, "000000") == 403
    assert await log_in(office, used) == 403, "the code that confirmed the device is used up"
    assert await log_in(office, totp.at(time.time() + 30)) == 303
    assert await log_in(office, codes[3]) == 303
    assert await log_in(office, codes[3]) == 403
    assert actions(office)[:2] == ["second_factor_added", "recovery_codes_made"]
    assert "recovery_code_used" in actions(office)


async def test_nobody_learns_which_of_the_two_was_wrong(office: Office) -> None:
    office.database.run_here(lambda session: enrol(session, now()))
    pages = []
    for login, password, code in (
        ("canbo", PASSWORD, "123456"),
        ("canbo", "wrong-password", "123456"),
        ("thuky", "wrong-password", ""),
        ("nobody", PASSWORD, "123456"),
    ):
        office.forget_cookies()
        answer = await office.log_in(login, password, code=code)
        assert answer.status == 403
        text = re.sub(r'value="[^"]*"|v=[0-9a-f]+', "", await answer.text())
        pages.append(re.sub(r"nonce=\S+|csrf\S*", "", text))
    assert len(set(pages)) == 1


async def test_wrong_codes_have_to_wait_like_wrong_passwords(office: Office) -> None:
    totp, _ = office.database.run_here(lambda session: enrol(session, now() - timedelta(minutes=5)))
    for _ in range(4):
        assert await log_in(office, "000000") == 403
    assert await log_in(office, "000000") == 429
    assert await log_in(office, totp.now()) == 429


async def test_who_left_the_desk_open_has_no_device_added_by_others(office: Office) -> None:
    await office.log_in("canbo")
    code = (await begin(office)).now()
    answer = await office.post("/second-factor/confirm", {"present": "guessed-word", "code": code}, "/password")
    assert answer.status == 422
    assert "Mật khẩu hoặc mã không đúng" in await answer.text()
    assert (
        await office.post("/second-factor/confirm", {"present": PASSWORD, "code": "000000"}, "/")
    ).status == 422
    assert await log_in(office) == 303, "nothing was confirmed"


async def test_it_is_taken_away_by_password_and_code(office: Office) -> None:
    totp, codes = office.database.run_here(lambda session: enrol(session, now() - timedelta(minutes=5)))
    assert await log_in(office, codes[0]) == 303
    for proof in ({"present": PASSWORD, "code": ""}, {"present": "wrong-word", "code": codes[1]}):
        assert (await office.post("/second-factor/removal", dict(proof), "/")).status == 422
    assert (
        await office.post("/second-factor/removal", {"present": PASSWORD, "code": totp.now()}, "/")
    ).status == 303
    assert (await office.get("/")).status == 200
    assert await log_in(office) == 303


async def test_new_recovery_codes_end_the_old_ones(office: Office) -> None:
    _, codes = office.database.run_here(lambda session: enrol(session, now() - timedelta(minutes=5)))
    assert await log_in(office, codes[0]) == 303
    answer = await office.post("/second-factor/codes", {"present": PASSWORD, "code": codes[1]}, "/")
    (new, *_) = re.findall(r"<li><code>([A-Z0-9-]{11})</code>", await answer.text())
    assert await log_in(office, codes[2]) == 403
    assert await log_in(office, new) == 303


async def test_the_administrator_resets_it_and_the_log_says_so(office: Office) -> None:
    _, codes = office.database.run_here(lambda session: enrol(session, now() - timedelta(minutes=5)))
    number = office.database.run_here(account).id
    await office.log_in("chutri")
    assert (await office.post(f"/accounts/{number}/second-factor", {}, "/")).status == 403
    office.forget_cookies()
    await office.log_in("quantri")
    assert "Gỡ xác thực hai lớp" in await (await office.get(f"/accounts/{number}")).text()
    assert (await office.post(f"/accounts/{number}/second-factor", {}, "/")).status == 303
    assert actions(office)[-1] == "second_factor_reset"
    assert await log_in(office) == 303
    assert await log_in(office, codes[0]) == 303, "a code that nobody asks for is not looked at"


async def test_where_a_role_needs_it_nothing_else_opens_before(peopled: Database) -> None:
    app = make_office_app(peopled, frozenset({Role.OFFICER}))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        office = Office(client, peopled)
        assert await log_in(office) == 303
        for path in ("/", "/rooms", "/password"):
            assert (await office.get(path)).status == 303
        fetch = await client.get("/rooms", headers={"Accept": "application/json"}, allow_redirects=False)
        assert fetch.status == 401
        assert (await office.get("/login")).headers["Location"] == "/second-factor"
        page = await (await office.get("/second-factor")).text()
        assert "Vai trò của bạn bắt buộc" in page
        totp = await begin(office, "/second-factor")
        proof = {"present": PASSWORD, "code": totp.now()}
        assert (await office.post("/second-factor/confirm", dict(proof), "/second-factor")).status == 200
        assert (await office.get("/rooms")).status == 200
        assert (await office.post("/second-factor/removal", dict(proof), "/")).status == 403
        assert await log_in(office, login="chutri") == 303
        assert (await office.get("/")).status == 200, "other roles do as they like"
