"""The demonstration's documents: minutes and notice of one item, and letters that urge two late tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from server.conclusions.follow_up import FollowUp, read_follow_up
from server.conclusions.ground import ground_of
from server.conclusions.standing import today_by
from server.conclusions.tables import Task, Urging
from server.conclusions.urging import record_reply
from server.deadlines.terms import Terms, read_terms
from server.demo.accounts import ACCOUNTS
from server.documents.drawing_up import draw_up
from server.documents.filling import Filling
from server.documents.ground import Ground, ground_of_task
from server.documents.letterheads import Letterheads, read_letterheads
from server.documents.printing import printed
from server.documents.tables import DocumentKind, OfficialDocument
from server.documents.versions import content_of, draft_in, issue, note_urging, save, stamp_of, versions_of
from server.people.rights import Role
from server.petitions.history import Author
from server.petitions.tables import Petition
from server.receptions.offices import Offices, read_offices
from server.receptions.tables import AgendaItem, AgendaItemPetition, Reception, ReceptionState
from server.web.languages import HERE, Catalogs, shipped_catalogs

CONCLUDED, URGED = "KN-0176", "KG-0214"
"""The petitions whose items have documents."""
_WRITER = next(account.display_name for account in ACCOUNTS if account.role is Role.CLERK)
_NOWHERE = Path(__file__).parent / "data"
"""Where no operator has put files of his own."""
_CLOCK = time(15, 30)


@dataclass(frozen=True, slots=True)
class _Letter:
    """About which task of URGED, so many days ago; answered so many days later, by the document."""

    task: int
    days_ago: int
    symbol: str
    answered_after: int = 0
    reply: str = ""


_LETTERS = (
    _Letter(2, 30, "64/BTCD-XLĐ", answered_after=6, reply="41/BC-UBND"),
    _Letter(1, 15, "79/BTCD-XLĐ"),
    _Letter(2, 1, "88/BTCD-XLĐ"),
)


@dataclass(frozen=True, slots=True)
class _Office:
    session: Session
    author: Author
    terms: Terms
    follow_up: FollowUp
    letterheads: Letterheads
    catalogs: Catalogs
    offices: Offices


def fill_documents(session: Session, today: date, author: Author) -> None:
    """The conclusions must be there already."""
    office = _Office(
        session,
        author,
        read_terms(_NOWHERE),
        read_follow_up(_NOWHERE),
        read_letterheads(_NOWHERE),
        shipped_catalogs(),
        read_offices(_NOWHERE),
    )
    ground = _ground(session, CONCLUDED)
    held = ground.item.held_on if ground.item else today
    _issue(office, DocumentKind.MINUTES, ground, held, "")
    _issue(office, DocumentKind.NOTICE, ground, held + timedelta(days=1), "31/TB-BTCD")
    item = _ground(session, URGED).item
    for letter in _LETTERS:
        task = session.exec(
            select(Task).where(Task.item_id == (item.item_id if item else 0), Task.number == letter.task)
        ).one()
        day = today - timedelta(days=letter.days_ago)
        document = _issue(office, DocumentKind.URGING, ground_of_task(session, task), day, letter.symbol)
        if letter.reply:
            row = session.exec(select(Urging).where(Urging.document_id == document.id)).one()
            record_reply(session, row, day + timedelta(days=letter.answered_after), letter.reply, author)


def _issue(office: _Office, kind: DocumentKind, ground: Ground, day: date, symbol: str) -> OfficialDocument:
    session, at = office.session, datetime.combine(day, _CLOCK, tzinfo=HERE)
    filling = Filling(
        office.letterheads.on(day),
        day,
        _WRITER,
        office.catalogs.translator("vi"),
        lambda code: office.offices.name(code, "vi"),
        office.follow_up.reply_due_on(day, office.terms.calendar),
    )
    when = today_by(office.terms.calendar, day)
    document, _new = draw_up(session, kind, ground, filling, None, office.author, when, at)
    draft = draft_in(versions_of(session, document.id or 0))
    if draft is None:
        raise LookupError(f"{kind} about {ground.subject} is issued already")
    saved = save(session, document, symbol, content_of(draft), "", stamp_of(draft), office.author)
    saved.written_at = at
    row = issue(session, document, stamp_of(saved), printed(kind, saved, at), office.author, at)
    note_urging(session, document, row)
    return document


def _ground(session: Session, code: str) -> Ground:
    """The item of the latest reception held in which the petition was heard."""
    item_id = session.exec(
        select(AgendaItem.id)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .join(Reception, col(Reception.id) == AgendaItem.reception_id)
        .where(Petition.code == code, Reception.state == ReceptionState.ENDED)
        .order_by(col(Reception.planned_at).desc())
    ).first()
    item = ground_of(session, item_id or 0)
    if item is None:
        raise LookupError(f"no reception heard {code}")
    return Ground(item.reception, item)
