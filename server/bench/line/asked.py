"""A process that answers every line on its stdin with one on its stdout, and ends with the end of its stdin."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from server.supervisor import die_with

ENDS_WITHIN_S = 30.0  # a server closes its recording first


class ProcessGone(Exception):
    """It ended although nobody told it to; what it said on stderr stands above, or in its log."""


class AskedProcess:
    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self._process = process
        self._name = name

    @property
    def pid(self) -> int:
        return self._process.pid

    def hear(self) -> bytes:
        """Wait for its next line. Raises ProcessGone."""
        answers = self._process.stdout
        line = answers.readline() if answers is not None else b""
        if not line:
            raise ProcessGone(f"the {self._name} has ended")
        return line

    def ask(self, question: str = "") -> bytes:
        """Its answer. Raises ProcessGone."""
        requests = self._process.stdin
        try:
            if requests is not None:
                requests.write(question.encode() + b"\n")
                requests.flush()
        except OSError as error:
            raise ProcessGone(f"the {self._name} has ended") from error
        return self.hear()


@contextmanager
def asked_process(
    name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[AskedProcess]:
    """Start it; `environment` is all it gets (None: ours). In the end its stdin is closed and its end awaited."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        preexec_fn=die_with(os.getpid()),
    ) as process:
        try:
            yield AskedProcess(process, name)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
