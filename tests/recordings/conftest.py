"""A stage (the media process's end of the tap), and the real recorder as a subprocess beside it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from signaling.channel import Channel, connect, listening_socket
from signaling.ports import ChapterMark, Frame, RecorderStatus, RecordingGrew, RecordingSealed, SetRecording
from signaling.tap import WANT_ISOLATED, WANT_KEY_FRAME, TapTrack, pack_length
from tests.recordings.media import Programme
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]


class Stage:
    """Listens on media-tap.sock and sends its programme to the recorder in real time."""

    def __init__(self, run: Path) -> None:
        self._path = run / "media-tap.sock"
        self.programme = Programme()
        self.key_frames_wanted = 0
        self.isolated_wanted = False
        self.sent = 0
        self._listening: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def sent_until(self) -> float:
        """Everything that was captured before this moment was handed to the recorder."""
        due = [due for due in (self.programme._video_due, self.programme._sound_due) if due is not None]
        return min(due, default=0) / 1e6

    async def open(self) -> None:
        self._listening = listening_socket(self._path, socket.SOCK_SEQPACKET)
        self._task = asyncio.create_task(self._play(), name="stage")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for sock in (self._connection, self._listening):
            if sock is not None:
                sock.close()
        self._connection = self._listening = None

    async def _play(self) -> None:
        """One recorder after the other, as the media process serves them."""
        assert self._listening is not None
        while True:
            self._connection, _ = await asyncio.get_running_loop().sock_accept(self._listening)
            self._connection.setblocking(False)
            with suppress(ConnectionError):
                await self._send(self._connection)
            self._connection.close()
            self._connection = None

    async def _send(self, connection: socket.socket) -> None:
        """Until the recorder is gone (ConnectionError)."""
        while True:
            with suppress(BlockingIOError):
                received = connection.recv(16)
                if not received:
                    return
                self._asked(received)
            for datagram in self.programme.until(time.time_ns() // 1_000):
                await asyncio.get_running_loop().sock_sendall(connection, pack_length(len(datagram)) + datagram)
                self.sent += 1
            await asyncio.sleep(0.01)

    def _asked(self, received: bytes) -> None:
        if received == WANT_ISOLATED:
            self.isolated_wanted = True
            return
        assert received[:1] == WANT_KEY_FRAME
        if len(received) > 1:
            self.programme.begin_with_key_frame(TapTrack(received[1]))
        else:
            self.key_frames_wanted += 1
            self.programme.begin_with_key_frame()


class RecorderProcess:
    """`python -m recordings`, and control's channel to it."""

    def __init__(
        self, directory: Path, segment_minutes: float, spare: Path | None = None, *, isolated: bool = False
    ) -> None:
        self.run = directory / "run"
        self.recordings = directory / "recordings"
        self.signing = directory / "signing"
        self._segment_minutes = segment_minutes
        self._spare = spare
        self._isolated = isolated
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._reading: asyncio.Task[None] | None = None
        self.grew: list[RecordingGrew] = []
        self.sealed: list[RecordingSealed] = []

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        command = [sys.executable, "-m", "recordings", "--run-directory", str(self.run)]
        command += [
            "--recordings-directory",
            str(self.recordings),
            "--signing-directory",
            str(self.signing),
            "--segment-minutes",
            str(self._segment_minutes),
        ]
        if self._spare is not None:
            command += ["--spare-directory", str(self._spare)]
        if self._isolated:
            command += ["--isolated-sources"]
        self._process = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 (starts at once)
        await self.connect()

    async def connect(self) -> None:
        until = time.monotonic() + 60  # a busy machine takes its time to import what is needed
        while True:
            try:
                self._channel = await connect(self.run / "recorder.sock")
                break
            except OSError:
                assert time.monotonic() < until, "the recorder does not listen"
                await asyncio.sleep(0.02)
        self._reading = asyncio.create_task(self._read(self._channel), name="control")

    async def disconnect(self) -> None:
        if self._channel is not None:
            await self._channel.close()
        if self._reading is not None:
            await self._reading
        self._channel = self._reading = None

    async def set(
        self, recording: str, state: str, *, reason: str = "", chapters: tuple[ChapterMark, ...] = ()
    ) -> Frame:
        assert self._channel is not None
        wanted = SetRecording(recording=recording, reception=7, state=state, reason=reason, chapters=chapters)  # type: ignore[arg-type]
        return await self._channel.request(wanted)

    async def status(self) -> Frame:
        assert self._channel is not None
        return await self._channel.request(RecorderStatus())

    def manifest(self, recording: str) -> dict[str, Any]:
        """The last that was saved, wherever."""
        places = [self.recordings] if self._spare is None else [self.recordings, self._spare]
        files = [place / recording / "manifest.json" for place in places]
        found = [json.loads(file.read_text()) for file in files if file.exists()]
        result: dict[str, Any] = max(found, key=lambda manifest: manifest["saves"])
        return result

    async def sealed_as(self, recording: str) -> RecordingSealed:
        def found() -> list[RecordingSealed]:
            return [frame for frame in self.sealed if frame.recording == recording]

        await eventually(lambda: "not sealed" if not found() else None, 60)
        return found()[-1]

    async def until_grew(
        self, what: str, holds: Callable[[RecordingGrew], bool], timeout_s: float = 45
    ) -> RecordingGrew:
        """Asks until a report comes of which `what` holds."""
        until = time.monotonic() + timeout_s
        while True:
            frame = await self.status()
            if isinstance(frame, RecordingGrew) and holds(frame):
                return frame
            assert time.monotonic() < until, f"not {what}: {frame}"
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ended politely; the exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        os.kill(self._process.pid, number)
        process, self._process = self._process, None
        status = await asyncio.to_thread(process.wait, 20)
        await self.disconnect()
        return status

    async def _read(self, channel: Channel) -> None:
        async for frame, _ in channel.frames():
            if isinstance(frame, RecordingGrew):
                self.grew.append(frame)
            elif isinstance(frame, RecordingSealed):
                self.sealed.append(frame)


StartRecorder = Callable[..., Awaitable[RecorderProcess]]


@asynccontextmanager
async def _closing(*closers: Callable[[], Awaitable[Any]]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for close in closers:
            await close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    (tmp_path / "run").mkdir()
    stage = Stage(tmp_path / "run")
    await stage.open()
    async with _closing(stage.close):
        yield stage


@pytest.fixture
async def start_recorder(tmp_path: Path, stage: Stage) -> AsyncIterator[StartRecorder]:
    started: list[RecorderProcess] = []

    async def start(
        segment_minutes: float = 5, spare: Path | None = None, *, isolated: bool = False
    ) -> RecorderProcess:
        recorder = RecorderProcess(tmp_path, segment_minutes, spare, isolated=isolated)
        started.append(recorder)
        await recorder.start()
        await eventually(lambda: None if stage.connected else "the tap is not connected")
        return recorder

    yield start
    for recorder in started:
        assert await recorder.stop() == 0
