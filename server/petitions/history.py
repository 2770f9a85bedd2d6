"""Writing and reading what became of a petition: rows that stay as written; `petition.status` is the last one's.

Of a denunciation only document numbers are written: free text would sooner or later name somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlmodel import Session, col, select

from server.data.parts import in_parts
from server.deadlines.computing import Extension
from server.deadlines.rules import DeadlineKey, Variant
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.duties import Case, Step
from server.petitions.naming import names_one
from server.petitions.tables import (
    Confidentiality,
    Petition,
    PetitionExtension,
    PetitionKind,
    PetitionNotice,
    PetitionStatus,
    PetitionStatusChange,
)
from server.petitions.transitions import Fault, NextStatus, faults


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and of which unit: "account:3" or "system"."""

    actor: str
    unit: str = ""


SYSTEM = Author("system")


class ChangeRefused(Exception):
    """The status may not be changed like this; nothing was written."""

    def __init__(self, found: Mapping[str, Fault]) -> None:
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in found.items()))
        self.faults = dict(found)


def author_of(account: Account) -> Author:
    return Author(subject_of(account), account.office)


def begin(session: Session, petition: Petition, author: Author) -> None:
    """The first row of a petition that was just entered."""
    _append(session, petition, NextStatus(petition.status, petition.received_on), author)


def status_faults(session: Session, petition: Petition, wanted: NextStatus, today: date) -> dict[str, Fault]:
    """What is wrong with `wanted` now, by the name of the field. A reason is read by some who read no names."""
    since = case_of(session, petition).present.holds_on
    found = faults(petition.kind, petition.instance, petition.status, since, wanted, today)
    if names_one(wanted.reason, petition.names):
        found["reason"] = Fault.NAMES_PETITIONER
    return found


def record_status(session: Session, petition: Petition, wanted: NextStatus, author: Author, today: date) -> None:
    """Raises ChangeRefused."""
    found = status_faults(session, petition, wanted, today)
    if found:
        raise ChangeRefused(found)
    _append(session, petition, wanted, author, previous=petition.status)


def _append(
    session: Session,
    petition: Petition,
    change: NextStatus,
    author: Author,
    previous: PetitionStatus | None = None,
) -> None:
    """A row of the history; the petition has its status from now on."""
    if change.status is None or change.holds_on is None:
        raise ValueError("a row of the history has a status and a day")
    session.add(
        PetitionStatusChange(
            petition_id=petition.id or 0,
            status=change.status,
            previous=previous,
            holds_on=change.holds_on,
            document=change.document,
            reason=change.reason,
            outcome=change.outcome,
            recorded_by=author.actor,
            unit=author.unit,
        )
    )
    petition.status = change.status
    session.add(petition)
    session.flush()


def record_extension(
    session: Session, petition: Petition, extension: Extension, document: str, author: Author
) -> None:
    """Whether the law allows it is for the caller to ask first (`deadlines.computing.due_on`)."""
    session.add(
        PetitionExtension(
            petition_id=petition.id or 0,
            count=extension.count,
            decided_on=extension.decided_on,
            document=document,
            recorded_by=author.actor,
            unit=author.unit,
        )
    )
    session.flush()


def record_notice(
    session: Session,
    petition: Petition,
    duty: tuple[DeadlineKey, date],
    done_on: date,
    document: str,
    author: Author,
) -> None:
    """`duty`: its key and the day it began. Once for each: the table refuses a second."""
    key, trigger_on = duty
    session.add(
        PetitionNotice(
            petition_id=petition.id or 0,
            key=key,
            trigger_on=trigger_on,
            done_on=done_on,
            document=document,
            recorded_by=author.actor,
            unit=author.unit,
        )
    )
    session.flush()


def erase_reasons(session: Session, petition_id: int) -> None:
    """The matter turned out to be a denunciation: what stands in words about it goes."""
    rows = select(PetitionStatusChange).where(PetitionStatusChange.petition_id == petition_id)
    for row in session.exec(rows):
        row.reason = ""
        session.add(row)
    session.flush()


HeardOn = Mapping[int, tuple[date, ...]]
"""As `heard.Hearings.days` has it. Who asks only for the history leaves it out."""


class HasHistory(Protocol):
    """What `cases_of` asks of a petition: the record, or so much of it."""

    @property
    def id(self) -> int | None: ...
    @property
    def kind(self) -> PetitionKind: ...
    @property
    def confidentiality(self) -> Confidentiality: ...
    @property
    def received_on(self) -> date: ...
    @property
    def status(self) -> PetitionStatus: ...
    @property
    def variant(self) -> Variant: ...
    @property
    def instance(self) -> int: ...


def case_of(session: Session, petition: Petition, heard_on: HeardOn | None = None) -> Case:
    return cases_of(session, [petition], heard_on)[petition.id or 0]


def cases_of(
    session: Session, petitions: Sequence[HasHistory], heard_on: HeardOn | None = None
) -> dict[int, Case]:
    """By the petitions' ids, in three queries for each part of them."""
    heard_on = heard_on or {}
    ids = [petition.id or 0 for petition in petitions]
    steps: dict[int, list[Step]] = defaultdict(list)
    extensions: dict[int, list[Extension]] = defaultdict(list)
    notices: dict[int, dict[tuple[DeadlineKey, date], date]] = defaultdict(dict)
    step, extended, notice = PetitionStatusChange, PetitionExtension, PetitionNotice
    for some in in_parts(ids):
        took = select(col(step.petition_id), col(step.status), col(step.holds_on)).where(
            col(step.petition_id).in_(some)
        )
        for number, status, holds_on in session.exec(took.order_by(col(step.id))):
            steps[number].append(Step(status, holds_on))
        longer = select(col(extended.petition_id), col(extended.count), col(extended.decided_on))
        for number, count, decided_on in session.exec(longer.where(col(extended.petition_id).in_(some))):
            extensions[number].append(Extension(count, decided_on))
        sent = select(col(notice.petition_id), col(notice.key), col(notice.trigger_on), col(notice.done_on))
        for number, key, trigger_on, done_on in session.exec(sent.where(col(notice.petition_id).in_(some))):
            notices[number][key, trigger_on] = done_on
    return {
        number: Case(
            kind=petition.kind,
            received_on=petition.received_on,
            steps=_from_receipt(petition, steps[number]),
            variant=Variant(petition.variant),
            instance=petition.instance,
            extensions=tuple(extensions[number]),
            notices=notices[number],
            heard_on=heard_on.get(number, ()),
        )
        for number, petition in zip(ids, petitions, strict=True)
    }


def _from_receipt(petition: HasHistory, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The first status holds from the day of receipt, as the record has it now."""
    first = steps[0].status if steps else petition.status
    return (Step(first, petition.received_on), *steps[1:])


def rows_of(session: Session, ids: Iterable[int]) -> Sequence[PetitionStatusChange]:
    return session.exec(
        select(PetitionStatusChange)
        .where(col(PetitionStatusChange.petition_id).in_(list(ids)))
        .order_by(col(PetitionStatusChange.id))
    ).all()
