"""One file into the archive: compared with the manifest while it is sent, then read back and compared again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from recordings.archive.note import Named
from recordings.archive.places import Archive
from recordings.archive.troubles import ArchiveFailed, Trouble

_BLOCK = 1 << 20


def put_whole(
    archive: Archive, source: Path, name: str, sealed: Named | None, advance: Callable[[int], None]
) -> Named:
    """What lies in the archive now. `sealed` None: no manifest vouches for it, it is taken as it is. `advance` is
    called with each number of bytes, of the way there and back.

    What is here no longer is looked at there: a note that got lost is written anew by that. Raises ArchiveFailed.
    """
    if not source.exists() and sealed is not None:
        return _compared(archive, name, sealed, advance)
    sent = hashlib.sha256()
    size = 0

    def blocks() -> Iterator[bytes]:
        """Another file than the one that was sealed never gets a name in the archive."""
        nonlocal size
        while block := _read(file, name):
            sent.update(block)
            size += len(block)
            advance(len(block))
            yield block
        if sealed is not None and sealed.sha256 != sent.hexdigest():
            raise ArchiveFailed(Trouble.NOT_AS_SEALED, name)

    with _opened(source, name) as file:
        archive.put(name, blocks())
    return _compared(archive, name, Named(bytes=size, sha256=sent.hexdigest()), advance)


def _compared(archive: Archive, name: str, expected: Named, advance: Callable[[int], None]) -> Named:
    came = hashlib.sha256()
    for block in archive.blocks(name):
        came.update(block)
        advance(len(block))
    if came.hexdigest() != expected.sha256:
        raise ArchiveFailed(Trouble.OTHER_BYTES, name)
    return expected


def _opened(source: Path, name: str) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise ArchiveFailed(Trouble.UNREADABLE, name) from error


def _read(file: BinaryIO, name: str) -> bytes:
    """A disk of this machine that fails is no trouble of the archive."""
    try:
        return file.read(_BLOCK)
    except OSError as error:
        raise ArchiveFailed(Trouble.UNREADABLE, name) from error
