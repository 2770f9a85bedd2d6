"""The files of one recording on this machine, and which of them still have to go: no database, no archive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from recordings.archive.note import NOTE, SMALL, Named, Note, late_in, named_in, read_note, write_note
from recordings.store import Folder, UnreadableManifest, sha256_of, sync_directory
from server.archive.work import ToMove

Traces = tuple[tuple[str, int, int], ...]
"""By which a change of what stays here is noticed: names, sizes, times."""


def traces(folder: Path) -> Traces:
    found = [(name, folder / name) for name in (*SMALL, NOTE)]
    stats = [(name, path.stat()) for name, path in found if path.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def to_move(folder: Path) -> list[ToMove] | None:
    """What the archive does not have as it is here: large files first, so that the folder there gets its manifest
    when it is nearly whole. None: no manifest vouches for what is here."""
    try:
        manifest = Folder(folder).load()
    except UnreadableManifest:
        return None
    if manifest is None or manifest.state != "sealed":
        return None
    named, note = named_in(manifest) | late_in(folder), read_note(folder)
    if not all(each.sha256 for each in named.values()):
        return None  # of before hashes were kept
    large = [
        ToMove(name=name, bytes=each.bytes, sealed=each)
        for name, each in named.items()
        if note.files.get(name) != each
    ]
    small = [
        ToMove(name=name, bytes=path.stat().st_size, sealed=None)
        for name in SMALL
        if (path := folder / name).is_file() and _is_other(path, note)
    ]
    return [*large, *small]


def moved(folder: Path, name: str, whole: Named) -> None:
    """Raises OSError."""
    note = read_note(folder)
    note.files[name] = whole
    write_note(folder, note)


def all_moved(folder: Path, at: datetime) -> Note:
    """Raises OSError."""
    note = read_note(folder)
    note.whole_at = at
    write_note(folder, note)
    return note


def still_here(folder: Path) -> list[Path]:
    """Large files that may be removed: the archive has all of the recording."""
    note = read_note(folder)
    if note.whole_at is None:
        return []
    return [path for name in note.files if name not in SMALL and (path := folder / name).is_file()]


def settled(folder: Path) -> Traces | None:
    """What this folder looks like when nothing is left to do in it; None: something is."""
    seen = traces(folder)  # before it is looked at: what changes meanwhile is noticed
    return None if to_move(folder) or still_here(folder) else seen


def remove_here(folder: Path) -> None:
    """Raises OSError. Who has one of them open reads on."""
    for path in still_here(folder):
        path.unlink()
        sync_directory(path.parent)


def _is_other(path: Path, note: Note) -> bool:
    """Small files change: a correction is a line more, a time stamp comes later."""
    known = note.files.get(path.name)
    return known is None or known.sha256 != sha256_of(path)
