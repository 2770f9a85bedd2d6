"""Manifests on disk. Written whole to a temporary file, fsynced, renamed over the old one: never half of one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from recordings.manifest import Manifest

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
STAMP = "manifest.tsr"


class UnreadableManifest(ValueError):
    """A folder whose manifest is damaged. It is left alone, for a person to look at."""


class Folder:
    """One recording's folder. Whoever has the recording open is the only one to write.

    `spare`: where it goes on, on another disk, while the first one takes nothing; gathered when it is sealed.
    """

    def __init__(self, path: Path, spare: Path | None = None) -> None:
        self.path = path
        self.spare = spare

    @property
    def name(self) -> str:
        return self.path.name

    def file(self, name: str) -> Path:
        """Where a file of the recording is; in the first place if it is nowhere."""
        if self.spare is not None and not (self.path / name).exists() and (self.spare / name).exists():
            return self.spare / name
        return self.path / name

    def load(self) -> Manifest | None:
        """The last that was saved; None where there is none yet. Raises UnreadableManifest."""
        found = [manifest for place in self._places if (manifest := _read(place / MANIFEST)) is not None]
        return max(found, key=lambda manifest: manifest.saves, default=None)

    def save(self, manifest: Manifest) -> None:
        """To the first place that takes it. Raises OSError where none does; the one before it is whole then."""
        manifest.saves += 1
        text = text_of(manifest)
        for place in self._places:
            try:
                make_directory(place)
                replace_file(place / MANIFEST, text)
            except OSError:
                if place is self._places[-1]:
                    raise
            else:
                return

    @property
    def _places(self) -> list[Path]:
        return [self.path, self.spare] if self.spare is not None else [self.path]


@dataclass(frozen=True, slots=True)
class Places:
    """Where recordings are, and where they go on when that disk refuses."""

    recordings: Path
    spare: Path | None = None

    def folder(self, name: str) -> Folder:
        return Folder(self.recordings / name, self.spare / name if self.spare is not None else None)

    def folders(self) -> Iterator[Folder]:
        """All recordings on disk, by name."""
        places = [self.recordings] if self.spare is None else [self.recordings, self.spare]
        paths = [path for place in places if place.is_dir() for path in place.iterdir()]
        for name in sorted({path.name for path in paths if (path / MANIFEST).is_file()}):
            yield self.folder(name)


def _read(path: Path) -> Manifest | None:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise UnreadableManifest(f"{MANIFEST} has {error.error_count()} faults") from error


def text_of(manifest: Manifest) -> bytes:
    """A manifest as it stands on the disk. A signature is of these very bytes, not of what they mean."""
    text = json.dumps(manifest.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def replace_file(path: Path, data: bytes, mode: int = 0o666) -> None:
    """The file has its former content or all of `data`, whatever happens. `mode` is narrowed by the umask."""
    temporary = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)


def make_directory(path: Path) -> None:
    """A new one outlives a power cut by its name in the one above, which is written too."""
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir(exist_ok=True)
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Makes a rename, or a new file's name, outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
