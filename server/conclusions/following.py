"""Recording what became of a task, and erasing what was said where the matter became a denunciation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlmodel import Session, col, select

from server.conclusions.acts import AnyFault, TaskFacts, WantedAct, act_faults, facts_after
from server.conclusions.follow_up import FollowUp
from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.issuing import append_event, last_day_of, search_key
from server.conclusions.tables import Conclusion, ConclusionTask, Task, TaskAct, TaskEvent, TaskState
from server.petitions.history import Author
from server.receptions.tables import AgendaItemPetition


class ActRefused(Exception):
    """It may not be recorded like this; nothing was written."""

    def __init__(self, found: Mapping[str, AnyFault]) -> None:
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in found.items()))
        self.faults = dict(found)


def facts_of(session: Session, task: Task, ground: ItemGround) -> TaskFacts:
    return TaskFacts(
        state=task.state,
        due_on=task.due_on,
        since=last_day_of(session, task.id or 0),
        obstructed=task.obstructed,
        denunciation=ground.denunciation,
        names=ground.names,
    )


def record_act(
    session: Session, task: Task, ground: ItemGround, wanted: WantedAct, author: Author, today: date
) -> None:
    """Raises ActRefused."""
    facts = facts_of(session, task, ground)
    found = act_faults(facts, wanted, today)
    if found:
        raise ActRefused(found)
    if wanted.act is None or wanted.holds_on is None:
        raise ValueError("an act that has no fault names itself and its day")
    after, before = facts_after(facts, wanted), task.state
    task.state, task.due_on, task.obstructed = after.state, after.due_on, after.obstructed
    if wanted.act is TaskAct.REPORT:
        task.done_on = wanted.holds_on
    elif task.state not in (TaskState.REPORTED, TaskState.CONFIRMED):
        task.done_on = None
    extends = wanted.act is TaskAct.EXTEND
    append_event(
        session,
        task,
        wanted.act,
        before,
        wanted.holds_on,
        author,
        document=wanted.document,
        words=wanted.words,
        due_on=wanted.due_on if extends else None,
        allowed_by=wanted.allowed_by if extends else "",
    )


def events_of(session: Session, task_ids: Iterable[int]) -> list[TaskEvent]:
    """In the order in which they were recorded."""
    events = select(TaskEvent).where(col(TaskEvent.task_id).in_(list(task_ids))).order_by(col(TaskEvent.id))
    return list(session.exec(events).all())


def erase_words(session: Session, petition_id: int, follow_up: FollowUp) -> None:
    """After the petition is a denunciation. Numbers of documents, units and days stay: nobody is named by them."""
    listed = {department.name for department in follow_up.departments}
    items = session.exec(
        select(AgendaItemPetition.item_id).where(AgendaItemPetition.petition_id == petition_id)
    ).all()
    for ground in grounds_of(session, items).values():
        versions = session.exec(select(Conclusion).where(Conclusion.item_id == ground.item_id)).all()
        for version in versions:
            version.content = version.citizen_opinion = version.reason = ""
        rows = session.exec(
            select(ConclusionTask).where(col(ConclusionTask.conclusion_id).in_([v.id for v in versions]))
        ).all()
        for row in rows:
            row.content = row.person = row.report_to = ""
            if not row.assignee_code and row.assignee_name not in listed:
                row.assignee_name = ""
            row.search_key = search_key(ground, row) if row.search_key else ""
        tasks = session.exec(select(Task.id).where(Task.item_id == ground.item_id)).all()
        events = events_of(session, [task or 0 for task in tasks])
        for event in events:
            event.words = event.allowed_by = ""
        session.add_all((*versions, *rows, *events))
    session.flush()
