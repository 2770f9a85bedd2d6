"""The file a muxer writes to, opened and written by Python.

A file that FFmpeg is given by name it opens while PyAV holds the interpreter's lock: a disk that hangs there stops
the whole process, and nobody hears of it. Python's own calls release the lock while they wait, so that only the
thread that writes waits.
"""

from __future__ import annotations

import os
from pathlib import Path


class Output:
    """For `av.open`. The file is made with its first byte, as FFmpeg makes it. Whoever made this closes it, after
    the container."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file: int | None = None

    def write(self, data: bytes) -> int:
        """All of it. Raises OSError."""
        file, rest = self._opened(), memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._opened(), offset, whence)

    def tell(self) -> int:
        return 0 if self._file is None else os.lseek(self._file, 0, os.SEEK_CUR)

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        return self._file
