"""Manifests on disk. Written whole to a temporary file, fsynced, renamed over the old one: never half of one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from recordings.manifest import Manifest

MANIFEST = "manifest.json"


class UnreadableManifest(ValueError):
    """A folder whose manifest is damaged. It is left alone, for a person to look at."""


class Folder:
    """One recording's folder. Whoever has the recording open is the only one to write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        return self.path.name

    def load(self) -> Manifest | None:
        """None where there is no manifest yet. Raises UnreadableManifest."""
        try:
            text = (self.path / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as error:
            raise UnreadableManifest(f"{MANIFEST} has {error.error_count()} faults") from error

    def save(self, manifest: Manifest) -> None:
        """Raises OSError; the manifest before it is whole then."""
        self.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(manifest.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1)
        temporary = self.path / f"{MANIFEST}.tmp"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self.path / MANIFEST)
        sync_directory(self.path)


def folders(recordings: Path) -> Iterator[Folder]:
    """All recordings on disk, by name."""
    for path in sorted(recordings.iterdir()) if recordings.is_dir() else ():
        if (path / MANIFEST).is_file():
            yield Folder(path)


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
