"""Writing a conclusion: the draft, which is written over; issuing it; and correcting it by another version.

Every function is a unit of work and refuses with an exception, which changes nothing. `stamp` says what somebody
had before their eyes: who saves over, or issues, what another has changed in the meantime is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from server.conclusions.assignees import Assignee
from server.conclusions.drafting import Draft, DraftFaults, Ground, TaskDraft, missing_in, wrong_in
from server.conclusions.ground import ItemGround
from server.conclusions.issuing import give_tasks
from server.conclusions.tables import Conclusion, ConclusionTask, Task, TaskState
from server.data.columns import now
from server.petitions.history import Author
from server.web.languages import HERE


class DraftRefused(Exception):
    """It says what it may not, or not yet; nothing was written."""

    def __init__(self, faults: DraftFaults) -> None:
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


class MovedOn(Exception):
    """Somebody saved, issued or discarded in the meantime."""


def versions_of(session: Session, item_id: int) -> list[Conclusion]:
    """The first version first; the last one may be a draft."""
    return list(
        session.exec(
            select(Conclusion).where(Conclusion.item_id == item_id).order_by(col(Conclusion.number))
        ).all()
    )


def draft_in(versions: Sequence[Conclusion]) -> Conclusion | None:
    return versions[-1] if versions and versions[-1].issued_at is None else None


def issued_in(versions: Sequence[Conclusion]) -> Conclusion | None:
    """The version in force."""
    return next((version for version in reversed(versions) if version.issued_at is not None), None)


def stamp_of(versions: Sequence[Conclusion]) -> str:
    return f"{versions[-1].number}.{versions[-1].revision}" if versions else "0"


def rows_of(session: Session, conclusion_id: int) -> list[ConclusionTask]:
    return list(
        session.exec(
            select(ConclusionTask)
            .where(ConclusionTask.conclusion_id == conclusion_id)
            .order_by(col(ConclusionTask.position))
        ).all()
    )


def as_draft(session: Session, conclusion: Conclusion) -> Draft:
    return Draft(
        content=conclusion.content,
        citizen_opinion=conclusion.citizen_opinion,
        document=conclusion.document,
        settled_here=conclusion.settled_here,
        reason=conclusion.reason,
        tasks=tuple(as_task_draft(row) for row in rows_of(session, conclusion.id or 0)),
    )


def as_task_draft(row: ConclusionTask) -> TaskDraft:
    """A department that stands in a version was looked at when it was written, and counts as listed."""
    return TaskDraft(
        content=row.content,
        assignee=Assignee(row.assignee_code, row.assignee_name) if row.assignee_name else None,
        due_on=row.due_on,
        person=row.person,
        report_to=row.report_to,
        number=row.number,
    )


def save_draft(session: Session, ground: ItemGround, draft: Draft, stamp: str, author: Author) -> Conclusion:
    """Raises MovedOn, or DraftRefused for what is wrong in it; what is missing may be."""
    versions = versions_of(session, ground.item_id)
    if versions and draft_in(versions) is None:
        raise MovedOn
    if stamp != stamp_of(versions) and not _overtook_itself(versions, stamp, author):
        raise MovedOn
    draft = _settled(session, ground.item_id, draft)
    found = wrong_in(draft, judged_by(ground, versions))
    if found:
        raise DraftRefused(found)
    row = draft_in(versions)
    if row is None:
        row = Conclusion(item_id=ground.item_id, number=1, revision=0, written_by=author.actor)
    row.content, row.citizen_opinion = draft.content, draft.citizen_opinion
    row.document, row.settled_here, row.reason = draft.document, draft.settled_here, draft.reason
    row.revision += 1
    row.written_at, row.written_by = now(), author.actor
    session.add(row)
    session.flush()
    _write_tasks(session, row, draft.tasks)
    return row


def _overtook_itself(versions: Sequence[Conclusion], stamp: str, author: Author) -> bool:
    """The page saves by itself while its writer presses the button: of one writer the last saving counts."""
    draft = draft_in(versions)
    if draft is None or draft.written_by != author.actor:
        return False
    return str(draft.number) == ("1" if stamp == "0" else stamp.partition(".")[0])


def begin_correction(session: Session, ground: ItemGround, author: Author) -> Conclusion:
    """A draft of the next version, with what the present one says. Raises MovedOn where there is none to
    correct."""
    versions = versions_of(session, ground.item_id)
    if not versions or draft_in(versions) is not None:
        raise MovedOn
    last = versions[-1]
    row = Conclusion(
        item_id=ground.item_id,
        number=last.number + 1,
        content=last.content,
        citizen_opinion=last.citizen_opinion,
        document=last.document,
        settled_here=last.settled_here,
        written_by=author.actor,
    )
    session.add(row)
    session.flush()
    draft = _settled(session, ground.item_id, as_draft(session, last))
    _write_tasks(session, row, draft.tasks)
    return row


def discard_draft(session: Session, ground: ItemGround, stamp: str) -> None:
    """Raises MovedOn."""
    versions = versions_of(session, ground.item_id)
    draft = draft_in(versions)
    if draft is None or stamp != stamp_of(versions):
        raise MovedOn
    _write_tasks(session, draft, ())
    session.delete(draft)
    session.flush()


def issue(session: Session, ground: ItemGround, stamp: str, author: Author, at: datetime) -> Conclusion:
    """From now on it stays as it is, and its tasks are followed. Raises MovedOn or DraftRefused."""
    versions = versions_of(session, ground.item_id)
    row = draft_in(versions)
    if row is None or stamp != stamp_of(versions):
        raise MovedOn
    kept = as_draft(session, row)
    draft = _settled(session, ground.item_id, kept)
    judged = judged_by(ground, versions)
    found = {**missing_in(draft, judged), **wrong_in(draft, judged)}
    if found:
        raise DraftRefused(found)
    if draft != kept:
        _write_tasks(session, row, draft.tasks)
    day = at.astimezone(HERE).date()
    give_tasks(session, ground, row, rows_of(session, row.id or 0), author, day)
    row.issued_at, row.issued_by, row.unit = at, author.actor, author.unit
    session.add(row)
    session.flush()
    return row


def judged_by(ground: ItemGround, versions: Sequence[Conclusion]) -> Ground:
    corrects = issued_in(versions) is not None
    return Ground(ground.held_on, ground.denunciation, ground.names, corrects)


def _settled(session: Session, item_id: int, draft: Draft) -> Draft:
    """What is over is not corrected: a task that was confirmed stays as it was worded, one that was cancelled is
    not taken up again. The numbers are those of the item's tasks, each once."""
    tasks = session.exec(select(Task).where(Task.item_id == item_id).order_by(col(Task.number))).all()
    by_number = {task.number: task for task in tasks}
    kept: list[TaskDraft] = []
    seen: set[int] = set()
    for wanted in draft.tasks:
        task = None if wanted.number is None else by_number.get(wanted.number)
        if wanted.number is not None and (
            task is None or task.number in seen or task.state == TaskState.CANCELLED
        ):
            continue
        if task is not None:
            seen.add(task.number)
        kept.append(_worded(session, task) if task is not None and task.state == TaskState.CONFIRMED else wanted)
    left_out = [t for t in tasks if t.state == TaskState.CONFIRMED and t.number not in seen]
    return Draft(
        content=draft.content,
        citizen_opinion=draft.citizen_opinion,
        document=draft.document,
        settled_here=draft.settled_here,
        reason=draft.reason,
        tasks=tuple(sorted((*kept, *(_worded(session, task) for task in left_out)), key=_by_number)),
    )


def _by_number(task: TaskDraft) -> tuple[bool, int]:
    """New ones come last, as they were written."""
    return task.number is None, task.number or 0


def confirmed_numbers(session: Session, item_id: int) -> set[str]:
    """Of the tasks that no correction changes any more, as the form has them."""
    tasks = session.exec(select(Task).where(Task.item_id == item_id, Task.state == TaskState.CONFIRMED))
    return {str(task.number) for task in tasks}


def _worded(session: Session, task: Task) -> TaskDraft:
    return as_task_draft(session.get_one(ConclusionTask, task.wording_id))


def _write_tasks(session: Session, conclusion: Conclusion, tasks: Sequence[TaskDraft]) -> None:
    """In place of those the draft had."""
    for row in rows_of(session, conclusion.id or 0):
        session.delete(row)
    session.flush()
    for position, task in enumerate(tasks, 1):
        session.add(
            ConclusionTask(
                conclusion_id=conclusion.id or 0,
                position=position,
                number=task.number,
                content=task.content,
                assignee_code=task.assignee.code if task.assignee else "",
                assignee_name=task.assignee.name if task.assignee else "",
                person=task.person,
                due_on=task.due_on,
                report_to=task.report_to,
            )
        )
    session.flush()
