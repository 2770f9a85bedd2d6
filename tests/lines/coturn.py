"""A real coturn beside the server: secrets with a time limit, and no way but to the server itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.bench.line.namespaces import Namespace
from server.supervisor import die_with

LISTENING, ESTABLISHED = "0A", "01"  # states in /proc/net/tcp
ENDS_WITHIN_S = 10.0


class Coturn:
    """The process, as the kernel of its namespace sees it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._port = port

    def not_listening(self) -> str | None:
        if self._process.poll() is not None:
            return f"coturn ended with code {self._process.returncode}"
        return None if LISTENING in self._states() else "coturn does not listen yet"

    @property
    def connections(self) -> int:
        """Over TCP, now."""
        return self._states().count(ESTABLISHED)

    def _states(self) -> list[str]:
        rows = Path(f"/proc/{self._process.pid}/net/tcp").read_text().splitlines()[1:]
        return [row.split()[3] for row in rows if row.split()[1].endswith(f":{self._port:04X}")]


def missing() -> str | None:
    return None if shutil.which("turnserver") else "no turnserver is installed here (Debian package coturn)"


@contextmanager
def coturn(inside: Namespace, address: str, port: int, secret: str, directory: Path) -> Iterator[Coturn]:
    """It is started, and may not listen yet."""
    command = inside.command(
        "turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--simple-log", "--no-stdout-log",
        f"--log-file={directory / 'coturn.log'}", f"--pidfile={directory / 'coturn.pid'}",
        f"--userdb={directory / 'coturn.db'}", f"--listening-ip={address}", f"--listening-port={port}",
        f"--relay-ip={address}", "--realm=tiepdan", "--use-auth-secret", f"--static-auth-secret={secret}",
        "--denied-peer-ip=0.0.0.0-255.255.255.255", f"--allowed-peer-ip={address}",
    )  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with(os.getpid())
    ) as process:
        try:
            yield Coturn(process, port)
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
