"""What was kept goes to the server, whatever happens in between, and is deleted once it is there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from room_client.appliance.screen import Screen
from room_client.keeping import handing_over
from room_client.keeping.counted import Counted
from room_client.keeping.cutting import cut, span_of
from room_client.keeping.events import KeptEvent
from room_client.keeping.handing_over import HandingOver, NotYet, Way, WayShut
from room_client.keeping.keeper import Shot
from room_client.keeping.shelf import Kept, KeptShelf
from room_client.observing import RoomOptions
from room_client.signalling import ServerUnreachable
from room_client.wording import word
from signaling.late_messages import AskSpans, FileReceived, KeptSeconds, KeptSpan, OfferFile, TakenSpans
from signaling.refusals import RefusalCode, Refused
from tests.room_client.keeping.films import T, shots, write
from tests.waiting import eventually


class Taking:
    """A server that takes everything, unless `fails` says otherwise; and what it has."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.offers: dict[str, OfferFile] = {}
        self.pieces = 0
        self.fails: Callable[[int], None] = lambda _piece: None
        self.later = False

    async def __aenter__(self) -> Taking:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def spans(self, asked: AskSpans) -> TakenSpans:
        if asked.reception == 99:
            raise Refused(RefusalCode.UNKNOWN_RECEPTION)
        span = KeptSpan(started_at=asked.started_at, ended_at=asked.ended_at)
        return TakenSpans(later=True) if self.later else TakenSpans(taken=(span,))

    async def offer(self, offered: OfferFile) -> FileReceived:
        self.offers[offered.sha256] = offered
        return self._received(offered)

    async def piece(self, sha256: str, offset: int, data: bytes) -> FileReceived:
        self.pieces += 1
        self.fails(self.pieces)
        assert offset == len(self.files.get(sha256, b""))
        self.files[sha256] = self.files.get(sha256, b"") + data
        return self._received(self.offers[sha256])

    def _received(self, offered: OfferFile) -> FileReceived:
        received = len(self.files.get(offered.sha256, b""))
        return FileReceived(received=received, stored=received == offered.bytes)


class Handing:
    def __init__(self, shelf: KeptShelf) -> None:
        self.way = Way.FREE
        self.said: list[KeptEvent] = []
        self.server: Any = Taking()
        self.one = HandingOver(
            shelf, lambda: self.server, lambda: self.way, lambda event, _: self.said.append(event)
        )


@asynccontextmanager
async def running(handing: Handing) -> AsyncIterator[None]:
    task = asyncio.create_task(handing.one.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="module")
def takes() -> list[tuple[Shot, float]]:
    return list(shots("h264", 3.0))


@pytest.fixture
def shelf(takes: list[tuple[Shot, float]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptShelf:
    monkeypatch.setattr(handing_over, "PIECE_BYTES", 40_000)
    monkeypatch.setattr(handing_over, "FIRST_PAUSE_S", (0.01, 0.01))
    monkeypatch.setattr(handing_over, "LOOK_EVERY_S", 0.01)
    shelf = KeptShelf(tmp_path / "kept", 10**9)
    write(shelf, takes)
    return shelf


async def test_it_goes_on_where_it_broke_off_and_the_films_are_deleted(shelf: KeptShelf) -> None:
    handing = Handing(shelf)

    def breaks(piece: int) -> None:
        if piece == 2:
            raise ServerUnreachable

    handing.server.fails = breaks
    async with running(handing):
        await eventually(lambda: None if KeptEvent.HANDED_OVER in handing.said else "it is not there")
    assert shelf.all() == []
    (offered,) = handing.server.offers.values()
    assert len(handing.server.files[offered.sha256]) == offered.bytes
    assert (offered.reception, offered.started_at) == (3, T)


async def test_the_server_is_told_what_lies_here_and_how_far_it_is(shelf: KeptShelf) -> None:
    (whole,) = shelf.all()
    counted, handing = Counted(shelf), Handing(shelf)
    assert counted.now() == (KeptSeconds(reception=3, seconds=3.0),)
    cut(shelf, whole, [KeptSpan(started_at=T, ended_at=T + 2)])
    assert counted.now() == (KeptSeconds(reception=3, seconds=2.0),)
    seen = set[int | None]()
    handing.server.fails = lambda _piece: seen.add(handing.one.percent)
    (part,) = shelf.all()
    await handing.one.one(part, handing.server)
    assert 0 in seen
    assert None not in seen
    assert handing.one.percent is None
    assert counted.now() == ()


async def test_what_the_server_does_not_know_holds_up_nothing_else(
    shelf: KeptShelf, takes: list[tuple[Shot, float]]
) -> None:
    write(shelf, [(shot, at - 1000) for shot, at in takes], reception=99)
    handing = Handing(shelf)
    async with running(handing):
        await eventually(lambda: None if KeptEvent.HANDED_OVER in handing.said else "it is not there")
    assert [kept.reception for kept in shelf.all()] == [99], "kept, and tried again"


async def test_nothing_goes_while_the_way_is_shut_or_the_floor_goes_on(shelf: KeptShelf) -> None:
    handing = Handing(shelf)
    handing.server.later = True
    (kept,) = shelf.all()
    with pytest.raises(NotYet):
        await handing.one.one(kept, handing.server)
    assert shelf.all() == [kept], "nothing is cut"
    handing.server.later, handing.way = False, Way.SHUT
    with pytest.raises(WayShut):
        await handing.one.one(kept, handing.server)
    assert handing.server.pieces == 0
    (part,) = shelf.all()
    assert part.is_cut


async def test_what_is_not_taken_any_more_is_deleted(shelf: KeptShelf) -> None:
    handing = Handing(shelf)

    def refuses(_piece: int) -> None:
        raise Refused(RefusalCode.LATE_NOT_TAKEN, came="closed")

    handing.server.fails = refuses
    (kept,) = shelf.all()
    await handing.one.one(kept, handing.server)
    assert shelf.all() == []
    assert handing.said[-1] is KeptEvent.NOT_TAKEN


def test_a_kill_costs_less_than_a_second(tmp_path: Path) -> None:
    program = """
import os, signal, sys, time
from pathlib import Path
from room_client.keeping.film import FilmWriter
from room_client.keeping.shelf import KeptShelf
from tests.room_client.keeping.films import shots
writer = FilmWriter(KeptShelf(Path(sys.argv[1]), 10**9), 3, 10**9, lambda seconds, broke: None)
for shot, at in shots("h264", 4.0):
    writer.add(shot, at)
while not writer._inbox.empty():
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)]).returncode == -9
    shelf = KeptShelf(tmp_path, 10**9)
    (kept,) = shelf.all()
    span = span_of(shelf, kept)
    assert span is not None
    assert 3.0 < span.seconds <= 4.1
    assert isinstance(kept, Kept)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_thing_that_happens_has_its_words_also_on_the_screen(language: Any, tmp_path: Path) -> None:
    screen = Screen(RoomOptions("http://127.0.0.1:1", "", language=language), tmp_path, lambda _: None)
    told: list[dict[str, str]] = []
    screen.kiosk.tell = told.append  # type: ignore[assignment, method-assign]
    for event in KeptEvent:
        assert word(f"kept_{event.value}", language, "25")
        screen.on_kept(event, "25")
    assert told[0]["sentence"] == word("kept_keeping", language)
    assert told[-1]["sentence"] == ""
