"""The list of tasks, as one role may read it: filters, counts and one page of lines.

How a task stands depends on the day, so it is no column; but a day is compared in the database, and the list stays
quick however many tasks there were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy
from sqlalchemy import ColumnElement, and_, case, exists, or_, true
from sqlmodel import Session, col, func, select

from server.conclusions.acts import OPEN, WITH_THE_UNIT
from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.own_units import said_by_unit
from server.conclusions.rules import may_read
from server.conclusions.standing import Asked, Today, standing
from server.conclusions.tables import ConclusionTask, Task, TaskEvent, TaskState
from server.conclusions.urging import letters_of, without_reply
from server.data.folding import literally
from server.data.parts import paged
from server.deadlines.computing import State
from server.people.rights import OF_UNITS, Role
from server.petitions.concluded import LetterLine
from server.petitions.register import folded_words
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.tables import AgendaItem, AgendaItemPetition, Reception
from server.rooms.departments import Departments

PAGE = 50
RECEPTIONS_OFFERED = 60
"""As the latest years of a monthly reception; older ones are found by following a link of their own page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the list, as it stands in the page's address."""

    text: str = ""
    asked: Asked = Asked.OPEN
    units: tuple[str, ...] = ()  # the code of a unit of the registry, or all names a department has had
    reception_id: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class TaskView:
    """`content`, `person` and `report_to` are empty where `guarded`: such words are read on the task's own
    page."""

    id: int
    number: int
    item_id: int
    codes: tuple[str, ...]
    petition_ids: tuple[int, ...]
    position: int
    reception_id: int
    held_at: datetime
    guarded: bool
    content: str
    unit: str  # as in the address of the list
    assignee: str
    person: str
    report_to: str
    due_on: date
    first_due_on: date | None  # as the version in force says; later ones are extensions
    done_on: date | None
    state: TaskState
    standing: State | None
    obstructed: bool
    letters: tuple[LetterLine, ...] = ()  # that urged it, the first one first
    said_by_unit: bool = False  # the last thing that stands in its history the unit entered itself


@dataclass(frozen=True, slots=True)
class TaskPage:
    tasks: list[TaskView]
    counts: dict[Asked, int]
    total: int
    number: int
    pages: int


Own = Collection[int] | None
"""Ids of the tasks of the reader's units; a role of units reads no other (`own_units.own_tasks`)."""


