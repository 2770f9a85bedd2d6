"""The wall for whoever has no console, and the pictures for both: what is new since the last question, in one.

An answer is a line of JSON, then the pictures one after another as they are:

    {"at": "3f2a.17", "rooms": [["06649", 17, 42, 3, 2841], …]}\\n JPEG JPEG …

Each room: code, version, level (null: no microphone), seconds since there was sound (null: none yet), bytes that
follow for it (0: the version was sent before, or there is no picture; then the version is 0, too). Rooms that are
not named have no picture any more. `at` is sent back as `since` with the next question. One binary answer instead
of 177 images: no address that a cache could keep, no header for each picture, and no base64.
"""

from __future__ import annotations

import json

from aiohttp import web

from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.quality_pages import ICONS, quality_view
from server.receptions.wall import WALL
from server.web.shell import render, require

_NOT_KEPT = {"Cache-Control": "no-store", "Content-Disposition": "attachment"}


def add_routes(app: web.Application) -> None:
    """Needs CONDUCTOR in the application, and WALL when it runs."""
    app.router.add_get("/receptions/wall", page, name="wall")
    app.router.add_get("/receptions/wall/pictures", pictures, name="wall-pictures")


@require(Right.SEE_WALL)
async def page(request: web.Request) -> web.StreamResponse:
    """Lines and pictures, and nothing of a petition."""
    view = quality_view(request, only_troubles=False)
    return await render(request, "receptions/wall.html", view=view, icons=ICONS)


@require(Right.SEE_WALL)
async def pictures(request: web.Request) -> web.StreamResponse:
    wall, account = request.app[WALL], await account_in(request)
    known = _version(request.query.get("since", ""), wall.epoch)
    rooms: list[tuple[str, int, int | None, int | None, int]] = []
    sent: list[bytes] = []
    for code, seen in wall.look(account.rights).items():
        new = seen.jpeg if seen.version > known else b""
        heard = round(wall.now_s - seen.heard_at_s) if seen.heard_at_s is not None else None
        rooms.append((code, seen.version if seen.jpeg else 0, seen.level, heard, len(new)))
        sent.append(new)
    head = json.dumps({"at": f"{wall.epoch}.{wall.version}", "rooms": rooms}, separators=(",", ":"))
    body = b"".join((head.encode(), b"\n", *sent))
    return web.Response(body=body, content_type="application/octet-stream", headers=_NOT_KEPT)


def _version(since: str, epoch: str) -> int:
    """Up to which version the pictures are known; 0 for words of another process, or that are none."""
    named, _, version = since.partition(".")
    return int(version) if named == epoch and version.isdecimal() and len(version) < 16 else 0
