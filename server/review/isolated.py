"""When each isolated source has a picture, in seconds of the recording: what a reader may know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recordings.chapters import runs_of
from recordings.manifest import IsolatedSource, SourceName
from recordings.store import Folder, UnreadableManifest
from server.receptions.recorded_time import RecordedTime
from server.review.late import file_of, room_of
from server.review.withholding import Span, joined, without
from server.web.languages import N_

SOURCE_WORDS: dict[SourceName, str] = {
    "desk": N_("Host's desk"),
    "floor": N_("Room on the floor"),
    "document": N_("Shared document"),
}
SHORTEST_S = 0.5  # of a picture or of a hole that is worth a word


@dataclass(frozen=True, slots=True)
class Isolated:
    """`missing`: pictures that came and were not recorded. Where there is neither, none came."""

    source: SourceName
    pictures: tuple[Span, ...]
    missing: tuple[Span, ...]


def read_isolated(folder: Path, withheld: Sequence[Span], seconds: float) -> list[Isolated]:
    """Those of which this reader may see something. Reads the manifest; empty where it is missing or damaged."""
    try:
        manifest = Folder(folder).load()
    except (UnreadableManifest, OSError):
        return []
    if manifest is None:
        return []
    recorded = RecordedTime(runs_of(manifest.readable), ())
    found = [_isolated(source, recorded, withheld, seconds) for source in manifest.isolated]
    return [each for each in found if each.pictures]


def source_of(copy_key: str) -> str | None:
    """Of which isolated or late source a copy is; None for the recording itself, and for copies of it."""
    source = copy_key.rpartition("-")[0]
    known = source in SOURCE_WORDS or room_of(source) is not None or file_of(source) is not None
    return source if known else None


def _isolated(
    source: IsolatedSource, recorded: RecordedTime, withheld: Sequence[Span], seconds: float
) -> Isolated:
    pictures = [span for each in source.segments for span in recorded.spans(each.started_epoch, each.ended_epoch)]
    missing = [span for gap in source.gaps for span in recorded.spans(gap.from_, gap.to)]
    return Isolated(
        source.source,
        without(joined(pictures, seconds, SHORTEST_S), withheld),
        tuple(span for span in without(joined(missing, seconds), withheld) if span[1] - span[0] >= SHORTEST_S),
    )
