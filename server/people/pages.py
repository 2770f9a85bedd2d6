"""Logging in and out, and choosing the language."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from sqlmodel import Session

from server.people import (
    account_pages,
    audit,
    own_password_pages,
    proving,
    second_factor_pages,
    sessions,
    substitution_pages,
)
from server.people.accounts import fold_login, subject_of
from server.people.proving import prove
from server.people.second_factor import LONGEST_CODE
from server.people.sessions import SECOND_FACTOR_ROLES
from server.people.tables import Account, Role
from server.web.cookie import session_of
from server.web.csrf import token_of
from server.web.keys import DATABASE
from server.web.languages import LANGUAGES
from server.web.shell import render, require


def add_routes(app: web.Application, second_factor: Collection[Role] = ()) -> None:
    """`second_factor`: the roles that have to have one."""
    app[SECOND_FACTOR_ROLES] = second_factor
    proving.set_up(app)
    app.router.add_get("/login", show_login, name="login")
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out, name="logout")
    app.router.add_post("/language", choose_language, name="language")
    app.router.add_get("/alive", alive, name="alive")
    account_pages.add_routes(app)
    substitution_pages.add_routes(app)
    own_password_pages.add_routes(app)
    second_factor_pages.add_routes(app)


async def show_login(request: web.Request) -> web.StreamResponse:
    target = _after_login(request.query.get("next", "/"))
    if await sessions.account_of(request) is not None:
        raise web.HTTPSeeOther(target)
    if await sessions.logged_in(request) is not None:  # and has to add a second factor before anything else
        raise web.HTTPSeeOther(str(request.app.router["second_factor"].url_for()))
    return await render(request, "people/login.html", target=target, login="", wrong=False, wait_s=0)


async def log_in(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    login, password = fold_login(str(form.get("login", "")))[:60], str(form.get("password", ""))
    target = _after_login(str(form.get("next", "/")))
    proof = await prove(request, login, password, str(form.get("code", ""))[:LONGEST_CODE])
    if proof.account is None:
        return await _refuse_login(request, target, login, proof.wait_s)
    await request.app[DATABASE].run(_note_login, proof.account)
    await sessions.start(request, proof.account)
    raise web.HTTPSeeOther(target)


async def log_out(request: web.Request) -> web.StreamResponse:
    account = await sessions.account_of(request)
    if account is not None:
        await request.app[DATABASE].run(_note_logout, account)
    await sessions.end(request)
    raise web.HTTPSeeOther("/login")


@require()
async def alive(request: web.Request) -> web.StreamResponse:
    """A page that stays open for hours, without being asked for anything, says that somebody sits before it.

    A form that was opened in an earlier session learns whose this one is, and its token.
    """
    account = await sessions.account_in(request)
    said = {"account": account.login, "csrf": token_of(await session_of(request))}
    return web.json_response(said, headers={hdrs.CACHE_CONTROL: "no-store"})


async def choose_language(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    language = str(form.get("language", ""))
    if language not in LANGUAGES:
        raise web.HTTPBadRequest
    (await session_of(request))["language"] = language
    account = await sessions.account_of(request)
    if account is not None:
        await request.app[DATABASE].run(_keep_language, account, language)
    raise web.HTTPSeeOther(local_target(str(form.get("next", "/"))))


def local_target(target: str) -> str:
    """`target` if it is a path of this server, else "/": a login must not send people to another site."""
    parts = urlsplit(target)
    plain = not parts.scheme and not parts.netloc and target.startswith("/") and target.isprintable()
    if not plain or target.startswith(("//", "/\\")) or "\\" in target:
        return "/"
    return target


def _after_login(target: str) -> str:
    return "/" if target.startswith("/login") else local_target(target)


async def _refuse_login(request: web.Request, target: str, login: str, wait_s: int) -> web.StreamResponse:
    response = await render(
        request,
        "people/login.html",
        status=429 if wait_s else 403,
        target=target,
        login=login,
        wrong=True,
        wait_s=wait_s,
    )
    if wait_s:
        response.headers[hdrs.RETRY_AFTER] = str(wait_s)
    return response


def _note_login(session: Session, account: Account) -> None:
    audit.record(session, subject_of(account), "login", subject_of(account))


def _note_logout(session: Session, account: Account) -> None:
    audit.record(session, subject_of(account), "logout", subject_of(account))


def _keep_language(session: Session, account: Account, language: str) -> None:
    account.language = language
    session.add(account)
