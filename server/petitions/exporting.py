"""The filtered list as rows of a file: only the columns a role may ever read, and of each row what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from server.deadlines.terms import Terms
from server.people import audit
from server.people.tables import Role
from server.petitions.columns import Vocabulary
from server.petitions.due_queries import by_deadline
from server.petitions.heard import Hearings
from server.petitions.queries import PetitionView, condition_of, order_of, petitions_in, views_of
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.petitions.wanted import Wanted, filters_without_words
from server.spreadsheets import Value

MOST = 10_000
_OF_NAMES = ("petitioner_kind", "petitioner_name", "petitioner_address", "petitioner_count", "representatives")
_COLUMNS = (
    "code",
    "kind",
    "received_on",
    "status",
    "channel",
    *_OF_NAMES,
    "summary",
    "content",
    "request",
    "field",
    "place",
    "unit_in_charge",
    "case_age",
    "times_received",
    "settled",
    "settled_by",
    "settled_document",
    "flags",
    "confidentiality",
    "opaque_reference",
)
_OF_ALL = ("code", "kind", "received_on", "status", "channel", "confidentiality")


class TooMany(Exception):
    """More than MOST were found: `came`."""

    def __init__(self, came: int) -> None:
        super().__init__(str(came))
        self.came = came


def columns_for(role: Role) -> list[str]:
    names = any(
        reading(role, kind, confidentiality) >= Reading.FULL
        for kind in PetitionKind
        for confidentiality in Confidentiality
    )
    return [name for name in _COLUMNS if names or name not in _OF_NAMES]


def chosen_ids(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> list[int]:
    """In the order of the page. Raises TooMany."""
    if wanted.deadline is not None:
        ids: Sequence[int | None] = [
            row.id for row in by_deadline(session, role, wanted, hearings, terms, today)[0]
        ]
    else:
        chosen = select(col(Petition.id)).where(condition_of(session, role, wanted))
        ids = session.exec(chosen.order_by(*order_of(wanted))).all()
    if len(ids) > MOST:
        raise TooMany(len(ids))
    return [number for number in ids if number is not None]


def read_views(session: Session, role: Role, ids: Sequence[int]) -> list[PetitionView]:
    return views_of(session, role, petitions_in(session, ids))


def note(session: Session, actor: str, wanted: Wanted, format_: str, views: Sequence[PetitionView]) -> None:
    """Who took what along: the filter without what was typed, and which confidential records were read."""
    read = [view.id for view in views if view.audited and view.reading >= Reading.RECORD]
    detail = {
        "filter": filters_without_words(wanted),
        "format": format_,
        "petitions": len(views),
        "confidential": read,
    }
    audit.record(session, actor, "petitions_exported", "", detail)


@dataclass(frozen=True, slots=True)
class Words:
    """How a file says it. `status`: words of the states."""

    vocabulary: Vocabulary
    status: dict[str, str]
    language: str

    def row(self, view: PetitionView, columns: Sequence[str]) -> list[Value]:
        return [self._cell(view, name) for name in columns]

    def _cell(self, view: PetitionView, name: str) -> Value:
        value: Any = getattr(view, name)
        if view.reading < Reading.RECORD and name not in _OF_ALL:
            return ""
        if view.reading < Reading.FULL and name in _OF_NAMES:
            return ""
        if name == "kind":
            kinds = [view.kind, *(kind for kind in PetitionKind if kind in view.other_kinds)]
            return "; ".join(self.vocabulary.said("kind", kind, self.language) for kind in kinds)
        if name == "status":
            return self.status[view.status]
        if name == "flags":
            return "; ".join(self.vocabulary.said(name, flag, self.language) for flag in sorted(value))
        if self.vocabulary.has_words(name):
            return self.vocabulary.said(name, value, self.language) if value else ""
        return str(value) if isinstance(value, str) else value
