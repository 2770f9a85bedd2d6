"""A correction as a page has it, in seconds of the playable file, in the words of the manifest: mark and clock."""

from __future__ import annotations

from dataclasses import dataclass

from recordings.chapters import SHORTEST_S, clock_of, runs_of
from recordings.corrections import ChapterTimes, Correction, CorrectionRefused
from recordings.manifest import ChapterEntry, Manifest


@dataclass(frozen=True, slots=True)
class InSeconds:
    """`marked_s`: where the chapter began as it was marked live; it says which of the item's chapters is meant."""

    item: int
    marked_s: float
    starts_s: float
    ends_s: float
    title: str = ""  # empty: the label it had


def correction_of(manifest: Manifest, change: InSeconds, *, by: str, reason: str) -> Correction:
    """For `corrections.append`. Raises CorrectionRefused where the item was not heard at that second."""
    found = next((number for number, chapter in enumerate(manifest.chapters) if _is_meant(chapter, change)), None)
    if found is None:
        raise CorrectionRefused(f"came item {change.item} at {change.marked_s:g} s; nothing of it is there")
    runs = runs_of(manifest.readable)
    now = ChapterTimes(
        item=change.item,
        label=change.title or manifest.chapters[found].mark.label,
        started_at=clock_of(change.starts_s, runs),
        ended_at=clock_of(change.ends_s, runs, ends=True),
    )
    return Correction(by=by, reason=reason, mark=found, now=now)


def _is_meant(chapter: ChapterEntry, change: InSeconds) -> bool:
    return chapter.mark.item == change.item and any(
        span.starts_s - SHORTEST_S <= change.marked_s < span.ends_s for span in chapter.spans
    )
