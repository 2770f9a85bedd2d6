"""Late sources as a reader may see them: each room's as one more source, on the time line of the programme.

What lies where the programme has nothing (a gap of it) has no second of the file, so it is not here: `apart`. Of
withheld parts nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recordings.chapters import Run, clock_of, runs_of
from recordings.corrections import CorrectionsDamaged, read
from recordings.late import LateEntry, late_of
from recordings.store import Folder, UnreadableManifest
from server.receptions.recorded_time import RecordedTime
from server.review.withholding import Span, joined, without

_SOURCE = re.compile(r"^late-(\d{1,5})$")
_NAME = "late-{}"
_APART = re.compile(r"^late-file-(\d{4,6})$")


@dataclass(frozen=True, slots=True)
class LateFile:
    """`clock`: when what may be seen of it was recorded, and the seconds of the recording at which that lies."""

    clock: tuple[datetime, datetime]
    spans: tuple[Span, ...]
    handed_over_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class LateSource:
    source: str
    room: str  # its code
    pictures: tuple[Span, ...]
    files: tuple[LateFile, ...]


def room_of(source: str) -> str | None:
    """The code of the room; None: it is no late source."""
    match = _SOURCE.match(source)
    return match[1] if match is not None else None


def file_of(source: str) -> str | None:
    """Of one that is watched by itself (`apart`): the file's name in the folder; None: it is no such source."""
    match = _APART.match(source)
    return f"late-{match[1]}.mkv" if match is not None else None


def entry_of(folder: Path, source: str) -> LateEntry | None:
    """None where the list is damaged, too: `verify` says so."""
    try:
        entries = late_of(read(folder))
    except (CorrectionsDamaged, OSError):
        return None
    return next((entry for entry in entries if entry.file == file_of(source)), None)


def own_run(entry: LateEntry) -> tuple[Run, ...]:
    """The axis of such a file."""
    return (Run(started_at=entry.started_epoch, seconds=entry.seconds, offset_s=0.0),)


def entries_in(folder: Path, source: str) -> list[LateEntry]:
    """In the order of the clock. Empty where the list is damaged: `verify` says so."""
    try:
        entries = late_of(read(folder))
    except (CorrectionsDamaged, OSError):
        return []
    found = (entry for entry in entries if _NAME.format(entry.room) == source)
    return sorted(found, key=lambda entry: entry.started_epoch)


def read_late(folder: Path, withheld: Sequence[Span], seconds: float) -> list[LateSource]:
    """Those of which this reader may see something. Reads the manifest and the signed list."""
    try:
        manifest, entries = Folder(folder).load(), late_of(read(folder))
    except (UnreadableManifest, CorrectionsDamaged, OSError):
        return []
    if manifest is None:
        return []
    recorded = RecordedTime(runs_of(manifest.readable), ())
    found = []
    for room in sorted({entry.room for entry in entries}):
        source = _NAME.format(room)
        files = [file for each in entries_in(folder, source) if (file := _file(each, recorded, withheld, seconds))]
        if files:
            pictures = joined([span for file in files for span in file.spans], seconds)
            found.append(LateSource(source, room, pictures, tuple(files)))
    return found


def names(sources: Sequence[LateSource], rooms: Mapping[str, str]) -> dict[str, str]:
    """By source; a room that is not in the record by its code."""
    return {each.source: rooms.get(each.room, each.room) for each in sources}


def _file(entry: LateEntry, recorded: RecordedTime, withheld: Sequence[Span], seconds: float) -> LateFile | None:
    spans = joined(recorded.spans(entry.started_epoch, entry.ended_epoch), seconds)
    seen = without(spans, withheld)
    if not seen:
        return None
    starts = clock_of(seen[0][0], recorded.runs)
    ends = clock_of(seen[-1][1], recorded.runs, ends=True)
    clock = (datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC))
    return LateFile(clock, seen, entry.handed_over_at, entry.sha256)
