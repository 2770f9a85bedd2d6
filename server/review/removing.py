"""The files of one recording: listed with their hashes, then removed. Both may be begun anew at any point.

Removing begins with the manifests. Whatever is left after a crash has none, so nothing takes it for a recording:
not the recorder, not `tiepdan recordings verify`, and no page, because the database has said "destroyed" before.

`python -m server.review.removing` lists (the places as JSON on stdin, one file a line on stdout).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from pydantic import BaseModel

from recordings.archive.address import Access
from recordings.archive.opening import open_archive
from recordings.archive.places import Archive
from recordings.archive.troubles import ArchiveFailed, Trouble
from recordings.store import MANIFEST, sha256_of, sync_directory
from server.review.aside import NICENESS

IN_ARCHIVE = 2


class Listed(BaseModel):
    """`name`: its path in the recording's folder. `place`: 0 the first disk, 1 the spare one, 2 the archive."""

    place: int
    name: str
    bytes: int
    sha256: str


class ToList(BaseModel):
    """`recording`: the name of its folder in the archive, where there is one."""

    folders: tuple[Path, ...]
    recording: str = ""
    archive: Access | None = None


def folder_in(directory: Path, name: str) -> Path:
    """Raises ValueError for a name that is not the one of a folder directly in `directory`: what is removed is
    never anything else."""
    if not name or name in (".", "..") or Path(name).name != name:
        raise ValueError(f"came {name!r}; allowed is the name of a recording's folder")
    return directory / name


def listed(folders: Iterable[Path]) -> Iterator[Listed]:
    """Reads every byte. A link is listed by where it points, and never followed. Raises OSError."""
    for place, folder in enumerate(folders):
        for path in sorted(folder.rglob("*")) if folder.is_dir() and not folder.is_symlink() else ():
            if path.is_symlink():
                yield Listed(place=place, name=str(path.relative_to(folder)), bytes=0, sha256="")
            elif path.is_file():
                size = path.stat().st_size
                yield Listed(place=place, name=str(path.relative_to(folder)), bytes=size, sha256=sha256_of(path))


def archived(archive: Archive, recording: str) -> Iterator[Listed]:
    """What the archive has of it, hashed anew. Raises ArchiveFailed."""
    for name, size in archive.lying_in(recording):
        digest = hashlib.sha256()
        for block in archive.blocks(name):
            digest.update(block)
        yield Listed(
            place=IN_ARCHIVE, name=name.removeprefix(f"{recording}/"), bytes=size, sha256=digest.hexdigest()
        )


def remove_archived(archive: Archive, recording: str) -> None:
    """Raises ArchiveFailed, also where something is there again."""
    for name, _size in archive.lying_in(recording):
        archive.remove(name)
    if left := archive.lying_in(recording):
        raise ArchiveFailed(Trouble.TAKES_NOTHING, left[0].name)


def remove(folders: Iterable[Path], made: Iterable[Path], elsewhere: Callable[[], None] = lambda: None) -> None:
    """`made`: folders of what was made of the recording; `elsewhere` removes what is not on these disks, while the
    note that says so is still here. Raises OSError; what is left has no manifest then."""
    there = [folder for folder in folders if folder.is_dir() and not folder.is_symlink()]
    for folder in there:
        (folder / MANIFEST).unlink(missing_ok=True)
        sync_directory(folder)
    elsewhere()
    for folder in [*made, *there]:
        if folder.is_dir():
            shutil.rmtree(folder)
            sync_directory(folder.parent)


def main() -> int:
    os.nice(NICENESS)
    work = ToList.model_validate_json(sys.stdin.buffer.read())
    there = archived(open_archive(work.archive), work.recording) if work.archive is not None else ()
    for each in chain(listed(work.folders), there):
        print(json.dumps(each.model_dump()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
