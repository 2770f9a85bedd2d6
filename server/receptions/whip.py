"""WHIP (RFC 9725) and WHEP: standard encoders and players, over HTTP, with a bearer token instead of a login.

    POST /whip            token with scope "desk"   the encoder is the desk's camera
    POST /whip            token with scope "room"   the encoder is that room's camera and microphone
    POST /whep            token with scope "watch"  the player watches as that room
    DELETE, PATCH on the Location that was answered

One offer, one answer: the server is ICE-lite, its candidate is in the answer, and it needs none of the other
end's. A PATCH that brings trickled candidates is therefore answered 204 and changes nothing (RFC 9725, 4.3.1,
lets a server that needs no candidates ignore them); one with `If-Match: *` is an ICE restart (4.3.2, 4.3.3):
new credentials in, new credentials out; where it cannot be, 422, and the client opens a new session. A
session's address is unguessable and bound to its token: only who made it may end it, also after a restart of
this process, because the binding is in the address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import hdrs, web
from multidict import CIMultiDict

from server.receptions import events
from server.receptions.conductor import CONDUCTOR, Conductor
from server.receptions.negotiating import open_link
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.turn_access import TurnAccess
from server.rooms.keys import Scope, parse_token
from server.web.keys import LANGUAGE, SECRET
from server.web.languages import LANGUAGES
from server.web.wording import sentence, status
from signaling.messages import Purpose
from signaling.refusals import Refusal, RefusalCode, Refused

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
LONGEST_OFFER = 64_000
ENCODERS_PER_TOKEN = 4
WATCHERS_PER_TOKEN: web.AppKey[int] = web.AppKey("WATCHERS_PER_TOKEN", int)
TURN_ACCESS = web.AppKey("TURN_ACCESS", TurnAccess)
_CREDENTIALS = ("a=ice-lite", "a=ice-ufrag:", "a=ice-pwd:")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]{1,200})", re.IGNORECASE)
_CORS: dict[str, str] = {
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",  # a token is asked for, never a cookie
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "Location, Accept-Post, Accept-Patch, Link, WWW-Authenticate",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    purposes: Mapping[Scope, Purpose]  # what a link is for follows from the token


WHIP = _Kind("whip", {"desk": Purpose.DESK, "room": Purpose.ROOM})
WHEP = _Kind("whep", {"watch": Purpose.WATCH})


def add_routes(app: web.Application, *, watchers_per_token: int, turn: TurnAccess) -> None:
    """Needs CONDUCTOR, SECRET and LANGUAGE in the application."""
    app[WATCHERS_PER_TOKEN] = watchers_per_token
    app[TURN_ACCESS] = turn
    for kind in (WHIP, WHEP):
        endpoint = _Endpoint(kind)
        app.router.add_post(f"/{kind.name}", endpoint.create, name=kind.name)
        app.router.add_options(f"/{kind.name}", endpoint.options)
        session = app.router.add_resource(f"/{kind.name}/{{link}}", name=f"{kind.name}-session")
        session.add_route("DELETE", endpoint.delete)
        session.add_route("PATCH", endpoint.patch)
        session.add_route("OPTIONS", endpoint.options)


class _Endpoint:
    def __init__(self, kind: _Kind) -> None:
        self._kind = kind

    async def create(self, request: web.Request) -> web.Response:
        conductor = request.app[CONDUCTOR]
        try:
            token, room, purpose = self._authorised(request, conductor)
            offer = await _offer(request)
            limit = request.app[WATCHERS_PER_TOKEN] if self._kind is WHEP else ENCODERS_PER_TOKEN
            link = f"{self._prefix(request, token)}-{secrets.token_hex(16)}"
            joined = await open_link(conductor, link, room.code, purpose, offer, limit=limit)
        except Refused as refused:
            return _refuse(request, refused)
        headers = CIMultiDict(
            {**_CORS, str(hdrs.LOCATION): f"/{self._kind.name}/{link}", "Accept-Patch": FRAGMENT},
        )
        for way in request.app[TURN_ACCESS].link_headers(conductor.now):
            headers.add(hdrs.LINK, way)
        return web.Response(status=201, text=joined.sdp, content_type=SDP, headers=headers)

    async def delete(self, request: web.Request) -> web.Response:
        conductor = request.app[CONDUCTOR]
        link = request.match_info["link"]
        try:
            token, _, _ = self._authorised(request, conductor)
            self._own(request, token, link)
            if not conductor.live.around.links.holds(link):
                return web.Response(status=404, headers=_CORS)
            await conductor.ask(events.LinkLeft(link))
        except Refused as refused:
            return _refuse(request, refused)
        return web.Response(status=204, headers=_CORS)

    async def patch(self, request: web.Request) -> web.Response:
        conductor = request.app[CONDUCTOR]
        link = request.match_info["link"]
        try:
            token, _, _ = self._authorised(request, conductor)
            self._own(request, token, link)
        except Refused as refused:
            return _refuse(request, refused)
        if not conductor.live.around.links.holds(link):
            return web.Response(status=404, headers=_CORS)
        if request.content_type != FRAGMENT:
            return web.Response(status=415, headers={**_CORS, "Accept-Patch": FRAGMENT})
        fragment = await _body(request)
        if request.headers.get(hdrs.IF_MATCH) != "*":
            return web.Response(status=204, headers=_CORS)  # trickled candidates: not needed
        try:
            answer = await conductor.media.restart_link(link, fragment)
        except Refused as refused:
            return _refuse(request, refused, 422 if refused.code is RefusalCode.BAD_SDP else None)
        return web.Response(status=200, text=_fragment(answer), content_type=FRAGMENT, headers=_CORS)

    async def options(self, request: web.Request) -> web.Response:
        """CORS preflight, and what may be posted here."""
        on_session = "link" in request.match_info
        headers: dict[str, str] = {
            **_CORS,
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "DELETE, PATCH, OPTIONS" if on_session else "POST, OPTIONS",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, If-Match",
            hdrs.ACCESS_CONTROL_MAX_AGE: "86400",
            "Accept-Post": SDP,
        }
        return web.Response(status=204, headers=headers)

    def _authorised(self, request: web.Request, conductor: Conductor) -> tuple[str, RoomFacts, Purpose]:
        """The token, its room, and what for. Raises Refused: BAD_KEY, or NOT_ALLOWED for another scope."""
        match = _BEARER.fullmatch(request.headers.get(hdrs.AUTHORIZATION, ""))
        if match is None:
            raise Refused(RefusalCode.BAD_KEY, allowed="Authorization: Bearer TOKEN")
        token = parse_token(request.app[SECRET], match[1], conductor.now.date())
        purpose = self._kind.purposes.get(token.scope)
        at_desk = token.code == DESK_CODE
        if purpose is None or (purpose is not Purpose.WATCH and (purpose is Purpose.DESK) != at_desk):
            raise Refused(RefusalCode.NOT_ALLOWED, came=token.scope, allowed=" or ".join(self._kind.purposes))
        room = conductor.live.around.rooms.get(token.code)
        if room is None or room.key_version != token.version:
            raise Refused(RefusalCode.BAD_KEY)
        return match[1], room, purpose

    def _prefix(self, request: web.Request, token: str) -> str:
        """The same for every session of one token; says nothing of the token to whoever reads it."""
        tag = hmac.new(request.app[SECRET], f"session of {token}".encode(), hashlib.sha256).hexdigest()
        return f"{self._kind.name}-{tag[:20]}"

    def _own(self, request: web.Request, token: str, link: str) -> None:
        """Raises Refused(NOT_ALLOWED) for a session that was made with another token."""
        if not hmac.compare_digest(link.rpartition("-")[0].encode(), self._prefix(request, token).encode()):
            raise Refused(RefusalCode.NOT_ALLOWED, came="a session of another token")


class _TooLong(web.HTTPException):
    status_code = 413


def _unfit(kind: type[web.HTTPException], came: str, allowed: str) -> web.HTTPException:
    """A body that is no offer at all: JSON like every refusal, under the status HTTP has for it."""
    refusal = Refusal(code=RefusalCode.BAD_MESSAGE, came=came, allowed=allowed)
    return kind(text=refusal.model_dump_json(), content_type="application/json", headers=_CORS)


async def _offer(request: web.Request) -> str:
    """Raises Refused(BAD_SDP) or an aiohttp error for what is no offer at all."""
    if request.content_type != SDP:
        raise _unfit(web.HTTPUnsupportedMediaType, request.content_type, SDP)
    accept = request.headers.get(hdrs.ACCEPT, "*/*")
    if not any(kind in accept for kind in (SDP, "application/*", "*/*")):
        raise _unfit(web.HTTPNotAcceptable, accept[:80], SDP)
    offer = await _body(request)
    if not offer.startswith("v=0"):
        raise Refused(RefusalCode.BAD_SDP, came="a body that does not begin with v=0", allowed="an SDP offer")
    return offer


async def _body(request: web.Request) -> str:
    """Raises Refused(BAD_SDP) for what is no text, and HTTP's 413 for what is too long."""
    body = b""
    while len(body) <= LONGEST_OFFER and (more := await request.content.read(LONGEST_OFFER + 1 - len(body))):
        body += more
    if len(body) > LONGEST_OFFER:
        raise _unfit(_TooLong, f"more than {LONGEST_OFFER} bytes", f"{LONGEST_OFFER} bytes")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(RefusalCode.BAD_SDP, came="bytes that are no UTF-8", allowed="SDP") from None


