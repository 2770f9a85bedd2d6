"""Making and changing accounts, inside a unit of work. Who did it is for the caller to say (`actor`)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from sqlmodel import Session, col, select

from server.data.columns import now
from server.people import audit
from server.people.passwords import hash_password
from server.people.tables import Account, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
ROLES = tuple(role for role in Role if role is not Role.ROOM)


class AccountFault(StrEnum):
    LOGIN = "login"
    LOGIN_TAKEN = "login_taken"
    NAME = "name"
    OFFICE = "office"
    ROLE = "role"
    LAST_ADMINISTRATOR = "last_administrator"  # somebody must be left who can give rights


class AccountRefused(ValueError):
    """The account cannot be made or changed as asked; the text says what came and what is allowed."""

    def __init__(self, fault: AccountFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


def roles_named(text: str) -> frozenset[Role]:
    """Of a setting: "host,officer". Raises ValueError for what is no role of an account."""
    words = {word.strip() for word in text.split(",") if word.strip()}
    unknown = sorted(words - set(ROLES))
    if unknown:
        raise ValueError(f"TIEPDAN_SECOND_FACTOR: came {', '.join(unknown)}; allowed are {', '.join(ROLES)}")
    return frozenset(Role(word) for word in words)


def fold_login(login: str) -> str:
    """What a login is looked up by: trimmed, lower case."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def account_by_login(session: Session, login: str) -> Account | None:
    return session.exec(select(Account).where(Account.login == fold_login(login))).first()


def create_account(
    session: Session,
    login: str,
    display_name: str,
    role: Role,
    password: str,
    *,
    office: str = "",
    language: str = "vi",
    actor: str = "system",
) -> Account:
    """Raises AccountRefused, or BadPassword."""
    folded = fold_login(login)
    if not _LOGIN.fullmatch(folded):
        raise AccountRefused(
            AccountFault.LOGIN,
            f"came login {login!r}; allowed are 2 to 60 letters a-z, digits, dots, hyphens and underscores",
        )
    if account_by_login(session, folded) is not None:
        raise AccountRefused(
            AccountFault.LOGIN_TAKEN, f"came login {folded!r}, which exists already; allowed is a new one"
        )
    name, where = _described(display_name, office, role)
    account = Account(
        login=folded,
        display_name=name,
        office=where,
        own_role=role,
        password_hash=hash_password(password, folded),
        language=language,
    )
    session.add(account)
    session.flush()
    audit.record(session, actor, "account_created", subject_of(account), {"role": str(role)})
    return account


def change_account(
    session: Session, account: Account, display_name: str, office: str, role: Role, *, actor: str = "system"
) -> None:
    """Who it is and what he may do. With another role all sessions of the account end. Raises AccountRefused."""
    name, where = _described(display_name, office, role)
    if role is not account.own_role:
        _keep_an_administrator(session, account, role)
        audit.record(
            session, actor, "account_role_changed", subject_of(account), {"from": account.own_role, "to": role}
        )
        account.session_epoch += 1
    if (name, where) != (account.display_name, account.office):
        audit.record(session, actor, "account_described", subject_of(account))
    account.display_name, account.office, account.own_role = name, where, role
    session.add(account)


def _described(display_name: str, office: str, role: Role) -> tuple[str, str]:
    if role not in ROLES:
        raise AccountRefused(AccountFault.ROLE, f"came role {role!s}; allowed are {', '.join(ROLES)}")
    name = " ".join(unicodedata.normalize("NFC", display_name).split())
    if not 1 <= len(name) <= 120:
        raise AccountRefused(
            AccountFault.NAME, f"came a display name of {len(name)} characters; allowed are 1 to 120"
        )
    where = " ".join(unicodedata.normalize("NFC", office).split())
    if len(where) > 120:
        raise AccountRefused(
            AccountFault.OFFICE, f"came an office of {len(where)} characters; allowed are 0 to 120"
        )
    return name, where


def _keep_an_administrator(session: Session, account: Account, role: Role | None) -> None:
    """Refuse what would leave nobody who keeps the accounts."""
    if account.own_role is not Role.ADMINISTRATOR or role is Role.ADMINISTRATOR:
        return
    others = select(Account).where(
        Account.own_role == Role.ADMINISTRATOR, col(Account.disabled_at).is_(None), Account.id != account.id
    )
    if session.exec(others).first() is None:
        raise AccountRefused(
            AccountFault.LAST_ADMINISTRATOR,
            "this is the last administrator's account; allowed is it once there is another",
        )


def change_password(session: Session, account: Account, password: str, *, actor: str = "system") -> None:
    """Also ends every session of the account. Raises BadPassword."""
    account.password_hash = hash_password(password, account.login)
    account.session_epoch += 1
    session.add(account)
    audit.record(session, actor, "password_changed", subject_of(account))


def disable_account(session: Session, account: Account, *, actor: str = "system") -> None:
    """Nobody can log in to it any more, and its sessions end. Accounts are never deleted: the log names them.
    Raises AccountRefused for the last administrator's."""
    if account.disabled_at is not None:
        return
    _keep_an_administrator(session, account, None)
    account.disabled_at = now()
    account.session_epoch += 1
    session.add(account)
    audit.record(session, actor, "account_disabled", subject_of(account))


def enable_account(session: Session, account: Account, *, actor: str = "system") -> None:
    if account.disabled_at is None:
        return
    account.disabled_at = None
    session.add(account)
    audit.record(session, actor, "account_enabled", subject_of(account))


def names_of_accounts(session: Session) -> dict[str, str]:
    """Who stands behind "account:3" in a record, by the name as the person is addressed."""
    return {subject_of(each): each.display_name for each in session.exec(select(Account))}


def subject_of(account: Account) -> str:
    """How the audit log names an account, as actor and as subject: "account:3"."""
    return f"account:{account.id}"
