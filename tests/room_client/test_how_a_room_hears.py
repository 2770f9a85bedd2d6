"""How loud a microphone is, measured before anything is encoded; and one that gives silence."""

from __future__ import annotations

import asyncio
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from room_client.fault_injection.devices import FaultyMicrophone
from room_client.sound_verdict import judge_sound
from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.ear import PIECE_S, Ear, Samples
from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ
from room_client.sources.feed import Feed
from room_client.sources.files import AudioFile
from room_client.sources.microphones import MicrophoneDevice
from room_client.sources.tone import Tone
from tests.room_client.sound_server import HALL, SoundServer, needed
from tests.waiting import eventually


def tone(hz: float, level_db: float, seconds: float = PIECE_S, offset: int = 0) -> Samples:
    at = np.arange(round(seconds * OPUS_RATE_HZ)) / OPUS_RATE_HZ
    peak = 32_768 * 10 ** (level_db / 20) * np.sqrt(2)
    return np.clip(np.sin(2 * np.pi * hz * at) * peak + offset, -32_768, 32_767).astype(np.int16)


SILENCE = np.zeros(OPUS_FRAME_SAMPLES, dtype=np.int16)


def test_the_loudest_since_the_last_question_is_told_once() -> None:
    ear = Ear()
    assert ear.take_loudest() is None
    for level_db in (-50.0, -21.0, -47.0):
        ear.hear(tone(1000, level_db))
    assert ear.level_db == pytest.approx(-47, abs=0.2)
    assert ear.take_loudest() == 75
    assert ear.take_loudest() is None


def test_silence_grows_until_there_is_the_least_of_sounds() -> None:
    ear = Ear()
    for _ in range(50):
        ear.hear(SILENCE + 300)  # the offset of a cheap card is no sound
    assert ear.dead_s == pytest.approx(1.0)
    assert ear.take_loudest() == 0
    ear.hear(tone(200, -75))
    assert ear.dead_s == 0.0
    ear.hear(SILENCE)
    ear.begin()
    assert (ear.dead_s, ear.level_db, len(ear.recent())) == (0.0, None, 0)


def test_a_muted_one_gives_silence_to_whoever_listens() -> None:
    ear, loud = Ear(), tone(1000, -20)
    assert ear.hear(loud) is loud
    ear.muted.set()
    assert not ear.hear(loud).any()
    assert not ear.recent()[OPUS_FRAME_SAMPLES:].any()
    ear.muted.clear()
    assert ear.hear(loud).any()


def test_two_seconds_are_kept_and_no_more() -> None:
    ear = Ear()
    for _ in range(150):
        ear.hear(SILENCE)
    assert len(ear.recent()) == 2 * OPUS_RATE_HZ


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        (tone(700, -30, 2), "good"),
        (tone(700, -30, 2, offset=900), "good"),
        (tone(700, -90, 2, offset=900), "dead"),
        (np.zeros(2 * OPUS_RATE_HZ, dtype=np.int16), "dead"),
        (tone(700, 0, 2), "clipped"),
        (tone(50, -40, 2), "hum"),
        (tone(100, -66, 2), "good"),  # a hum that nobody hears
    ],
)
def test_two_seconds_of_a_microphone_are_judged(heard: Samples, outcome: str) -> None:
    verdict = judge_sound(heard)
    assert verdict is not None
    assert verdict.outcome == outcome


def test_less_than_a_second_is_not_judged() -> None:
    assert judge_sound(tone(700, -30, 0.9)) is None


def test_a_tone_and_a_file_are_heard_as_they_are_read(tmp_path: Path) -> None:
    source = Tone("06661")
    source.open("opus")
    for _ in range(50):
        assert source.read(False) is None  # it keeps up
    loudest = source.ear.take_loudest()
    assert loudest is not None
    assert 30 < loudest < 90
    frame = source.read(True)
    assert frame is not None
    assert frame.ticks == 50 * OPUS_FRAME_SAMPLES
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, OPUS_RATE_HZ, 0, "NONE", ""))
        file.writeframes(tone(1000, -34, 1).tobytes())
    sound = AudioFile(str(path))
    sound.open("opus")
    for _ in range(10):
        sound.read(True)
    assert sound.ear.level_db == pytest.approx(-34, abs=0.3)
    sound.close()


async def test_a_microphone_that_is_muted_is_told_and_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("room_client.sources.feed.QUIET_S", 0.2)
    frames: list[EncodedFrame] = []
    said: list[SourceUnusable | None] = []
    tone = Tone("06661")
    feed = Feed(
        "microphone", FaultyMicrophone(tone, tone.ear), "opus", lambda frame, at: frames.append(frame), said.append
    )
    feed.start()
    try:
        await eventually(
            lambda: "" if len(tone.ear.recent()) > OPUS_FRAME_SAMPLES else "it is not read off the air"
        )
        assert said == []
        tone.ear.muted.set()
        await eventually(lambda: "" if said else "nobody noticed")
        problem = said[0]
        assert problem is not None
        assert problem.problem is SourceProblem.SILENT
        feed.set_on_air(True)
        await eventually(lambda: "" if len(frames) > 5 else "silence is not sent")
        tone.ear.muted.clear()
        await eventually(lambda: "" if said[-1] is None else f"still: {said}")
        assert len(said) == 2
    finally:
        await feed.stop()


async def test_one_that_is_muted_in_the_system_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed()
    monkeypatch.setattr("room_client.sources.feed.QUIET_S", 0.3)
    server = SoundServer(tmp_path)
    monkeypatch.setenv("PULSE_SERVER", server.address)
    server.start()
    said: list[SourceUnusable | None] = []
    source = MicrophoneDevice(f"pulse:{HALL}")
    feed = Feed("microphone", source, "opus", lambda frame, at: None, said.append)
    feed.start()
    try:
        await eventually(
            lambda: "" if (source.ear.level_db or -99) > -40 else f"{source.ear.level_db}, {said}", 20
        )
        mute = (shutil.which("pactl") or "pactl", "set-source-mute", HALL)
        await run(*mute, "1")
        await eventually(lambda: "" if said and said[-1] else f"{source.ear.level_db}", 10)
        problem = said[-1]
        assert problem is not None
        assert problem.problem is SourceProblem.SILENT
        await run(*mute, "0")
        await eventually(lambda: "" if said[-1] is None else f"{source.ear.level_db}", 10)
    finally:
        await feed.stop()
        server.close()


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
