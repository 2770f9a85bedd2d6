"""The documents of a reception as one reader's page lists them, with what may be drawn up next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.queries import TaskView, views_of
from server.conclusions.rules import may_read
from server.conclusions.standing import Today
from server.conclusions.tables import Conclusion, Task
from server.documents.ground import Ground, may_begin, needs_own_slips
from server.documents.kinds import KINDS, OF_AN_ITEM
from server.documents.rules import drafts, reads
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.documents.versions import Known, draft_in, issued_in, next_ordinal, versions_by_document
from server.people.tables import Role
from server.receptions.tables import AgendaItem, ItemState, Reception


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
    slips: list[tuple[Ground, Drawer]]  # of each petition, where the item has several
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
    any_called = any(ground.item.state != ItemState.WAITING for ground in grounds)
    shelf = Shelf(session, reception_id, role, today, any_called=any_called)
    tasks = _tasks(session, shown, today)
    return ReceptionDocuments(
        reception=reception,
        of_reception=shelf.drawer(Ground(reception), (DocumentKind.NOBODY_CAME,)),
        items=[_of_item(shelf, ground, tasks[ground.item_id]) for ground in shown],
        hidden=len(grounds) - len(shown),
    )


def _tasks(
    session: Session, grounds: Sequence[ItemGround], today: Today
) -> dict[int, list[tuple[TaskView, Task]]]:
    items = [ground.item_id for ground in grounds]
    rows = session.exec(
        select(Task).where(col(Task.item_id).in_(items)).order_by(col(Task.item_id), col(Task.number))
    ).all()
    found: dict[int, list[tuple[TaskView, Task]]] = defaultdict(list)
    for view, task in zip(views_of(session, rows, today), rows, strict=True):
        found[task.item_id].append((view, task))
    return found


def _of_item(shelf: Shelf, item: ItemGround, tasks: Sequence[tuple[TaskView, Task]]) -> ItemDrawer:
    shown = []
    for view, task in tasks:
        drawer = shelf.drawer(Ground(item.reception, item, task), (DocumentKind.URGING,))
        if drawer.lines or drawer.next_kinds:
            shown.append((view, drawer))
    slips = [(ground, shelf.drawer(ground, (DocumentKind.APPOINTMENT,))) for ground in own_slips(item)]
    return ItemDrawer(item, shelf.drawer(Ground(item.reception, item), OF_AN_ITEM), slips, shown)


def own_slips(item: ItemGround) -> list[Ground]:
    if not needs_own_slips(item):
        return []
    return [Ground(item.reception, item, petition_id=number) for number in item.petition_ids]


class Shelf:
    """All documents of the reception, read once, for one reader."""

    def __init__(self, session: Session, reception_id: int, role: Role, today: Today, *, any_called: bool) -> None:
        self._role, self._today, self._any_called = role, today, any_called
        documents = session.exec(
            select(OfficialDocument)
            .where(OfficialDocument.reception_id == reception_id)
            .order_by(col(OfficialDocument.ordinal))
        ).all()
        versions = versions_by_document(session, [document.id or 0 for document in documents])
        self._known: dict[tuple[DocumentKind, str], list[tuple[OfficialDocument, list[DocumentVersion]]]]
        self._known = defaultdict(list)
        for document in documents:
            self._known[document.kind, document.subject].append((document, versions[document.id or 0]))
        issued = select(Conclusion.item_id).join(AgendaItem, col(AgendaItem.id) == Conclusion.item_id)
        of_this = issued.where(AgendaItem.reception_id == reception_id, col(Conclusion.issued_at).is_not(None))
        self._concluded = set(session.exec(of_this).all())

    def drawer(self, ground: Ground, kinds: Iterable[DocumentKind]) -> Drawer:
        lines: list[Line] = []
        following: list[tuple[DocumentKind, str]] = []
        for kind in kinds:
            if not reads(self._role, kind, ground.guards):
                continue
            writes = drafts(self._role, kind, ground.guards)
            known = self._known[kind, ground.subject]
            lines += _lines(kind, known, writes=writes)
            if writes and next_ordinal(kind, known)[0] is None and self._is_time(kind, ground):
                following.append((kind, KINDS[kind].word))
        return Drawer(lines, following)

    def _is_time(self, kind: DocumentKind, ground: Ground) -> bool:
        concluded = ground.item is not None and ground.item.item_id in self._concluded
        return may_begin(kind, ground, self._today, concluded=concluded, any_called=self._any_called)


def _lines(kind: DocumentKind, known: Known, *, writes: bool) -> list[Line]:
    """That a draft is there is nobody's business but of those who write it."""
    lines = []
    for document, versions in known:
        issued, drafted = issued_in(versions), draft_in(versions) is not None
        if issued is None and not writes:
            continue
        stage = Stage.DRAFT if issued is None else Stage.CORRECTING if drafted and writes else Stage.ISSUED
        erased = all(not version.content for version in versions)
        lines.append(Line(document, KINDS[kind].word, stage, issued, erased))
    return lines
