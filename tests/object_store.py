"""A real S3 server for the tests of the archive: Versity's gateway over a directory, with keys and signatures.

`make object-store` installs it. Where it is not, its tests are skipped with the reason;
TIEPDAN_REQUIRE_OBJECT_STORE forbids to skip them.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from recordings.archive.address import Access

REQUIRED = "TIEPDAN_REQUIRE_OBJECT_STORE"
PROGRAM = "versitygw"
BUCKET = "luu-tru"
KEY, SECRET = "tiepdan", "a-secret-of-the-test"
STARTS_WITHIN_S = 20.0


def program() -> str:
    """Its path; without it the test is skipped, or fails where it is required."""
    found = shutil.which(PROGRAM) or shutil.which(PROGRAM, path=str(Path.home() / "go" / "bin"))
    if found is not None:
        return found
    if os.environ.get(REQUIRED):
        pytest.fail(f"no {PROGRAM} is installed here, and {REQUIRED} forbids to do without (make object-store)")
    pytest.skip(f"no {PROGRAM} is installed here (make object-store)")


class ObjectStore:
    """Its objects are the files of `directory`/BUCKET. `room`: bytes of a disk of its own, which needs root."""

    def __init__(self, directory: Path, room: int = 0) -> None:
        self._program = program()
        self._directory, self._room = directory, room
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        directory.mkdir(exist_ok=True)
        (directory / BUCKET).mkdir(exist_ok=True)

    def access(self, bucket: str = BUCKET, key: str = KEY, secret: str = SECRET) -> Access:
        endpoint = f"http://127.0.0.1:{self._port}"
        return Access(url=f"s3://{bucket}/tinh/ghi?endpoint={endpoint}", key=key, secret=secret)

    def object(self, name: str) -> Path:
        """Where its bytes are, for who alters them."""
        return self._directory / BUCKET / "tinh" / "ghi" / name

    def start(self) -> None:
        serve = [self._program, "--quiet", "--port", f"127.0.0.1:{self._port}", "posix", str(self._directory)]
        if self._room:
            mount = f'mount -t tmpfs -o size={self._room} none "$0" && mkdir "$0/{BUCKET}" && exec "$@"'
            serve = ["unshare", "--mount", "sh", "-c", mount, str(self._directory), *serve]
        environment = {**os.environ, "ROOT_ACCESS_KEY_ID": KEY, "ROOT_SECRET_ACCESS_KEY": SECRET}
        self._process = subprocess.Popen(
            serve, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                assert self._process.poll() is None, "the S3 server ended at once"
                assert time.monotonic() < deadline, "the S3 server does not listen"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """As when its machine loses power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
