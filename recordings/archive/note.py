"""`archived.json` in a recording's folder: which of its files lie whole in the archive.

It stands beside the manifest, and not in a database, because it has to be true of these very files: whoever brings
back an older database, or copies the folder, has it with them. Nobody signs it: it says where to look, and the
manifest says what is to be found there.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from recordings.corrections import CORRECTIONS, CorrectionsDamaged, read
from recordings.late import late_of
from recordings.manifest import Manifest
from recordings.store import MANIFEST, SIGNATURE, STAMP, replace_file

NOTE = "archived.json"
SMALL = (MANIFEST, SIGNATURE, STAMP, CORRECTIONS)
"""These stay on this machine, too: the reviewer's page needs them, and corrections are still added."""
_log = logging.getLogger(__name__)


class Named(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: str


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    files: dict[str, Named] = {}  # each was read back, and is what was sealed
    whole_at: datetime | None = None  # all of them; from then on the large ones leave this machine


def read_note(folder: Path) -> Note:
    """An empty one where there is none; what cannot be read is told, and is none: all is moved again."""
    try:
        return Note.model_validate_json((folder / NOTE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return Note()
    except ValidationError:
        _log.error("%s of recording %s cannot be read", NOTE, folder.name)
        return Note()


def write_note(folder: Path, note: Note) -> None:
    """Raises OSError."""
    text = json.dumps(note.model_dump(mode="json"), indent=1)
    replace_file(folder / NOTE, text.encode() + b"\n")


def is_archived(path: Path) -> bool:
    """Whether the archive has this file of a recording."""
    return path.name in read_note(path.parent).files


def is_there(path: Path) -> bool:
    """Whether it is on this machine, or in the archive."""
    return path.is_file() or is_archived(path)


def is_inside(name: str) -> bool:
    """Whether it names a file of a folder, or of one in it."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def named_in(manifest: Manifest) -> dict[str, Named]:
    """Every file that the manifest vouches for. Looked for wherever a file's name, size and hash stand together,
    so that what a later manifest names is not left behind; a name that leads out of the folder is none."""
    found: dict[str, Named] = {}
    waiting: list[object] = [manifest.model_dump(mode="json")]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if {"file", "bytes", "sha256"} <= part.keys() and is_inside(part["file"]):
                found[part["file"]] = Named(bytes=part["bytes"], sha256=part["sha256"])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return dict(sorted(found.items()))


def late_in(folder: Path) -> dict[str, Named]:
    """The late sources that were entered after it was sealed; none where the list is damaged."""
    try:
        return {each.file: Named(bytes=each.bytes, sha256=each.sha256) for each in late_of(read(folder))}
    except (CorrectionsDamaged, OSError):
        return {}
