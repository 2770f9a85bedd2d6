"""What the register and the receptions ask of the conclusions, as a port, because both stand below them.

`server.conclusions.pages.add_routes` puts the implementation under `CONCLUSIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from aiohttp import web
from sqlmodel import Session

from server.deadlines.calendar import WorkingCalendar
from server.deadlines.computing import State
from server.people.tables import Role


class Stage(StrEnum):
    """How far the conclusion of one agenda item is."""

    NOT_CALLED = "not_called"  # nothing to conclude yet
    NONE = "none"
    DRAFT = "draft"
    ISSUED = "issued"
    CORRECTING = "correcting"  # issued, and a corrected version is being drafted


@dataclass(frozen=True, slots=True)
class LetterLine:
    """An urging letter about a task. `standing`: of the reply; None: no day was said."""

    document_id: int
    ordinal: int
    symbol: str
    issued_on: date
    reply_due_on: date | None
    replied_on: date | None
    reply_document: str
    standing: State | None
    reply_by_unit: bool = False  # the unit itself entered it


@dataclass(frozen=True, slots=True)
class TaskLine:
    """`content` is empty where the words stand on no list. `state`: a word of `server.conclusions.tables`."""

    id: int
    number: int
    content: str
    assignee: str
    person: str
    due_on: date
    state: str
    standing: State | None
    obstructed: bool
    letters: tuple[LetterLine, ...] = ()
    said_by_unit: bool = False  # the last that was said of it the unit itself entered


@dataclass(frozen=True, slots=True)
class Concluded:
    """The conclusion of one item, for a reader who may read it; drafts are shown to those who write them."""

    item_id: int
    position: int
    petition_codes: tuple[str, ...]
    reception_id: int
    reception_title: str
    planned_at: datetime
    stage: Stage
    guarded: bool  # its words stand on a page of their own, which the audit log notes
    may_draft: bool
    issued_at: datetime | None = None
    number: int = 0  # of the version in force
    content: str = ""
    settled_here: bool = False
    document: str = ""
    tasks: tuple[TaskLine, ...] = ()


class Conclusions(Protocol):
    def of_petition(
        self, session: Session, petition_id: int, role: Role, calendar: WorkingCalendar, today: date
    ) -> list[Concluded]:
        """What was issued for the items in which it was heard, newest reception first; without what `role` may not
        read."""
        ...

    def of_reception(
        self, session: Session, reception_id: int, role: Role, calendar: WorkingCalendar, today: date
    ) -> list[Concluded]:
        """One for each item that `role` may read, in the order of the agenda."""
        ...

    def erase_words(self, session: Session, petition_id: int) -> None:
        """The petition is a denunciation now: what was concluded on it in words goes."""
        ...


CONCLUSIONS: web.AppKey[Conclusions] = web.AppKey("petition_conclusions", Conclusions)
