"""The documents of a petition on its own page: of every item it was heard in, and the letters about its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from server.conclusions.ground import ItemGround, grounds_of
from server.conclusions.rules import may_read
from server.conclusions.standing import Today, today_by
from server.conclusions.tables import Task
from server.documents.ground import Ground
from server.documents.kinds import OF_AN_ITEM
from server.documents.listing import Line, Shelf, own_slips
from server.documents.tables import DocumentKind
from server.people.rights import Right
from server.people.tables import Account, Role
from server.petitions.dossier import Part, add_part
from server.petitions.standing import TERMS
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItemPetition
from server.web.languages import N_, today


@dataclass(frozen=True, slots=True)
class _OfItem:
    ground: ItemGround
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class _Shown:
    items: list[_OfItem]

    @property
    def count(self) -> int:
        return sum(len(item.lines) for item in self.items)


def add_to_dossier(app: web.Application) -> None:
    def read(session: Session, petition: Petition, account: Account) -> Any:
        if Right.READ_DOCUMENTS not in account.rights:
            return None
        return _documents(session, petition, account.role, today_by(app[TERMS].calendar, today()))

    add_part(
        app,
        Part(
            name="documents",
            title=N_("Documents and letters"),
            template="documents/of_petition.html",
            read=read,
            styles=("documents/documents.css",),
        ),
    )


def _documents(session: Session, petition: Petition, role: Role, day: Today) -> _Shown | None:
    """The latest reception first. None: there is no document that this reader may know of."""
    items = session.exec(
        select(AgendaItemPetition.item_id).where(AgendaItemPetition.petition_id == petition.id)
    ).all()
    grounds = [ground for ground in grounds_of(session, items).values() if may_read(role, ground.guards)]
    grounds.sort(key=lambda each: each.reception.planned_at, reverse=True)
    shelves = {
        number: Shelf(session, number, role, day, any_called=True)
        for number in {ground.item.reception_id for ground in grounds}
    }
    found = [
        _OfItem(ground, _lines(session, shelves[ground.item.reception_id], ground, petition.id))
        for ground in grounds
    ]
    filled = [each for each in found if each.lines]
    return _Shown(filled) if filled else None


def _lines(session: Session, shelf: Shelf, ground: ItemGround, petition_id: int | None) -> list[Line]:
    lines = list(shelf.drawer(Ground(ground.reception, ground), OF_AN_ITEM).lines)
    for slip in own_slips(ground):
        if slip.petition_id == petition_id:
            lines += shelf.drawer(slip, (DocumentKind.APPOINTMENT,)).lines
    tasks = select(Task).where(Task.item_id == ground.item_id).order_by(col(Task.number))
    for task in session.exec(tasks):
        lines += shelf.drawer(Ground(ground.reception, ground, task), (DocumentKind.URGING,)).lines
    return lines
