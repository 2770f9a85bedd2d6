"""A console stays open for hours; the login behind it, and a role that was lent, are looked at again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from server.data.engine import Database
from server.people.accounts import account_by_login, change_account, disable_account
from server.people.rights import Role
from server.people.substitution import Wish, give, in_force, withdraw
from server.people.tables import Account, Substitution
from server.receptions import standing
from server.receptions.standing import Standing, fallen

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 6)


def _account(session: Session, login: str) -> Account:
    account = account_by_login(session, login)
    assert account is not None
    return account


def _acting(session: Session) -> Standing:
    """The clerk acts for the host."""
    substitute = _account(session, "thuky")
    wish = Wish(_account(session, "chutri"), FIRST, LAST, "1/QĐ-UBND", "")
    row = give(session, substitute, wish, actor="account:5", today=FIRST)
    acting = in_force(session, substitute.id or 0, row.id or 0, FIRST)
    assert acting is not None
    return Standing(substitute.id or 0, acting.role, substitute.session_epoch, "vi", acting)


@pytest.fixture
def lent(peopled: Database, monkeypatch: pytest.MonkeyPatch) -> Standing:
    monkeypatch.setattr(standing, "today", lambda: LAST)
    return peopled.run_here(_acting)


def test_a_lent_role_holds_to_its_last_day_and_no_longer(
    peopled: Database, lent: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lent.role is Role.HOST
    assert not lent.over(LAST)
    assert peopled.run_here(fallen, [lent]) == set()
    after = LAST + timedelta(days=1)
    assert lent.over(after)
    monkeypatch.setattr(standing, "today", lambda: after)
    assert peopled.run_here(fallen, [lent]) == {lent}


def test_a_lent_role_that_is_withdrawn_falls(peopled: Database, lent: Standing) -> None:
    assert lent.acting is not None
    number = lent.acting.substitution_id
    peopled.run_here(lambda s: withdraw(s, s.get_one(Substitution, number), actor="account:5"))
    assert peopled.run_here(fallen, [lent]) == {lent}


def test_a_lent_role_falls_with_the_account_of_whose_it_is(peopled: Database, lent: Standing) -> None:
    peopled.run_here(lambda s: disable_account(s, _account(s, "chutri")))
    assert peopled.run_here(fallen, [lent]) == {lent}


def test_ones_own_role_falls_when_it_is_changed(peopled: Database) -> None:
    clerk = peopled.run_here(_account, "thuky")
    own = Standing(clerk.id or 0, Role.CLERK, clerk.session_epoch, "vi")
    assert peopled.run_here(fallen, [own]) == set()
    peopled.run_here(lambda s: change_account(s, _account(s, "thuky"), "Thư ký", "", Role.OFFICER))
    assert peopled.run_here(fallen, [own]) == {own}
