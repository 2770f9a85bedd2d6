"""Who asks, and what is behind the address: shared by the pages of conclusions and tasks."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from server.conclusions.follow_up import FollowUp
from server.conclusions.ground import ItemGround, ground_of
from server.conclusions.rules import may_read
from server.conclusions.standing import Today, today_by
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.standing import TERMS
from server.web.languages import today

FOLLOW_UP = web.AppKey("FOLLOW_UP", FollowUp)
"""Departments and the rule of review meetings; the composition root reads them at start."""


def today_in(request: web.Request) -> Today:
    return today_by(request.app[TERMS].calendar, today())


def readable_ground(
    session: Session, account: Account, item_id: int, reception_id: int | None = None
) -> ItemGround:
    """Raises HTTPNotFound for an item that is not there (in that reception), HTTPForbidden for one that the
    account does not read."""
    ground = ground_of(session, item_id)
    if ground is None or (reception_id is not None and ground.item.reception_id != reception_id):
        raise web.HTTPNotFound
    if not may_read(account.role, ground.guards):
        raise web.HTTPForbidden
    return ground


def note_reading(session: Session, account: Account, ground: ItemGround, action: str, subject: str) -> None:
    """Where the words are those of a confidential record; the rest is read without a note, as the register is."""
    if ground.guarded:
        audit.record(session, subject_of(account), action, subject)
