"""Real recorders on a real sound server: PulseAudio by its own program, ALSA by its own, both gone and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from room_client.sources.choosing import audio_source
from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.feed import Feed
from room_client.sources.microphones import MicrophoneDevice, default_microphone
from tests.room_client.sound_server import HALL, SoundServer, needed
from tests.waiting import eventually


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    needed()
    server = SoundServer(tmp_path)
    monkeypatch.setenv("PULSE_SERVER", server.address)
    monkeypatch.setenv("ALSA_CONFIG_PATH", f"/usr/share/alsa/alsa.conf:{server.alsa_configuration}")
    server.start()
    yield server
    server.close()


def pitch_of(frames: list[EncodedFrame]) -> float:
    context = av.CodecContext.create("libopus", "r")
    context.sample_rate, context.layout = 48_000, "mono"  # type: ignore[attr-defined]
    sounds = [s for frame in frames for s in context.decode(av.Packet(frame.data))]
    heard = np.concatenate([s.to_ndarray().reshape(-1) for s in sounds[25:]]).astype(float)  # type: ignore[union-attr]
    return float(np.argmax(np.abs(np.fft.rfft(heard))) * 48_000 / len(heard))


@pytest.mark.parametrize("option", [f"pulse:{HALL}", "alsa:hall"])
async def test_it_is_heard_and_heard_again_after_its_server_died(hall: SoundServer, option: str) -> None:
    frames: list[EncodedFrame] = []
    said: list[SourceUnusable | None] = []
    source = audio_source(option, "")
    assert source is not None
    feed = Feed("microphone", source, "opus", lambda frame, at: frames.append(frame), said.append)
    feed.set_on_air(True)
    feed.start()
    try:
        await eventually(lambda: "" if len(frames) > 75 else f"{len(frames)} pieces, said: {said}", 20)
        assert abs(pitch_of(frames) - 440) < 5
        hall.kill()
        await eventually(lambda: "" if said and said[-1] else f"nobody said that it is gone: {said}", 15)
        count = len(frames)
        hall.start()
        await eventually(lambda: "" if len(frames) > count + 25 else f"not picked up again: {said}", 20)
        assert said[-1] is None
        steps = [b.ticks - a.ticks for a, b in pairwise(frames[50:count])]
        assert sorted(steps)[len(steps) // 2] == 960
    finally:
        await feed.stop()


async def test_a_sound_server_that_hangs_does_not_hold_the_room(
    hall: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("room_client.sources.microphones.SILENT_S", 1.0)
    said: list[SourceUnusable | None] = []
    frames: list[EncodedFrame] = []
    source = MicrophoneDevice(f"pulse:{HALL}")
    feed = Feed("microphone", source, "opus", lambda frame, at: frames.append(frame), said.append)
    feed.set_on_air(True)
    feed.start()
    try:
        await eventually(lambda: "" if len(frames) > 10 else f"{len(frames)} pieces, said: {said}", 20)
        hall.freeze()
        await eventually(lambda: "" if said and said[-1] else "nobody noticed", 10)
    finally:
        await feed.stop()
    problem = said[-1]
    assert problem is not None
    assert problem.problem is SourceProblem.STALLED


def test_a_microphone_that_is_not_there_is_named(hall: SoundServer) -> None:
    for option in ("pulse:nobody", "alsa:nobody"):
        source = MicrophoneDevice(option)
        with pytest.raises(SourceUnusable) as refused:
            source.open("opus")
        assert refused.value.problem is SourceProblem.NO_SUCH_DEVICE
        assert refused.value.detail == option


def test_a_recorder_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnusable) as refused:
        MicrophoneDevice("alsa:default").open("opus")
    assert (refused.value.problem, refused.value.detail) == (SourceProblem.NO_PROGRAM, "arecord")


def test_the_default_is_that_of_the_sound_server_where_there_is_one(
    hall: SoundServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert default_microphone() == "pulse:default"
    monkeypatch.delenv("PULSE_SERVER")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nobody"))
    assert default_microphone() == "alsa:default"
