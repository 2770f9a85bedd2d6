"""Opens the recording that control names: begun anew, gone on with, or left alone where it ended before."""

from __future__ import annotations

import logging
from collections.abc import Callable

from recordings.isolated import journal as journals
from recordings.isolated.recording import IsolatedRecording
from recordings.manifest import Manifest, new_manifest
from recordings.recording import Recording
from recordings.recovery import settle
from recordings.store import Folder, Places
from signaling.ports import SetRecording

log = logging.getLogger(__name__)


class Opening:
    """Of the programme. Called in the writer thread."""

    def __init__(self, places: Places, segment_us: int, ended: Callable[[Folder], None]) -> None:
        """`ended` is called with a recording that is ready to be sealed, as it ended before."""
        self._places = places
        self._segment_us = segment_us
        self._ended = ended

    def __call__(self, wanted: SetRecording) -> Recording | None:
        folder = self._places.folder(wanted.recording)
        manifest = _manifest(folder, wanted)
        if manifest is None:
            return None
        if manifest.state == "sealed" or manifest.ended_at is not None:
            self._ended(folder)  # ended before: sealed, or being sealed; it is not opened again
            return None
        if manifest.writing is not None:
            settle(folder, manifest)  # never overwrite what was left
        return Recording(folder, manifest, self._segment_us)


class IsolatedOpening:
    """Of the isolated sources. Called in their thread, which writes nothing of the manifest."""

    def __init__(self, places: Places, segment_us: int, may_write: Callable[[], bool]) -> None:
        self._places = places
        self._segment_us = segment_us
        self._may_write = may_write

    def __call__(self, wanted: SetRecording) -> IsolatedRecording | None:
        folder = self._places.folder(wanted.recording)
        manifest = _manifest(folder, wanted)
        if manifest is None or manifest.state == "sealed" or manifest.ended_at is not None:
            return None
        try:
            journal = journals.load(folder.path, folder.name)
            if journals.settle(folder.path, journal):
                journals.save(folder.path, journal)
        except (OSError, ValueError) as error:
            log.error("isolated sources of %s are not recorded: %s", folder.name, error)
            return None
        return IsolatedRecording(folder, journal, self._segment_us, self._may_write)


def _manifest(folder: Folder, wanted: SetRecording) -> Manifest | None:
    try:
        return folder.load() or new_manifest(wanted.recording, wanted.reception)
    except (OSError, ValueError) as error:
        log.error("recording %s cannot be opened (%s)", wanted.recording, type(error).__name__)
        return None
