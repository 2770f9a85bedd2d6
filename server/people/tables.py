"""Accounts of persons and the audit log. Rooms are not accounts: they have keys (`server.rooms`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Text, inspect
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now
from server.people.rights import ROLE_WORDS, Right, rights_of
from server.people.rights import Role as Role

_ACTING = "acting"


@dataclass(frozen=True, slots=True)
class Acting:
    """A substitution that somebody makes use of: whose rights, and the last day of them."""

    substitution_id: int
    name: str
    role: Role
    last_day: date
    signs_as: str = ""

    @property
    def signature(self) -> dict[str, str]:
        """By whose authority, and the post beneath it where one is given: "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"."""
        authority, _, post = (part.strip() for part in self.signs_as.partition("/"))
        said = {"authority": authority, "signer_post": post}
        return {name: text for name, text in said.items() if text}


class Account(SQLModel, table=True):
    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=60)
    display_name: str = Field(max_length=120)
    office: str = Field(default="", max_length=120)
    own_role: Role = Field(sa_column=Column("role", Word(Role), nullable=False))
    password_hash: str = Field(max_length=200)
    language: str = Field(default="vi", max_length=2)
    session_epoch: int = Field(default=0)  # raised to end every session of the account
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))

    @property
    def acting(self) -> Acting | None:
        """For whom this account acts in this request, where it does (`server.people.sessions`)."""
        found: Acting | None = inspect(self).info.get(_ACTING)
        return found

    def act(self, acting: Acting) -> None:
        """For this object only: what is stored, and what another request reads, stays as it is."""
        inspect(self).info[_ACTING] = acting

    @property
    def role(self) -> Role:
        """What counts now: of whom the account acts for, else its own."""
        return self.acting.role if self.acting is not None else self.own_role

    @property
    def role_word(self) -> str:
        return ROLE_WORDS[self.role]

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(self.role)


class Substitution(SQLModel, table=True):
    """From the first to the last day, both included, the substitute may act with the role of the substituted."""

    __tablename__ = "substitution"

    id: int | None = Field(default=None, primary_key=True)
    substituted_id: int = Field(foreign_key="account.id", index=True)
    substitute_id: int = Field(foreign_key="account.id", index=True)
    first_day: date
    last_day: date
    document: str = Field(max_length=60)  # of the decision that says so
    signs_as: str = Field(default="", max_length=120)  # by whose authority he signs: "KT. CHỦ TỊCH"
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)


class SecondFactor(SQLModel, table=True):
    """What an account's codes are made from (RFC 6238), sealed with the installation's secret. It counts once it
    was confirmed by a code. `last_step`: the time step of the last code that was taken; none is taken twice."""

    __tablename__ = "second_factor"

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    sealed_secret: str = Field(max_length=300)
    began_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    last_step: int = Field(default=0)


class RecoveryCode(SQLModel, table=True):
    """For who lost the device: each logs in once. Only a keyed hash is kept."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    code_hash: str = Field(unique=True, max_length=64)
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))


class AuditEvent(SQLModel, table=True):
    """Append-only and hash-chained: `hash` = SHA-256 over the previous row's hash and this row's fields.

    `detail` is JSON without names or addresses of petitioners.
    """

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    actor: str = Field(max_length=80)  # "account:3", "room:06649", "system"
    action: str = Field(max_length=60, index=True)
    subject: str = Field(default="", max_length=120, index=True)  # "reception:7", "petition:12"
    detail: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
