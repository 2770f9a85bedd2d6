"""The clips of one order as a process of its own: `python -m server.clips.worker`, the work as JSON on stdin.

In its folder, which is new, it makes each clip with its proof, packs them, and names the ZIP last: what is there
under the right name is whole. On stdout it says how far it is, one share of 1 a line.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import zipfile

from recordings.archive.fetching import playable_at_hand
from recordings.clips import ClipRefused, FFmpegError, export
from recordings.keys import KeysUnusable, signing_key
from recordings.store import Folder, UnreadableManifest
from server.clips.cover import cover_for
from server.clips.work import PROOFS, ZIP, ClipWork
from server.deadlines.errors import BadDataFile
from server.documents.letterheads import read_letterheads
from server.review.aside import NICENESS

_SAID_EVERY_S = 0.25


class _Saying:
    """Bytes read of the recording: once for each wish, and once more to fetch it from the archive."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._said_s = max(1, total), 0, 0.0

    def __call__(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._said_s >= _SAID_EVERY_S:
            self._said_s = time.monotonic()
            print(f"{min(1.0, self._done / self._total):.3f}", flush=True)


def do(work: ClipWork) -> None:
    """Raises ClipRefused, KeysUnusable, UnreadableManifest, BadDataFile, OSError, FFmpegError."""
    shutil.rmtree(work.to, ignore_errors=True)
    work.to.mkdir(parents=True)
    manifest = Folder(work.recording).load()
    playable = manifest.playable if manifest is not None else None
    fetched = playable is not None and not (work.recording / playable.file).is_file()
    say = _Saying((playable.bytes if playable is not None else 0) * (len(work.wishes) + fetched))
    with playable_at_hand(work.recording, work.archive, work.to, say) as folder:
        _make(work, folder, say)


def _make(work: ClipWork, folder: Folder, say: _Saying) -> None:
    cover, proofs = cover_for(read_letterheads(work.data)), []
    part = work.to / f"part-{ZIP}"
    with zipfile.ZipFile(part, "w") as archive:  # stored: pictures and sound do not get smaller
        for wish in work.wishes:
            made, proof = export(folder, wish, signing_key(work.signing, work.at), work.at, work.to, cover, say)
            proofs.append(proof.model_dump(mode="json"))
            for each in sorted(made.iterdir()):
                archive.write(each, f"{made.name}/{each.name}")
            shutil.rmtree(made)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    (work.to / PROOFS).write_text(json.dumps(proofs))
    part.rename(work.to / ZIP)


def main() -> int:
    os.nice(NICENESS)
    try:
        do(ClipWork.model_validate_json(sys.stdin.buffer.read()))
    except (ClipRefused, KeysUnusable, UnreadableManifest, BadDataFile, OSError, FFmpegError) as problem:
        print(f"no clip was made: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
