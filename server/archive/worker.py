"""Files of one recording into the archive, as a process of its own: `python -m server.archive.worker`, the work as
JSON on stdin.

Killed at any moment it leaves nothing under a name that counts: an object is there when its last part has come, a
file when it is renamed, and neither is noted before it was read back.
"""

from __future__ import annotations

import os
import sys
import time

from recordings.archive.moving import put_whole
from recordings.archive.opening import open_archive
from recordings.archive.troubles import ArchiveFailed
from server.archive import shelf
from server.archive.work import MoveWork, Said
from server.review.aside import NICENESS

_SAID_EVERY_S = 0.25


class _Saying:
    def __init__(self, file: str) -> None:
        self._file, self._way, self._said_s = file, 0, 0.0

    def __call__(self, count: int) -> None:
        self._way += count
        if time.monotonic() - self._said_s >= _SAID_EVERY_S:
            self._said_s = time.monotonic()
            say(Said(file=self._file, way=self._way))


def say(said: Said) -> None:
    print(said.model_dump_json(), flush=True)


def move(work: MoveWork) -> None:
    """Raises ArchiveFailed, OSError."""
    archive, recording = open_archive(work.access), work.folder.name
    for file in work.files:
        saying = _Saying(file.name)
        saying(0)
        try:
            there = put_whole(archive, work.folder / file.name, f"{recording}/{file.name}", file.sealed, saying)
        except ArchiveFailed as failed:
            say(Said(file=file.name, trouble=failed.trouble))
            raise
        shelf.moved(work.folder, file.name, there)


def main() -> int:
    os.nice(NICENESS)
    try:
        move(MoveWork.model_validate_json(sys.stdin.buffer.read()))
    except ArchiveFailed:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
