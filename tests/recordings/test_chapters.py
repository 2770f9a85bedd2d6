from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from recordings.chapters import BETWEEN, chapter_spans, mapped, runs_of, spans_of, tiled
from recordings.manifest import SegmentEntry
from signaling.ports import ChapterMark


def entry(started: float, seconds: float) -> SegmentEntry:
    return SegmentEntry(
        file="segment-0001.mkv", started_at="", started_epoch=started, seconds=seconds, bytes=1, sha256="",
        previous_sha256="", tracks=(), codec="h264", video_frames=1, audio_seconds=1,
    )  # fmt: skip


def mark(started_at: float, ended_at: float | None, *, closed: bool = False) -> ChapterMark:
    return ChapterMark(
        item=1, position=1, label="Mục 1", petitions=(), started_at=started_at, ended_at=ended_at, closed=closed
    )


def spans(started_at: float, ended_at: float | None, *segments: SegmentEntry) -> list[tuple[float, float]]:
    (chapter,) = mapped([mark(started_at, ended_at)], segments)
    return [(span.starts_s, span.ends_s) for span in chapter.spans]


def test_an_item_heard_over_rolled_segments_and_gaps_is_one_span() -> None:
    segments = (entry(100, 10), entry(110, 10), entry(150, 10))
    assert spans(105, 115, *segments) == [(5, 15)]
    assert spans(105, 155, *segments) == [(5, 25)]
    assert spans(0, None, *segments) == [(0, 30)]
    assert spans(121, 149, *segments) == []
    assert spans(119.99, 150.01, *segments) == []  # the edge of a pause is no chapter
    assert mapped([mark(100, 120, closed=True)], segments)[0].spans == ()


def test_processes_restart_six_times_during_one_item_and_it_stays_one_chapter() -> None:
    segments = [entry(100 + 13 * number, 10) for number in range(7)]
    segments.insert(3, entry(137, 0.04))  # too short to be a span of its own
    chapters = mapped([mark(95, 150), mark(150, 195)], segments)
    # Of the fifth segment, recorded from 152 on, nothing belongs to the first mark.
    assert [(span.starts_s, span.ends_s) for span in chapter_spans(chapters)] == [(0, 40.04), (40.04, 70.04)]
    assert tiled(chapters, 70.04) == [(0, 40.04, "Mục 1"), (40.04, 70.04, "Mục 1")]


def test_a_players_list_has_no_hole() -> None:
    chapters = mapped([mark(103, 110), mark(112, 118), mark(118.2, 125)], [entry(100, 30)])
    assert tiled(chapters, 30) == [
        (0, 3, BETWEEN),
        (3, 10, "Mục 1"),
        (10, 12, BETWEEN),
        (12, 18, "Mục 1"),
        (18, 25, "Mục 1"),
        (25, 30, BETWEEN),
    ]
    assert tiled([], 30) == []


layouts = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 3_000)), max_size=12)


@given(layouts, st.lists(st.integers(0, 20_000), min_size=2, max_size=10))
def test_consecutive_chapters_cover_the_file_once(layout: list[tuple[int, int]], cuts: list[int]) -> None:
    """Ticks are tenths of a second, above both thresholds or 0."""
    segments, at = [], 1_000
    for gap, length in layout:
        at += gap if gap > 1 else 0
        segments.append(entry(at / 10, length / 10))
        at += length
    total = sum(segment.seconds for segment in segments)
    edges = [0.0, *sorted(cut / 10 for cut in cuts), 1e6]
    found = [
        (span.starts_s, span.ends_s)
        for a, b in itertools.pairwise(edges)
        for span in spans_of(mark(a, b), runs_of(segments))
    ]
    end = 0.0
    for starts, ends in found:
        assert abs(starts - end) < 0.001
        assert ends > starts
        end = ends
    assert abs(end - total) < 0.001
