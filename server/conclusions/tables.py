"""The host's conclusions, the tasks they give, what became of each task, how it was urged, and review meetings.

A conclusion is a row per version: one draft at most, which is written over, and issued ones, which the database
keeps as they are. A task is followed across versions; its wording belongs to the version it stands in. Its
`state`, `due_on`, `done_on` and `obstructed` are those of the last row of its history, as a petition's status
is.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class TaskState(StrEnum):
    """Which act leads where says `acts`."""

    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"  # the unit says it is done; the Board has not looked yet
    CONFIRMED = "confirmed"  # the Board accepted it as done
    CANCELLED = "cancelled"


class TaskAct(StrEnum):
    ASSIGN = "assign"  # a conclusion was issued
    CORRECT = "correct"  # a corrected conclusion says it differently
    REASSIGN = "reassign"  # a corrected conclusion gives it to another unit
    ACKNOWLEDGE = "acknowledge"
    PROGRESS = "progress"
    OBSTRUCT = "obstruct"
    CLEAR = "clear"
    EXTEND = "extend"
    REPORT = "report"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    CANCEL = "cancel"


class Conclusion(SQLModel, table=True):
    """One version of an agenda item's conclusion; a draft until `issued_at`. Of a denunciation it holds no words:
    `document` is the number of the conclusion in the file outside."""

    __tablename__ = "conclusion"
    __table_args__ = (UniqueConstraint("item_id", "number", name="uq_conclusion_version"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    number: int  # 1 = first version
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    citizen_opinion: str = Field(default="", sa_column=Column(Text, nullable=False))
    document: str = Field(default="", max_length=60)
    settled_here: bool = Field(default=False)  # settled on the spot: nobody is given a task
    reason: str = Field(default="", max_length=300)  # why the version before was corrected
    revision: int = Field(default=1)  # raised by each saving of the draft
    written_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    written_by: str = Field(max_length=80)
    issued_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    issued_by: str = Field(default="", max_length=80)
    unit: str = Field(default="", max_length=120)  # of who issued it


class ConclusionTask(SQLModel, table=True):
    """A task as one version words it. `number` is None while the task is new and its version a draft."""

    __tablename__ = "conclusion_task"
    __table_args__ = (UniqueConstraint("conclusion_id", "position", name="uq_conclusion_task_position"),)

    id: int | None = Field(default=None, primary_key=True)
    conclusion_id: int = Field(foreign_key="conclusion.id", index=True)
    position: int
    number: int | None = None  # of the task, within its item
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    assignee_code: str = Field(default="", max_length=5, index=True)  # a unit of the registry; else empty
    assignee_name: str = Field(default="", max_length=160)  # as it was called that day
    person: str = Field(default="", max_length=120)
    due_on: date | None = None
    report_to: str = Field(default="", max_length=120)
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # once issued


class Task(SQLModel, table=True):
    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("item_id", "number", name="uq_task_number"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    number: int
    wording_id: int = Field(foreign_key="conclusion_task.id", index=True)
    state: TaskState = Field(sa_column=Column(Word(TaskState), nullable=False, index=True))
    due_on: date = Field(index=True)
    done_on: date | None = None  # the day on which the unit reported it done
    obstructed: bool = Field(default=False)


class TaskEvent(SQLModel, table=True):
    """One line of a task's history. Append-only; only words may be erased, as in a petition's history."""

    __tablename__ = "task_event"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    act: TaskAct = Field(sa_column=Column(Word(TaskAct), nullable=False))
    state: TaskState = Field(sa_column=Column(Word(TaskState), nullable=False))
    previous: TaskState | None = Field(default=None, sa_column=Column(Word(TaskState)))
    holds_on: date
    document: str = Field(default="", max_length=60)
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    due_on: date | None = None  # the deadline from now on, where the act sets one
    allowed_by: str = Field(default="", max_length=120)  # who granted more time
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)


class Urging(SQLModel, table=True):
    """An urging letter about a task that was issued: by when its unit has to reply, and whether it did. The letter
    itself is an official document. A reply stays as it was recorded."""

    __tablename__ = "urging"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    document_id: int = Field(foreign_key="official_document.id", unique=True)
    ordinal: int = Field(default=1)  # the second letter about one task
    symbol: str = Field(default="", max_length=60)
    issued_on: date
    reply_due_on: date | None = Field(default=None, index=True)  # None: a letter of before says no day
    replied_on: date | None = None
    reply_document: str = Field(default="", max_length=60)
    recorded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))  # of the reply
    recorded_by: str = Field(default="", max_length=80)
    unit: str = Field(default="", max_length=120)


class ReviewMeeting(SQLModel, table=True):
    """A review meeting was held that day. Append-only."""

    __tablename__ = "review_meeting"

    id: int | None = Field(default=None, primary_key=True)
    held_on: date = Field(unique=True)
    document: str = Field(default="", max_length=60)  # number of its record
    note: str = Field(default="", max_length=300)
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
