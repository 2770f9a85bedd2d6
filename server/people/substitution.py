"""Acting for somebody: with that one's role, on exactly the days a decision says, and never by itself.

Whoever may act for another chooses to: in each request it is one person in one role, and what was done in which is
told apart by the audit log. The substituted one's own role counts, not one he acts in himself, so that rights do
not wander on. An administrator's do not pass at all: with them one could keep oneself what was lent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Role
from server.people.tables import Account, Acting, Substitution
from server.web.languages import N_

_DOCUMENT = re.compile(r"[0-9A-Za-zÀ-ỹĐđ./-]{1,60}")

NO_ACCOUNT = N_("Choose an account of the list that is not closed.")
HIMSELF = N_("Nobody acts for himself. Choose somebody else.")
NO_ADMINISTRATOR = N_("An administrator's rights do not pass on. Make the other account an administrator instead.")
NO_DAYS = N_("Choose the first and the last day, the last one not before the first, and not in the past.")
NO_DOCUMENT = N_("Enter the number of the decision, for instance 123/QĐ-UBND.")
TOO_LONG = N_("This text is too long. Shorten it.")
TWICE = N_("He acts for this person on some of these days already. Withdraw that first.")


class SubstitutionRefused(ValueError):
    """`field` of the form, and the sentence that stands beside it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True, slots=True)
class Wish:
    """A substitution as it is asked for; `first` and `last` None: no day came."""

    substituted: Account | None
    first: date | None
    last: date | None
    document: str
    signs_as: str


@dataclass(frozen=True, slots=True)
class SubstitutionLine:
    row: Substitution
    substituted: Account
    substitute: Account

    def holds(self, day: date) -> bool:
        return self.row.withdrawn_at is None and self.row.first_day <= day <= self.row.last_day


def give(session: Session, substitute: Account, wish: Wish, *, actor: str, today: date) -> Substitution:
    """Raises SubstitutionRefused."""
    substituted, first, last = wish.substituted, wish.first, wish.last
    if substituted is None or substituted.disabled_at is not None or substitute.disabled_at is not None:
        raise SubstitutionRefused("substituted", NO_ACCOUNT)
    if substituted.id == substitute.id:
        raise SubstitutionRefused("substituted", HIMSELF)
    if substituted.own_role is Role.ADMINISTRATOR:
        raise SubstitutionRefused("substituted", NO_ADMINISTRATOR)
    if first is None or last is None or last < first or last < today:
        raise SubstitutionRefused("first_day", NO_DAYS)
    if not _DOCUMENT.fullmatch(wish.document):
        raise SubstitutionRefused("document", NO_DOCUMENT)
    if len(wish.signs_as) > 120:
        raise SubstitutionRefused("signs_as", TOO_LONG)
    same = select(Substitution).where(
        Substitution.substituted_id == substituted.id,
        Substitution.substitute_id == substitute.id,
        col(Substitution.withdrawn_at).is_(None),
        Substitution.first_day <= last,
        Substitution.last_day >= first,
    )
    if session.exec(same).first() is not None:
        raise SubstitutionRefused("first_day", TWICE)
    row = Substitution(
        substituted_id=substituted.id or 0,
        substitute_id=substitute.id or 0,
        first_day=first,
        last_day=last,
        document=wish.document,
        signs_as=wish.signs_as,
        recorded_by=actor,
    )
    session.add(row)
    session.flush()
    detail = {"for": subject_of(substituted), "from": first.isoformat(), "to": last.isoformat(), "number": row.id}
    audit.record(session, actor, "substitution_given", subject_of(substitute), detail)
    return row


def withdraw(session: Session, row: Substitution, *, actor: str) -> None:
    """Felt with the next request; what was withdrawn stays on record."""
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at, row.withdrawn_by = now(), actor
    session.add(row)
    audit.record(session, actor, "substitution_withdrawn", f"account:{row.substitute_id}", {"number": row.id})


def in_force(session: Session, substitute_id: int, substitution_id: int, day: date) -> Acting | None:
    """The role that this substitution gives on `day`, if it gives one to this account."""
    found = next((line for line in lines_of(session, substitute_id) if line.row.id == substitution_id), None)
    if found is None or not found.holds(day) or found.row.substitute_id != substitute_id:
        return None
    if found.substituted.disabled_at is not None or found.substituted.own_role is Role.ADMINISTRATOR:
        return None
    return Acting(
        substitution_id,
        found.substituted.display_name,
        found.substituted.own_role,
        found.row.last_day,
        found.row.signs_as,
    )


def lines_of(session: Session, account_id: int) -> list[SubstitutionLine]:
    """Where the account acts for others or others for it, latest first."""
    rows = session.exec(
        select(Substitution)
        .where((Substitution.substitute_id == account_id) | (Substitution.substituted_id == account_id))
        .order_by(col(Substitution.first_day).desc(), col(Substitution.id).desc())
    ).all()
    ids = {number for row in rows for number in (row.substituted_id, row.substitute_id)}
    people = {account.id: account for account in session.exec(select(Account).where(col(Account.id).in_(ids)))}
    return [SubstitutionLine(row, people[row.substituted_id], people[row.substitute_id]) for row in rows]
