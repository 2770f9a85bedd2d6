"""A file that says when control was last alive, for the one that starts after a crash."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

_log = logging.getLogger(__name__)


class AliveMark:
    def __init__(self, path: Path) -> None:
        self._path = path

    def touch(self) -> None:
        try:
            self._path.touch()
        except OSError as error:
            _log.warning("cannot mark that control is alive: %s", error.strerror)

    def last(self, now: datetime) -> datetime:
        """When it was last touched; `now` where nobody knows."""
        try:
            return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except OSError:
            return now
