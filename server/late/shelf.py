"""Files on their way: one folder for each, with what was offered and the bytes that have come.

    data/late/ROOM-HASH/offer.json   what the room said, and when
    data/late/ROOM-HASH/part         the bytes so far; synced before each answer, so that an answer stays true
    data/late/ROOM-HASH/whole        all of them, with the hash that was offered: to be looked at and entered

Everything here takes the disk's time: call it in a thread.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from recordings.store import make_directory, replace_file, sha256_of, sync_directory
from signaling.late_messages import FileReceived, OfferFile
from signaling.messages import RoomCode

RESERVE = 4_000_000_000  # bytes of the disk that are the recorder's
UNFINISHED_FOR = timedelta(days=30)
_NAME = re.compile(r"^\d{1,5}-[0-9a-f]{64}$")
_OFFER, _PART, _WHOLE = "offer.json", "part", "whole"


class NoRoomOnDisk(Exception):
    pass


class WrongOffset(Exception):
    """`received`: where the file goes on."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes are here")
        self.received = received


class OtherBytes(Exception):
    """All came, and they are not what was offered; they are gone again."""


class Coming(BaseModel):
    """An offer that was taken. `item`: in which it falls, as it was when it was offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    room: RoomCode
    room_id: int
    item: int
    offer: OfferFile
    offered_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Place:
    path: Path
    coming: Coming

    @property
    def whole(self) -> Path:
        return self.path / _WHOLE

    @property
    def handed_over_at(self) -> float:
        """Epoch. Raises OSError where it is not whole."""
        return self.whole.stat().st_mtime


class LateShelf:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def all(self) -> Iterator[Place]:
        """In the order of their times. What cannot be read is none of ours, and stays for a person to look at."""
        paths = self._directory.iterdir() if self._directory.is_dir() else ()
        places = [place for path in paths if (place := _read(path)) is not None]
        yield from sorted(places, key=lambda place: place.coming.offer.started_at)

    def of(self, room: RoomCode, reception: int) -> list[Coming]:
        comings = (place.coming for place in self.all())
        return [each for each in comings if each.room == room and each.offer.reception == reception]

    def find(self, room: RoomCode, sha256: str) -> Place | None:
        name = f"{room}-{sha256}"
        return _read(self._directory / name) if _NAME.match(name) else None

    def begin(self, coming: Coming) -> Place:
        """Raises NoRoomOnDisk, OSError."""
        make_directory(self._directory)
        self._directory.chmod(0o700)
        self._refuse_when_full(coming.offer.bytes)
        path = self._directory / f"{coming.room}-{coming.offer.sha256}"
        make_directory(path)
        replace_file(path / _OFFER, coming.model_dump_json().encode(), mode=0o600)
        return Place(path, coming)

    def received(self, place: Place) -> FileReceived:
        if place.whole.is_file():
            return FileReceived(received=place.coming.offer.bytes, stored=True)
        return FileReceived(received=_size(place.path / _PART), stored=False)

    def add(self, place: Place, offset: int, piece: bytes) -> FileReceived:
        """What is acknowledged is on the disk. Raises WrongOffset, OtherBytes, NoRoomOnDisk, OSError."""
        before, offer = self.received(place), place.coming.offer
        if before.stored or offset != before.received or offset + len(piece) > offer.bytes:
            raise WrongOffset(before.received)
        self._refuse_when_full(len(piece))
        part = place.path / _PART
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(descriptor, "ab") as file:
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(place.path)
        received = offset + len(piece)
        if received < offer.bytes:
            return FileReceived(received=received, stored=False)
        if sha256_of(part) != offer.sha256:
            self.remove(place)
            raise OtherBytes
        part.rename(place.whole)
        sync_directory(place.path)
        return FileReceived(received=received, stored=True)

    def remove(self, place: Place) -> None:
        """Raises OSError."""
        shutil.rmtree(place.path)
        sync_directory(self._directory)

    def forget_unfinished(self, now: datetime) -> None:
        """What nobody goes on with. Raises OSError."""
        for place in list(self.all()):
            if not place.whole.is_file() and now - place.coming.offered_at > UNFINISHED_FOR:
                self.remove(place)

    def _refuse_when_full(self, coming: int) -> None:
        if shutil.disk_usage(self._directory).free - coming < RESERVE:
            raise NoRoomOnDisk


def _read(path: Path) -> Place | None:
    if not _NAME.match(path.name):
        return None
    try:
        return Place(path, Coming.model_validate_json((path / _OFFER).read_bytes()))
    except (OSError, ValidationError):
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
