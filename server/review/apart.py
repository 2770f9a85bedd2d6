"""Late sources of which the programme has no second, or not all: watched by themselves, from their own beginning.

A gap of the programme has no place on its axis, so the player cannot show them there, and spans that are withheld
say nothing of them. So one is given as a whole or not at all: to whoever may watch the item it was heard in, where
nothing is withheld of that item's chapters and of what of the file does lie in the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recordings.chapters import runs_of
from recordings.corrections import CorrectionsDamaged, read
from recordings.late import LateEntry, late_of
from recordings.store import Folder, UnreadableManifest
from server.receptions.recorded_time import RecordedTime
from server.review.reading import Watchable
from server.review.withholding import without

LEAST_S = 1.0  # less beside the programme is worth no page


@dataclass(frozen=True, slots=True)
class Apart:
    """`beside_s`: how much of it the programme does not have."""

    source: str
    number: str  # of the file, as in its name
    room: str  # its code
    started_at: datetime
    ended_at: datetime
    beside_s: float
    handed_over_at: datetime
    sha256: str


def read_apart(folder: Path, watched: Watchable) -> list[Apart]:
    """Those that this reader may watch. Reads the manifest and the signed list."""
    try:
        manifest, entries = Folder(folder).load(), late_of(read(folder))
    except (UnreadableManifest, CorrectionsDamaged, OSError):
        return []
    if manifest is None:
        return []
    recorded = RecordedTime(runs_of(manifest.readable), ())
    return [found for entry in entries if (found := _apart(entry, recorded, watched))]


def _apart(entry: LateEntry, recorded: RecordedTime, watched: Watchable) -> Apart | None:
    spans = recorded.spans(entry.started_epoch, entry.ended_epoch)
    beside_s = entry.seconds - sum(ends - starts for starts, ends in spans)
    chapters = [(each.starts_s, each.ends_s) for each in watched.chapters if each.item_id == entry.item]
    touched = [*spans, *chapters]
    if (
        beside_s < LEAST_S
        or watched.is_all_withheld
        or entry.item not in watched.watchable_items
        or without(touched, watched.withheld) != tuple(sorted(set(touched)))
    ):
        return None
    number = entry.file.removeprefix("late-").removesuffix(".mkv")
    return Apart(
        source=f"late-file-{number}",
        number=number,
        room=entry.room,
        started_at=datetime.fromtimestamp(entry.started_epoch, UTC),
        ended_at=datetime.fromtimestamp(entry.ended_epoch, UTC),
        beside_s=beside_s,
        handed_over_at=entry.handed_over_at,
        sha256=entry.sha256,
    )
