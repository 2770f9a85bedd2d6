"""The bytes of a file that is sent: from this machine, or piece by piece from the archive.

An archived recording is watched where it lies: fetching it first would let somebody wait for gigabytes to see a
minute. What is made of it (copies, clips) is made of a file that was fetched and compared (`archive.fetching`).
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from aiohttp import web

from recordings.archive.address import Access
from recordings.archive.note import read_note
from recordings.archive.opening import open_archive
from recordings.archive.places import Archive
from recordings.archive.troubles import ArchiveFailed, Trouble

ON_DISK = 256 * 1024
IN_ARCHIVE = 1024 * 1024  # each is a request of its own


class Source(Protocol):
    size: int
    piece: int  # bytes that are well read at once

    async def read(self, at: int, count: int) -> bytes:
        """Fewer where it ends. Raises OSError, also where an archive fails."""

    def close(self) -> None: ...


class Reading:
    """Opens what is to be sent; the archive once, with the first that lies there."""

    def __init__(self, access: Access | None) -> None:
        self._access = access
        self._archive: Archive | None = None

    async def open(self, path: Path) -> Source | None:
        """None: it is nowhere. Raises OSError."""
        return await asyncio.to_thread(self._open, path)

    def _open(self, path: Path) -> Source | None:
        if path.is_file():
            return _OnDisk(path)
        named = read_note(path.parent).files.get(path.name)
        if named is None:
            return None
        if self._access is None:
            raise ArchiveFailed(Trouble.NOT_SET)
        if self._archive is None:
            self._archive = open_archive(self._access)
        return _InArchive(self._archive, f"{path.parent.name}/{path.name}", named.bytes)


READING = web.AppKey("READING", Reading)


class _OnDisk:
    piece = ON_DISK

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size = path.stat().st_size

    async def read(self, at: int, count: int) -> bytes:
        return await asyncio.to_thread(self._read, at, count)

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(count)

    def close(self) -> None:
        self._file.close()


class _InArchive:
    piece = IN_ARCHIVE

    def __init__(self, archive: Archive, name: str, size: int) -> None:
        self._archive, self._name, self.size = archive, name, size

    async def read(self, at: int, count: int) -> bytes:
        return await asyncio.to_thread(self._archive.read, self._name, at, count)

    def close(self) -> None:
        pass
