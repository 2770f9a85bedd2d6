"""Of citizens who come, or ask to come, with a petition or without one: how much of them is read, and how they are
found. The registers of visits and of registrations share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, select

from server.data.folding import literally
from server.people.rights import Right, Role, rights_of
from server.petitions.register import SEPARATOR, folded_words
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.petitions.words import HasWords, ask_by_index


@dataclass(frozen=True, slots=True)
class LinkedPetition:
    id: int
    kind: PetitionKind


class Row(Protocol):
    """A table of citizens, as its columns are asked."""

    petition_id: Any
    search_key: Any


def linked_petition(session: Session, code: str) -> LinkedPetition | None:
    petition = session.exec(select(Petition).where(Petition.code == code.upper())).first() if code else None
    return None if petition is None else LinkedPetition(petition.id or 0, petition.kind)


def confidentiality_of(session: Session, petition_id: int | None) -> Confidentiality:
    petition = session.get(Petition, petition_id) if petition_id else None
    return Confidentiality.NORMAL if petition is None else petition.confidentiality


def reading_of(role: Role, kind: PetitionKind, confidentiality: Confidentiality) -> Reading:
    """As the petition it is about is read; a row without one as a petition of its kind."""
    return reading(role, kind, confidentiality) if Right.READ_VISITS in rights_of(role) else Reading.NOTHING


def may_write(role: Role, kind: PetitionKind, confidentiality: Confidentiality) -> bool:
    """Whoever writes a row reads all of it that is kept."""
    kept = Reading.RECORD if kind == PetitionKind.DENUNCIATION else Reading.FULL
    return Right.WRITE_VISITS in rights_of(role) and reading_of(role, kind, confidentiality) >= kept


def or_petitions(said: str, petition: Petition | None, name: str) -> str:
    """What the row says, or else the petition it is about."""
    return said or ("" if petition is None else str(getattr(petition, name)))


def search_key(summary: str, name: str, address: str) -> str:
    """What every reader of the record finds stands before the separator, who came behind it."""
    record, people = (" ".join(folded_words(text)) for text in (summary, f"{name} {address}"))
    return f" {record} {SEPARATOR} {people} "


def says(session: Session, role: Role, table: type[Row], text: str) -> list[ColumnElement[bool]]:
    """That each word of `text` stands in what the role reads on a list; or the whole is a petition's code."""
    words = folded_words(text)
    if words:
        ask_by_index(session)
    return [_says(role, table, text, word) for word in words]


def _says(role: Role, table: type[Row], text: str, word: str) -> ColumnElement[bool]:
    escaped = literally(word)
    named = reading(role, PetitionKind.COMPLAINT, Confidentiality.NORMAL) >= Reading.FULL
    pattern = f"% {escaped}%" if named else f"% {escaped}%{SEPARATOR}%"
    about = select(Petition.id).where(_petition_says(role, word))
    confidential = select(Petition.id).where(Petition.confidentiality != Confidentiality.NORMAL)
    linked = col(table.petition_id)
    open_words = or_(linked.is_(None), linked.not_in(confidential))
    coded = select(Petition.id).where(Petition.code == text.strip().upper())
    return or_(
        and_(or_(col(table.search_key).like(pattern, escape="\\"), linked.in_(about)), open_words),
        linked.in_(coded),
    )


def _petition_says(role: Role, word: str) -> ColumnElement[bool]:
    """The word, or one that begins with it, stands in what the role reads of an ordinary petition: who petitions
    is often who came. Of the others the list says no words, so none is found by them either."""
    level = reading(role, PetitionKind.COMPLAINT, Confidentiality.NORMAL)
    return HasWords([word], level) if level > Reading.NOTHING else false()
