"""The desk's page on the rooms' lines: who is in trouble, since when, and what to do about it.

Plain HTML that is reloaded; with scripts it fetches the same lines as JSON every two seconds. Every word is
made here, so that page and JSON say the same.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import asdict, dataclass

from aiohttp import web

from server.people.rights import Right
from server.receptions.conductor import CONDUCTOR
from server.receptions.line_quality import TROUBLES, Quality, Verdict
from server.receptions.line_words import line_words
from server.receptions.live import Live
from server.receptions.programme import DESK_CODE
from server.web.languages import N_, local_time
from server.web.shell import language_of, render, require, translator_of

ICONS: dict[Quality, str] = {
    Quality.SILENT: "plug-zap",
    Quality.BLOCKED: "shield-alert",
    Quality.NOT_ARRIVING: "video-off",
    Quality.SOUND_ONLY: "volume-2",
    Quality.WEAK: "triangle-alert",
    Quality.WEAK_UPSTREAM: "arrow-up-from-line",
    Quality.REDUCED: "signal-medium",
    Quality.ABSENT: "circle-off",
    Quality.JOINING: "loader",
    Quality.IDLE: "circle-dot",
    Quality.GOOD: "circle-check",
}


LAYERS = {"h": N_("High"), "m": N_("Medium"), "l": N_("Low")}
_MADE: web.AppKey[dict[tuple[str, bool], tuple[object, bytes]]] = web.AppKey("_MADE", dict)


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One room as page and JSON show it."""

    code: str
    name: str
    district: str
    quality: str
    trouble: bool
    sentence: str
    advice: str
    loss: str
    round_trip: str
    layer: str
    since: str
    has_floor: bool


@dataclass(frozen=True, slots=True)
class QualityView:
    """`counts`: rooms by quality; `at`: the moment it was made, on the province's clock."""

    at: str
    all: int
    connected: int
    troubles: int
    lines: tuple[QualityLine, ...]


def add_routes(app: web.Application) -> None:
    """Needs CONDUCTOR in the application."""
    app[_MADE] = {}
    app.router.add_get("/receptions/quality", page, name="quality")
    app.router.add_get("/receptions/quality.json", data, name="quality-data")


@require(Right.SEE_LINES)
async def page(request: web.Request) -> web.StreamResponse:
    only = request.query.get("show") == "trouble"
    view = quality_view(request, only_troubles=only)
    return await render(request, "receptions/quality.html", view=view, only_troubles=only, icons=ICONS)


@require(Right.SEE_LINES)
async def data(request: web.Request) -> web.StreamResponse:
    """Made once for all who look: with 600 rooms it is the longest piece of work control's loop has."""
    live, language = request.app[CONDUCTOR].live, language_of(request)
    only = request.query.get("show") == "trouble"
    floor = live.floor.code if live.floor is not None else ""
    state = (live.around.lines.changes, floor, local_time(request.app[CONDUCTOR].now, "HH:mm:ss"))
    kept = request.app[_MADE].get((language, only))
    if kept is None or kept[0] != state:
        text = json.dumps(asdict(quality_view(request, only_troubles=only)), ensure_ascii=False)
        kept = request.app[_MADE][language, only] = state, gzip.compress(text.encode(), compresslevel=1)
    headers = {"Cache-Control": "no-store", "Content-Encoding": "gzip"}
    return web.Response(body=kept[1], content_type="application/json", charset="utf-8", headers=headers)


def quality_view(request: web.Request, *, only_troubles: bool) -> QualityView:
    conductor = request.app[CONDUCTOR]
    live = conductor.live
    rooms = [room for code, room in live.around.rooms.items() if code != DESK_CODE]
    verdicts = {room.code: live.around.lines.of(room.code) for room in rooms}
    counts = Counter(verdict.quality for verdict in verdicts.values())
    language, translate = language_of(request), translator_of(request)
    lines = []
    for room in sorted(rooms, key=lambda room: _order(live, room.code, verdicts[room.code])):
        verdict = verdicts[room.code]
        if only_troubles and not verdict.is_trouble:
            continue
        words = line_words(verdict, translate, language)
        lines.append(
            QualityLine(
                code=room.code,
                name=room.name,
                district="" if room.district == room.name else room.district,  # a district's own room
                quality=verdict.quality,
                trouble=verdict.is_trouble,
                sentence=words.sentence,
                advice=words.advice,
                loss=words.loss,
                round_trip=words.round_trip,
                layer=translate(LAYERS[verdict.layer]) if verdict.layer in LAYERS else "",
                since=words.since,
                has_floor=live.has_floor(room.code),
            )
        )
    return QualityView(
        at=local_time(conductor.now, "HH:mm:ss", language),
        all=len(rooms),
        connected=len(rooms) - counts[Quality.ABSENT],
        troubles=sum(counts[quality] for quality in TROUBLES),
        lines=tuple(lines),
    )


def _order(live: Live, code: str, verdict: Verdict) -> tuple[bool, int, float]:
    """Troubles first, among them whoever is on air; then the worst, then the longest."""
    on_air = verdict.is_trouble and live.has_floor(code)
    return not on_air, verdict.rank, verdict.since.timestamp() if verdict.since is not None else 0.0
