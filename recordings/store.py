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
SIGNATURE = "manifest.sig"


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
        replace_file(self.path / MANIFEST, text_of(manifest))


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
