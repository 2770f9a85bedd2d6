"""Remarks as one role may read them: of a petition, of a task, and all on one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import Session, col, func, select

from server.conclusions.ground import ItemGround, ground_of, grounds_of
from server.conclusions.rules import Guard
from server.conclusions.tables import Task
from server.data.parts import paged
from server.people.accounts import names_of_accounts
from server.people.rights import Role
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.tables import AgendaItemPetition
from server.supervision.rules import may_answer, may_see
from server.supervision.tables import SupervisionRemark

PAGE = 50


class Asked(StrEnum):
    """Which remarks a list shows; the value stands in its address."""

    OPEN = "open"
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is remarked on. `names` of petitioners are for looking for them in words, never for showing."""

    guards: tuple[Guard, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    since: date
    petition_id: int | None = None
    task_id: int | None = None
    task_number: int = 0


@dataclass(frozen=True, slots=True)
class RemarkView:
    id: int
    subject: Subject
    made_on: date
    addressee: str
    words: str
    document: str
    by: str  # the name
    unit: str
    recorded_at: datetime
    answered_on: date | None
    answer: str
    answer_document: str
    answered_by: str
    answering_unit: str
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True, slots=True)
class RemarkPage:
    remarks: list[RemarkView]
    counts: dict[Asked, int]
    number: int
    pages: int


def subject_of_petition(petition: Petition) -> Subject:
    return Subject(
        guards=((petition.kind, petition.confidentiality),),
        codes=(petition.code,),
        names=petition.names,
        since=petition.received_on,
        petition_id=petition.id,
    )


def subject_of_task(task: Task, ground: ItemGround) -> Subject:
    return Subject(
        guards=ground.guards,
        codes=ground.codes,
        names=ground.names,
        since=ground.held_on,
        task_id=task.id,
        task_number=task.number,
    )


def subject_behind(session: Session, remark: SupervisionRemark) -> Subject | None:
    if remark.petition_id is not None:
        return subject_of_petition(session.get_one(Petition, remark.petition_id))
    task = session.get_one(Task, remark.task_id)
    ground = ground_of(session, task.item_id)
    return None if ground is None else subject_of_task(task, ground)


def said_on(session: Session, subject: Subject) -> Sequence[str]:
    remark = SupervisionRemark
    same = and_(
        col(remark.petition_id) == subject.petition_id
        if subject.petition_id is not None
        else col(remark.task_id) == subject.task_id
    )
    return session.exec(select(remark.words).where(same)).all()


def of_petition(session: Session, role: Role, petition: Petition) -> list[RemarkView]:
    """And those on tasks that its conclusions gave; the newest first."""
    tasks = (
        select(Task.id)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == Task.item_id)
        .where(AgendaItemPetition.petition_id == petition.id)
    )
    remark = SupervisionRemark
    return _read(session, role, or_(col(remark.petition_id) == petition.id, col(remark.task_id).in_(tasks)))


def of_task(session: Session, role: Role, task: Task) -> list[RemarkView]:
    return _read(session, role, col(SupervisionRemark.task_id) == task.id)


def _read(session: Session, role: Role, condition: ColumnElement[bool]) -> list[RemarkView]:
    newest = (col(SupervisionRemark.made_on).desc(), col(SupervisionRemark.id).desc())
    rows = session.exec(select(SupervisionRemark).where(condition, _seen(role)).order_by(*newest)).all()
    return _views(session, role, rows)


def search(session: Session, role: Role, asked: Asked, page: int) -> RemarkPage:
    """Of what is not answered the oldest first, of the others the newest."""
    counts = {each: _count(session, role, each) for each in Asked}
    number, pages = paged(counts[asked], page, PAGE)
    order = (col(SupervisionRemark.made_on), col(SupervisionRemark.id))
    ordered = order if asked is Asked.OPEN else [column.desc() for column in order]
    rows = session.exec(
        select(SupervisionRemark)
        .where(_asked(asked), _seen(role))
        .order_by(*ordered)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return RemarkPage(_views(session, role, rows), counts, number, pages)


def count_open(session: Session, role: Role) -> int:
    return _count(session, role, Asked.OPEN)


def _count(session: Session, role: Role, asked: Asked) -> int:
    counted = select(func.count()).select_from(SupervisionRemark).where(_asked(asked), _seen(role))
    return session.exec(counted).one()


def _asked(asked: Asked) -> ColumnElement[bool]:
    answered = col(SupervisionRemark.answered_on).is_not(None)
    return {Asked.OPEN: ~answered, Asked.ANSWERED: answered, Asked.ALL: or_(answered, ~answered)}[asked]


def _seen(role: Role) -> ColumnElement[bool]:
    """As `rules.may_see` says of one: no petition behind it is guarded, or of a kind the role does not read."""
    remark = SupervisionRemark
    open_kinds = [kind for kind in PetitionKind if may_see(role, [(kind, Confidentiality.NORMAL)])]
    if not open_kinds:
        return false()
    hidden = or_(col(Petition.confidentiality) != Confidentiality.NORMAL, col(Petition.kind).not_in(open_kinds))
    own = exists().where(col(Petition.id) == col(remark.petition_id), hidden).correlate(remark)
    of_task = and_(
        col(Task.id) == col(remark.task_id),
        col(AgendaItemPetition.item_id) == col(Task.item_id),
        col(Petition.id) == col(AgendaItemPetition.petition_id),
    )
    some = or_(col(remark.task_id).is_(None), exists().where(of_task).correlate(remark))
    return and_(~own, some, ~exists().where(of_task, hidden).correlate(remark))


def _views(session: Session, role: Role, rows: Iterable[SupervisionRemark]) -> list[RemarkView]:
    kept = list(rows)
    petitions = {
        row.id: row
        for row in session.exec(
            select(Petition).where(col(Petition.id).in_([each.petition_id for each in kept if each.petition_id]))
        )
    }
    tasks = {
        row.id: row
        for row in session.exec(
            select(Task).where(col(Task.id).in_([each.task_id for each in kept if each.task_id]))
        )
    }
    grounds = grounds_of(session, [task.item_id for task in tasks.values()])
    names = names_of_accounts(session) if kept else {}
    views = []
    for each in kept:
        if each.petition_id is not None:
            subject = subject_of_petition(petitions[each.petition_id])
        else:
            task = tasks[each.task_id]
            subject = subject_of_task(task, grounds[task.item_id])
        views.append(_view(each, subject, role, names))
    return views


def _view(row: SupervisionRemark, subject: Subject, role: Role, names: dict[str, str]) -> RemarkView:
    return RemarkView(
        id=row.id or 0,
        subject=subject,
        made_on=row.made_on,
        addressee=row.addressee,
        words=row.words,
        document=row.document,
        by=names.get(row.recorded_by, ""),
        unit=row.unit,
        recorded_at=row.recorded_at,
        answered_on=row.answered_on,
        answer=row.answer,
        answer_document=row.answer_document,
        answered_by=names.get(row.answered_by, ""),
        answering_unit=row.answering_unit,
        answered_at=row.answered_at,
        may_answer=row.answered_on is None and may_answer(role, subject.guards),
    )
