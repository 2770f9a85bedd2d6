"""POST /room/enrol: a room's browser gives the code and gets a credential that no script and no address holds.

Open to everybody, since a browser that is being enrolled is nobody yet; not to other sites, whose pages could put
a room's screen into another room. Why a code is not taken, nobody is told.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from server.data.columns import now
from server.rooms.connected import tell_revoked
from server.rooms.device_rules import Credential, code_in, credential_in, name_in
from server.rooms.devices import enrol
from server.rooms.guessing import CodeThrottle
from server.web.cookie import SECURE
from server.web.csrf import refuse_other_sites
from server.web.keys import DATABASE, SECRET
from server.web.languages import today
from signaling.enrolment import DEVICE_COOKIE
from signaling.refusals import RefusalCode, Refused

COOKIE_SECONDS = 400 * 86_400  # no browser keeps one longer; sent anew with each opening of the page
_LONGEST_BODY = 2_000
_THROTTLE = web.AppKey("_THROTTLE", CodeThrottle)
_log = logging.getLogger(__name__)


class Enrol(BaseModel):
    """What the browser sends."""

    model_config = ConfigDict(strict=True, extra="forbid")

    code: Annotated[str, StringConstraints(max_length=40)]
    name: Annotated[str, StringConstraints(max_length=200)] = ""


def add_routes(app: web.Application) -> None:
    app[_THROTTLE] = CodeThrottle()
    app.router.add_post("/room/enrol", run_enrol, name="room_enrol")


async def run_enrol(request: web.Request) -> web.StreamResponse:
    refuse_other_sites(request)
    code, name = await _asked(request)
    throttle, asker = request.app[_THROTTLE], _asker(request)
    now_s = time.monotonic()
    wait_s = throttle.take(asker, now_s)
    if wait_s > 0:
        if throttle.is_news(now_s):
            _log.warning("too many wrong codes of rooms came in: somebody may be guessing")
        raise Refused(RefusalCode.TOO_MANY_TRIES, allowed=str(math.ceil(wait_s)))
    secret, former = request.app[SECRET], credential_of(request)
    enrolled = await request.app[DATABASE].run(enrol, secret, code, name, former, at=now(), day=today())
    if enrolled is None:
        raise Refused(RefusalCode.BAD_CODE)
    throttle.give_back(asker)
    if enrolled.replaced is not None:
        tell_revoked(request.app, [enrolled.replaced])
    response = web.json_response({"room": enrolled.room.name}, headers={"Cache-Control": "no-store"})
    _give(request, response, enrolled.credential)
    return response


def renew_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """A room that is opened now and then keeps its cookie for ever. Whether it counts is asked elsewhere."""
    credential = credential_of(request)
    if credential is not None:
        _give(request, response, credential)


def credential_of(request: web.Request) -> Credential | None:
    """What the browser shows, which may not count any more."""
    return credential_in(request.cookies.get(DEVICE_COOKIE, ""))


def _give(request: web.Request, response: web.StreamResponse, credential: Credential) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        str(credential),
        max_age=COOKIE_SECONDS,
        path="/",
        httponly=True,
        secure=request.app[SECURE],
        samesite="Strict",
    )


async def _asked(request: web.Request) -> tuple[str, str]:
    """The code and the name. What can be no code counts as no try: it tells a guesser nothing."""
    if (request.content_length or 0) > _LONGEST_BODY:
        raise Refused(RefusalCode.BAD_MESSAGE, came="a long body", allowed=f"{_LONGEST_BODY} bytes")
    try:
        asked = Enrol.model_validate_json(await request.read())
    except ValidationError as wrong:
        raise Refused(
            RefusalCode.BAD_MESSAGE, came=f"{wrong.error_count()} mistakes", allowed="code, name"
        ) from None
    code, name = code_in(asked.code), name_in(asked.name)
    if name is None:
        raise Refused(RefusalCode.BAD_MESSAGE, came="a name", allowed="one line of at most 60 signs")
    if code is None:
        raise Refused(RefusalCode.BAD_CODE)
    return code, name


def _asker(request: web.Request) -> str:
    """Whom to slow down. A proxy on this machine says who asked it, last in its header; what stands before that
    anybody can write. It is kept in memory only."""
    remote = request.remote or ""
    try:
        at_hand = ipaddress.ip_address(remote).is_loopback
    except ValueError:
        return remote
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:45] if at_hand and forwarded else remote
