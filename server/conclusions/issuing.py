"""What issuing a conclusion does to its tasks: new ones are given, others corrected, given anew, or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from server.conclusions.acts import OPEN
from server.conclusions.ground import ItemGround
from server.conclusions.tables import Conclusion, ConclusionTask, Task, TaskAct, TaskEvent, TaskState
from server.petitions.history import Author
from server.petitions.register import folded_words


def give_tasks(
    session: Session,
    ground: ItemGround,
    version: Conclusion,
    rows: Sequence[ConclusionTask],
    author: Author,
    today: date,
) -> None:
    """Before the version is issued: from then on its rows do not change."""
    tasks = {task.number: task for task in session.exec(select(Task).where(Task.item_id == ground.item_id))}
    highest = max(tasks, default=0)
    for row in rows:
        row.search_key = search_key(ground, row)
        task = None if row.number is None else tasks.get(row.number)
        if task is None:
            highest += 1
            row.number = highest
            task = _given(session, ground, row)
            append_event(
                session, task, TaskAct.ASSIGN, None, today, author, document=version.document, due_on=row.due_on
            )
        elif task.state in OPEN:
            _corrected(session, task, row, version, author, today)
        task.wording_id = row.id or 0
        session.add_all((row, task))
    session.flush()
    numbers = {row.number for row in rows}
    for task in tasks.values():
        if task.number not in numbers and task.state in OPEN:
            before, task.state, task.obstructed = task.state, TaskState.CANCELLED, False
            _append_correction(session, task, TaskAct.CANCEL, before, version, author, today)


def append_event(
    session: Session,
    task: Task,
    act: TaskAct,
    previous: TaskState | None,
    holds_on: date,
    author: Author,
    *,
    document: str = "",
    words: str = "",
    due_on: date | None = None,
    allowed_by: str = "",
) -> None:
    """A row of the history; `task` has its state already."""
    session.add(task)
    session.flush()
    session.add(
        TaskEvent(
            task_id=task.id or 0,
            act=act,
            state=task.state,
            previous=previous,
            holds_on=holds_on,
            document=document,
            words=words,
            due_on=due_on,
            allowed_by=allowed_by,
            recorded_by=author.actor,
            unit=author.unit,
        )
    )
    session.flush()


def search_key(ground: ItemGround, row: ConclusionTask) -> str:
    """Folded words, each between spaces. Of an item whose reading is noted only what a list shows of it."""
    parts = [*ground.codes, *(code.replace("-", "") for code in ground.codes), row.assignee_name]
    if not ground.guarded:
        parts += [row.content, row.person, row.report_to]
    return f" {' '.join(word for part in parts for word in folded_words(part))} "


def last_day_of(session: Session, task_id: int) -> date:
    """From which day the last row of its history holds."""
    events = select(TaskEvent).where(TaskEvent.task_id == task_id).order_by(col(TaskEvent.id).desc())
    return session.exec(events.limit(1)).one().holds_on


def _given(session: Session, ground: ItemGround, row: ConclusionTask) -> Task:
    if row.due_on is None or row.number is None:
        raise ValueError("a task that is given has a deadline and a number")
    task = Task(
        item_id=ground.item_id,
        number=row.number,
        wording_id=row.id or 0,
        state=TaskState.ASSIGNED,
        due_on=row.due_on,
    )
    session.add(task)
    session.flush()
    return task


def _corrected(
    session: Session,
    task: Task,
    row: ConclusionTask,
    version: Conclusion,
    author: Author,
    today: date,
) -> None:
    """Another unit has to acknowledge it anew. The deadline changes only where the correction changes it: what was
    extended since stays extended."""
    before = session.get_one(ConclusionTask, task.wording_id)
    state = task.state
    moved = (before.assignee_code, before.assignee_name) != (row.assignee_code, row.assignee_name)
    due_on = row.due_on if row.due_on != before.due_on else None
    same = (before.content, before.person, before.report_to) == (row.content, row.person, row.report_to)
    if same and not moved and due_on is None:
        return
    if moved:
        task.state, task.done_on, task.obstructed = TaskState.ASSIGNED, None, False
    if due_on is not None:
        task.due_on = due_on
    act = TaskAct.REASSIGN if moved else TaskAct.CORRECT
    _append_correction(session, task, act, state, version, author, today, due_on)


def _append_correction(
    session: Session,
    task: Task,
    act: TaskAct,
    before: TaskState,
    version: Conclusion,
    author: Author,
    today: date,
    due_on: date | None = None,
) -> None:
    append_event(
        session,
        task,
        act,
        before,
        max(today, last_day_of(session, task.id or 0)),
        author,
        document=version.document,
        words=version.reason,
        due_on=due_on,
    )
