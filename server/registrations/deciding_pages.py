"""What is decided of a registration: agreed, refused, withdrawn, did not come; and onto the agenda."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.forgetting import forget
from server.petitions.history import author_of
from server.petitions.tables import PetitionKind
from server.receptions.agenda_pages import AGENDA_LIMIT
from server.receptions.tables import Reception
from server.registrations import recording
from server.registrations.asking import id_in, to_registration, writable
from server.registrations.forms import BODY_LENGTH, SENTENCES, line_in
from server.registrations.queries import session_asked
from server.registrations.rules import Act, RegistrationFault, refusal_fault
from server.registrations.showing import show_registration
from server.registrations.tables import RegistrationState
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import require
from signaling.refusals import RefusalCode, Refused

NOT_NOW = N_("That does not fit any more: look what stands here now. Somebody else was quicker, perhaps.")
NO_SESSION_YET = N_("Choose a reception that is still ahead first: the order number is one of a reception.")
NOT_YET = N_("The day of the reception has not come yet.")
_REGISTRATION = r"/registrations/{id:\d{1,9}}"


def add_routes(app: web.Application) -> None:
    app.router.add_post(
        _REGISTRATION + "/decide/{act:agree|withdraw|absent|reopen}", decide, name="registration_decide"
    )
    app.router.add_post(_REGISTRATION + "/refuse", refuse, name="registration_refuse")
    app.router.add_post(_REGISTRATION + "/agenda", put_on_agenda, name="registration_agenda")
    app.router.add_post(_REGISTRATION + "/denunciation", become_denunciation, name="registration_denunciation")


@require(Right.WRITE_VISITS)
async def decide(request: web.Request) -> web.StreamResponse:
    """Back to the list of the reception where it was decided there."""
    account, form = await account_in(request), await request.post()
    act, seen = Act(request.match_info["act"]), _seen(str(form.get("seen", "")))

    def work(session: Session) -> tuple[str, int | None]:
        row = writable(session, account, id_in(request))
        reception = session.get(Reception, row.reception_id) if row.reception_id else None
        if act is Act.AGREE and reception is None:
            return NO_SESSION_YET, None
        if act is Act.ABSENT and (reception is None or session_asked(reception).day > today()):
            return NOT_YET, None
        try:
            recording.decide(session, row, act, author_of(account), seen=seen)
        except recording.NotNow:
            return NOT_NOW, None
        return "", row.reception_id

    mistake, reception_id = await request.app[DATABASE].run(work)
    if mistake:
        return await show_registration(request, mistakes={"act": mistake}, status=409)
    if form.get("from") == "reception" and reception_id is not None:
        address = request.app.router["reception"].url_for(id=str(reception_id))
        raise web.HTTPSeeOther(f"{address}#registrations")
    raise to_registration(request, id_in(request))


@require(Right.WRITE_VISITS)
async def refuse(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()
    seen = _seen(str(form.get("seen", "")))
    values = {"reason": str(form.get("reason", "")), "competent_body": line_in(form, "competent_body")}

    def work(session: Session) -> dict[str, str]:
        row = writable(session, account, id_in(request))
        denunciation = row.kind == PetitionKind.DENUNCIATION
        wrong = refusal_fault(**values, person=row.citizen_name, denunciation=denunciation)
        if len(values["competent_body"]) > BODY_LENGTH:
            wrong = "competent_body", RegistrationFault.TOO_LONG
        if wrong is not None:
            return {wrong[0]: SENTENCES[wrong[1]]}
        try:
            recording.decide(session, row, Act.REFUSE, author_of(account), seen=seen, **values)
        except recording.NotNow:
            return {"act": NOT_NOW}
        return {}

    mistakes = await request.app[DATABASE].run(work)
    if mistakes:
        status = 409 if "act" in mistakes else 422
        return await show_registration(request, mistakes=mistakes, values=values, status=status)
    raise to_registration(request, id_in(request))


@require(Right.PLAN_RECEPTIONS)
async def put_on_agenda(request: web.Request) -> web.StreamResponse:
    """Of one that is agreed: onto the agenda of its own reception."""
    account = await account_in(request)
    limit = request.app[AGENDA_LIMIT]

    def work(session: Session) -> int:
        row = writable(session, account, id_in(request))
        if row.state is not RegistrationState.AGREED or row.reception_id is None:
            return 0
        if row.petition_id is None:
            raise Refused(RefusalCode.BAD_MESSAGE, "a registration without a petition", "one petition or more")
        because = {"registration": row.id}
        recording.put_on_agenda(session, row.reception_id, row.petition_id, limit, subject_of(account), because)
        return row.reception_id

    reception_id = await request.app[DATABASE].run(work)
    if not reception_id:
        return await show_registration(request, mistakes={"act": NOT_NOW}, status=409)
    address = request.app.router["reception"].url_for(id=str(reception_id))
    raise web.HTTPSeeOther(f"{address}#agenda")


@require(Right.WRITE_VISITS)
async def become_denunciation(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    if (await request.post()).get("confirmed") != "yes":
        raise Refused(RefusalCode.BAD_MESSAGE, allowed="confirmed=yes")

    def work(session: Session) -> None:
        row = writable(session, account, id_in(request))
        if row.appointed_by_id is not None or row.visit_id is not None:
            raise Refused(RefusalCode.NOT_ALLOWED, "a registration with a visit", "the visit's own page")
        recording.make_denunciation(session, row, author_of(account))

    try:
        await request.app[DATABASE].run(work)
    except recording.HasPetition:
        raise Refused(
            RefusalCode.NOT_ALLOWED, "a registration with a petition", "the petition's own form"
        ) from None
    await forget(request.app[DATABASE])
    raise to_registration(request, id_in(request))


def _seen(text: str) -> RegistrationState | None:
    """What stood on the page where it was decided; a form without it was opened by nobody, and is not asked."""
    return next((state for state in RegistrationState if state == text), None)