def _fragment(answer: str) -> str:
    """The credentials of an answer, and its candidates, as an RFC 8840 fragment."""
    lines = answer.splitlines()
    kept = dict.fromkeys(line for line in lines if line.startswith(_CREDENTIALS))
    first = next((line for line in lines if line.startswith("m=")), "m=audio 9 UDP/TLS/RTP/SAVPF 0")
    media = dict.fromkeys(line for line in lines if line.startswith(("a=mid:", "a=candidate:", "a=end-of-cand")))
    mid = next((line for line in media if line.startswith("a=mid:")), "a=mid:0")
    rest = [line for line in media if not line.startswith("a=mid:")]
    return "\r\n".join([*kept, first, mid, *rest]) + "\r\n"


def _refuse(request: web.Request, refused: Refused, code: int | None = None) -> web.Response:
    """JSON, so that a player can show the sentence. Language: the client's, as far as it says so."""
    wished = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")[:2].lower()
    language = wished if wished in LANGUAGES else request.app[LANGUAGE]
    refusal: Refusal = refused.refusal.model_copy(update={"text": sentence(refused.refusal, language)})
    headers = dict(_CORS)
    code = code or status(refused.code)
    if code == 401:
        headers[hdrs.WWW_AUTHENTICATE] = 'Bearer realm="tiepdan"'
    if code in (429, 503):
        headers[hdrs.RETRY_AFTER] = "5"
    return web.json_response(refusal.model_dump(mode="json"), status=code, headers=headers)
