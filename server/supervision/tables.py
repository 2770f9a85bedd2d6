"""What supervisors (People's Council, Fatherland Front) remark on a petition or a task, and the answer to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, now


class SupervisionRemark(SQLModel, table=True):
    """On a petition or on a task. It stays as it was written and is answered once: the database keeps both, takes
    none about a denunciation, and erases its words where the matter becomes one."""

    __tablename__ = "supervision_remark"
    __table_args__ = (
        CheckConstraint("(petition_id IS NULL) <> (task_id IS NULL)", name="ck_supervision_remark_on_one"),
    )

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int | None = Field(default=None, foreign_key="petition.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    made_on: date
    addressee: str = Field(max_length=160)  # to whom, without names of petitioners
    words: str = Field(sa_column=Column(Text, nullable=False))
    document: str = Field(default="", max_length=60)  # of the supervisor's letter, if there is one
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
    answered_on: date | None = Field(default=None, index=True)
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    answer_document: str = Field(default="", max_length=60)
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    answered_by: str = Field(default="", max_length=80)
    answering_unit: str = Field(default="", max_length=120)
