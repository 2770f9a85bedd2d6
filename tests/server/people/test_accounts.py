"""Making accounts: what is refused says what came and what is allowed."""

from __future__ import annotations

import pytest

from server.data.engine import Database
from server.people.accounts import AccountRefused, create_account
from server.people.passwords import BadPassword, is_outdated, matches
from server.people.tables import Role


def test_a_new_account_has_a_hashed_password(database: Database) -> None:
    account = database.run_here(create_account, " CanBo2 ", " Nguyễn   Văn A ", Role.OFFICER, "tiepdan-demo")
    assert (account.login, account.display_name) == ("canbo2", "Nguyễn Văn A")
    assert account.password_hash.startswith("$argon2id$")
    assert matches(account.password_hash, "tiepdan-demo")
    assert not matches(account.password_hash, "tiepdan-dem0")
    assert not is_outdated(account.password_hash)


@pytest.mark.parametrize(
    ("login", "name", "role", "password", "error"),
    [
        ("a", "A", Role.HOST, "tiepdan-demo", AccountRefused),
        ("có dấu", "A", Role.HOST, "tiepdan-demo", AccountRefused),
        ("ok", "", Role.HOST, "tiepdan-demo", AccountRefused),
        ("ok", "A", Role.ROOM, "tiepdan-demo", AccountRefused),
        ("ok", "A", Role.HOST, "short", BadPassword),
        ("ok", "A", Role.HOST, "l" * 201, BadPassword),
    ],
)
def test_a_wrong_account_is_refused(
    database: Database, login: str, name: str, role: Role, password: str, error: type[ValueError]
) -> None:
    with pytest.raises(error, match="allowed"):
        database.run_here(create_account, login, name, role, password)


def test_a_login_exists_once(database: Database) -> None:
    database.run_here(create_account, "canbo", "A", Role.OFFICER, "tiepdan-demo")
    with pytest.raises(AccountRefused, match="exists already"):
        database.run_here(create_account, "CANBO", "B", Role.OFFICER, "tiepdan-demo")


def test_nobodys_password_never_matches() -> None:
    assert not matches(None, "the password of nobody")
