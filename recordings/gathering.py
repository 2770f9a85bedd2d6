"""Brings what was written to the spare place back to the others, before the recording is sealed.

Copied, compared with the manifest, and removed there only when all of it is sealed here: at each moment every
segment is whole in one place at least. May be begun anew at any point.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress

from recordings.manifest import Manifest
from recordings.store import MANIFEST, Folder, make_directory, sha256_of, sync_directory

log = logging.getLogger(__name__)


def gather(folder: Folder, manifest: Manifest) -> None:
    """Raises OSError, above all where there is no room yet; ValueError where the copy is not what was written."""
    if folder.spare is None:
        return
    make_directory(folder.path)
    for segment in manifest.segments:
        source = folder.file(segment.file)
        if source.parent == folder.path or not source.exists():
            continue
        part = folder.path / f"{segment.file}.part"
        try:
            shutil.copyfile(source, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            if sha256_of(part) != segment.sha256:
                raise ValueError(f"{segment.file} on the spare disk is not what was written")
            part.rename(folder.path / segment.file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_directory(folder.path)
        log.info("%s of recording %s was brought back from the spare disk", segment.file, folder.name)


def remove_spare(folder: Folder) -> None:
    """Only what is here too; anything else stays, for a person to look at."""
    if folder.spare is None or not folder.spare.is_dir():
        return
    for path in folder.spare.iterdir():
        if path.name == MANIFEST or (folder.path / path.name).is_file():
            path.unlink()
    with suppress(OSError):
        folder.spare.rmdir()
