"""Files back from the archive: under another name until they are what was sealed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from recordings.archive.address import Access
from recordings.archive.note import Named, is_archived, is_inside, late_in, named_in
from recordings.archive.opening import open_archive
from recordings.archive.places import Archive
from recordings.archive.troubles import ArchiveFailed, Trouble
from recordings.manifest import Manifest
from recordings.store import MANIFEST, Folder, sha256_of, sync_directory

Advance = Callable[[int], None]
FETCHED = "fetched"


def fetch_file(archive: Archive, name: str, target: Path, sealed: Named | None, advance: Advance) -> None:
    """Raises ArchiveFailed, OSError; nothing is under `target` then that was not there before."""
    part = target.with_name(f"part-{target.name}")
    came = hashlib.sha256()
    try:
        with part.open("wb") as file:
            for block in archive.blocks(name):
                came.update(block)
                file.write(block)
                advance(len(block))
            file.flush()
            os.fsync(file.fileno())
        if sealed is not None and came.hexdigest() != sealed.sha256:
            raise ArchiveFailed(Trouble.OTHER_BYTES, name)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    sync_directory(target.parent)


def fetch_recording(archive: Archive, folder: str, to: Path, begin: Advance, advance: Advance) -> Path:
    """All of it into `to`/`folder`, which is returned. What is whole there already is not fetched again, so that
    it may be stopped and begun anew at any point. `begin` is told how many bytes there are to do.

    Raises ArchiveFailed, OSError, pydantic.ValidationError for a manifest that is none.
    """
    lying = archive.lying_in(folder)
    if not any(each.name == f"{folder}/{MANIFEST}" for each in lying):
        raise ArchiveFailed(Trouble.NOT_THERE, f"{folder}/{MANIFEST}")
    target = to / folder
    target.mkdir(parents=True, exist_ok=True)
    begin(sum(each.bytes for each in lying))
    manifest = Manifest.model_validate_json(b"".join(archive.blocks(f"{folder}/{MANIFEST}")))
    sealed = named_in(manifest)
    for each in lying:
        inside = each.name.removeprefix(f"{folder}/")
        if not is_inside(inside):
            raise ArchiveFailed(Trouble.OTHER_BYTES, each.name)
        file, wanted = target / inside, sealed.get(inside)
        file.parent.mkdir(parents=True, exist_ok=True)
        if wanted is not None and file.is_file() and sha256_of(file) == wanted.sha256:
            advance(each.bytes)
            continue
        fetch_file(archive, each.name, file, wanted, advance)
    return target


@contextmanager
def at_hand(
    path: Path, access: Access | None, beside: Path, advance: Advance = lambda count: None
) -> Iterator[Path]:
    """A file of a recording: itself, or one of the same name in a folder of `beside` that lasts as long as this.

    Raises ArchiveFailed, OSError, UnreadableManifest.
    """
    if path.is_file() or not is_archived(path):
        yield path
        return
    if access is None:
        raise ArchiveFailed(Trouble.NOT_SET, f"{path.parent.name}/{path.name}")
    manifest = Folder(path.parent).load()
    vouched = named_in(manifest) if manifest is not None else {}
    sealed = (vouched | late_in(path.parent)).get(path.name)
    place = beside / FETCHED
    place.mkdir(parents=True, exist_ok=True)
    fetched = place / path.name
    try:
        fetch_file(open_archive(access), f"{path.parent.name}/{path.name}", fetched, sealed, advance)
        yield fetched
    finally:
        fetched.unlink(missing_ok=True)
        if not any(place.iterdir()):
            place.rmdir()


@contextmanager
def all_at_hand(
    paths: Sequence[Path], access: Access | None, beside: Path, advance: Advance = lambda count: None
) -> Iterator[list[Path]]:
    """Where each of these is, as `at_hand` has it; whatever has to be fetched is here all at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(at_hand(path, access, beside, advance)) for path in paths]


@contextmanager
def playable_at_hand(
    recording: Path, access: Access | None, beside: Path, advance: Advance = lambda count: None
) -> Iterator[Folder]:
    """The recording's folder, with its playable file. Raises ArchiveFailed, OSError, UnreadableManifest."""
    manifest = Folder(recording).load()
    if manifest is None or manifest.playable is None:
        yield Folder(recording)
        return
    file = recording / manifest.playable.file
    with at_hand(file, access, beside, advance) as here:
        yield Folder(recording, None if here == file else here.parent)
