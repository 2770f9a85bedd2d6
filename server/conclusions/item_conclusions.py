"""What the pages of the register and of the receptions show of conclusions: see `server.petitions.concluded`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

from sqlmodel import Session, col, select

from server.conclusions import following
from server.conclusions.follow_up import FollowUp
from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.queries import TaskView, views_of
from server.conclusions.rules import may_draft, may_read
from server.conclusions.standing import Today, today_by
from server.conclusions.tables import Conclusion, Task
from server.conclusions.versions import draft_in, issued_in
from server.deadlines.calendar import WorkingCalendar
from server.people.tables import Role
from server.petitions.concluded import Concluded, Conclusions, Stage, TaskLine
from server.receptions.tables import AgendaItem, AgendaItemPetition

Eraser = Callable[[Session, int], None]
"""Takes a petition's id."""


class ItemConclusions(Conclusions):
    def __init__(self, follow_up: FollowUp, *erasers: Eraser) -> None:
        self._follow_up, self._erasers = follow_up, erasers

    def of_petition(
        self, session: Session, petition_id: int, role: Role, calendar: WorkingCalendar, today: date
    ) -> list[Concluded]:
        items = session.exec(
            select(AgendaItemPetition.item_id).where(AgendaItemPetition.petition_id == petition_id)
        ).all()
        concluded = _concluded(session, items, role, today_by(calendar, today))
        issued = [each for each in concluded if each.stage in (Stage.ISSUED, Stage.CORRECTING)]
        return sorted(issued, key=lambda each: (each.planned_at, -each.position), reverse=True)

    def of_reception(
        self, session: Session, reception_id: int, role: Role, calendar: WorkingCalendar, today: date
    ) -> list[Concluded]:
        items = session.exec(select(AgendaItem.id).where(AgendaItem.reception_id == reception_id)).all()
        concluded = _concluded(session, [item or 0 for item in items], role, today_by(calendar, today))
        return sorted(concluded, key=lambda each: each.position)

    def erase_words(self, session: Session, petition_id: int) -> None:
        following.erase_words(session, petition_id, self._follow_up)
        for erase in self._erasers:
            erase(session, petition_id)


def _concluded(session: Session, item_ids: Iterable[int], role: Role, today: Today) -> list[Concluded]:
    ids = list(item_ids)
    versions: dict[int, list[Conclusion]] = defaultdict(list)
    for version in session.exec(
        select(Conclusion).where(col(Conclusion.item_id).in_(ids)).order_by(col(Conclusion.number))
    ):
        versions[version.item_id].append(version)
    tasks: dict[int, list[TaskView]] = defaultdict(list)
    rows = session.exec(select(Task).where(col(Task.item_id).in_(ids)).order_by(col(Task.number))).all()
    for view in views_of(session, rows, today):
        tasks[view.item_id].append(view)
    return [
        _of_item(ground, role, versions[item_id], tasks[item_id])
        for item_id, ground in grounds_of(session, ids).items()
        if may_read(role, ground.guards)
    ]


def _of_item(ground: ItemGround, role: Role, versions: list[Conclusion], tasks: list[TaskView]) -> Concluded:
    issued, writes = issued_in(versions), may_draft(role, ground.guards)
    words = issued is not None and not ground.guarded
    return Concluded(
        item_id=ground.item_id,
        position=ground.item.position,
        petition_codes=ground.codes,
        reception_id=ground.item.reception_id,
        reception_title=ground.reception.title,
        planned_at=ground.reception.planned_at,
        stage=_stage(ground, versions, writes=writes),
        guarded=ground.guarded,
        may_draft=writes and ground.called,
        issued_at=issued.issued_at if issued else None,
        number=issued.number if issued else 0,
        content=issued.content if issued and words else "",
        settled_here=issued.settled_here if issued else False,
        document=issued.document if issued else "",
        tasks=tuple(_line(task) for task in tasks),
    )


def _stage(ground: ItemGround, versions: list[Conclusion], *, writes: bool) -> Stage:
    """That a draft is there is nobody's business but of those who write it."""
    drafted = writes and draft_in(versions) is not None
    if issued_in(versions) is not None:
        return Stage.CORRECTING if drafted else Stage.ISSUED
    if drafted:
        return Stage.DRAFT
    return Stage.NONE if ground.called else Stage.NOT_CALLED


def _line(task: TaskView) -> TaskLine:
    return TaskLine(
        id=task.id,
        number=task.number,
        content=task.content,
        assignee=task.assignee,
        person=task.person,
        due_on=task.due_on,
        state=task.state,
        standing=task.standing,
        obstructed=task.obstructed,
        letters=task.letters,
        said_by_unit=task.said_by_unit,
    )
