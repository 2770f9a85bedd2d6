"""A substitution gives the other one's role on exactly its days, to whom it says, once he chooses to; no more."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from server.data.engine import Database
from server.people import audit, sessions, substitution, substitution_pages
from server.people.accounts import account_by_login, disable_account
from server.people.rights import Right, Role, rights_of
from server.people.substitution import SubstitutionRefused, Wish, give, in_force, withdraw
from server.people.tables import Account, AuditEvent, Substitution
from server.rooms.importing import SAMPLE, import_rooms
from server.web.languages import today
from tests.server.conftest import Office

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 6)


def _account(session: Session, login: str) -> Account:
    account = account_by_login(session, login)
    assert account is not None
    return account


def _given(session: Session, substitute: str = "thuky", substituted: str = "canbo") -> int:
    wish = Wish(_account(session, substituted), FIRST, LAST, "123/QĐ-UBND", "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH")
    row = give(session, _account(session, substitute), wish, actor="account:5", today=FIRST)
    return row.id or 0


def _on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """The province's calendar says `day`."""
    for module in (sessions, substitution_pages):
        monkeypatch.setattr(module, "today", lambda: day)


async def _acts(office: Office, number: int) -> int:
    return (await office.post("/acting", {"substitution": str(number)}, csrf_from="/acting")).status


