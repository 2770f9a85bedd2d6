"""A recording of hours in the player: the first picture at any second, and a hand on the time line.

Twelve minutes in a normal run; TIEPDAN_HOURS=4 makes four hours and says how long somebody waits. What was
recorded is joined to so many hours as the recorder joins. How long is the machine's matter and only told; what a
browser has to fetch before it shows something is ours, and is held.
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import pytest
from playwright.async_api import Page

from recordings.playable import MP4, build
from server.review.tables import Access
from signaling.tap import TapTrack
from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.browser.recorded_office import RecordedOffice, running_recorded_office
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import Simulated
from tests.scenarios.patience import until

HOURS = float(os.environ.get("TIEPDAN_HOURS", "0.2"))
SECONDS = HOURS * 3600
TIMES = 5 if HOURS >= 1 else 1  # each kind of opening
ITEMS, PAUSE_S = 7, 4.0  # as `record` plans them
LINKED = (0, int(SECONDS * 0.31), int(SECONDS * 0.93))
INDEX_BYTES_AN_HOUR = 1_600_000
AROUND_BYTES = 16_000_000  # some seconds of pictures, and what a browser reads ahead: 12.6 MB were seen
WITHIN_S = 120.0  # of a machine that does three other things
SEES = """
// From the moment the player is in the page: its first picture may be there before the page's scripts are, and a
// picture that stands still is shown once.
new MutationObserver((_, observer) => {
  const video = document.querySelector("video");
  if (!video) return;
  observer.disconnect();
  const look = (_now, { mediaTime }) => {
    if (Math.abs(mediaTime - Number(video.dataset.startsAt)) < 3) window.seenAfter ??= performance.now();
    else video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}).observe(document, { childList: true, subtree: true });
"""
SCRUBS = """async (seconds) => {
  const video = document.querySelector("video");
  const took = [];
  for (const second of seconds) {
    const began = performance.now();
    await new Promise((shown) => {
      const look = (_now, { mediaTime }) =>
        Math.abs(mediaTime - second) < 3 ? shown() : video.requestVideoFrameCallback(look);
      video.requestVideoFrameCallback(look);
      video.currentTime = second;
    });
    took.push(performance.now() - began);
  }
  return took;
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600 + 600 * HOURS)]


def write_hours(directory: Path) -> Path:
    """A minute of the recorder's work at 720p, again and again."""
    programme = Programme(
        clip=pictures(width=1280, height=720, key_every=30), speaking={TapTrack.DESK_AUDIO: sounds(440)}
    )
    simulated = Simulated(directory, programme, 30)
    simulated.play(60)
    minute = simulated.seal().segments
    times = round(SECONDS / sum(segment.seconds for segment in minute)) + 1
    target = directory / "hours.mp4"
    build(target, simulated.folder.path, list(minute) * times, [], MP4, threading.Event())
    return target


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[RecordedOffice]:
    film = write_hours(tmp_path / "film")
    item_s = SECONDS / ITEMS - PAUSE_S
    async with running_recorded_office(tmp_path, film, item_s=item_s, pause_s=PAUSE_S) as running:
        yield running


def sent_bytes(office: RecordedOffice) -> int:
    """So far, of the recording."""
    return sum(
        (row.last_byte or 0) - (row.first_byte or 0) + 1 for row in office.accesses() if row.act is Access.SENT
    )


async def opens(page: Page, address: str) -> float:
    """Milliseconds from going there to the first picture of that second."""
    await page.goto(address)

    async def missing() -> str | None:
        seen = await page.evaluate("window.seenAfter")
        return "no picture yet" if seen is None else None

    await until(missing, timeout_s=WITHIN_S)
    return float(await page.evaluate("window.seenAfter"))


def forget(file: Path) -> None:
    """The system's memory of the file: the next reader goes to the disk."""
    with file.open("rb") as read:
        os.posix_fadvise(read.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def test_the_first_picture_is_there_and_the_hand_on_the_time_line_is_followed(
    office: RecordedOffice, chromium: Chromium
) -> None:
    index = index_bytes(office.file)
    assert index < INDEX_BYTES_AN_HOUR * max(1.0, HOURS)
    told: dict[str, list[float]] = {}
    for _time in range(TIMES):
        for second in LINKED:
            window = await chromium.window("reviewer")
            await window.page.add_init_script(SEES)
            await log_in(window, office.address, "canbo")
            forget(office.file)
            before = sent_bytes(office)
            for kind in ("cold", "warm"):
                told.setdefault(f"{kind} at {second} s", []).append(
                    await opens(window.page, office.player(second))
                )
            scrubbed = [second + 40.0 for second in LINKED[::-1] if second + 41 < SECONDS]
            told.setdefault("scrubbed", []).extend(await window.page.evaluate(SCRUBS, scrubbed))
            await window.page.close()
            places = 2 + len(scrubbed)  # opened twice, and where the hand was
            assert sent_bytes(office) - before < 2 * index + places * AROUND_BYTES
            assert window.faults == []
    for kind, took in told.items():
        print(f"{kind}: {median(took):.0f} ms, at most {max(took):.0f} ({len(took)} times)")


def index_bytes(file: Path) -> int:
    """Of the box that a browser needs whole before it shows anything. It stands before the pictures."""
    with file.open("rb") as read:
        while True:
            head = read.read(8)
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            assert kind != b"mdat", "the index stands behind the pictures"
            if kind == b"moov":
                return size
            read.seek(size - 8, os.SEEK_CUR)
