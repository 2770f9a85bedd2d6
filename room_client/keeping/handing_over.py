"""What was kept goes to the server: after the floor, slowly while a reception is open, until it is there.

First the server says what it takes; the rest is deleted here at once. A file is deleted when the server has it on
its disk, with the hash that was offered. A start of the program or of the computer in between changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from room_client.keeping.cutting import cut, sha256_of, span_of
from room_client.keeping.events import KeptEvent
from room_client.keeping.late_http import LateHttp
from room_client.keeping.shelf import Kept, KeptShelf
from room_client.pausing import Pause
from room_client.signalling import ServerUnreachable
from signaling.late_messages import PIECE_BYTES, AskSpans, FileReceived, OfferFile, TakenSpans
from signaling.refusals import RefusalCode, Refused

FIRST_PAUSE_S, LONGEST_PAUSE_S = (1.0, 3.0), 300.0
SLOW_BYTES_S = 50_000  # while a reception is open: what a thin line has left beside the stage
FAST_BYTES_S = 1_000_000
LOOK_EVERY_S = 1.0
_NEVER_TAKEN = frozenset({RefusalCode.LATE_NOT_TAKEN})
_SAID_EVERY = 25  # percent


class Way(Enum):
    """How the way to the server is at the moment."""

    SHUT = auto()  # not connected, or on the floor
    THIN = auto()  # a reception is open
    FREE = auto()


class Server(Protocol):
    async def spans(self, asked: AskSpans) -> TakenSpans: ...

    async def offer(self, offered: OfferFile) -> FileReceived: ...

    async def piece(self, sha256: str, offset: int, data: bytes) -> FileReceived: ...


class WayShut(Exception):
    """The way is, or was shut meanwhile."""


class NotYet(Exception):
    """The server cannot say what it takes."""


class HandingOver:
    """`run` it as a task."""

    def __init__(
        self,
        shelf: KeptShelf,
        http: Callable[[], LateHttp],
        way: Callable[[], Way],
        told: Callable[[KeptEvent, str], None],
    ) -> None:
        self._shelf, self._http, self._way, self._told = shelf, http, way, told
        self.percent: int | None = None  # of the file that is on its way

    async def run(self) -> None:
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            try:
                all_gone = self._way() is Way.SHUT or await self._round()
            except (WayShut, ServerUnreachable, OSError):
                all_gone = False
            if all_gone:
                pause.reset()
            await asyncio.sleep(LOOK_EVERY_S if all_gone else pause.next_s())

    async def _round(self) -> bool:
        """False: something is to be tried again. One that is refused does not hold up the others. Raises
        ServerUnreachable, OSError, WayShut."""
        if expired := await asyncio.to_thread(self._shelf.forget_old):
            self._told(KeptEvent.EXPIRED, str(expired))
        all_gone = True
        if kept := await asyncio.to_thread(self._shelf.all):
            async with self._http() as server:
                for each in kept:
                    try:
                        await self.one(each, server)
                    except (Refused, NotYet):
                        all_gone = False
        return all_gone

    async def one(self, kept: Kept, server: Server) -> None:
        """Raises Refused, ServerUnreachable, OSError, WayShut, NotYet."""
        for part in [kept] if kept.is_cut else await self._cut(kept, server):
            try:
                await self._send(part, server)
            except Refused as refused:
                if refused.code not in _NEVER_TAKEN:
                    raise
                await asyncio.to_thread(self._shelf.remove, part)
                self._told(KeptEvent.NOT_TAKEN, f"{part.ended_at - part.started_at:.0f}")

    async def _cut(self, kept: Kept, server: Server) -> list[Kept]:
        span = await asyncio.to_thread(span_of, self._shelf, kept)
        if span is None:
            await asyncio.to_thread(self._shelf.remove, kept)
            return []
        asked = AskSpans(reception=kept.reception, started_at=span.started_at, ended_at=span.ended_at)
        answer = await server.spans(asked)
        if answer.later:
            raise NotYet
        parts = await asyncio.to_thread(cut, self._shelf, kept, answer.taken)
        lost_s = span.seconds - sum(part.ended_at - part.started_at for part in parts)
        if round(lost_s) > 0:
            self._told(KeptEvent.NOT_TAKEN, f"{lost_s:.0f}")
        return parts

    async def _send(self, part: Kept, server: Server) -> None:
        path = self._shelf.film(part)
        size, sha256 = path.stat().st_size, await asyncio.to_thread(sha256_of, path)
        offered = OfferFile(
            reception=part.reception,
            started_at=part.started_at,
            ended_at=part.ended_at,
            bytes=size,
            sha256=sha256,
        )
        try:
            await self._send_pieces(path, offered, server)
        finally:
            self.percent = None
        await asyncio.to_thread(self._shelf.remove, part)
        self._told(KeptEvent.HANDED_OVER, "")

    async def _send_pieces(self, path: Path, offered: OfferFile, server: Server) -> None:
        got, said = await server.offer(offered), -1
        with path.open("rb") as file:
            while not got.stored:
                way = self._way()
                if way is Way.SHUT:
                    raise WayShut
                self.percent = 100 * got.received // offered.bytes
                percent = self.percent // _SAID_EVERY * _SAID_EVERY
                if percent > said:
                    said = percent
                    self._told(KeptEvent.HANDING_OVER, str(percent))
                file.seek(got.received)
                data = await asyncio.to_thread(file.read, PIECE_BYTES)
                got = await server.piece(offered.sha256, got.received, data)
                if not got.stored:
                    await asyncio.sleep(len(data) / (SLOW_BYTES_S if way is Way.THIN else FAST_BYTES_S))
