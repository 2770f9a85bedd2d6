"""The documents of a reception as one reader's page lists them, with what may be drawn up next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.queries import TaskView, views_of
from server.conclusions.rules import may_read
from server.conclusions.standing import Today
from server.conclusions.tables import Task
from server.documents.ground import Ground, ground_of_task, may_begin
from server.documents.kinds import KINDS, OF_AN_ITEM
from server.documents.rules import drafts, reads
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.documents.versions import documents_about, draft_in, issued_in, next_ordinal, versions_of
from server.people.tables import Role
from server.receptions.tables import AgendaItem, Reception


class Stage(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    CORRECTING = "correcting"


@dataclass(frozen=True, slots=True)
class Line:
    """`issued`: the version in force."""

    document: OfficialDocument
    word: str
    stage: Stage
    issued: DocumentVersion | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Drawer:
    """The documents about one thing. `next_kinds`: what this reader may draw up now."""

    lines: list[Line]
    next_kinds: list[tuple[DocumentKind, str]]


@dataclass(frozen=True, slots=True)
class ItemDrawer:
    ground: ItemGround
    drawer: Drawer
    tasks: list[tuple[TaskView, Drawer]]


@dataclass(frozen=True, slots=True)
class ReceptionDocuments:
    reception: Reception
    of_reception: Drawer
    items: list[ItemDrawer]  # that this reader may read
    hidden: int


def documents_of(session: Session, reception_id: int, role: Role, today: Today) -> ReceptionDocuments | None:
    reception = session.get(Reception, reception_id)
    if reception is None:
        return None
    ids = session.exec(select(AgendaItem.id).where(AgendaItem.reception_id == reception_id)).all()
    grounds = sorted(
        grounds_of(session, [number or 0 for number in ids]).values(), key=lambda each: each.item.position
    )
    shown = [ground for ground in grounds if may_read(role, ground.guards)]
    return ReceptionDocuments(
        reception=reception,
        of_reception=_drawer(session, Ground(reception), (DocumentKind.NOBODY_CAME,), role, today),
        items=[_of_item(session, ground, role, today) for ground in shown],
        hidden=len(grounds) - len(shown),
    )


def _of_item(session: Session, item: ItemGround, role: Role, today: Today) -> ItemDrawer:
    ground = Ground(item.reception, item)
    rows = session.exec(select(Task).where(Task.item_id == item.item_id).order_by(col(Task.number))).all()
    tasks = []
    for view, task in zip(views_of(session, rows, today), rows, strict=True):
        drawer = _drawer(session, ground_of_task(session, task), (DocumentKind.URGING,), role, today)
        if drawer.lines or drawer.next_kinds:
            tasks.append((view, drawer))
    return ItemDrawer(item, _drawer(session, ground, OF_AN_ITEM, role, today), tasks)


def _drawer(session: Session, ground: Ground, kinds: Iterable[DocumentKind], role: Role, today: Today) -> Drawer:
    lines: list[Line] = []
    following: list[tuple[DocumentKind, str]] = []
    for kind in kinds:
        if not reads(role, kind, ground.guards):
            continue
        writes = drafts(role, kind, ground.guards)
        lines += _lines(session, kind, ground, writes=writes)
        known, _ordinal = next_ordinal(session, kind, ground.subject)
        if writes and known is None and may_begin(session, kind, ground, today):
            following.append((kind, KINDS[kind].word))
    return Drawer(lines, following)


def _lines(session: Session, kind: DocumentKind, ground: Ground, *, writes: bool) -> list[Line]:
    """That a draft is there is nobody's business but of those who write it."""
    lines = []
    for document in documents_about(session, kind, ground.subject):
        versions = versions_of(session, document.id or 0)
        issued, drafted = issued_in(versions), draft_in(versions) is not None
        if issued is None and not writes:
            continue
        stage = Stage.DRAFT if issued is None else Stage.CORRECTING if drafted and writes else Stage.ISSUED
        erased = all(not version.content for version in versions)
        lines.append(Line(document, KINDS[kind].word, stage, issued, erased))
    return lines
