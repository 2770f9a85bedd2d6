"""Who is to come, on the reception's own page, and what becomes of them when it is called off."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.petitions.citizens import may_write
from server.petitions.history import author_of
from server.receptions.queries import agenda_of
from server.receptions.tables import AHEAD, Reception
from server.registrations import recording
from server.registrations.queries import TO_COME, RegistrationView, of_reception
from server.registrations.rules import STATE_WORDS
from server.registrations.tables import RegistrationState
from server.web.languages import local_day, today


@dataclass(frozen=True, slots=True)
class Shown:
    """`writable`: which of them this account writes; `ahead`: one may still register; `closed`: the day is over on
    which registration closes; `begun`: the day of the reception has come."""

    registrations: list[RegistrationView]
    to_come: int
    waiting: int
    writable: frozenset[int]
    on_agenda: frozenset[int]  # petitions
    state_words: dict[RegistrationState, str]
    may_write: bool
    may_plan: bool
    ahead: bool
    closed: bool
    begun: bool


class ExpectedCitizens:
    """`server.receptions.expected.Expected`."""

    def of_reception(self, session: Session, reception: Reception, account: Account) -> Shown | None:
        if Right.READ_VISITS not in account.rights:
            return None
        number, closes_on = reception.id or 0, reception.registration_closes_on
        found = of_reception(session, account.role, number)
        return Shown(
            registrations=found,
            to_come=sum(each.state in TO_COME for each in found),
            waiting=sum(each.state is RegistrationState.WAITING for each in found),
            writable=frozenset(
                each.id for each in found if may_write(account.role, each.kind, each.confidentiality)
            ),
            on_agenda=frozenset(petition.id for line in agenda_of(session, number) for petition in line.petitions),
            state_words=STATE_WORDS,
            may_write=Right.WRITE_VISITS in account.rights,
            may_plan=Right.PLAN_RECEPTIONS in account.rights,
            ahead=reception.state in AHEAD,
            closed=closes_on is not None and closes_on < today(),
            begun=local_day(reception.planned_at) <= today(),
        )

    def called_off(self, session: Session, reception_id: int, successor_id: int | None, account: Account) -> None:
        recording.called_off(session, reception_id, successor_id, author_of(account))
