"""/room/late: a room hands over what it kept of itself while its line was down (PROTOCOL.md, "Late sources").

    POST  /room/late/spans    what of one time without a line is taken; noted is only what is not
    POST  /room/late          one file is offered; answered with how much of it is here
    PATCH /room/late/HASH     its next piece

Only a room speaks here, by its key or by its device, and only of itself. What is asked is decided anew with each
offer, and once more before a file is entered beside the recording (`entering`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from recordings.corrections import CorrectionsDamaged, read
from recordings.late import late_of
from server.data.columns import now
from server.late import queries
from server.late.entering import Entering, Folders
from server.late.rules import MOST_BYTES_S, MOST_FILES, Facts, decide, is_too_long, item_of
from server.late.shelf import Coming, LateShelf, NoRoomOnDisk, OtherBytes, WrongOffset
from server.late.standing import HANDED_OVER, Standing, note_not_taken
from server.people import audit
from server.receptions.conductor import CONDUCTOR
from server.receptions.late_sources import LATE_SOURCES
from server.receptions.programme import RoomFacts
from server.receptions.room_identity import Identifying
from server.review.aside import ASIDE
from server.web.csrf import Forged
from server.web.keys import DATABASE, SECRET
from signaling.late_messages import (
    LATE_PATH,
    LONGEST_S,
    OFFSET_HEADER,
    PIECE_BYTES,
    SPANS_PATH,
    AskSpans,
    FileReceived,
    NotTaken,
    OfferFile,
)
from signaling.messages import Auth
from signaling.refusals import RefusalCode, Refused

T = TypeVar("T", bound=BaseModel)
_LONGEST_BODY = 2_000
_BEARER = "Bearer "
_log = logging.getLogger(__name__)


class _Taking:
    """What the handlers work with. `busy`: files of which a piece is being written."""

    def __init__(self, app: web.Application, incoming: Path, folders: Folders) -> None:
        self.identifying = Identifying(app[DATABASE], app[SECRET])
        self.shelf = LateShelf(incoming)
        self.recordings = folders.recordings
        self.entering = Entering(app[DATABASE], app[ASIDE], self.shelf, folders)
        self.busy: set[str] = set()


_TAKING = web.AppKey("_TAKING", _Taking)


def add_routes(app: web.Application, incoming: Path, folders: Folders) -> None:
    """Needs ASIDE, and CONDUCTOR when something comes. Also gives other pages LATE_SOURCES."""
    app[_TAKING] = _Taking(app, incoming, folders)
    app[LATE_SOURCES] = Standing(app[_TAKING].shelf)
    app.router.add_post(SPANS_PATH, spans, name="late_spans")
    app.router.add_post(LATE_PATH, offer, name="late_offer")
    app.router.add_patch(f"{LATE_PATH}/{{hash:[0-9a-f]{{64}}}}", piece, name="late_piece")
    app.cleanup_ctx.append(_enter)


async def _enter(app: web.Application) -> AsyncIterator[None]:
    await app[_TAKING].entering.rounds.start()
    yield
    await app[_TAKING].entering.rounds.stop()


async def spans(request: web.Request) -> web.StreamResponse:
    room = await _room(request)
    asked = await _body(request, AskSpans)
    if is_too_long(asked):
        raise Refused(RefusalCode.BAD_MESSAGE, came="a span of hours", allowed=f"{LONGEST_S:.0f} s at a time")
    facts = await _facts(request, asked.reception, room)
    had_s, _count = await _handed_over(request, asked.reception, room)
    answer = decide(asked, facts, had_s, now())
    await request.app[DATABASE].run(note_not_taken, room.code, asked, answer)
    return _json(answer)


async def offer(request: web.Request) -> web.StreamResponse:
    """Again for a file that was offered before: how much of it is here."""
    room, taking = await _room(request), request.app[_TAKING]
    offered = await _body(request, OfferFile)
    if (known := await asyncio.to_thread(taking.shelf.find, room.code, offered.sha256)) is not None:
        if known.coming.offer != offered:
            raise Refused(RefusalCode.BAD_MESSAGE, came="another offer of the same file", allowed="the same one")
        return _json(await asyncio.to_thread(taking.shelf.received, known))
    facts = await _facts(request, offered.reception, room)
    if await _is_entered(request, offered, room):
        return _json(FileReceived(received=offered.bytes, stored=True))
    had_s, count = await _handed_over(request, offered.reception, room)
    asked = AskSpans(**offered.model_dump(include={"reception", "started_at", "ended_at"}))
    if is_too_long(asked):
        raise Refused(RefusalCode.BAD_MESSAGE, came="a span of hours", allowed=f"{LONGEST_S:.0f} s at a time")
    if offered.bytes > MOST_BYTES_S * (offered.seconds + 1):
        most = f"{MOST_BYTES_S} bytes for each of its seconds"
        raise Refused(RefusalCode.BAD_MESSAGE, came=f"{offered.bytes} bytes", allowed=most)
    decided = decide(asked, facts, had_s, now())
    item = item_of(offered, facts)
    if decided.later:
        raise Refused(RefusalCode.NOT_NOW, came="a file of a floor that goes on", allowed="after the floor")
    if item is None or decided.refused:
        reasons = {each.reason for each in decided.refused} or {NotTaken.NOT_ON_FLOOR}
        raise _not_taken(", ".join(sorted(reasons)))
    if count >= MOST_FILES:
        raise _not_taken(NotTaken.TOO_MUCH)
    coming = Coming(room=room.code, room_id=room.id, item=item, offer=offered, offered_at=now())
    try:
        place = await asyncio.to_thread(taking.shelf.begin, coming)
    except NoRoomOnDisk:
        raise _full() from None
    return _json(await asyncio.to_thread(taking.shelf.received, place))


async def piece(request: web.Request) -> web.StreamResponse:
    room, taking = await _room(request), request.app[_TAKING]
    name = request.match_info["hash"]
    came, offset = await _piece(request), _offset(request)
    place = await asyncio.to_thread(taking.shelf.find, room.code, name)
    if place is None:
        raise Refused(RefusalCode.LATE_OFFSET, came="a piece of a file that was not offered", allowed="an offer")
    busy = f"{room.code}-{name}"
    if busy in taking.busy:
        raise Refused(RefusalCode.TOO_MANY_MESSAGES, came="two pieces at once", allowed="one at a time")
    taking.busy.add(busy)
    try:
        received = await asyncio.to_thread(taking.shelf.add, place, offset, came)
    except WrongOffset as wrong:
        raise Refused(RefusalCode.LATE_OFFSET, came=str(offset), allowed=str(wrong.received)) from None
    except OtherBytes:
        raise Refused(
            RefusalCode.LATE_DAMAGED, came="other bytes", allowed="those whose hash was offered"
        ) from None
    except NoRoomOnDisk:
        raise _full() from None
    finally:
        taking.busy.discard(busy)
    if received.stored:
        await request.app[DATABASE].run(
            audit.record,
            f"room:{room.code}",
            HANDED_OVER,
            f"reception:{place.coming.offer.reception}",
            {
                "sha256": name,
                "bytes": received.received,
                "item": place.coming.item,
                "seconds": round(place.coming.offer.seconds, 1),
            },
        )
        taking.entering.rounds.poke()
    return _json(received)


# --- who asks, and what for


async def _room(request: web.Request) -> RoomFacts:
    """Raises Refused (BAD_KEY, NOT_ALLOWED for the desk's), Forged for a page of another site."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Forged
    shown = request.headers.get(hdrs.AUTHORIZATION, "")
    key = shown.removeprefix(_BEARER).strip() if shown.startswith(_BEARER) else ""
    try:
        auth = Auth(key=key)
    except ValidationError:
        raise Refused(RefusalCode.BAD_KEY) from None
    known = await request.app[_TAKING].identifying.identify(
        auth, {"aiohttp.request": request}, request.app[CONDUCTOR].live.around.rooms
    )
    return known.room


async def _facts(request: web.Request, reception: int, room: RoomFacts) -> Facts:
    facts = await request.app[DATABASE].run(queries.facts_of, reception, room.id)
    if facts is None:
        raise Refused(RefusalCode.UNKNOWN_RECEPTION)
    return facts


async def _handed_over(request: web.Request, reception: int, room: RoomFacts) -> tuple[float, int]:
    """Seconds and files of this reception that this room gave, entered or on their way."""
    taking = request.app[_TAKING]
    known = await request.app[DATABASE].run(queries.recording_for, reception)

    def count() -> tuple[float, int]:
        coming = [each.offer.seconds for each in taking.shelf.of(room.code, reception)]
        entered = _entered(taking.recordings / known.folder) if known is not None else {}
        of_room = [seconds for code, seconds in entered.values() if code == room.code]
        return sum(coming) + sum(of_room), len(coming) + len(of_room)

    return await asyncio.to_thread(count)


async def _is_entered(request: web.Request, offered: OfferFile, room: RoomFacts) -> bool:
    known = await request.app[DATABASE].run(queries.recording_for, offered.reception)
    if known is None:
        return False
    entered = await asyncio.to_thread(_entered, request.app[_TAKING].recordings / known.folder)
    return entered.get(offered.sha256, ("", 0.0))[0] == room.code


def _entered(folder: Path) -> dict[str, tuple[str, float]]:
    """Of the recording in that folder, by hash: the room and the seconds."""
    try:
        return {each.sha256: (each.room, each.seconds) for each in late_of(read(folder))}
    except (OSError, CorrectionsDamaged):
        return {}


async def _body(request: web.Request, kind: type[T]) -> T:
    """Raises Refused(BAD_MESSAGE)."""
    if request.content_type != "application/json" or (request.content_length or 0) > _LONGEST_BODY:
        raise Refused(RefusalCode.BAD_MESSAGE, came="a long body, or no JSON", allowed=f"{_LONGEST_BODY} bytes")
    came = await request.content.read(_LONGEST_BODY + 1)
    try:
        return kind.model_validate_json(came)
    except ValidationError as wrong:
        fields = sorted({str(error["loc"][0]) if error["loc"] else "the whole" for error in wrong.errors()})
        allowed = ", ".join(kind.model_fields)
        raise Refused(RefusalCode.BAD_MESSAGE, came=", ".join(fields)[:200], allowed=allowed) from None


async def _piece(request: web.Request) -> bytes:
    """Raises Refused(BAD_MESSAGE) for an empty or too long one, or one that broke off."""
    came = bytearray()
    while len(came) <= PIECE_BYTES and (more := await request.content.read(PIECE_BYTES + 1 - len(came))):
        came += more
    if not 0 < len(came) <= PIECE_BYTES:
        said = "an empty piece" if not came else "a longer piece"
        raise Refused(RefusalCode.BAD_MESSAGE, came=said, allowed=f"1 to {PIECE_BYTES} bytes")
    return bytes(came)


def _offset(request: web.Request) -> int:
    came = request.headers.get(OFFSET_HEADER, "")
    if not came.isascii() or not came.isdigit() or len(came) > 12:
        raise Refused(RefusalCode.BAD_MESSAGE, came=f"{OFFSET_HEADER}: {came[:20]!r}", allowed="a number of bytes")
    return int(came)


def _not_taken(reasons: str) -> Refused:
    return Refused(RefusalCode.LATE_NOT_TAKEN, came=reasons, allowed="what /room/late/spans says is taken")


def _full() -> Refused:
    _log.error("a late source was not taken: the disk is too full for it")
    return Refused(RefusalCode.DISK_FULL, came="no room on the server's disk", allowed="later")


def _json(said: BaseModel) -> web.Response:
    return web.json_response(said.model_dump(mode="json"), headers={hdrs.CACHE_CONTROL: "no-store"})
