"""The sealed MP4 in the browser reviewers use: a picture of another size in between plays and seeks."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import Simulated

CHROMIUM = shutil.which("chromium")
PLAY = """async (places) => {
  const video = document.querySelector('video'), seen = [], errors = [], rows = [];
  video.addEventListener('resize', () => seen.push(video.videoWidth));
  video.addEventListener('error', () => errors.push(video.error.message));
  const event = name => new Promise(done => video.addEventListener(name, done, {once: true}));
  const loaded = event('loadedmetadata');
  video.src = '/media';
  await loaded;
  video.playbackRate = 3;
  const ended = event('ended');
  await video.play();
  await ended;
  for (const place of places) {
    const seeked = event('seeked');
    video.currentTime = place;
    await seeked;
    await new Promise(done => video.requestVideoFrameCallback ? requestAnimationFrame(() => done()) : done());
    rows.push([place, video.videoWidth, video.videoHeight]);
  }
  return {seen, errors, rows, seconds: video.duration, frames: video.getVideoPlaybackQuality().totalVideoFrames};
}"""


@contextmanager
def served(file: Path) -> Iterator[str]:
    """`file` at /media, with ranges, as control serves it."""
    data = file.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != "/media":
                self._send(200, "text/html", b"<video muted></video>")
            elif asked := re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
                start, end = int(asked[1]), int(asked[2] or len(data) - 1)
                self._send(206, "video/mp4", data[start : end + 1], f"bytes {start}-{end}/{len(data)}")
            else:
                self._send(200, "video/mp4", data)

        def _send(self, status: int, kind: str, body: bytes, content_range: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            if content_range:
                self.send_header("Content-Range", content_range)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.browser
@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("TIEPDAN_REQUIRE_CHROMIUM"), reason="no chromium is installed"
)
def test_three_sizes_play_through_and_seek(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    programme = Programme(speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 60)
    simulated.play(2.5)  # only sound at first: the video begins in the middle of the file
    for width, height in ((1280, 720), (640, 360), (1280, 720)):
        programme.show(pictures(width=width, height=height, count=30))
        simulated.play(2)
    manifest = simulated.seal()
    assert manifest.playable is not None
    with (
        served(simulated.folder.path / manifest.playable.file) as address,
        sync_api.sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page()
        page.goto(address)
        result = page.evaluate(PLAY, [7.5, 5.5, 3.5, 5.7, 8.2])
        browser.close()
    assert result["errors"] == []
    assert result["seconds"] == pytest.approx(manifest.seconds, abs=0.1)
    assert 640 in result["seen"]
    assert result["frames"] > 60
    assert [row[1:] for row in result["rows"]] == [[1280, 720], [640, 360], [1280, 720], [640, 360], [1280, 720]]
