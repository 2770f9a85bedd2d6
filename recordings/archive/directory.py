"""An archive in a directory: another disk, or one of another machine that is mounted here."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recordings.archive.places import Lying
from recordings.archive.troubles import ArchiveFailed, Trouble
from recordings.store import make_directory, sync_directory

_BLOCK = 4 << 20
_PART = ".part-"  # what is being written; nobody lists it
_TROUBLES = {
    errno.ENOSPC: Trouble.TAKES_NOTHING,
    errno.EDQUOT: Trouble.TAKES_NOTHING,
    errno.EROFS: Trouble.TAKES_NOTHING,
    errno.EFBIG: Trouble.TAKES_NOTHING,
    errno.EACCES: Trouble.CREDENTIALS,
    errno.EPERM: Trouble.CREDENTIALS,
    errno.ENOENT: Trouble.NOT_THERE,
    errno.ENOTDIR: Trouble.NOT_THERE,
}


class DirectoryArchive:
    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, blocks: Iterator[bytes]) -> None:
        with self._heard(name):
            target = self._path / name
            make_directory(target.parent)
            part = target.with_name(_PART + target.name)
            try:
                with part.open("wb") as file:
                    for block in blocks:
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                    # What is read back to be compared comes from the disk, and not from memory.
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                part.rename(target)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            sync_directory(target.parent)

    def blocks(self, name: str) -> Iterator[bytes]:
        with self._heard(name), (self._path / name).open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    def read(self, name: str, start: int, count: int) -> bytes:
        with self._heard(name), (self._path / name).open("rb") as file:
            return os.pread(file.fileno(), count, start)

    def lying_in(self, folder: str) -> list[Lying]:
        with self._heard(folder):
            found = (each for each in (self._path / folder).rglob("*") if each.is_file())
            return sorted(
                Lying(str(each.relative_to(self._path)), each.stat().st_size)
                for each in found
                if not each.name.startswith(_PART)
            )

    def remove(self, name: str) -> None:
        with self._heard(name):
            path = self._path / name
            for each in (path, path.with_name(_PART + path.name)):
                each.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_directory(path.parent)
            with suppress(OSError):  # others are still there
                for parent in path.parents[: len(Path(name).parts) - 1]:
                    parent.rmdir()

    @contextmanager
    def _heard(self, name: str) -> Iterator[None]:
        if not self._path.is_dir():
            raise ArchiveFailed(Trouble.NO_PLACE)
        try:
            yield
        except ArchiveFailed:
            raise
        except OSError as error:
            trouble = _TROUBLES.get(error.errno or 0, Trouble.UNREACHABLE)
            raise ArchiveFailed(trouble, name if trouble is Trouble.NOT_THERE else "") from error
