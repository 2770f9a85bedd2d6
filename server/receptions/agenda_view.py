"""The agenda as one role may read it. What it may not is blanked here, before any page sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.people.tables import Role
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.queries import AgendaLine, PetitionOnAgenda
from server.receptions.tables import AgendaItem
from server.rooms.tables import Room


@dataclass(frozen=True, slots=True)
class ShownPetition:
    id: int
    code: str
    kind: PetitionKind
    summary: str  # empty for a denunciation, and where the role may not read it
    confidential: bool


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: AgendaItem
    petitions: tuple[ShownPetition, ...]
    rooms: tuple[Room, ...]
    heard_seconds: float
    stays_closed: bool

    @property
    def id(self) -> int:
        return self.item.id or 0

    @property
    def position(self) -> int:
        return self.item.position


def shown_agenda(lines: Iterable[AgendaLine], role: Role) -> list[ShownItem]:
    return [
        ShownItem(
            item=line.item,
            petitions=tuple(_shown(petition, role) for petition in line.petitions),
            rooms=line.rooms,
            heard_seconds=line.heard_seconds,
            stays_closed=line.holds_denunciation,
        )
        for line in lines
    ]


def _shown(petition: PetitionOnAgenda, role: Role) -> ShownPetition:
    denunciation = petition.kind == PetitionKind.DENUNCIATION
    readable = reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
    return ShownPetition(
        id=petition.id,
        code=petition.code,
        kind=petition.kind,
        summary=petition.summary if readable and not denunciation else "",
        confidential=petition.confidentiality == Confidentiality.CONFIDENTIAL,
    )
