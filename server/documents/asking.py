"""Who asks for which document: shared by the pages of one document."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from sqlmodel import Session

from server.documents import versions
from server.documents.ground import Ground, readable
from server.documents.rules import drafts
from server.documents.tables import OfficialDocument
from server.people.sessions import account_in
from server.people.tables import Account
from server.web.keys import DATABASE


def id_in(request: web.Request) -> int:
    return int(request.match_info["id"])


def subject_of_document(document: OfficialDocument) -> str:
    return f"document:{document.id}"


def writable(request: web.Request, session: Session, account: Account) -> tuple[OfficialDocument, Ground]:
    document, ground = readable(session, account, id_in(request))
    if not drafts(account.role, document.kind, ground.guards):
        raise web.HTTPForbidden
    return document, ground


async def with_document(request: web.Request, work: Callable[[Session, OfficialDocument, Account], None]) -> None:
    """Who was overtaken by somebody else is shown what there is now."""
    account = await account_in(request)

    def unit(session: Session) -> None:
        document, _ground = writable(request, session, account)
        work(session, document, account)

    try:
        await request.app[DATABASE].run(unit)
    except versions.MovedOn:
        raise to_page(request, "document") from None


def to_page(request: web.Request, route: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router[route].url_for(id=request.match_info["id"])))
