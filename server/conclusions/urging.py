"""Urging letters about tasks, as far as tasks are followed by them: until when a reply is due, whether it came.

The letter itself is written and issued by `server.documents`, which notes here what it issued. It is answered when
the unit's reply is entered, or when the unit reports the task done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from server.conclusions.own_units import said_by_unit
from server.conclusions.standing import Today
from server.conclusions.tables import Task, Urging
from server.data.columns import now
from server.deadlines.computing import State
from server.petitions.concluded import LetterLine
from server.petitions.history import Author
from server.petitions.transitions import Fault, day_fault, document_fault


def note_issued(
    session: Session,
    task_id: int,
    document_id: int,
    ordinal: int,
    symbol: str,
    issued_on: date,
    due_on: date | None,
) -> None:
    """A letter was issued, or corrected by another version; once it is answered its row stays as it is."""
    row = session.exec(select(Urging).where(Urging.document_id == document_id)).first()
    if row is None:
        row = Urging(task_id=task_id, document_id=document_id, ordinal=ordinal, issued_on=issued_on)
    if row.replied_on is None:
        row.symbol, row.reply_due_on = symbol, due_on
        session.add(row)
        session.flush()


def letters_of(session: Session, tasks: Iterable[Task], today: Today) -> dict[int, tuple[LetterLine, ...]]:
    """By the tasks' ids, in one query; the first letter first."""
    by_id = {task.id or 0: task for task in tasks}
    rows = select(Urging).where(col(Urging.task_id).in_(list(by_id))).order_by(col(Urging.ordinal))
    found: dict[int, list[LetterLine]] = defaultdict(list)
    for row in session.exec(rows):
        found[row.task_id].append(_line(row, by_id[row.task_id], today))
    return {number: tuple(lines) for number, lines in found.items()}


def without_reply() -> ColumnElement[bool]:
    """Tasks that were urged by a letter nobody answered."""
    waiting = exists().where(col(Urging.task_id) == col(Task.id), col(Urging.replied_on).is_(None))
    return waiting.correlate(Task)


def reply_faults(row: Urging, replied_on: date | None, document: str, today: date) -> dict[str, Fault]:
    found = {
        "replied_on": day_fault(replied_on, row.issued_on, today),
        "reply_document": document_fault(document, needed=True),
    }
    return {name: fault for name, fault in found.items() if fault is not None}


def record_reply(session: Session, row: Urging, replied_on: date, document: str, author: Author) -> None:
    """Once: the database keeps the first."""
    row.replied_on, row.reply_document = replied_on, document
    row.recorded_at, row.recorded_by, row.unit = now(), author.actor, author.unit
    session.add(row)
    session.flush()


def standing_of(row: Urging, done_on: date | None, today: Today) -> State | None:
    """`done_on`: the day on which the unit reported the task done. None where nobody said by when to reply."""
    answered = row.replied_on
    if answered is None and done_on is not None and done_on >= row.issued_on:
        answered = done_on
    if row.reply_due_on is None:
        return State.DONE_IN_TIME if answered is not None else None
    if answered is not None:
        return State.DONE_LATE if answered > row.reply_due_on else State.DONE_IN_TIME
    if row.reply_due_on < today.day:
        return State.OVERDUE
    return State.SOON if row.reply_due_on <= today.soon else State.DUE


def _line(row: Urging, task: Task, today: Today) -> LetterLine:
    return LetterLine(
        document_id=row.document_id,
        ordinal=row.ordinal,
        symbol=row.symbol,
        issued_on=row.issued_on,
        reply_due_on=row.reply_due_on,
        replied_on=row.replied_on,
        reply_document=row.reply_document,
        standing=standing_of(row, task.done_on, today),
        reply_by_unit=said_by_unit(row.recorded_by),
    )
