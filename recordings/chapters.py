"""From the wall clock to seconds of the playable file. Pure.

The playable file is all segments one after another; what lies between them (closed items, gaps) is not in
it. A chapter that was heard over such a place goes on in the file where it stopped, and is one span.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recordings.manifest import ChapterEntry, SegmentEntry, Span
from signaling.ports import ChapterMark, ChapterSpan

# Segments that were rolled adjoin to the millisecond; anything above is a real break.
SEAM_S = 0.1
# Marks and pauses are made by the same click a few milliseconds apart: a shorter span is none.
SHORTEST_S = 0.05
SHORTEST_HOLE_S = 0.5
# Two frames of the slowest picture: spans of one mark that are this close in the file are one.
ADJOINING_S = 0.15
# Title of what belongs to no item. It is written into the file once and cannot follow the reader's language.
BETWEEN = "Giữa các mục"


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken stretch: `started_at` on the wall clock is `offset_s` in the playable file."""

    started_at: float
    seconds: float
    offset_s: float


def runs_of(segments: Iterable[SegmentEntry]) -> tuple[Run, ...]:
    runs: list[Run] = []
    offset_s = 0.0
    for segment in segments:
        if segment.seconds <= 0:
            continue
        last = runs[-1] if runs else None
        if last and abs(segment.started_epoch - (last.started_at + last.seconds)) <= SEAM_S:
            runs[-1] = Run(last.started_at, offset_s + segment.seconds - last.offset_s, last.offset_s)
        else:
            runs.append(Run(segment.started_epoch, segment.seconds, offset_s))
        offset_s += segment.seconds
    return tuple(runs)


def clock_of(second: float, runs: Sequence[Run], *, ends: bool = False) -> float:
    """The moment of the clock at a second of the playable file; at a seam the one that begins, or that `ends`."""
    before = [run for run in runs if (run.offset_s < second if ends else run.offset_s <= second + SHORTEST_S)]
    run = before[-1] if before else runs[0]
    return round(run.started_at + second - run.offset_s, 6)


def second_of(clock: float, runs: Sequence[Run]) -> float | None:
    """Where a moment of the clock lies in the playable file; None where nothing was recorded then."""
    for run in runs:
        if run.started_at <= clock < run.started_at + run.seconds:
            return run.offset_s + clock - run.started_at
    return None


def spans_of(mark: ChapterMark, runs: Sequence[Run]) -> tuple[Span, ...]:
    """Empty for a closed item, and where nothing of it was recorded."""
    if mark.closed:
        return ()
    spans: list[Span] = []
    for run in runs:
        starts = max(mark.started_at, run.started_at)
        ends = run.started_at + run.seconds
        if mark.ended_at is not None:
            ends = min(ends, mark.ended_at)
        if ends - starts >= SHORTEST_S:
            offset = run.offset_s - run.started_at
            span = Span(starts_s=round(max(0.0, starts + offset), 6), ends_s=round(ends + offset, 6))
            if spans and span.starts_s - spans[-1].ends_s <= ADJOINING_S:
                spans[-1] = Span(starts_s=spans[-1].starts_s, ends_s=span.ends_s)
            else:
                spans.append(span)
    return tuple(spans)


def mapped(marks: Iterable[ChapterMark], segments: Iterable[SegmentEntry]) -> list[ChapterEntry]:
    runs = runs_of(segments)
    return [ChapterEntry(mark=mark, spans=spans_of(mark, runs)) for mark in marks]


def tiled(chapters: Iterable[ChapterEntry], seconds: float) -> list[tuple[float, float, str]]:
    """(start, end, label) for a player's chapter list, from 0 to the end without a hole.

    MP4 keeps only where chapters begin, and moves the first to 0: what lies between items gets an entry too.
    """
    spans = sorted(
        (span.starts_s, span.ends_s, chapter.mark.label) for chapter in chapters for span in chapter.spans
    )
    tiles: list[tuple[float, float, str]] = []
    end = 0.0
    for starts_s, ends_s, label in spans:
        if starts_s - end >= SHORTEST_HOLE_S:
            tiles.append((end, starts_s, BETWEEN))
            end = starts_s
        if ends_s > end:
            tiles.append((end, ends_s, label))
            end = ends_s
    if tiles and seconds - end >= SHORTEST_HOLE_S:
        tiles.append((end, seconds, BETWEEN))
    return tiles


def chapter_spans(chapters: Iterable[ChapterEntry]) -> tuple[ChapterSpan, ...]:
    """As control wants them, in the order of the playable file."""
    spans = [
        ChapterSpan(
            item=chapter.mark.item,
            position=chapter.mark.position,
            starts_s=round(span.starts_s, 3),
            ends_s=round(span.ends_s, 3),
        )
        for chapter in chapters
        for span in chapter.spans
    ]
    return tuple(sorted(spans, key=lambda span: span.starts_s))
