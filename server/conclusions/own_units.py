"""Which tasks are a unit's own, for who holds an office of it, and how it is kept that the unit spoke itself.

A unit is one of the registry, or a department of the dated list. A task belongs to the one to which the version
in force gives it, and to what that one became part of as a whole. Who said something of a task stands in its
history: "account:3" where the office wrote down what it was told, "account:3 of 06664" where an officer of that
unit entered it, which the database keeps like the rest of the row. A department has no code: "account:3 of a
department", and its name stands in the row as the unit's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from server.conclusions.assignees import name_of
from server.conclusions.tables import Conclusion, ConclusionTask, Task
from server.people.accounts import subject_of
from server.people.rights import OF_UNITS
from server.people.tables import Account
from server.petitions.history import Author, author_of
from server.receptions.tables import AgendaItem
from server.rooms.departments import Departments
from server.rooms.offices import departments_of_account, units_of_account
from server.rooms.queries import WasOurs, was_part_of, with_predecessors
from server.rooms.spans import Codes
from server.rooms.tables import Room
from server.web.languages import HERE

_OF = " of "
_A_DEPARTMENT = "a department"


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """For which an account speaks. `code` is empty for a department."""

    code: str
    name: str


def given_to(
    session: Session, rooms: list[Room], was_ours: WasOurs, reception_id: int | None = None
) -> Iterable[Task]:
    """Cancelled ones, too. `rooms`: the units and all that ever became a part of them."""
    codes = {room.code for room in rooms}
    tasks = (
        select(Task, ConclusionTask.assignee_code, Conclusion.issued_at)
        .join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
        .join(Conclusion, col(Conclusion.id) == ConclusionTask.conclusion_id)
        .where(col(ConclusionTask.assignee_code).in_(codes), col(Conclusion.issued_at).is_not(None))
    )
    if reception_id is not None:
        tasks = tasks.join(AgendaItem, col(AgendaItem.id) == Task.item_id)
        tasks = tasks.where(AgendaItem.reception_id == reception_id)
    meant = Codes(session.exec(select(Room).where(col(Room.code).in_(codes))).all())
    for task, code, issued_at in session.exec(tasks):
        if issued_at is None:
            continue
        day = _day(issued_at)
        room = meant.on(code, day)
        if room is not None and was_ours(room.id or 0, day):
            yield task


def given_to_departments(
    session: Session, departments: Departments, names: Iterable[str], day: date
) -> Iterable[tuple[Task, str]]:
    """Cancelled ones, too, each with the one of `names`, of departments on `day`, to which it belongs."""
    wanted = set(names)
    tasks = (
        select(Task, ConclusionTask.assignee_name, Conclusion.issued_at)
        .join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
        .join(Conclusion, col(Conclusion.id) == ConclusionTask.conclusion_id)
        .where(
            ConclusionTask.assignee_code == "",
            col(ConclusionTask.assignee_name).in_(departments.ever_of(wanted, day)),
            col(Conclusion.issued_at).is_not(None),
        )
    )
    for task, name, issued_at in session.exec(tasks):
        if issued_at is None:
            continue
        department = departments.became(name, _day(issued_at), day)
        if department in wanted:
            yield task, department


def own_units(session: Session, account: Account, departments: Departments, day: date) -> list[OwnUnit]:
    return [
        *(_as_own(room) for room in units_of_account(session, account, day)),
        *(OwnUnit("", name) for name in _own_departments(session, account, departments, day)),
    ]


def own_tasks(
    session: Session, account: Account, departments: Departments, day: date
) -> Mapping[int, OwnUnit] | None:
    """By the tasks' ids, the unit of today whose each is; None: the account does not belong to units."""
    if account.role not in OF_UNITS:
        return None
    of_rooms = {
        task.id or 0: _as_own(unit)
        for unit in units_of_account(session, account, day)
        for task in given_to(session, with_predecessors(session, [unit]), was_part_of(session, [unit], day))
    }
    names = _own_departments(session, account, departments, day)
    given = given_to_departments(session, departments, names, day) if names else ()
    return of_rooms | {task.id or 0: OwnUnit("", name) for task, name in given}


def author_in(account: Account, unit: OwnUnit | None) -> Author:
    """`unit`: the one for which the account speaks; None where it writes for the office."""
    if unit is None:
        return author_of(account)
    return Author(f"{subject_of(account)}{_OF}{unit.code or _A_DEPARTMENT}", unit.name)


def said_by_unit(recorded_by: str) -> bool:
    return _OF in recorded_by


def account_behind(recorded_by: str) -> str:
    return recorded_by.partition(_OF)[0]


def _as_own(room: Room) -> OwnUnit:
    return OwnUnit(room.code, name_of(room))


def _own_departments(session: Session, account: Account, departments: Departments, day: date) -> list[str]:
    """An office of a department that is not, or no more, on the list of `day` says nothing."""
    held = set(departments_of_account(session, account, day))
    return [name for name in departments.on(day) if name in held]


def _day(moment: datetime) -> date:
    return moment.astimezone(HERE).date()
