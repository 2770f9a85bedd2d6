"""Logging in and out, and choosing the language."""

from __future__ import annotations

import math
import time
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from sqlmodel import Session

from server.people import account_pages, audit, sessions, substitution_pages
from server.people.accounts import account_by_login, fold_login, subject_of
from server.people.passwords import PasswordChecker, is_outdated
from server.people.tables import Account
from server.people.throttle import LoginThrottle
from server.web.cookie import session_of
from server.web.keys import DATABASE
from server.web.languages import LANGUAGES
from server.web.shell import render

_CHECKER = web.AppKey("_CHECKER", PasswordChecker)
_THROTTLE = web.AppKey("_THROTTLE", LoginThrottle)


def add_routes(app: web.Application) -> None:
    app[_CHECKER] = PasswordChecker()
    app.on_cleanup.append(_close_checker)
    app[_THROTTLE] = LoginThrottle()
    app.router.add_get("/login", show_login, name="login")
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out, name="logout")
    app.router.add_post("/language", choose_language, name="language")
    account_pages.add_routes(app)
    substitution_pages.add_routes(app)


async def show_login(request: web.Request) -> web.StreamResponse:
    target = _after_login(request.query.get("next", "/"))
    if await sessions.account_of(request) is not None:
        raise web.HTTPSeeOther(target)
    return await render(request, "people/login.html", target=target, login="", wrong=False, wait_s=0)


async def log_in(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    login, password = fold_login(str(form.get("login", "")))[:60], str(form.get("password", ""))
    target = _after_login(str(form.get("next", "/")))
    throttle, address = request.app[_THROTTLE], request.remote or ""
    wait_s = math.ceil(throttle.wait_s(login, address, time.monotonic()))
    if wait_s > 0:
        return await _refuse_login(request, target, login, wait_s)
    # Counted before it is checked: tries sent all at once must not all find the counter empty.
    throttle.failed(login, address, time.monotonic())
    database = request.app[DATABASE]
    account = await database.run(account_by_login, login)
    known_hash = account.password_hash if account is not None else None
    right = await request.app[_CHECKER].matches(known_hash, password)
    if not right or account is None or account.disabled_at is not None:
        await database.run(_note_failure, account)
        wait_s = math.ceil(throttle.wait_s(login, address, time.monotonic()))
        return await _refuse_login(request, target, login, wait_s)
    throttle.succeeded(login, address)
    checker = request.app[_CHECKER]
    renewed = await checker.hash(password) if is_outdated(account.password_hash) else None
    await database.run(_note_login, account, renewed)
    await sessions.start(request, account)
    raise web.HTTPSeeOther(target)


async def log_out(request: web.Request) -> web.StreamResponse:
    account = await sessions.account_of(request)
    if account is not None:
        await request.app[DATABASE].run(_note_logout, account)
    await sessions.end(request)
    raise web.HTTPSeeOther("/login")


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


def _note_failure(session: Session, account: Account | None) -> None:
    audit.record(session, "system", "login_failed", subject_of(account) if account is not None else "")


def _note_login(session: Session, account: Account, renewed_hash: str | None) -> None:
    if renewed_hash is not None:
        account.password_hash = renewed_hash
        session.add(account)
    audit.record(session, subject_of(account), "login", subject_of(account))


def _note_logout(session: Session, account: Account) -> None:
    audit.record(session, subject_of(account), "logout", subject_of(account))


def _keep_language(session: Session, account: Account, language: str) -> None:
    account.language = language
    session.add(account)


async def _close_checker(app: web.Application) -> None:
    app[_CHECKER].close()
