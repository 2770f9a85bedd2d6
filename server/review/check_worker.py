"""Verifies one recording as a process of its own: `python -m server.review.check_worker`, the work as JSON on
stdin. On stdout it says how far it is, one share of 1 a line. Killed at any moment it is begun anew.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from recordings.keys import KeysUnusable, PublicKeys, read_public_keys
from recordings.store import replace_file
from recordings.verifying_folders import size_of, verify
from server.review.aside import NICENESS
from server.review.checking import Checked, CheckWork, looks_of
from server.review.copying import Progress


def do(work: CheckWork, say: Progress) -> None:
    """Raises OSError where what was found cannot be written."""
    began, looks = datetime.now(UTC), looks_of(work.folder)
    total, read = max(1, size_of(work.folder)), 0

    def advance(count: int) -> None:
        nonlocal read
        read += count
        say(min(1.0, read / total))

    report = verify(work.folder, _keys(work), advance)
    work.target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(work.target, Checked(at=began, of=looks, report=report).model_dump_json().encode(), mode=0o600)


def _keys(work: CheckWork) -> PublicKeys | None:
    """None: without them nobody vouches, and that is what is said."""
    try:
        return read_public_keys(work.keys)
    except (KeysUnusable, OSError):
        return None


def main() -> int:
    os.nice(NICENESS)
    work = CheckWork.model_validate_json(sys.stdin.buffer.read())
    do(work, lambda share: print(f"{share:.3f}", flush=True))  # once every 4 MB
    return 0


if __name__ == "__main__":
    sys.exit(main())
