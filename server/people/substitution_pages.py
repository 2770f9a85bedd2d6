"""Substitution on the pages: the administrator enters and withdraws it, the substitute begins and ends it."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session, col, select

from server.csv_text import day_in
from server.people import audit, sessions
from server.people.accounts import subject_of
from server.people.rights import ROLE_WORDS, Right, Role
from server.people.substitution import SubstitutionRefused, Wish, give, in_force, lines_of, withdraw
from server.people.tables import Account, Substitution
from server.web.asked import whole
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of

_FIELDS = ("substituted", "first_day", "last_day", "document", "signs_as")


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get(r"/accounts/{id:\d{1,9}}/substitution", show, name="substitution")
    router.add_post(r"/accounts/{id:\d{1,9}}/substitution", enter)
    router.add_post(
        r"/accounts/{id:\d{1,9}}/substitution/{number:\d{1,9}}/withdraw", take_back, name="substitution_withdraw"
    )
    router.add_get("/acting", offers, name="acting")
    router.add_post("/acting", begin)
    router.add_post("/acting/end", end, name="acting_end")


@require(Right.KEEP_ACCOUNTS)
async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, dict.fromkeys(_FIELDS, ""), {})


@require(Right.KEEP_ACCOUNTS)
async def enter(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    values = {name: " ".join(str(form.get(name, "")).split()) for name in _FIELDS}
    actor = subject_of(await sessions.account_in(request))

    def work(session: Session) -> None:
        substitute = _account(session, request)
        number = whole(values["substituted"], 9)
        substituted = None if number is None else session.get(Account, number)
        days = day_in(values["first_day"]), day_in(values["last_day"])
        wish = Wish(substituted, *days, values["document"], values["signs_as"])
        give(session, substitute, wish, actor=actor, today=today())

    try:
        await request.app[DATABASE].run(work)
    except SubstitutionRefused as refused:
        return await _page(request, values, {refused.field: translator_of(request)(refused.sentence)})
    raise web.HTTPSeeOther(f"{request.path}?done=given")


@require(Right.KEEP_ACCOUNTS)
async def take_back(request: web.Request) -> web.StreamResponse:
    actor = subject_of(await sessions.account_in(request))

    def work(session: Session) -> None:
        account = _account(session, request)
        row = session.get(Substitution, int(request.match_info["number"]))
        if row is None or account.id not in (row.substitute_id, row.substituted_id):
            raise web.HTTPNotFound
        withdraw(session, row, actor=actor)

    await request.app[DATABASE].run(work)
    address = request.app.router["substitution"].url_for(id=request.match_info["id"])
    raise web.HTTPSeeOther(str(address.with_query(done="withdrawn")))


@require()
async def offers(request: web.Request) -> web.StreamResponse:
    """For whom one may act today, and for whom one does."""
    return await _offers(request)


@require()
async def begin(request: web.Request) -> web.StreamResponse:
    account = await sessions.account_in(request)
    number = whole(str((await request.post()).get("substitution", "")), 9) or 0

    def work(session: Session) -> bool:
        acting = in_force(session, account.id or 0, number, today())
        if acting is not None:
            audit.record(session, subject_of(account), "acting_began", subject_of(account), {"number": number})
        return acting is not None

    if not await request.app[DATABASE].run(work):
        return await _offers(request, refused=True)
    await sessions.begin_acting(request, number)
    raise web.HTTPSeeOther("/")


@require()
async def end(request: web.Request) -> web.StreamResponse:
    account = await sessions.account_in(request)
    acting = account.acting
    if acting is not None:
        detail = {"number": acting.substitution_id}
        await request.app[DATABASE].run(
            lambda session: audit.record(session, subject_of(account), "acting_ended", subject_of(account), detail)
        )
    await sessions.end_acting(request)
    raise web.HTTPSeeOther("/")


async def _offers(request: web.Request, *, refused: bool = False) -> web.Response:
    account = await sessions.account_in(request)
    lines = await request.app[DATABASE].run(lines_of, account.id or 0)
    mine = [line for line in lines if line.row.substitute_id == account.id and line.row.last_day >= today()]
    return await render(
        request,
        "people/acting.html",
        status=409 if refused else 200,
        lines=[line for line in mine if line.row.withdrawn_at is None],
        refused=refused,
        today=today(),
        role_words=ROLE_WORDS,
    )


async def _page(request: web.Request, values: dict[str, str], mistakes: dict[str, str]) -> web.Response:
    def work(session: Session) -> tuple[Account, list[Account], list[object]]:
        account = _account(session, request)
        others = select(Account).where(
            col(Account.disabled_at).is_(None), Account.id != account.id, Account.own_role != Role.ADMINISTRATOR
        )
        people = list(session.exec(others.order_by(col(Account.display_name))))
        return account, people, list(lines_of(session, account.id or 0))

    account, people, lines = await request.app[DATABASE].run(work)
    return await render(
        request,
        "people/substitution.html",
        status=422 if mistakes else 200,
        kept=account,
        people=people,
        lines=lines,
        values=values,
        mistakes=mistakes,
        done=request.query.get("done", ""),
        today=today(),
        role_words=ROLE_WORDS,
    )


def _account(session: Session, request: web.Request) -> Account:
    account = session.get(Account, int(request.match_info["id"]))
    if account is None:
        raise web.HTTPNotFound
    return account
