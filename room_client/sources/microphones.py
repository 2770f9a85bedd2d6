"""Microphones: of the computer (`alsa:NAME`, `pulse:NAME`) and the sound of a network camera (`rtsp://…`).

The computer's sound is recorded by the program that belongs to its sound system. FFmpeg's libraries, as PyAV
brings them, know no PulseAudio and look for ALSA's configuration where they were built; and a device that hangs
holds its thread for ever, while a program can be ended. PipeWire answers as PulseAudio does.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from room_client.sources.cameras import LiveSource
from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.ear import Ear, Samples
from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ, OpusEncoder
from room_client.sources.live_clock import LiveClock
from room_client.sources.opening import open_container, speakable
from signaling.wire.rtp import AUDIO_CLOCK_HZ

SILENT_S = 5.0  # a microphone gives sound all the time, be it silence; without any it hangs
_FRAME_BYTES = 2 * OPUS_FRAME_SAMPLES
_RECORDERS = {  # raw sound, 16 bits, mono, to the standard output
    "alsa": ("arecord", "-q", "-D", "{}", "-t", "raw", "-f", "S16_LE", "-r", str(OPUS_RATE_HZ), "-c", "1",
             "--buffer-time=200000"),
    "pulse": ("parec", "--device={}", "--raw", "--format=s16le", f"--rate={OPUS_RATE_HZ}", "--channels=1",
              "--latency-msec=20", "--client-name=tiepdan"),
}  # fmt: skip
SOUND_SYSTEMS = tuple(_RECORDERS)
_PULSE_DEFAULT = "@DEFAULT_SOURCE@"


def default_microphone() -> str:
    """PulseAudio's, or PipeWire's, where this account has one running; else ALSA's."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    runs = "PULSE_SERVER" in os.environ or (runtime and Path(runtime, "pulse", "native").exists())
    return "pulse:default" if runs and shutil.which("parec") else "alsa:default"


class _Speech:
    """Pieces of 20 ms to Opus, on the source's clock. Off the air they are heard, and nothing is encoded."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._encoder: OpusEncoder | None = None
        self._clock = LiveClock(AUDIO_CLOCK_HZ)
        self._count = 0
        ear.begin()

    def encode(self, samples: Samples, wanted: bool) -> Iterator[EncodedFrame | None]:
        ticks = self._clock.ticks(self._count * OPUS_FRAME_SAMPLES, Fraction(1, OPUS_RATE_HZ))
        samples = self._ear.hear(samples)
        self._count += 1
        if not wanted:
            self._encoder = None  # the next words start with a fresh one
            yield None
            return
        self._encoder = self._encoder or OpusEncoder()
        for data in self._encoder.encode(samples, self._count - 1):
            yield EncodedFrame(data, ticks, key=True)


class MicrophoneDevice:
    """A microphone by the name its sound system gives it, for instance `default` or `hw:1`."""

    live = True
    clock_hz = AUDIO_CLOCK_HZ

    def __init__(self, place: str) -> None:
        """`place`: SYSTEM:NAME, for instance "alsa:default"."""
        self._place = place
        self.ear = Ear()
        self._recorder: subprocess.Popen[bytes] | None = None
        self._speech = _Speech(self.ear)
        self._waiting = b""

    def open(self, codec: str) -> None:
        system, _, name = self._place.partition(":")
        if system not in _RECORDERS:
            raise SourceUnusable(SourceProblem.UNSUPPORTED, self._place)
        program, *options = _RECORDERS[system]
        if shutil.which(program) is None:
            raise SourceUnusable(SourceProblem.NO_PROGRAM, program)
        if system == "pulse" and name in ("", "default"):
            name = _PULSE_DEFAULT
        command = [program, *(option.replace("{}", name or "default") for option in options)]
        self._recorder = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._speech, self._waiting = _Speech(self.ear), b""
        try:
            self._waiting = self._more()
        except SourceUnusable as error:  # it ended before it began: there is no such microphone
            self.close()
            problem = error.problem
            missing = SourceProblem.NO_SUCH_DEVICE if problem is SourceProblem.ENDED else problem
            raise SourceUnusable(missing, self._place) from error

    def read(self, wanted: bool) -> EncodedFrame | None:
        while len(self._waiting) < _FRAME_BYTES:
            self._waiting += self._more()
        piece, self._waiting = self._waiting[:_FRAME_BYTES], self._waiting[_FRAME_BYTES:]
        samples = np.frombuffer(piece, dtype="<i2").astype(np.int16)
        return next(self._speech.encode(samples, wanted), None)

    def want_key_frame(self) -> None:
        """Sound has none."""

    def close(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.kill()
            recorder.wait()
            if recorder.stdout is not None:
                recorder.stdout.close()

    def _more(self) -> bytes:
        """What was recorded since. Raises SourceUnusable: ENDED, or STALLED where nothing comes."""
        pipe = None if self._recorder is None else self._recorder.stdout
        if pipe is None:
            raise SourceUnusable(SourceProblem.ENDED, self._place)
        ready, _, _ = select.select((pipe,), (), (), SILENT_S)
        if not ready:
            raise SourceUnusable(SourceProblem.STALLED, self._place)
        data = os.read(pipe.fileno(), 8 * _FRAME_BYTES)
        if not data:
            raise SourceUnusable(SourceProblem.ENDED, self._place)
        return data


class NetworkMicrophone(LiveSource):
    """The sound of a camera, or of a room of another conference system, over RTSP: whatever it is, to Opus."""

    clock_hz = AUDIO_CLOCK_HZ

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.ear = Ear()

    def open(self, codec: str) -> None:
        container = self._container = open_container(
            self._place,
            options={"rtsp_transport": "tcp", "fflags": "nobuffer", "allowed_media_types": "audio"},
            missing=SourceProblem.UNREACHABLE,
        )
        if not container.streams.audio:
            self.close()
            raise SourceUnusable(SourceProblem.NO_AUDIO, speakable(self._place))
        self._frames = self._capture(container)

    def want_key_frame(self) -> None:
        """Sound has none."""

    def _capture(self, container: InputContainer) -> Iterator[EncodedFrame | None]:
        resampler = AudioResampler(format="s16", layout="mono", rate=OPUS_RATE_HZ, frame_size=OPUS_FRAME_SAMPLES)
        speech = _Speech(self.ear)
        for decoded in container.decode(container.streams.audio[0]):
            decoded.pts = None  # the resampler counts samples
            for sound in resampler.resample(decoded):
                yield from speech.encode(sound.to_ndarray()[0], self._wanted)
