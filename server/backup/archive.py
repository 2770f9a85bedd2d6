"""The file: a ZIP with the manifest and its members, which anybody can open without Tiepdan."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.backup.errors import BadBackup
from server.backup.manifest import (
    ATTACHED,
    DATABASE,
    MANIFEST,
    OPERATORS,
    Manifest,
    Member,
    NoManifest,
    read_manifest,
)

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What `zipfile` raises for bytes that are not what they were."""


def write_member(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes], *, compress: bool = True) -> Member:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    entry.external_attr = 0o600 << 16
    with archive.open(entry, "w", force_zip64=True) as out:
        for chunk in chunks:
            out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return Member(bytes=size, sha256=digest.hexdigest())


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def checked(file: Path) -> Manifest:
    """The manifest of a file whose every byte is as it was written. Raises BadBackup."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            for name, member in manifest.members.items():
                if archive.getinfo(name).file_size != member.bytes:
                    raise BadBackup(f"{file} is damaged: {name} has another length than its manifest says.")
                digest = hashlib.sha256()
                with archive.open(name) as stream:
                    for chunk in chunks_of(stream):
                        digest.update(chunk)
                if digest.hexdigest() != member.sha256:
                    raise BadBackup(f"{file} is damaged: {name} has another SHA-256 than its manifest says.")
            return manifest
    except OSError as problem:
        raise BadBackup(f"{file} cannot be read: {problem.strerror or problem}.") from None
    except _DAMAGE as damage:
        if not _looks_like_ours(file):
            raise BadBackup(f"{file} is no backup: it is no ZIP file. Allowed is what `backup` wrote.") from None
        raise BadBackup(f"{file} is damaged: {damage}. Take another backup.") from None


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    names = archive.namelist()
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise BadBackup(f"{file} is no backup: it has no {MANIFEST}. Allowed is what `backup` wrote.")
    try:
        manifest = read_manifest(archive.read(MANIFEST))
    except NoManifest as wrong:
        raise BadBackup(f"{file} has a {MANIFEST} that this version does not know: {wrong}.") from None
    there, said = set(names) - {MANIFEST}, set(manifest.members)
    if there != said or len(names) != len(said) + 1 or DATABASE not in said or not all(map(_is_known, said)):
        odd = sorted(said ^ there) or sorted(name for name in said if not _is_known(name))
        raise BadBackup(
            f"{file} is damaged: its manifest names {len(said)} parts, and inside is another set:"
            f" {odd[:5] or 'one of them twice'}."
        )
    return manifest


def _is_known(name: str) -> bool:
    return name == DATABASE or any(kind.fullmatch(name) for kind in (OPERATORS, ATTACHED))


def _looks_like_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == b"PK\x03\x04"


@contextmanager
def member(file: Path, name: str) -> Iterator[IO[bytes]]:
    """One member of a file that was `checked`, as a stream."""
    with zipfile.ZipFile(file) as archive, archive.open(name) as stream:
        yield stream


def extract(file: Path, name: str, target: Path) -> None:
    with member(file, name) as stream, target.open("xb") as out:
        shutil.copyfileobj(stream, out, _CHUNK)
