"""One room as the technician sees it from the province: devices, line, what went wrong, what can be asked of it.
Every act is written into the audit log before it is sent, and the screen in the room says it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.conductor import CONDUCTOR
from server.receptions.helping import HELPING, RoomHelp
from server.receptions.late_sources import LATE_SOURCES, said_late
from server.receptions.line_quality import Quality, Verdict
from server.receptions.line_words import HEADLINES, line_words
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.quality_pages import ICONS
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.shell import language_of, render, require, translator_of
from server.web.wording import sentence
from signaling.help_messages import LONGEST_TEXT, Help, HelpAct
from signaling.refusals import Refusal, RefusalCode, Refused

HISTORY = timedelta(hours=24)
DEVICE_WORDS = {"camera": N_("Camera"), "microphone": N_("Microphone")}
STATE_WORDS = {
    "ok": N_("works"),
    "off": N_("switched off in the room"),
    "missing": N_("not there: have its cable checked"),
    "blocked": N_("there, and gives nothing: it is muted, another program has it, or the browser was told no"),
}
ACT_WORDS = {
    HelpAct.MESSAGE: N_("Message shown"),
    HelpAct.DEVICES: N_("Asked for its devices"),
    HelpAct.CHOOSE: N_("Device changed"),
    HelpAct.CHECK: N_("Check of picture and sound"),
    HelpAct.RELOAD: N_("Page loaded anew"),
}
OUTCOME_WORDS = {
    "": N_("no answer yet"),
    "done": N_("done"),
    "not_now": N_("not now: the room is in an item and must not be disturbed"),
    "failed": N_("it did not work"),
    "unanswered": N_("no answer: ask again, or phone the room; an old program there knows no help"),
}
_PATH = r"/receptions/help/{code:\d{1,9}}"


def add_routes(app: web.Application) -> None:
    """Needs CONDUCTOR in the application, and HELPING and LATE_SOURCES when it runs."""
    app.router.add_get(_PATH, page, name="room_help")
    app.router.add_post(_PATH, ask)


@require(Right.HELP_ROOMS)
async def page(request: web.Request) -> web.StreamResponse:
    return await _shown(request)


@require(Right.HELP_ROOMS)
async def ask(request: web.Request) -> web.StreamResponse:
    room, form = _room(request), await request.post()
    try:
        wish = _wish(str(form.get("act", "")), *(str(form.get(name, "")).strip() for name in ("text", "device")))
        helping = request.app[HELPING]
        helping.may_ask(room.code, wish.act)
        actor = subject_of(await account_in(request))
        detail = {"act": wish.act.value} | ({"device": wish.kind} if wish.kind else {})
        await request.app[DATABASE].run(audit.record, actor, "room_helped", f"room:{room.code}", detail)
        helping.ask(room.code, wish)
    except Refused as refused:
        return await _shown(request, refused.refusal)
    raise web.HTTPSeeOther(request.app.router["room_help"].url_for(code=room.code))


def _wish(act: str, text: str, device: str) -> Help:
    """Raises Refused(BAD_MESSAGE). `device`: KIND:ID as the form offers it."""
    if act not in set(HelpAct):
        raise Refused(RefusalCode.BAD_MESSAGE, came=act[:40], allowed=", ".join(HelpAct))
    kind, _, found = device.partition(":")
    if act == HelpAct.MESSAGE and not 0 < len(text) <= LONGEST_TEXT:
        raise Refused(RefusalCode.BAD_MESSAGE, came=f"{len(text)} signs", allowed=f"1 to {LONGEST_TEXT} signs")
    if act == HelpAct.CHOOSE and (kind not in DEVICE_WORDS or not 0 < len(found) <= 200):
        raise Refused(RefusalCode.BAD_MESSAGE, came="no device of this room", allowed="camera:ID, microphone:ID")
    wish = {"number": 0, "act": act, "text": text if act == HelpAct.MESSAGE else ""}
    if act == HelpAct.CHOOSE:
        wish |= {"kind": kind, "device": found}
    return Help.model_validate(wish)


def _room(request: web.Request) -> RoomFacts:
    room = request.app[CONDUCTOR].live.around.rooms.get(request.match_info["code"])
    if room is None or room.code == DESK_CODE:
        raise web.HTTPNotFound
    return room


async def _shown(request: web.Request, refusal: Refusal | None = None) -> web.StreamResponse:
    room, conductor = _room(request), request.app[CONDUCTOR]
    around = conductor.live.around
    language, translate = language_of(request), translator_of(request)
    verdict, is_in_touch = around.lines.of(room.code), around.links.is_in_touch(room.code)
    is_waiting = is_in_touch and verdict.quality is Quality.ABSENT
    known = request.app[HELPING].of(room.code)
    became = await request.app[DATABASE].run(request.app[LATE_SOURCES].of_room, room.code)
    late = said_late(around.keeping, around.links.is_in_touch, [room.code], became, translate, language)
    troubles = [
        (one.at, _refused(one.refusal, translate, language), one.device, one.state) for one in known.troubles
    ]
    return await render(
        request,
        "receptions/help.html",
        status=200 if refusal is None else 409,
        room=room,
        is_in_touch=is_in_touch,
        is_waiting=is_waiting,
        software=around.software.get(room.code, ""),
        devices=around.devices.get(room.code),
        as_of=_as_of(known, verdict),
        verdict=verdict,
        words=line_words(verdict, translate, language),
        history=around.lines.history(room.code, conductor.now - HISTORY),
        headlines=HEADLINES,
        icons=ICONS,
        known=known,
        now=conductor.now,
        troubles=troubles,
        late=late,
        refusal=sentence(refusal, language) if refusal is not None else "",
        device_words=DEVICE_WORDS,
        state_words=STATE_WORDS,
        act_words=ACT_WORDS,
        outcome_words=OUTCOME_WORDS,
        longest=LONGEST_TEXT,
    )


def _as_of(known: RoomHelp, verdict: Verdict) -> datetime | None:
    """Of when what is shown of the devices is, where the room has no link that would tell a change: it held until
    the link went. None: it holds now, or nothing is known."""
    told = known.states_told_at
    if verdict.quality is not Quality.ABSENT or told is None:
        return None
    return told if verdict.since is None else max(told, verdict.since)


def _refused(code: RefusalCode | None, translate: Callable[[str], str], language: str) -> str:
    """That a link is gone is said to the desk as one that cannot be heard; here nobody tried to hear it."""
    if not code:
        return ""
    if code is RefusalCode.ROOM_NOT_CONNECTED:
        return translate(N_("The room's connection ended"))
    return sentence(Refusal(code=code), language)
