"""A real sound server (PulseAudio) with a hall in which a tone of 440 Hz is heard, and ALSA's way to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

REQUIRED = "TIEPDAN_REQUIRE_SOUND"
HALL = "hall.monitor"


def needed() -> None:
    """Skips, or fails where skipping is forbidden."""
    plugins = list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so"))
    missing = [name for name in ("pulseaudio", "parec", "arecord") if shutil.which(name) is None]
    if not missing and plugins:
        return
    reason = "needs Debian's pulseaudio, pulseaudio-utils, alsa-utils and libasound2-plugins"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}, and {REQUIRED} forbids to do without")
    pytest.skip(reason)


class SoundServer:
    """`close` it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._socket = directory / "hall.socket"
        self._process: subprocess.Popen[bytes] | None = None
        self.alsa_configuration = directory / "asound.conf"
        self.alsa_configuration.write_text(
            f'pcm.hall {{ type pulse device "{HALL}" server "{self.address}" }}\n', encoding="utf-8"
        )

    @property
    def address(self) -> str:
        return f"unix:{self._socket}"

    def start(self) -> None:
        modules = (
            "module-null-sink sink_name=hall",
            "module-sine sink=hall frequency=440",
            "module-remap-source master=hall.monitor source_name=desk source_properties=device.description=Table",
            f"module-native-protocol-unix socket={self._socket} auth-anonymous=1 auth-cookie-enabled=0",
        )
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm",
             *(f"--load={module}" for module in modules)],
            env={**os.environ, "HOME": str(self._directory), "XDG_RUNTIME_DIR": str(self._directory)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    close = kill
