"""A real RTSP server (GStreamer's), as a process of its own that can be killed, frozen and started again.

What runs in it is `rtsp_serving.py`, by the system's Python: GStreamer's bindings are packages of Debian
(python3-gi, gir1.2-gst-rtsp-server-1.0, and the plugins good, bad and ugly).
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

REQUIRED = "TIEPDAN_REQUIRE_RTSP"
_PYTHON = "/usr/bin/python3"
_SERVING = Path(__file__).with_name("rtsp_serving.py")
_CAMERA = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max={gop}"
    " ! video/x-h264,profile={profile} ! rtph264pay name=pay0 pt=96"
    " audiotestsrc is-live=true freq=440 ! audioconvert ! audioresample ! audio/x-raw,rate=8000 ! alawenc"
    " ! rtppcmapay name=pay1 )"
)


def needed() -> None:
    """Skips, or fails where skipping is forbidden."""
    found = (
        Path(_PYTHON).exists()
        and not subprocess.run(
            [_PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"],
            capture_output=True,
            check=False,
        ).returncode
    )
    if found:
        return
    reason = "needs GStreamer's RTSP server (Debian: python3-gi gir1.2-gst-rtsp-server-1.0)"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}, and {REQUIRED} forbids to do without")
    pytest.skip(reason)


class RtspServer:
    """One camera with picture (H.264, 15 a second) and sound (A-law, a tone of 440 Hz). `close` it."""

    def __init__(self, *, gop: int = 15, profile: str = "constrained-baseline") -> None:
        """`gop`: pictures from key frame to key frame."""
        self._pipeline = _CAMERA.format(gop=gop, profile=profile)
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"rtsp://user:secret@127.0.0.1:{self._port}/live"

    def start(self) -> None:
        """Again on the same port, after `kill`."""
        self._process = subprocess.Popen(
            [_PYTHON, str(_SERVING), str(self._port), self._pipeline],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    close = kill
