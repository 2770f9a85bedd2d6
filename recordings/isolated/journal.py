"""What the isolated sources of an open recording consist of: isolated.json, in the recording's folder.

The manifest belongs to the thread of the programme, this belongs to theirs; neither waits for the other. When the
recording is sealed the journal is taken into the manifest, which is signed, and goes.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from recordings.items import GapReason
from recordings.manifest import IsolatedEntry, IsolatedSource, Manifest, SourceName
from recordings.recovery import as_found, measure
from recordings.store import (
    Folder,
    UnreadableManifest,
    make_directory,
    replace_file,
    sync_directory,
)

log = logging.getLogger(__name__)

JOURNAL = "isolated.json"


class Journal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recording: str
    sources: list[IsolatedSource]

    def of(self, source: SourceName) -> IsolatedSource:
        return next(each for each in self.sources if each.source == source)


def load(path: Path, recording: str) -> Journal:
    """A new one where there is none. Raises UnreadableManifest for a damaged one, OSError."""
    try:
        text = (path / JOURNAL).read_bytes()
    except FileNotFoundError:
        sources = [IsolatedSource(source=source) for source in get_args(SourceName)]
        return Journal(recording=recording, sources=sources)
    try:
        return Journal.model_validate_json(text)
    except ValidationError as error:
        raise UnreadableManifest(f"{JOURNAL} has {error.error_count()} faults") from error


def save(path: Path, journal: Journal) -> None:
    """Raises OSError; the one before is whole then."""
    make_directory(path)
    text = json.dumps(journal.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1)
    replace_file(path / JOURNAL, text.encode() + b"\n")


def settle(path: Path, journal: Journal) -> bool:
    """Enter what a crash left behind, as it was found. False where there was nothing."""
    left = [source for source in journal.sources if source.writing is not None]
    for source in left:
        enter_as_found(path, source)
    return bool(left)


def enter_as_found(path: Path, source: IsolatedSource) -> None:
    writing, source.writing = source.writing, None
    if writing is None:
        return
    file = path / writing.file
    if not file.exists() or not file.stat().st_size:
        return
    source.segments.append(IsolatedEntry(**as_found(file, writing, measure(file), source.last_sha256)))


def take_in(folder: Folder, manifest: Manifest) -> None:
    """Into the manifest that is about to be sealed. Raises OSError; may be begun anew at any point.

    A damaged journal is no reason to leave the programme unsigned: its files stay, and `verify` says that nothing
    signed names them.
    """
    file = folder.path / JOURNAL
    if not file.exists():
        return
    try:
        journal = load(folder.path, folder.name)
    except UnreadableManifest as error:
        log.error("the isolated sources of %s cannot be entered: %s", folder.name, error)
        return
    settle(folder.path, journal)
    for source in journal.sources:
        for each in source.segments:
            if not each.seconds:
                source.note_gap(each.started_epoch, each.started_epoch + 0.001, GapReason.SEGMENT_UNREADABLE)
    manifest.isolated = [source for source in journal.sources if source.segments or source.gaps]
    folder.save(manifest)
    file.unlink()
    sync_directory(folder.path)
