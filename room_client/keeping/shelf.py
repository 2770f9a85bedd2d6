"""The folder with what a room kept: a film and a few words about it, each, until they are handed over.

    NAME.json   of which reception, from when; once the server has said what it takes, also the hash
    NAME.mkv    the film

Nothing here says a name, and only this account reads it. All of it together takes no more than was allowed.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from room_client.whole_file import sync_folder, write_whole

KEPT_FOR_S = 30 * 86_400.0  # the server takes nothing older
RESERVE = 500_000_000  # bytes of the disk that stay free, whatever is allowed
FILM_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Kept:
    """`sha256` and `ended_at` empty: as it was kept, perhaps broken off. `cut_of`: the film it was cut from."""

    name: str
    reception: int
    started_at: float
    ended_at: float = 0.0
    sha256: str = ""
    cut_of: str = ""

    @property
    def is_cut(self) -> bool:
        return bool(self.sha256)


class KeptShelf:
    """What reads and writes here takes the disk's time. Raises OSError."""

    def __init__(self, directory: Path, most_bytes: int) -> None:
        self._directory = directory
        self._most_bytes = most_bytes
        self._open: set[str] = set()  # being written

    def film(self, kept: Kept) -> Path:
        return self._directory / f"{kept.name}.mkv"

    def left(self) -> int:
        """Bytes that may still be written."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        used = sum(path.stat().st_size for path in self._directory.iterdir() if path.is_file())
        free = shutil.disk_usage(self._directory).free - RESERVE
        return max(0, min(self._most_bytes - used, free))

    def begin(self, reception: int, started_at: float) -> Kept:
        """Its words are on the disk before its first picture: a film without them is nobody's."""
        kept = Kept(secrets.token_hex(8), reception, started_at)
        self._open.add(kept.name)
        self._write(kept)
        return kept

    def finished(self, kept: Kept) -> None:
        self._open.discard(kept.name)

    def all(self) -> list[Kept]:
        """Oldest first, without those that are being written. Whatever a crash left half done is put right."""
        found = [kept for kept in self._read() if kept.name not in self._open]
        names = {kept.name for kept in found}
        for kept in found:
            # What was cut, while its film is there still: it is cut again.
            if kept.cut_of in names or not self.film(kept).is_file():
                self.remove(kept)
        return sorted(
            (kept for kept in found if kept.cut_of not in names and self.film(kept).is_file()),
            key=lambda kept: kept.started_at,
        )

    def put_in_place(self, film: Kept, parts: Sequence[Kept]) -> None:
        """The parts that were cut from it are what is left of `film`."""
        for part in parts:
            self._write(part)
        self.remove(film)

    def remove(self, kept: Kept) -> None:
        self.film(kept).unlink(missing_ok=True)
        (self._directory / f"{kept.name}.json").unlink(missing_ok=True)
        sync_folder(self._directory)

    def forget_old(self) -> int:
        """How many nobody took for a month; also what is left of what never got its words."""
        now = time.time()
        old = [kept for kept in self.all() if now - self.film(kept).stat().st_mtime > KEPT_FOR_S]
        for kept in old:
            self.remove(kept)
        known = {kept.name for kept in self._read()} | self._open
        for path in self._paths("*.mkv"):
            if path.stem not in known:
                path.unlink(missing_ok=True)
        return len(old)

    def _paths(self, pattern: str) -> list[Path]:
        return sorted(self._directory.glob(pattern)) if self._directory.is_dir() else []

    def _read(self) -> Iterator[Kept]:
        for path in self._paths("*.json"):
            try:
                kept = Kept(**json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError):
                continue
            if kept.name == path.stem:
                yield kept

    def _write(self, kept: Kept) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._directory / f"{kept.name}.json", json.dumps(asdict(kept)))
