"""One's own second factor: adding a device, confirming it, new recovery codes, taking it away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup
from sqlmodel import Session

from server.data.columns import now
from server.people import second_factor, sessions
from server.people.accounts import subject_of
from server.people.proving import KEYS, prove
from server.people.second_factor import LONGEST_CODE
from server.people.tables import Account
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.qr import drawn
from server.web.shell import GUARDED_BY, render, translator_of

_ISSUER = N_("Citizen reception")
_WRONG = N_("The password or the code is wrong, or the code was used already. Wait for the next one.")
Handler = Callable[[web.Request, Account], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application) -> None:
    app.router.add_get("/second-factor", show, name="second_factor")
    app.router.add_post("/second-factor", begin)
    app.router.add_post("/second-factor/confirm", confirm, name="second_factor_confirm")
    app.router.add_post("/second-factor/codes", new_codes, name="second_factor_codes")
    app.router.add_post("/second-factor/removal", remove, name="second_factor_remove")


def _for_oneself(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """For every account, also for one that has to add a second factor before it sees anything else."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        account = await sessions.logged_in(request)
        if account is None:
            raise web.HTTPSeeOther("/login?" + urlencode({"next": "/second-factor"}))
        return await handler(request, account)

    setattr(guarded, GUARDED_BY, ())
    return guarded


@dataclass(frozen=True, slots=True)
class _Shown:
    """`secret` in groups of four while a device is being added; `picture` is the same as a QR code."""

    confirmed_at: datetime | None
    codes_left: int
    secret: str = ""
    picture: Markup | None = None


@_for_oneself
async def show(request: web.Request, account: Account) -> web.StreamResponse:
    return await _page(request, account)


@_for_oneself
async def begin(request: web.Request, account: Account) -> web.StreamResponse:
    keys = request.app[KEYS]
    await request.app[DATABASE].run(lambda session: second_factor.begin(session, _kept(session, account), keys))
    raise web.HTTPSeeOther(str(request.app.router["second_factor"].url_for()))


@_for_oneself
async def confirm(request: web.Request, account: Account) -> web.StreamResponse:
    """By the password, so that nobody adds a device to an account that was left open, and by a first code."""
    code = await _proved(request, account, with_factor=False)
    if code is None:
        return await _page(request, account, mistake=_WRONG)
    keys = request.app[KEYS]

    def work(session: Session) -> tuple[Account, list[str] | None]:
        kept = _kept(session, account)
        return kept, second_factor.confirm(session, kept, keys, code, now())

    kept, codes = await request.app[DATABASE].run(work)
    if codes is None:
        return await _page(request, account, mistake=_WRONG)
    await sessions.start(request, kept)
    return await _codes(request, codes)


@_for_oneself
async def new_codes(request: web.Request, account: Account) -> web.StreamResponse:
    if await _proved(request, account) is None:
        return await _page(request, account, mistake=_WRONG, form="codes")
    keys = request.app[KEYS]

    def work(session: Session) -> list[str]:
        kept = _kept(session, account)
        if second_factor.factor_of(session, kept) is None:
            raise web.HTTPNotFound
        return second_factor.make_recovery_codes(session, kept, keys)

    return await _codes(request, await request.app[DATABASE].run(work))


@_for_oneself
async def remove(request: web.Request, account: Account) -> web.StreamResponse:
    if sessions.must_have_second_factor(request, account):
        raise web.HTTPForbidden
    if await _proved(request, account) is None:
        return await _page(request, account, mistake=_WRONG, form="removal")

    def work(session: Session) -> Account:
        kept = _kept(session, account)
        second_factor.remove(session, kept, actor=subject_of(kept))
        return kept

    await sessions.start(request, await request.app[DATABASE].run(work))
    raise web.HTTPSeeOther(str(request.app.router["second_factor"].url_for().with_query(done="removed")))


async def _proved(request: web.Request, account: Account, *, with_factor: bool = True) -> str | None:
    """The code that came, if the password (and, where there is one to ask, the code) was right."""
    form = await request.post()
    code = str(form.get("code", ""))[:LONGEST_CODE]
    proof = await prove(request, account.login, str(form.get("present", "")), code if with_factor else None)
    return None if proof.account is None else code


async def _page(request: web.Request, account: Account, *, mistake: str = "", form: str = "") -> web.Response:
    keys, _ = request.app[KEYS], translator_of(request)

    def work(session: Session) -> _Shown:
        kept = _kept(session, account)
        factor = second_factor.factor_of(session, kept)
        if factor is not None:
            return _Shown(factor.confirmed_at, second_factor.recovery_codes_left(session, kept))
        secret = second_factor.secret_to_confirm(session, kept, keys)
        if not secret:
            return _Shown(None, 0)
        picture = drawn(second_factor.address_of(secret, kept, _(_ISSUER)))
        groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        return _Shown(None, 0, groups, picture)

    return await render(
        request,
        "people/second_factor.html",
        status=422 if mistake else 200,
        shown=await request.app[DATABASE].run(work),
        compulsory=sessions.must_have_second_factor(request, account),
        mistakes={"code": _(mistake)} if mistake else {},
        filled_form=form,
        done=request.query.get("done", ""),
    )


async def _codes(request: web.Request, codes: list[str]) -> web.Response:
    """Shown once, and not kept by the browser."""
    return await render(request, "people/recovery_codes.html", codes=codes)


def _kept(session: Session, account: Account) -> Account:
    return session.get_one(Account, account.id)
