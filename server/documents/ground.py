"""What a document is about, with what decides who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session, col, select

from server.conclusions.ground import ItemGround, ground_of
from server.conclusions.rules import Guard, holds_denunciation, reading_is_noted
from server.conclusions.standing import Today
from server.conclusions.tables import Task
from server.conclusions.versions import issued_in, versions_of
from server.documents.kinds import KINDS, About
from server.documents.rules import is_time_for, may_be_urged, reads
from server.documents.tables import DocumentKind, OfficialDocument
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.receptions.tables import AgendaItem, ItemState, Reception

_OWN_SLIP = re.compile(r"item:\d+/petition:(\d+)")


@dataclass(frozen=True, slots=True)
class Ground:
    """`item` is None for a reception as a whole; `task` is there for a letter about it. `petition_id`: of the slip
    for whoever has this one of the item's several petitions, who is not to read the others' addresses."""

    reception: Reception
    item: ItemGround | None = None
    task: Task | None = None
    petition_id: int | None = None

    @property
    def guards(self) -> tuple[Guard, ...]:
        return self.item.guards if self.item else ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.item.names if self.item else ()

    @property
    def guarded(self) -> bool:
        return reading_is_noted(self.guards)

    @property
    def denunciation(self) -> bool:
        return holds_denunciation(self.guards)

    @property
    def subject(self) -> str:
        if self.task is not None:
            return f"task:{self.task.id}"
        if self.item is None:
            return f"reception:{self.reception.id}"
        own = "" if self.petition_id is None else f"/petition:{self.petition_id}"
        return f"item:{self.item.item_id}{own}"

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the petitions it is about."""
        if self.item is None:
            return ()
        both = zip(self.item.petition_ids, self.item.codes, strict=True)
        return tuple(code for number, code in both if self.petition_id in (None, number))


def ground_of_document(session: Session, document: OfficialDocument) -> Ground:
    reception = session.get_one(Reception, document.reception_id)
    item = None if document.item_id is None else ground_of(session, document.item_id)
    task = None if document.task_id is None else session.get_one(Task, document.task_id)
    own = _OWN_SLIP.fullmatch(document.subject)
    return Ground(reception, item, task, int(own[1]) if own else None)


def ground_of_task(session: Session, task: Task) -> Ground:
    item = ground_of(session, task.item_id)
    if item is None:
        raise LookupError(f"task {task.id} belongs to no item")
    return Ground(item.reception, item, task)


def needs_own_slips(item: ItemGround) -> bool:
    """Whether each petition of the item gets a slip of its own, since name and address stand on it."""
    return len(item.petition_ids) > 1


def may_begin(kind: DocumentKind, ground: Ground, today: Today, *, concluded: bool, any_called: bool) -> bool:
    """Whether there is something to write about yet; who may is `rules.drafts`. `concluded`: a conclusion on the
    item was issued; `any_called`: an item of the reception was called."""
    if KINDS[kind].about is About.RECEPTION:
        return is_time_for(kind, ground.reception.state, ItemState.DONE if any_called else None)
    if ground.item is None:
        return False
    if kind is DocumentKind.APPOINTMENT and needs_own_slips(ground.item) != (ground.petition_id is not None):
        return False
    if ground.task is not None and not may_be_urged(ground.task.state, ground.task.due_on, today):
        return False
    return is_time_for(kind, ground.reception.state, ground.item.item.state, concluded=concluded)


def may_begin_now(session: Session, kind: DocumentKind, ground: Ground, today: Today) -> bool:
    concluded = ground.item is not None and issued_in(versions_of(session, ground.item.item_id)) is not None
    called = _any_called(session, ground.reception)
    return may_begin(kind, ground, today, concluded=concluded, any_called=called)


def readable(session: Session, account: Account, document_id: int) -> tuple[OfficialDocument, Ground]:
    """Raises HTTPNotFound, or HTTPForbidden for one that the account does not read."""
    document = session.get(OfficialDocument, document_id)
    if document is None:
        raise web.HTTPNotFound
    ground = ground_of_document(session, document)
    if not reads(account.role, document.kind, ground.guards):
        raise web.HTTPForbidden
    return document, ground


def note_reading(session: Session, account: Account, ground: Ground, document: OfficialDocument) -> None:
    if ground.guarded:
        audit.record(session, subject_of(account), "document_read", f"document:{document.id}")


def _any_called(session: Session, reception: Reception) -> bool:
    called = select(AgendaItem.id).where(
        AgendaItem.reception_id == reception.id, col(AgendaItem.state) != ItemState.WAITING
    )
    return session.exec(called.limit(1)).first() is not None
