"""Whoever watches from outside sees what waits, what arrived when, and what is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.archive.address import Access
from recordings.archive.troubles import Trouble
from server.archive.watching import TROUBLES, metrics, word
from server.data.columns import now
from tests.server.archive.conftest import Opening, WithArchive
from tests.waiting import ASIDE_S, eventually

pytestmark = pytest.mark.timeout(300)


def said(office: WithArchive) -> dict[str, float]:
    """Name, and label where there is one."""
    samples = [sample for metric in metrics(office.archiving) for sample in metric.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


async def test_a_recording_that_waits_is_counted_until_it_is_there(
    opening: Opening, recording: int, tmp_path: Path
) -> None:
    place = tmp_path / "archive"
    size = (tmp_path / "recordings" / "r1" / "recording.mp4").stat().st_size
    async with opening(Access(url=place.as_uri())) as office:  # its disk is not mounted yet
        await eventually(lambda: None if office.archiving.failures else "nothing failed", ASIDE_S)
        told = said(office)
        assert (told["tiepdan_archive_waiting_recordings"], told["tiepdan_archive_waiting_bytes"]) == (1, size)
        assert told[f"tiepdan_archive_failures {Trouble.NO_PLACE}"] == 1
        assert sum(told[f"tiepdan_archive_failures {trouble}"] for trouble in TROUBLES) == 1
        assert "tiepdan_archive_last_success_timestamp_seconds" not in told
        assert word(office.archiving) == "failing"
        place.mkdir()
        before = now().timestamp()
        office.archiving.rounds.poke()
        await eventually(lambda: "it waits" if office.archiving.waiting.recordings else None, ASIDE_S)
        told = said(office)
        assert told["tiepdan_archive_waiting_bytes"] == 0
        assert told["tiepdan_archive_last_success_timestamp_seconds"] >= before
        assert told["tiepdan_archive_last_round_timestamp_seconds"] >= before
        assert not any(told[f"tiepdan_archive_failures {trouble}"] for trouble in TROUBLES)
        assert word(office.archiving) == "ok"
    async with opening(Access(url=place.as_uri())) as again:  # a server that starts anew knows it, too
        await eventually(lambda: None if again.archiving.looked_at else "no round yet", ASIDE_S)
        assert said(again)["tiepdan_archive_last_success_timestamp_seconds"] >= before


async def test_without_an_archive_nothing_is_said(opening: Opening) -> None:
    async with opening(None) as office:
        assert said(office) == {}
        assert word(office.archiving) == "none"
