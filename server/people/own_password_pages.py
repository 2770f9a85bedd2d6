"""Everybody's own password, and what is said of a new one wherever one is given."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from sqlmodel import Session

from server.people import sessions
from server.people.accounts import change_password, fold_login, subject_of
from server.people.passwords import MAX_LENGTH, MIN_LENGTH, PasswordFault, password_fault
from server.people.proving import prove
from server.people.tables import Account
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.shell import render, require, translator_of

_PASSWORD_FAULTS: dict[PasswordFault, str] = {
    PasswordFault.LENGTH: N_(
        "A password has %(least)s to %(most)s characters. Several words in a row are easy to remember."
    ),
    PasswordFault.COMMON: N_("This password is among the first that are tried. Take several words in a row."),
    PasswordFault.LOGIN: N_("The login name is in this password. Take several words in a row."),
}
_DIFFERENT = N_("The two are not the same. Type the new password twice.")
_WRONG = N_("This is not your present password. After several wrong tries you have to wait some minutes.")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/password", show_own_password, name="own_password")
    app.router.add_post("/password", change_own_password)


@require()
async def show_own_password(request: web.Request) -> web.StreamResponse:
    return await _own_password(request, {})


@require()
async def change_own_password(request: web.Request) -> web.StreamResponse:
    """Every other session of the account ends, this one goes on."""
    form = await request.post()
    account = await sessions.account_in(request)
    mistakes = new_password_mistakes(request, form, account.login)
    proof = await prove(request, account.login, str(form.get("present", "")), None)
    if proof.account is None:
        mistakes["present"] = translator_of(request)(_WRONG)
    if mistakes:
        return await _own_password(request, mistakes)

    def work(session: Session) -> Account:
        kept = session.get_one(Account, account.id)
        change_password(session, kept, str(form["password"]), actor=subject_of(kept))
        return kept

    await sessions.start(request, await request.app[DATABASE].run(work))
    raise web.HTTPSeeOther(str(request.app.router["own_password"].url_for().with_query(done="yes")))


async def _own_password(request: web.Request, mistakes: dict[str, str]) -> web.Response:
    return await render(
        request,
        "people/own_password.html",
        status=422 if mistakes else 200,
        mistakes=mistakes,
        done=request.query.get("done", ""),
        least=MIN_LENGTH,
        most=MAX_LENGTH,
    )


def new_password_mistakes(request: web.Request, form: Mapping[str, object], login: str) -> dict[str, str]:
    """By field. It is judged and not kept: a form that is shown again is shown without it."""
    _ = translator_of(request)
    first, again = (str(form.get(name, "")) for name in ("password", "again"))
    fault = password_fault(first, fold_login(login))
    if fault is not None:
        return {"password": _(_PASSWORD_FAULTS[fault], least=MIN_LENGTH, most=MAX_LENGTH)}
    return {"again": _(_DIFFERENT)} if first != again else {}
