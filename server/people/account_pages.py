"""The accounts' pages: the list with who may do what, and one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from sqlmodel import Session, col, select

from server.people import second_factor, sessions
from server.people.accounts import (
    ROLES,
    AccountFault,
    AccountRefused,
    change_account,
    change_password,
    create_account,
    disable_account,
    enable_account,
    subject_of,
)
from server.people.own_password_pages import new_password_mistakes
from server.people.passwords import MAX_LENGTH, MIN_LENGTH
from server.people.rights import HOLDERS, OF_UNITS, RIGHT_WORDS, ROLE_WORDS, Right, Role
from server.people.tables import Account
from server.web.keys import DATABASE
from server.web.languages import LANGUAGES, N_
from server.web.shell import render, require, translator_of

_FAULTS: dict[AccountFault, tuple[str, str]] = {  # the field it stands beside, and the sentence
    AccountFault.LOGIN: (
        "login",
        N_("Use 2 to 60 small letters without accents, digits, dots, hyphens or underscores, for instance ntvan."),
    ),
    AccountFault.LOGIN_TAKEN: ("login", N_("Another account has this login name. Choose a different one.")),
    AccountFault.NAME: ("name", N_("Enter the name as the person is addressed, at most 120 characters.")),
    AccountFault.OFFICE: ("office", N_("This text is too long. Shorten it.")),
    AccountFault.ROLE: ("role", N_("Choose one of the list.")),
    AccountFault.LAST_ADMINISTRATOR: (
        "role",
        N_("This is the last administrator. Make another account an administrator first."),
    ),
}
_NEW = ("login", "name", "office", "role", "language")


@dataclass(slots=True)
class _Filled:
    """A form as it came, without its passwords; `mistakes` by field."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get("/accounts", table, name="accounts")
    router.add_get("/accounts/new", new, name="account_new")
    router.add_post("/accounts/new", create)
    router.add_get(r"/accounts/{id:\d{1,9}}", edit, name="account")
    router.add_post(r"/accounts/{id:\d{1,9}}", change)
    router.add_post(r"/accounts/{id:\d{1,9}}/password", give_password, name="account_password")
    router.add_post(r"/accounts/{id:\d{1,9}}/closing", close, name="account_close")
    router.add_post(r"/accounts/{id:\d{1,9}}/opening", reopen, name="account_open")
    router.add_post(r"/accounts/{id:\d{1,9}}/second-factor", reset_second_factor, name="account_second_factor")


# --- the list, and a new one -------------------------------------------------------------------------


@require(Right.KEEP_ACCOUNTS)
async def table(request: web.Request) -> web.StreamResponse:
    accounts = await request.app[DATABASE].run(
        lambda session: session.exec(
            select(Account).order_by(col(Account.disabled_at).is_not(None), col(Account.login))
        ).all()
    )
    return await render(
        request,
        "people/accounts.html",
        accounts=accounts,
        roles=ROLES,
        role_words=ROLE_WORDS,
        holders=HOLDERS,
        right_words=RIGHT_WORDS,
    )


@require(Right.KEEP_ACCOUNTS)
async def new(request: web.Request) -> web.StreamResponse:
    return await _new_form(request, _Filled(dict.fromkeys(_NEW, "") | {"language": LANGUAGES[0]}))


