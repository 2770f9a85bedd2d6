"""The thread that writes what is kept: a disk that is slow must not hold up what the room does.

A film has one picture of one size; where another one begins (another camera, another codec), so does another film.
Sound waits a moment for its picture, and is kept alone where there is none. Its inbox holds some seconds; beyond
that frames are dropped up to the next key frame.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

import av

from room_client.keeping.keeper import Shot
from room_client.keeping.matroska import Matroska, Size, size_of
from room_client.keeping.shelf import Kept, KeptShelf

log = logging.getLogger(__name__)
WAITS_FOR_PICTURE_S = 3.0  # of sound
MOST_WAITING = 2000  # shots: some twenty seconds
_Item = tuple[Shot, float] | None  # None: that was all


class FilmWriter:
    """`add` and `finish` it from one other thread; it starts with its first shot."""

    def __init__(
        self, shelf: KeptShelf, reception: int, most_bytes: int, ended: Callable[[float, bool], None]
    ) -> None:
        """`ended(seconds, broke)` is called in the thread, once; `broke`: the disk took no more, or `most_bytes`
        were written."""
        self._shelf = shelf
        self._reception = reception
        self._most_bytes = most_bytes
        self._ended = ended
        self._inbox: SimpleQueue[_Item] = SimpleQueue()
        self._dropping = False
        self._waiting: list[tuple[Shot, float]] = []
        self._file: Matroska | None = None
        self._kept: Kept | None = None
        self._seconds = 0.0
        self._bytes = 0  # of the films before this one
        self.thread = threading.Thread(target=self._run, name="room keeps", daemon=True)
        self.thread.start()

    def add(self, shot: Shot, at: float) -> None:
        full = self._inbox.qsize() >= MOST_WAITING
        if shot.upstream.is_video:
            self._dropping = full or (self._dropping and not shot.frame.key)
            full = self._dropping
        if not full:
            self._inbox.put((shot, at))

    def finish(self) -> None:
        self._inbox.put(None)

    # --- in the thread

    def _run(self) -> None:
        broke = False
        try:
            while (item := self._inbox.get()) is not None:
                self._take(*item)
                if self._file is not None and self._bytes + self._file.bytes >= self._most_bytes:
                    broke = True
                    break
            if not broke and self._waiting:
                self._open(None)
        except Exception as error:  # whatever its library raised: the room goes on, and says that this ended
            log.error("what is kept cannot be written (%s)", type(error).__name__)
            broke = True
        try:
            self._close()
        except (OSError, av.error.FFmpegError):
            broke = True
        self._ended(self._seconds, broke)

    def _take(self, shot: Shot, at: float) -> None:
        if shot.begins_a_picture:
            size = size_of(shot)
            if size is not None and (self._file is None or self._file.picture != (shot.codec, size)):
                self._close()
                self._open((shot.codec, size), at)
        if self._file is not None:
            self._file.add(shot, at)
        elif not shot.upstream.is_video:
            self._waiting.append((shot, at))
            if at - self._waiting[0][1] > WAITS_FOR_PICTURE_S:
                self._open(None)

    def _open(self, picture: tuple[str, Size] | None, at: float | None = None) -> None:
        waiting, self._waiting = self._waiting, []
        started_at = min(moment for moment in (at, *(at for _, at in waiting)) if moment is not None)
        kept = self._kept = self._shelf.begin(self._reception, started_at)
        self._file = Matroska(self._shelf.film(kept), started_at, picture)
        for shot, moment in waiting:
            self._file.add(shot, moment)

    def _close(self) -> None:
        file, kept = self._file, self._kept
        self._file = self._kept = None
        try:
            if file is not None:
                self._bytes += file.bytes
                self._seconds += file.ended_at - file.started_at
                file.close()
        finally:
            if kept is not None:
                self._shelf.finished(kept)