def search(session: Session, role: Role, wanted: Wanted, today: Today, own: Own = None) -> TaskPage:
    """The nearest deadline first; of what is done the latest first. `counts` are under the other filters."""
    base = _base(role, wanted, own)
    sums = [func.coalesce(func.sum(case((condition(asked, today), 1), else_=0)), 0) for asked in Asked]
    found = session.execute(
        sqlalchemy.select(*sums)
        .select_from(Task)
        .join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
        .join(AgendaItem, col(AgendaItem.id) == Task.item_id)
        .where(base)
    ).one()
    counts = {asked: int(count) for asked, count in zip(Asked, found, strict=True)}
    total = counts[wanted.asked]
    number, pages = paged(total, wanted.page, PAGE)
    over = wanted.asked in (Asked.DONE, Asked.ALL)
    order = [column.desc() if over else column.asc() for column in (col(Task.due_on), col(Task.id))]
    tasks = session.exec(
        select(Task)
        .join(ConclusionTask, col(ConclusionTask.id) == Task.wording_id)
        .join(AgendaItem, col(AgendaItem.id) == Task.item_id)
        .where(base, condition(wanted.asked, today))
        .order_by(*order)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return TaskPage(views_of(session, tasks, today), counts, total, number, pages)


def open_tasks(session: Session, role: Role, today: Today) -> list[TaskView]:
    """All that is not over, the nearest deadline first."""
    tasks = session.exec(
        select(Task).where(readable(role), condition(Asked.OPEN, today)).order_by(col(Task.due_on), col(Task.id))
    ).all()
    return views_of(session, tasks, today)


@dataclass(frozen=True, slots=True)
class OfferedUnit:
    """What the filter offers. `former`: names under which tasks were given to what is part of it now."""

    value: str
    name: str
    former: tuple[str, ...] = ()


def units_with_tasks(session: Session, role: Role, departments: Departments, day: date) -> list[OfferedUnit]:
    """Units of the registry by code, then departments as they are called on `day`, by name."""
    rows = session.exec(
        select(ConclusionTask.assignee_code, ConclusionTask.assignee_name)
        .join(Task, col(Task.wording_id) == ConclusionTask.id)
        .where(readable(role))
        .distinct()
    ).all()
    units = {code: name for code, name in sorted(rows) if code}
    former: dict[str, list[str]] = defaultdict(list)
    for _, name in sorted(row for row in rows if row[1] and not row[0]):
        present = departments.now_called(name, day)
        former[present] += [name] if name != present else []
    return [
        *(OfferedUnit(code, name) for code, name in units.items()),
        *(OfferedUnit(name, name, tuple(former[name])) for name in sorted(former)),
    ]


def receptions_with_tasks(session: Session, role: Role, own: Own = None) -> Sequence[Reception]:
    tasks = select(AgendaItem.reception_id).join(Task, col(Task.item_id) == AgendaItem.id)
    given = tasks.where(readable(role, own))
    return session.exec(
        select(Reception)
        .where(col(Reception.id).in_(given))
        .order_by(col(Reception.planned_at).desc())
        .limit(RECEPTIONS_OFFERED)
    ).all()


def views_of(session: Session, tasks: Iterable[Task], today: Today) -> list[TaskView]:
    """In the same order. Who may read them the caller has asked already."""
    kept = list(tasks)
    grounds = grounds_of(session, [task.item_id for task in kept])
    ids = {task.wording_id for task in kept}
    rows = session.exec(select(ConclusionTask).where(col(ConclusionTask.id).in_(ids))).all()
    wordings = {row.id: row for row in rows}
    letters, said = letters_of(session, kept, today), _last_said_by_unit(session, kept)
    return [
        _view(
            task,
            wordings[task.wording_id],
            grounds[task.item_id],
            letters.get(task.id or 0, ()),
            task.id in said,
            today,
        )
        for task in kept
    ]


def _last_said_by_unit(session: Session, tasks: Sequence[Task]) -> set[int]:
    last = (
        select(func.max(TaskEvent.id))
        .where(col(TaskEvent.task_id).in_([task.id for task in tasks]))
        .group_by(col(TaskEvent.task_id))
    )
    rows = session.exec(select(TaskEvent.task_id, TaskEvent.recorded_by).where(col(TaskEvent.id).in_(last)))
    return {number for number, by in rows if said_by_unit(by)}


def readable(role: Role, own: Own = None) -> ColumnElement[bool]:
    """Tasks of items of which `role` reads the record of every petition."""
    if role in OF_UNITS:
        return and_(_read_by(role), col(Task.id).in_(own or ()))
    return _read_by(role)


def _read_by(role: Role) -> ColumnElement[bool]:
    of_item = and_(
        col(AgendaItemPetition.item_id) == col(Task.item_id), col(Petition.id) == AgendaItemPetition.petition_id
    )
    hidden = [
        and_(col(Petition.kind) == kind, col(Petition.confidentiality) == confidentiality)
        for kind in PetitionKind
        for confidentiality in Confidentiality
        if not may_read(role, [(kind, confidentiality)])
    ]
    some = exists().where(of_item).correlate(Task)
    return and_(some, ~exists().where(of_item, or_(*hidden)).correlate(Task)) if hidden else some


def condition(asked: Asked, today: Today) -> ColumnElement[bool]:
    """As `standing.standing` says of one task."""
    with_the_unit, due_on = col(Task.state).in_(WITH_THE_UNIT), col(Task.due_on)
    monday, sunday = today.week
    return {
        Asked.OPEN: col(Task.state).in_(OPEN),
        Asked.OVERDUE: and_(with_the_unit, due_on < today.day),
        Asked.WEEK: and_(with_the_unit, due_on >= monday, due_on <= sunday),
        Asked.SOON: and_(with_the_unit, due_on >= today.day, due_on <= today.soon),
        Asked.OBSTRUCTED: and_(with_the_unit, col(Task.obstructed)),
        Asked.URGED: and_(with_the_unit, without_reply()),
        Asked.REPORTED: col(Task.state) == TaskState.REPORTED,
        Asked.DONE: col(Task.state) == TaskState.CONFIRMED,
        Asked.ALL: true(),
    }[asked]


def _base(role: Role, wanted: Wanted, own: Own) -> ColumnElement[bool]:
    asked = [readable(role, own)]
    if wanted.units:
        code, name = col(ConclusionTask.assignee_code), col(ConclusionTask.assignee_name)
        asked.append(or_(code.in_(wanted.units), and_(code == "", name.in_(wanted.units))))
    if wanted.reception_id is not None:
        asked.append(col(AgendaItem.reception_id) == wanted.reception_id)
    words = folded_words(wanted.text)
    for word in words:
        escaped = literally(word)
        pattern = f"% {escaped}%" if word is words[-1] else f"% {escaped} %"
        asked.append(col(ConclusionTask.search_key).like(pattern, escape="\\"))
    return and_(*asked)


def _view(
    task: Task,
    row: ConclusionTask,
    ground: ItemGround,
    letters: tuple[LetterLine, ...],
    said: bool,
    today: Today,
) -> TaskView:
    shown = not ground.guarded
    return TaskView(
        id=task.id or 0,
        number=task.number,
        item_id=task.item_id,
        codes=ground.codes,
        petition_ids=ground.petition_ids,
        position=ground.item.position,
        reception_id=ground.item.reception_id,
        held_at=ground.reception.planned_at,
        guarded=ground.guarded,
        content=row.content if shown else "",
        unit=row.assignee_code or row.assignee_name,
        assignee=row.assignee_name,
        person=row.person if shown else "",
        report_to=row.report_to if shown else "",
        due_on=task.due_on,
        first_due_on=row.due_on,
        done_on=task.done_on,
        state=task.state,
        standing=standing(task.state, task.due_on, task.done_on, today),
        obstructed=task.obstructed,
        letters=letters,
        said_by_unit=said,
    )
