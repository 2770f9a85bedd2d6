"""The agenda item a conclusion is about: its reception, its petitions, and what they ask of every word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from server.conclusions.rules import Guard, holds_denunciation, may_be_concluded, reading_is_noted
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItem, AgendaItemPetition, Reception
from server.web.languages import HERE


@dataclass(frozen=True, slots=True)
class ItemGround:
    """`names` of petitioners are for looking for them in words, never for showing."""

    item: AgendaItem
    reception: Reception
    codes: tuple[str, ...]
    guards: tuple[Guard, ...]
    petition_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)
    summaries: tuple[str, ...] = ()  # one line for each petition

    @property
    def item_id(self) -> int:
        return self.item.id or 0

    @property
    def held_on(self) -> date:
        return self.reception.planned_at.astimezone(HERE).date()

    @property
    def denunciation(self) -> bool:
        return holds_denunciation(self.guards)

    @property
    def guarded(self) -> bool:
        return reading_is_noted(self.guards)

    @property
    def called(self) -> bool:
        return may_be_concluded(self.reception.state, self.item.state)


def ground_of(session: Session, item_id: int) -> ItemGround | None:
    return grounds_of(session, [item_id]).get(item_id)


def grounds_of(session: Session, item_ids: Iterable[int]) -> dict[int, ItemGround]:
    """By the items' ids, in two queries for all."""
    ids = set(item_ids)
    petitions: dict[int, list[Petition]] = defaultdict(list)
    for item_id, petition in session.exec(
        select(AgendaItemPetition.item_id, Petition)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .where(col(AgendaItemPetition.item_id).in_(ids))
        .order_by(col(Petition.code))
    ).all():
        petitions[item_id].append(petition)
    rows = session.exec(
        select(AgendaItem, Reception)
        .join(Reception, col(Reception.id) == AgendaItem.reception_id)
        .where(col(AgendaItem.id).in_(ids))
    ).all()
    return {item.id or 0: _ground(item, reception, petitions[item.id or 0]) for item, reception in rows}


def _ground(item: AgendaItem, reception: Reception, petitions: list[Petition]) -> ItemGround:
    return ItemGround(
        item=item,
        reception=reception,
        codes=tuple(petition.code for petition in petitions),
        guards=tuple((petition.kind, petition.confidentiality) for petition in petitions),
        petition_ids=tuple(petition.id or 0 for petition in petitions),
        names=tuple(name for petition in petitions for name in petition.names),
        summaries=tuple(petition.summary for petition in petitions),
    )
