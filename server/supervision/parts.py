"""Remarks on the page of the petition and on that of the task, and in the history of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.conclusions.ground import ItemGround
from server.conclusions.tables import Task
from server.conclusions.task_parts import TASK_PARTS, TaskPart
from server.people.tables import Account
from server.petitions.dossier import Part, add_part
from server.petitions.history_lines import Line
from server.petitions.tables import Petition
from server.supervision.queries import (
    RemarkView,
    Subject,
    of_petition,
    of_task,
    subject_of_petition,
    subject_of_task,
)
from server.supervision.rules import may_remark
from server.web.languages import N_, today

NAME = "supervision"
_STYLES = ("supervision/supervision.css",)
_MADE = N_("Supervision remark")
_ANSWERED = N_("Supervision remark answered")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the template gets. `subject`: of the page; a petition's page shows those on its tasks, too."""

    subject: Subject
    remarks: list[RemarkView]
    may_remark: bool
    today: date

    @property
    def count(self) -> int:
        return len(self.remarks)


def add_to_pages(app: web.Application) -> None:
    add_part(
        app,
        Part(
            name=NAME,
            title=N_("Supervision"),
            template="supervision/of_petition.html",
            read=_of_petition,
            styles=_STYLES,
            history=_history,
        ),
    )
    app[TASK_PARTS].append(TaskPart("supervision/of_task.html", _of_task, _history, _STYLES))


def _of_petition(session: Session, petition: Petition, account: Account) -> Remarks | None:
    return _shown(subject_of_petition(petition), of_petition(session, account.role, petition), account)


def _of_task(session: Session, task: Task, ground: ItemGround, account: Account) -> Remarks | None:
    return _shown(subject_of_task(task, ground), of_task(session, account.role, task), account)


def _shown(subject: Subject, remarks: list[RemarkView], account: Account) -> Remarks | None:
    writes = may_remark(account.role, subject.guards)
    return Remarks(subject, remarks, writes, today()) if remarks or writes else None


def _history(shown: Remarks) -> Iterator[Line]:
    for each in shown.remarks:
        yield Line(each.made_on, each.document, each.recorded_at, each.by, each.unit, said=_MADE)
        if each.answered_on is not None and each.answered_at is not None:
            yield Line(
                each.answered_on,
                each.answer_document,
                each.answered_at,
                each.answered_by,
                each.answering_unit,
                said=_ANSWERED,
            )
