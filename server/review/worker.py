"""One piece of long work as a process of its own: `python -m server.review.worker`, the work as JSON on stdin.

It writes beside its target under a temporary name and renames at the end: what is there under the right name is
whole. Killed at any moment it leaves nothing that is read; the next one begins anew. On stdout it says how far it
is, one share of 1 a line.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from recordings.archive.fetching import all_at_hand
from recordings.archive.note import read_note
from server.review.aside import NICENESS
from server.review.copying import Progress, write_copy
from server.review.isolating import parts_of, write_isolated
from server.review.thumbnails import write_thumbnails
from server.review.work import Work

_SAID_EVERY_S = 0.25


def do(work: Work, say: Progress) -> None:
    """Of what has to be fetched first, fetching is the first half of the way. Raises OSError, ValueError,
    av.error.FFmpegError."""
    work.target.parent.mkdir(parents=True, exist_ok=True)
    part = work.target.with_name(f"part-{work.target.name}")
    parts = parts_of(work.source.parent, work.isolated) if work.kind == "isolated" else None
    needed = [work.source] if parts is None else parts.files
    with all_at_hand(needed, work.archive, work.target.parent, _Fetching(needed, say)) as at:
        told = say if at == needed else lambda share: say(0.5 + share / 2)
        try:
            if parts is not None:
                write_isolated(parts, at, part, work.left_out, told)
            elif work.kind == "copy":
                write_copy(at[0], part, work.left_out, told)
            else:
                write_thumbnails(at[0], part, work.seconds, work.left_out, told)
            part.rename(work.target)
        finally:
            part.unlink(missing_ok=True)


class _Fetching:
    """Tells the first half of the way by the bytes that have come."""

    def __init__(self, needed: Sequence[Path], say: Progress) -> None:
        note = read_note(needed[0].parent)
        self._total = sum(note.files[path.name].bytes for path in needed if path.name in note.files)
        self._come, self._say = 0, say

    def __call__(self, count: int) -> None:
        self._come += count
        self._say(min(0.5, self._come / (2 * max(1, self._total))))


class _Saying:
    def __init__(self) -> None:
        self._said_s = 0.0

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._said_s >= _SAID_EVERY_S:
            self._said_s = time.monotonic()
            print(f"{share:.3f}", flush=True)


def main() -> int:
    os.nice(NICENESS)
    do(Work.model_validate_json(sys.stdin.buffer.read()), _Saying())
    return 0


if __name__ == "__main__":
    sys.exit(main())
