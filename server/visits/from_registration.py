"""A visit that was registered for: its form begins with what the registration says."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from sqlmodel import Session

from server.people.tables import Account
from server.petitions.tables import Petition
from server.registrations import asking
from server.registrations.tables import Registration
from server.web.asked import whole


def who_registered(session: Session, account: Account, number: int) -> dict[str, str]:
    """Fields of the form. Raises HTTPNotFound, HTTPForbidden."""
    row = asking.writable(session, account, number)
    asking.note_reading(session, account, row)
    petition = session.get(Petition, row.petition_id) if row.petition_id else None
    return {
        "reception": str(row.reception_id or ""),
        "persons": str(row.persons),
        "as_group": "yes" if row.as_group else "",
        "kind": str(row.kind),
        "petition": "" if petition is None else petition.code,
        "visitor_name": row.citizen_name,
        "visitor_address": row.citizen_address,
        "summary": row.summary,
    }


def registration_in(session: Session, form: Mapping[str, object], account: Account) -> Registration | None:
    """The one the form was begun with. Raises HTTPNotFound, HTTPForbidden."""
    text = str(form.get("registration", ""))
    if not text:
        return None
    number = whole(text, 9)
    if number is None:
        raise web.HTTPNotFound
    return asking.writable(session, account, number)
