"""The chapters of a recording: what the recorder marked, and what was corrected later, both kept.

A chapter is one unbroken time an item was heard. Where somebody corrected it, the newest correction is in force
for everybody: the player, the petition, the reception's page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.receptions.tables import Chapter, ChapterCorrection

SAME_CHAPTER_S = 0.5
"""Spans of one item nearer than this in the file are one chapter, cut only by a gap in what was received."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Seconds of the playable file. `ordinal`: which unbroken time of its item, 0 = first. `title`: empty where it
    is the item's own."""

    item_id: int
    ordinal: int
    starts_s: float
    ends_s: float
    marked_starts_s: float
    marked_ends_s: float
    title: str = ""
    corrected: bool = False


def merged(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans of one item in the file, in order, with cuts at gaps healed."""
    whole: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if whole and start - whole[-1][1] <= SAME_CHAPTER_S:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def marked_chapters(session: Session, recording_id: int) -> list[Marked]:
    """As they are in force, in the order of the file."""
    corrections = _in_force(session, recording_id)
    found = []
    for item_id, spans in _as_marked(session, recording_id).items():
        for ordinal, (starts, ends) in enumerate(merged(spans)):
            correction = corrections.get((item_id, ordinal))
            if correction is None:
                found.append(Marked(item_id, ordinal, starts, ends, starts, ends))
                continue
            now = correction.starts_s, correction.ends_s
            found.append(Marked(item_id, ordinal, *now, starts, ends, correction.title, corrected=True))
    return sorted(found, key=lambda chapter: (chapter.starts_s, chapter.ends_s))


def chapters_of(session: Session, recording_id: int) -> dict[int, list[tuple[float, float]]]:
    """Spans of the playable file in seconds, by agenda item, in order; cuts at gaps are healed where a chapter of
    the item was corrected."""
    corrected: dict[int, list[tuple[float, float]]] = defaultdict(list)
    changed = set()
    for chapter in marked_chapters(session, recording_id):
        corrected[chapter.item_id].append((chapter.starts_s, chapter.ends_s))
        if chapter.corrected:
            changed.add(chapter.item_id)
    marked = _as_marked(session, recording_id)
    return {item: corrected[item] if item in changed else spans for item, spans in marked.items()}


def corrections_of(session: Session, recording_id: int) -> list[ChapterCorrection]:
    """All that were ever made, oldest first."""
    made = select(ChapterCorrection).where(ChapterCorrection.recording_id == recording_id)
    return list(session.exec(made.order_by(col(ChapterCorrection.id))))


def _in_force(session: Session, recording_id: int) -> dict[tuple[int, int], ChapterCorrection]:
    return {(each.item_id, each.ordinal): each for each in corrections_of(session, recording_id)}


def _as_marked(session: Session, recording_id: int) -> dict[int, list[tuple[float, float]]]:
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    marked = select(Chapter).where(Chapter.recording_id == recording_id).order_by(col(Chapter.starts_s))
    for chapter in session.exec(marked):
        spans[chapter.item_id].append((chapter.starts_s, chapter.ends_s))
    return dict(spans)
