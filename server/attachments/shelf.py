"""The directory with the files of attachments: names that tell nothing, whole files only.

A file is written beside the shelf, flushed to the disk, and only then gets its name on it; its row is written
after that. So a crash or a full disk leaves at most a file without a row, and `sweep` removes what has none: at
each start, and whenever something has to be destroyed. There is never a row without its file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.data.files import sync_directory

RESERVE = 1 << 30
"""Bytes of the disk that attachments leave to recordings and the database."""
NAME = re.compile(r"[0-9a-f]{32}")
_INCOMING = "incoming"


class DiskFull(Exception):
    """The file would leave less than RESERVE, or the disk took no more."""


class Incoming:
    """A file that is still being written; `bytes` and `sha256` are of what came so far."""

    def __init__(self, name: str, path: Path, stream: IO[bytes]) -> None:
        self.name, self.path = name, path
        self.bytes = 0
        self._stream, self._digest = stream, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Raises DiskFull."""
        try:
            self._stream.write(chunk)
        except OSError:
            raise DiskFull from None
        self._digest.update(chunk)
        self.bytes += len(chunk)

    def flush(self) -> None:
        """Raises DiskFull."""
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError:
            raise DiskFull from None


class Shelf:
    """What it does takes the disk's time: call it in a thread."""

    def __init__(self, directory: Path, reserve: int = RESERVE) -> None:
        self._directory, self._reserve = directory, reserve
        self._expected: set[str] = set()
        """Names whose rows are being written."""

    def path(self, name: str) -> Path:
        """Raises ValueError for what is no name of a file here."""
        if not NAME.fullmatch(name):
            raise ValueError(f"came {len(name)} characters that are no name on the shelf")
        return self._directory / name[:2] / name

    def refuse_when_full(self, coming: int) -> None:
        """Raises DiskFull where so many bytes would leave too little."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._directory).free - coming < self._reserve:
            raise DiskFull

    @contextmanager
    def receiving(self) -> Iterator[Incoming]:
        """Whatever happens, nothing of it is left but what was put on the shelf."""
        folder = self._directory / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        path = folder / name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._expected.add(name)
        try:
            with os.fdopen(handle, "wb", buffering=0) as stream:
                yield Incoming(name, path, stream)
        finally:
            path.unlink(missing_ok=True)
            self._expected.discard(name)

    def keep(self, incoming: Incoming) -> None:
        """Whole and on the disk under its name. Raises DiskFull."""
        incoming.flush()
        place = self.path(incoming.name)
        try:
            place.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(incoming.path, place)
            sync_directory(place.parent)
            sync_directory(self._directory)
        except OSError:
            raise DiskFull from None

    def remove(self, name: str) -> None:
        place = self.path(name)
        place.unlink(missing_ok=True)
        if place.parent.is_dir():
            sync_directory(place.parent)

    def sweep(self, kept: Container[str]) -> int:
        """Remove every file that is not among `kept`, and what broken uploads left; how many there were."""
        removed = 0
        for folder in self._directory.glob("*/"):
            for file in folder.iterdir():
                if file.name in self._expected or (folder.name != _INCOMING and file.name in kept):
                    continue
                file.unlink(missing_ok=True)
                removed += 1
            if removed:
                sync_directory(folder)
        return removed