async def test_the_role_is_lent_on_exactly_the_days_of_the_decision(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.database.run_here(_given)
    await office.log_in("thuky")
    _on(monkeypatch, FIRST - timedelta(days=1))
    assert await _acts(office, number) == 409
    assert (await office.get("/rooms")).status == 403
    for day in (FIRST, LAST):
        _on(monkeypatch, day)
        assert await _acts(office, number) == 303
        page = await office.get("/rooms")
        assert page.status == 200
        assert "Bạn đang làm thay Cán bộ đến hết ngày 06/11/2026" in await page.text()
    _on(monkeypatch, LAST + timedelta(days=1))
    page = await office.get("/rooms")
    assert (page.status, "làm thay" in await page.text()) == (403, False)


async def test_it_has_to_be_chosen_and_can_be_given_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.database.run_here(_given)
    _on(monkeypatch, FIRST)
    await office.log_in("thuky")
    assert (await office.get("/rooms")).status == 403
    assert "Làm thay Cán bộ" in await (await office.get("/acting")).text()
    await _acts(office, number)
    assert (await office.get("/rooms")).status == 200
    await office.post("/acting/end", {}, csrf_from="/acting")
    assert (await office.get("/rooms")).status == 403

    def noted(session: Session) -> list[str]:
        return [each.action for each in session.exec(select(AuditEvent)) if each.action.startswith("acting")]

    assert office.database.run_here(noted) == ["acting_began", "acting_ended"]
    assert office.database.run_here(audit.verify_chain).whole


async def test_a_withdrawal_is_felt_with_the_next_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.database.run_here(_given)
    _on(monkeypatch, FIRST)
    await office.log_in("thuky")
    await _acts(office, number)
    office.database.run_here(
        lambda session: withdraw(session, session.get_one(Substitution, number), actor="account:5")
    )
    assert (await office.get("/rooms")).status == 403
    assert await _acts(office, number) == 409


@pytest.mark.parametrize("login", ["xemlai", "chutri", "canbo"])
async def test_nobody_else_can_make_use_of_it(office: Office, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    number = office.database.run_here(_given)
    _on(monkeypatch, FIRST)
    await office.log_in(login)
    assert await _acts(office, number) == 409


async def test_a_closed_account_lends_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.database.run_here(_given)
    _on(monkeypatch, FIRST)
    await office.log_in("thuky")
    await _acts(office, number)
    office.database.run_here(lambda session: disable_account(session, _account(session, "canbo")))
    assert (await office.get("/rooms")).status == 403


def test_rights_do_not_wander_on(peopled: Database) -> None:
    """Who acts for somebody who acts for a third has the second one's own role."""
    peopled.run_here(_given, "canbo", "chutri")
    number = peopled.run_here(_given, "thuky", "canbo")

    def role(session: Session) -> Role | None:
        acting = in_force(session, _account(session, "thuky").id or 0, number, FIRST)
        return acting.role if acting else None

    assert peopled.run_here(role) is Role.OFFICER


async def test_what_is_lent_is_never_stored(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever writes the account while it acts: its own role stays."""
    number = office.database.run_here(_given)
    _on(monkeypatch, FIRST)
    await office.log_in("thuky")
    await _acts(office, number)
    await office.post("/language", {"language": "en", "next": "/"}, csrf_from="/acting")
    account = office.database.run_here(_account, "thuky")
    assert (account.role, account.own_role, account.language) == (Role.CLERK, Role.CLERK, "en")
    assert account.rights == rights_of(Role.CLERK)
    assert Right.KEEP_ROOMS not in account.rights


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"substituted": "quantri"}, "substituted"),
        ({"substituted": "thuky"}, "substituted"),
        ({"substituted": ""}, "substituted"),
        ({"last": FIRST - timedelta(days=1)}, "first_day"),
        ({"last": None}, "first_day"),
        ({"first": None}, "first_day"),
        ({"document": ""}, "document"),
        ({"document": "theo lời ông A"}, "document"),
        ({"signs_as": "x" * 121}, "signs_as"),
    ],
)
def test_a_substitution_that_cannot_be_is_refused(
    peopled: Database, changes: dict[str, object], field: str
) -> None:
    def work(session: Session) -> None:
        asked = {
            "substituted": "canbo",
            "first": FIRST,
            "last": LAST,
            "document": "1/QĐ",
            "signs_as": "",
        } | changes
        asked["substituted"] = account_by_login(session, str(asked["substituted"]))
        give(session, _account(session, "thuky"), Wish(**asked), actor="account:5", today=FIRST)  # type: ignore[arg-type]

    with pytest.raises(SubstitutionRefused) as refused:
        peopled.run_here(work)
    assert refused.value.field == field


def test_the_same_days_are_given_once(peopled: Database) -> None:
    peopled.run_here(_given)
    with pytest.raises(SubstitutionRefused, match=re.escape(substitution.TWICE)):
        peopled.run_here(_given)


async def test_the_administrator_enters_and_withdraws_it_on_the_page(office: Office) -> None:
    office.database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    ids = office.database.run_here(lambda s: {a.login: a.id for a in s.exec(select(Account))})
    path = f"/accounts/{ids['thuky']}/substitution"
    day = (today() + timedelta(days=400)).isoformat()
    form = {"substituted": str(ids["canbo"]), "first_day": day, "last_day": day, "document": "7/QĐ-UBND"}
    await office.log_in("quantri")
    wrong = await office.post(path, form | {"document": ""}, csrf_from=path)
    assert (wrong.status, "Nhập số quyết định" in await wrong.text()) == (422, True)
    assert (await office.post(path, form, csrf_from=path)).status == 303
    assert "7/QĐ-UBND" in await (await office.get(path)).text()
    assert (await office.post(f"{path}/1/withdraw", {}, csrf_from=path)).status == 303
    assert "đã thu hồi" in await (await office.get(path)).text()
    assert (await office.post(f"{path}/99/withdraw", {}, csrf_from=path)).status == 404
    other = f"/accounts/{ids['xemlai']}/substitution/1/withdraw"
    assert (await office.post(other, {}, csrf_from=path)).status == 404


@pytest.mark.parametrize("login", ["chutri", "canbo", "thuky", "xemlai"])
async def test_nobody_but_the_administrator_gives_rights(office: Office, login: str) -> None:
    await office.log_in(login)
    for path in ("/accounts/1/substitution", "/accounts/1/offices"):
        assert (await office.get(path)).status == 403
        assert (await office.post(path, {})).status == 403
    assert (await office.post("/accounts/1/substitution/1/withdraw", {})).status == 403