@require(Right.KEEP_ACCOUNTS)
async def create(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    filled = _read(form, *_NEW)
    filled.mistakes |= new_password_mistakes(request, form, filled.values["login"])
    if filled.values["language"] not in LANGUAGES:
        filled.mistakes["language"] = _sentence(request, AccountFault.ROLE)
    if filled.mistakes:
        return await _new_form(request, filled)
    actor = await _actor(request)

    def work(session: Session) -> Account:
        return create_account(
            session,
            filled.values["login"],
            filled.values["name"],
            _role(filled),
            str(form["password"]),
            office=filled.values["office"],
            language=filled.values["language"],
            actor=actor,
        )

    try:
        account = await request.app[DATABASE].run(work)
    except AccountRefused as refused:
        _say(request, filled, refused)
        return await _new_form(request, filled)
    raise web.HTTPSeeOther(str(request.app.router["account"].url_for(id=str(account.id)).with_query(done="new")))


async def _new_form(request: web.Request, filled: _Filled) -> web.Response:
    return await render(
        request,
        "people/account_new.html",
        status=422 if filled.mistakes else 200,
        values=filled.values,
        mistakes=filled.mistakes,
        roles=ROLES,
        role_words=ROLE_WORDS,
        least=MIN_LENGTH,
        most=MAX_LENGTH,
    )


# --- one account -------------------------------------------------------------------------------------


@require(Right.KEEP_ACCOUNTS)
async def edit(request: web.Request) -> web.StreamResponse:
    return await _account_page(request, await _account(request), {})


@require(Right.KEEP_ACCOUNTS)
async def change(request: web.Request) -> web.StreamResponse:
    account = await _account(request)
    filled = _read(await request.post(), "name", "office", "role")
    actor = await _actor(request)

    def work(session: Session) -> None:
        kept = session.merge(account)
        change_account(session, kept, filled.values["name"], filled.values["office"], _role(filled), actor=actor)

    try:
        await request.app[DATABASE].run(work)
    except AccountRefused as refused:
        _say(request, filled, refused)
        return await _account_page(request, account, filled.values, filled.mistakes)
    raise _to(request, account, "changed")


@require(Right.KEEP_ACCOUNTS)
async def give_password(request: web.Request) -> web.StreamResponse:
    account = await _account(request)
    form = await request.post()
    filled = _Filled({})
    filled.mistakes |= new_password_mistakes(request, form, account.login)
    if filled.mistakes:
        return await _account_page(request, account, {}, filled.mistakes)
    actor = await _actor(request)
    await request.app[DATABASE].run(
        lambda session: change_password(session, session.merge(account), str(form["password"]), actor=actor)
    )
    raise _to(request, account, "password")


@require(Right.KEEP_ACCOUNTS)
async def close(request: web.Request) -> web.StreamResponse:
    account = await _account(request)
    actor = await _actor(request)
    try:
        await request.app[DATABASE].run(
            lambda session: disable_account(session, session.merge(account), actor=actor)
        )
    except AccountRefused as refused:
        return await _account_page(request, account, {}, {"close": _sentence(request, refused.fault)})
    raise _to(request, account, "closed")


@require(Right.KEEP_ACCOUNTS)
async def reopen(request: web.Request) -> web.StreamResponse:
    account = await _account(request)
    actor = await _actor(request)
    await request.app[DATABASE].run(lambda session: enable_account(session, session.merge(account), actor=actor))
    raise _to(request, account, "opened")


@require(Right.KEEP_ACCOUNTS)
async def reset_second_factor(request: web.Request) -> web.StreamResponse:
    """For somebody who lost the device and the recovery codes, and was recognised in person."""
    account = await _account(request)
    actor = await _actor(request)
    await request.app[DATABASE].run(
        lambda session: second_factor.remove(session, session.get_one(Account, account.id), actor=actor)
    )
    raise _to(request, account, "second_factor")


async def _account(request: web.Request) -> Account:
    account = await request.app[DATABASE].run(lambda session: session.get(Account, int(request.match_info["id"])))
    if account is None:
        raise web.HTTPNotFound
    return account


async def _account_page(
    request: web.Request, account: Account, values: dict[str, str], mistakes: dict[str, str] | None = None
) -> web.Response:
    kept = {"name": account.display_name, "office": account.office, "role": str(account.own_role)}
    factor = await request.app[DATABASE].run(second_factor.factor_of, account)
    return await render(
        request,
        "people/account.html",
        of_units=OF_UNITS,
        factor=factor,
        compulsory=sessions.must_have_second_factor(request, account),
        status=422 if mistakes else 200,
        kept=account,
        values=kept | values,
        mistakes=mistakes or {},
        done=request.query.get("done", ""),
        roles=ROLES,
        role_words=ROLE_WORDS,
        least=MIN_LENGTH,
        most=MAX_LENGTH,
    )


def _to(request: web.Request, account: Account, done: str) -> web.HTTPSeeOther:
    address = request.app.router["account"].url_for(id=str(account.id))
    return web.HTTPSeeOther(str(address.with_query(done=done)))


# --- what comes in -----------------------------------------------------------------------------------


def _read(form: Mapping[str, object], *names: str) -> _Filled:
    return _Filled({name: value.strip() if isinstance(value := form.get(name, ""), str) else "" for name in names})


def _role(filled: _Filled) -> Role:
    """ROOM, which no account may have, for what is no role: `accounts` refuses it."""
    word = filled.values["role"]
    return Role(word) if word in set(Role) else Role.ROOM


def _say(request: web.Request, filled: _Filled, refused: AccountRefused) -> None:
    filled.mistakes[_FAULTS[refused.fault][0]] = _sentence(request, refused.fault)


def _sentence(request: web.Request, fault: AccountFault) -> str:
    return translator_of(request)(_FAULTS[fault][1])


async def _actor(request: web.Request) -> str:
    account = await sessions.account_of(request)
    if account is None:
        raise web.HTTPUnauthorized
    return subject_of(account)
