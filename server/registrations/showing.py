"""One registration on its page, after an act that was refused, too."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import names_of_accounts, subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.citizens import may_write
from server.receptions import agenda
from server.registrations.asking import id_in
from server.registrations.queries import registration_view
from server.registrations.rules import GROUND_WORDS, OPEN, OTHER_BODY, STATE_WORDS, WAY_WORDS
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, translator_of


async def show_registration(
    request: web.Request,
    *,
    opened: bool = False,
    mistakes: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """`mistakes` and `values` of a refusal that was not filled in."""
    account = await account_in(request)
    found = await request.app[DATABASE].run(_shown, id_in(request), account, opened)
    if found is None:
        raise web.HTTPNotFound
    _ = translator_of(request)
    return await render(
        request,
        "registrations/registration.html",
        status=status,
        way_words=WAY_WORDS,
        state_words=STATE_WORDS,
        ground_words=GROUND_WORDS,
        other_body=OTHER_BODY,
        mistakes={name: _(said) for name, said in (mistakes or {}).items()},
        values=values or {},
        **found,
    )


def _shown(session: Session, number: int, account: Account, opened: bool) -> dict[str, Any] | None:
    found = registration_view(session, account.role, number)
    if found is None:
        return None
    if opened and found.guarded:
        audit.record(session, subject_of(account), "registration_read", f"registration:{number}")
    writes = may_write(account.role, found.kind, found.confidentiality)
    on_agenda = bool(
        found.reception_id and found.petition_id and agenda.on_it(session, found.reception_id, [found.petition_id])
    )
    names = names_of_accounts(session)
    return {
        "registration": found,
        "recorded_by": names.get(found.recorded_by, ""),
        "decided_by": names.get(found.decided_by, ""),
        "on_agenda": on_agenda,
        "may_write": writes,
        "may_plan": writes and Right.PLAN_RECEPTIONS in account.rights,
        "still_open": found.state in OPEN,
        "day_has_come": found.day is not None and found.day <= today(),
    }
