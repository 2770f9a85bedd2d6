"""Who asks for which recording, and what of it: shared by the reviewer's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from sqlmodel import Session, select

from server.people.accounts import subject_of
from server.people.sessions import account_in
from server.people.tables import Account
from server.receptions.tables import Recording
from server.review.passes import Passes
from server.review.reading import Watchable, is_ready, watchable
from server.review.units import reader_of
from server.web.keys import DATABASE
from server.web.languages import today

T = TypeVar("T")
PASSES = web.AppKey("PASSES", Passes)


async def with_recording(
    request: web.Request, work: Callable[[Session, Watchable, Account], T], *, whole: bool = False
) -> T:
    """`work` in one unit of work with what the account may watch. `whole`: also of a recording that has no file to
    play. Raises HTTPNotFound where there is none."""
    account = await account_in(request)
    recording_id = int(request.match_info["id"])

    def unit(session: Session) -> T:
        recording = session.get(Recording, recording_id)
        if recording is None or not (whole or is_ready(recording)):
            raise web.HTTPNotFound
        reader = reader_of(session, account, today(), recording.reception_id)
        return work(session, watchable(session, recording, reader), account)

    return await request.app[DATABASE].run(unit)


def to_player(request: web.Request, reception_id: int, second: float | None = None) -> web.HTTPSeeOther:
    address = request.app.router["recording"].url_for(id=str(reception_id))
    return web.HTTPSeeOther(str(address if second is None else address.with_query(t=int(second))))


def names(session: Session) -> dict[str, str]:
    """Of everybody who ever had an account, as the audit log names them."""
    return {subject_of(account): account.display_name for account in session.exec(select(Account))}
