"""What lies at a path: one recording, one clip, or a folder of them."""

from __future__ import annotations

from pathlib import Path

from recordings.findings import Finding, Part, Report, State, Why
from recordings.keys import PublicKeys
from recordings.verifying import Advance, Authority, is_recording, unread, verify_recording
from recordings.verifying_clips import is_clip, verify_clip


class NothingToVerify(ValueError):
    """The text says what came and what is allowed."""


def things_in(path: Path) -> list[Path]:
    """Folders of recordings and clips at `path`, or directly in it; others too that are not empty, or cannot be
    looked into. Raises OSError where `path` itself cannot be."""
    if not path.is_dir():
        raise NothingToVerify(
            f"came {path}, which is no folder; allowed is a recording's, a clip's, or one of many"
        )
    if _is_known(path):
        return [path]
    inside = [each for each in sorted(path.iterdir()) if each.is_dir()]
    if not any(_is_shut(each) or _is_known(each) for each in inside):
        raise NothingToVerify(f"came {path}, in which there is neither a recording nor a clip")
    return [each for each in inside if _is_shut(each) or any(each.iterdir())]


def verify(path: Path, keys: PublicKeys | None, advance: Advance, authority: Authority | None = None) -> Report:
    """What cannot be read is said of what it is: it keeps nothing from being said of the others."""
    path = path.resolve()
    try:
        if is_recording(path):
            return verify_recording(path, keys, advance, authority)
        if is_clip(path):
            return verify_clip(path, keys, advance)
    except OSError as failed:
        return Report(path.name, (unread(Part.FILE, path.name, failed),))
    return Report(path.name, (Finding(Part.FILE, path.name, State.ADDED, Why.NOT_NAMED),))


def size_of(path: Path) -> int:
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _is_shut(path: Path) -> bool:
    try:
        next(path.iterdir(), None)
    except OSError:
        return True
    return False


def _is_known(path: Path) -> bool:
    return is_recording(path) or is_clip(path)
