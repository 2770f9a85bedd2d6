"""Which registration is meant by an address, and whether this account may write it: shared by all pages."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.citizens import confidentiality_of, may_write
from server.petitions.rules import is_audited
from server.registrations.rules import Request
from server.registrations.tables import Registration


def id_in(request: web.Request) -> int:
    return int(request.match_info["id"])


def writable(session: Session, account: Account, number: int) -> Registration:
    """Raises HTTPNotFound, HTTPForbidden."""
    row = session.get(Registration, number)
    if row is None:
        raise web.HTTPNotFound
    if not may_write(account.role, row.kind, confidentiality_of(session, row.petition_id)):
        raise web.HTTPForbidden
    return row


def note_reading(session: Session, account: Account, row: Registration) -> None:
    """Whoever is shown the words of a guarded one stands in the audit log."""
    if is_audited(row.kind, confidentiality_of(session, row.petition_id)):
        audit.record(session, subject_of(account), "registration_read", f"registration:{row.id}")


def must_write(session: Session, account: Account, wanted: Request) -> None:
    confidentiality = confidentiality_of(session, wanted.petition.id if wanted.petition else None)
    if wanted.kind is None or not may_write(account.role, wanted.kind, confidentiality):
        raise web.HTTPForbidden


def to_registration(request: web.Request, number: int) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["registration"].url_for(id=str(number))))
