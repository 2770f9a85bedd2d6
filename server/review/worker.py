"""One piece of long work as a process of its own: `python -m server.review.worker`, the work as JSON on stdin.

It writes beside its target under a temporary name and renames at the end: what is there under the right name is
whole. Killed at any moment it leaves nothing that is read; the next one begins anew. On stdout it says how far it
is, one share of 1 a line.
"""

from __future__ import annotations

import os
import sys
import time

from server.review.aside import NICENESS
from server.review.copying import Progress, write_copy
from server.review.isolating import write_isolated
from server.review.thumbnails import write_thumbnails
from server.review.work import Work

_SAID_EVERY_S = 0.25


def do(work: Work, say: Progress) -> None:
    """Raises OSError, av.error.FFmpegError, ValueError."""
    work.target.parent.mkdir(parents=True, exist_ok=True)
    part = work.target.with_name(f"part-{work.target.name}")
    try:
        if work.kind == "copy":
            write_copy(work.source, part, work.left_out, say)
        elif work.kind == "isolated":
            write_isolated(work.source.parent, work.isolated, part, work.left_out, say)
        else:
            write_thumbnails(work.source, part, work.seconds, work.left_out, say)
        part.rename(work.target)
    finally:
        part.unlink(missing_ok=True)


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
