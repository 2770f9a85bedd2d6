"""Sources on real files made here: passed through byte for byte, looped, encoded, and failing in words."""

from __future__ import annotations

import asyncio
import threading
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from room_client.packetising import nal_type, split_annex_b
from room_client.sources.cameras import CameraDevice, NetworkCamera
from room_client.sources.choosing import audio_source, video_source
from room_client.sources.contract import EncodedFrame, Source, SourceProblem, SourceUnusable
from room_client.sources.feed import Feed
from room_client.sources.files import AudioFile, VideoFile, fitting_size
from room_client.sources.glyphs import lettering, writable
from room_client.sources.h264_stream import constrained_baseline, parameter_sets
from room_client.sources.microphones import MicrophoneDevice
from room_client.sources.opening import speakable
from room_client.sources.test_card import TestCard
from room_client.sources.tone import Tone, pitch_of
from room_client.wording import problem_sentence
from signaling.wire.rtp import NAL_IDR, NAL_PPS, NAL_SEI, NAL_SPS
from tests.waiting import eventually

PICTURES = 20
RATE = 10


def make_film(path: Path, profile: str = "Baseline", codec: str = "libx264", sound: bool = False) -> Path:
    """20 pictures of noise (so that slices are large), 10 a second, key frames at 0 and 10."""
    chance = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.gop_size = 10
        if codec == "libx264":
            stream.options = {"preset": "ultrafast" if profile == "Baseline" else "medium", "sc_threshold": "0"}
            stream.codec_context.profile = profile
        audio = container.add_stream("libopus", rate=48_000, layout="mono") if sound else None
        for count in range(PICTURES):
            noise = chance.integers(0, 255, (360, 320), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="yuv420p")
            frame.pts, frame.time_base = count, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            for count in range(PICTURES * 5):
                silence = av.AudioFrame.from_ndarray(
                    np.zeros((1, 960), dtype=np.int16), format="s16", layout="mono"
                )
                silence.sample_rate, silence.pts, silence.time_base = 48_000, count * 960, Fraction(1, 48_000)
                container.mux(audio.encode(silence))
            container.mux(audio.encode(None))
    return path


def units_of(path: Path) -> list[list[bytes]]:
    """The NAL units of each access unit of an MP4, read without any bitstream filter."""
    pictures = []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            data, at, units = bytes(packet), 0, []
            while at < len(data):
                size = int.from_bytes(data[at : at + 4], "big")
                units.append(data[at + 4 : at + 4 + size])
                at += 4 + size
            if units:
                pictures.append(units)
    return pictures


def read(source: Source, count: int) -> list[EncodedFrame]:
    frames: list[EncodedFrame] = []
    while len(frames) < count:
        frame = source.read(True)
        if frame is not None:
            frames.append(frame)
    return frames


def decoded(frames: list[EncodedFrame], codec: str) -> list[av.VideoFrame]:
    context = av.CodecContext.create(codec, "r")
    pictures = [p for f in frames for p in context.decode(av.Packet(f.data))]
    return [*pictures, *context.decode(None)]  # type: ignore[list-item]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_h264_is_passed_through_byte_for_byte(tmp_path: Path, suffix: str) -> None:
    path = make_film(tmp_path / f"film{suffix}")
    source = VideoFile(str(path))
    source.open("h264")
    assert source.passed_through
    sent = [list(split_annex_b(f.data)) for f in read(source, 2 * PICTURES)]
    source.close()
    wanted = units_of(path)
    for round_of in (sent[:PICTURES], sent[PICTURES:]):
        for ours, theirs in zip(round_of, wanted, strict=True):
            sets = [u for u in ours if nal_type(u) in (NAL_SPS, NAL_PPS)]
            assert [u for u in ours if u not in sets] == [u.rstrip(b"\x00") for u in theirs]
            assert bool(sets) == (NAL_IDR in map(nal_type, theirs))


def test_key_frames_carry_their_parameter_sets_and_time_goes_on(tmp_path: Path) -> None:
    source = VideoFile(str(make_film(tmp_path / "film.mp4")))
    source.open("h264")
    frames = read(source, 2 * PICTURES + 3)
    source.close()
    keys = [i for i, f in enumerate(frames) if f.key]
    assert keys == [0, 10, 20, 30, 40]
    for key in keys:
        kinds = [nal_type(u) for u in split_annex_b(frames[key].data) if nal_type(u) != NAL_SEI]
        assert kinds[:3] == [NAL_SPS, NAL_PPS, NAL_IDR]
    steps = {b.ticks - a.ticks for a, b in pairwise(frames)}
    assert steps == {9000}


@pytest.mark.parametrize(("profile", "codec"), [("High", "libx264"), ("Baseline", "mpeg4")])
def test_what_the_stage_cannot_take_is_encoded(tmp_path: Path, profile: str, codec: str) -> None:
    source = VideoFile(str(make_film(tmp_path / "film.mp4", profile, codec)))
    source.open("h264")
    assert not source.passed_through
    frames = read(source, PICTURES + 5)
    source.close()
    assert frames[0].key
    (sps,) = [u for u in split_annex_b(frames[0].data) if nal_type(u) == NAL_SPS]
    assert constrained_baseline(sps)
    ticks = [f.ticks for f in frames]
    assert ticks == sorted(set(ticks))
    pictures = decoded(frames, "h264")
    assert len(pictures) == len(frames)
    assert (pictures[0].width, pictures[0].height) == (320, 240)


def test_a_file_on_a_vp8_stage(tmp_path: Path) -> None:
    source = VideoFile(str(make_film(tmp_path / "film.mp4")))
    source.open("vp8")
    frames = read(source, 12)
    source.want_key_frame()
    frames += read(source, 1)
    source.close()
    assert frames[-1].key
    assert len(decoded(frames, "vp8")) == 13


def test_sound_of_a_file_keeps_with_its_picture(tmp_path: Path) -> None:
    path = make_film(tmp_path / "film.mkv", sound=True)
    picture, sound = VideoFile(str(path)), AudioFile(str(path))
    picture.open("h264")
    sound.open("opus")
    rounds = 3
    last_picture = read(picture, rounds * PICTURES + 1)[-1].ticks / 90_000
    sounds = read(sound, rounds * PICTURES * 5 + 1)
    picture.close()
    sound.close()
    steps = [b.ticks - a.ticks for a, b in pairwise(sounds)]
    assert min(steps) == 960
    assert abs(sounds[-1].ticks / 48_000 - last_picture) < 0.1


def test_test_card_decodes_and_moves() -> None:
    card = TestCard("06649")
    for codec in ("h264", "vp8"):
        card.open(codec)
        frames = read(card, 10)
        card.close()
        assert [f.key for f in frames[:2]] == [True, False]
        assert [f.ticks for f in frames[:3]] == [0, 6000, 12_000]
        pictures = decoded(frames, codec)
        assert (pictures[0].width, pictures[0].height) == (640, 360)
        first, last = (p.to_ndarray(format="gray").astype(np.int16) for p in (pictures[0], pictures[-1]))
        assert np.abs(first - last).max() > 50
        assert (first[18:74, 24:300] > 200).sum() > 500, "no label on the card"
    (sps,) = [u for u in split_annex_b(_first(TestCard("1"), "h264").data) if nal_type(u) == NAL_SPS]
    assert (sps[1], sps[2] & 0x40, sps[3]) == (66, 0x40, 31)


def _first(source: Source, codec: str) -> EncodedFrame:
    source.open(codec)
    try:
        return read(source, 1)[0]
    finally:
        source.close()


def test_tones_differ_and_decode() -> None:
    assert pitch_of("06649") != pitch_of("06650")
    tone = Tone("06649")
    tone.open("opus")
    frames = read(tone, 100)
    tone.close()
    assert [f.ticks for f in frames] == [960 * i for i in range(100)]
    context = av.CodecContext.create("opus", "r")
    context.sample_rate, context.layout = 48_000, "mono"  # type: ignore[attr-defined]
    sounds = [s.to_ndarray() for f in frames for s in context.decode(av.Packet(f.data))]  # type: ignore[union-attr]
    samples = np.concatenate([s[0] for s in sounds])
    spectrum = np.abs(np.fft.rfft(samples))
    loudest = spectrum.argmax() * 48_000 / len(samples)
    assert abs(loudest - pitch_of("06649")) < 5


def test_lettering() -> None:
    assert writable("Phường Hồng Gai — Đ1") == "PHUONG HONG GAI   D1"
    assert lettering("01", 3).shape == (21, 33)
    assert fitting_size(1920, 1080) == (1280, 720)
    assert fitting_size(641, 361) == (640, 360)


def test_parameter_sets_of_both_kinds() -> None:
    sps, pps = b"\x67\x42\xc0\x1f", b"\x68\xce"
    boxed = b"\x01\x42\xc0\x1f\xff\xe1\x00\x04" + sps + b"\x01\x00\x02" + pps
    assert parameter_sets(boxed) == [sps, pps]
    assert parameter_sets(b"\x00\x00\x00\x01" + sps + b"\x00\x00\x01" + pps) == [sps, pps]
    assert parameter_sets(b"") == parameter_sets(boxed[:7]) == []
    assert constrained_baseline(sps)
    assert not constrained_baseline(b"\x67\x64\x00\x1f")


@pytest.mark.parametrize(
    ("source", "codec", "problem"),
    [
        (video_source("/nowhere/film.mp4", ""), "h264", SourceProblem.NO_SUCH_FILE),
        (audio_source("/nowhere/talk.wav", ""), "opus", SourceProblem.NO_SUCH_FILE),
        (CameraDevice("/dev/video77"), "h264", SourceProblem.NO_SUCH_DEVICE),
        (MicrophoneDevice("alsa:no_such_microphone"), "opus", SourceProblem.NO_SUCH_DEVICE),
        (MicrophoneDevice("jack:default"), "opus", SourceProblem.UNSUPPORTED),
        (NetworkCamera("rtsp://me:secret@127.0.0.1:9/stream"), "h264", SourceProblem.UNREACHABLE),
    ],
)
def test_what_is_not_there_is_said(source: Source, codec: str, problem: SourceProblem) -> None:
    with pytest.raises(SourceUnusable) as caught:
        source.open(codec)
    assert caught.value.problem is problem
    for language in ("vi", "en"):
        sentence = problem_sentence(caught.value, language)  # type: ignore[arg-type]
        assert "secret" not in sentence
        assert caught.value.detail in sentence


def test_files_that_are_no_films(tmp_path: Path) -> None:
    (text := tmp_path / "text.mp4").write_text("not a film")
    for path, problem in ((text, SourceProblem.UNREADABLE), (tmp_path, SourceProblem.UNREADABLE)):
        with pytest.raises(SourceUnusable) as caught:
            VideoFile(str(path)).open("h264")
        assert caught.value.problem is problem
    film = make_film(tmp_path / "film.mp4")
    with pytest.raises(SourceUnusable) as caught:
        AudioFile(str(film)).open("opus")
    assert caught.value.problem is SourceProblem.NO_AUDIO


def test_a_password_in_an_address_is_never_spoken() -> None:
    assert speakable("rtsp://a:b@host/x") == "rtsp://host/x"


# --- the feed --------------------------------------------------------------------------------------


class Scripted:
    """A live source that gives what it is told to, and notes in which threads it was used."""

    clock_hz = 90_000
    live = True

    def __init__(self, fail_first: int = 0) -> None:
        self.opened = self.closed = 0
        self.threads: set[str] = set()
        self.wanted: list[bool] = []
        self._fail = fail_first
        self._step = threading.Event()

    def open(self, codec: str) -> None:
        self.opened += 1
        self.threads.add(threading.current_thread().name)
        if self.opened <= self._fail:
            raise SourceUnusable(SourceProblem.UNREACHABLE, "it")

    def read(self, wanted: bool) -> EncodedFrame | None:
        self._step.wait(0.005)
        self.wanted.append(wanted)
        count = len(self.wanted)
        return EncodedFrame(b"x", count * 450, key=count % 20 == 0)

    def want_key_frame(self) -> None: ...

    def close(self) -> None:
        self.closed += 1


async def test_feed_of_a_live_source_reads_always_and_delivers_on_air_from_a_key_frame() -> None:
    source = Scripted()
    frames: list[EncodedFrame] = []
    feed = Feed("camera", source, "h264", lambda frame, at: frames.append(frame), lambda problem: None)
    feed.start()
    await eventually(lambda: "" if len(source.wanted) > 5 else "not read off the air")
    assert not frames
    assert not any(source.wanted)
    feed.set_on_air(True)
    await eventually(lambda: "" if len(frames) > 30 else "nothing delivered")
    feed.set_on_air(False)
    count = len(frames)
    before = len(source.wanted)
    await eventually(lambda: "" if len(source.wanted) > before + 10 else "no longer read")
    assert len(frames) == count
    assert frames[0].key
    await feed.stop()
    assert source.closed == source.opened == 1
    assert len(source.threads) == 1


async def test_feed_tries_again_and_says_so() -> None:
    source = Scripted(fail_first=1)
    said: list[SourceUnusable | None] = []
    feed = Feed("camera", source, "h264", lambda frame, at: None, said.append)
    feed.start()
    await eventually(lambda: "" if len(said) == 2 else f"{said}")
    assert isinstance(said[0], SourceUnusable)
    assert said[1] is None
    await feed.stop()


async def test_feed_stops_at_once_while_it_waits() -> None:
    feed = Feed("camera", Scripted(fail_first=99), "h264", lambda frame, at: None, lambda problem: None)
    feed.start()
    await asyncio.wait_for(feed.stop(), 1)
    never_started = Feed("camera", Scripted(), "h264", lambda frame, at: None, lambda problem: None)
    await never_started.stop()


async def test_pictures_keep_their_pace() -> None:
    card = TestCard("1")
    times: list[tuple[float, int]] = []
    loop = asyncio.get_running_loop()
    feed = Feed("camera", card, "h264", lambda f, at: times.append((loop.time() - at, f.ticks)), lambda p: None)
    feed.set_on_air(True)
    feed.start()
    await eventually(lambda: "" if len(times) > 20 else f"{len(times)} pictures")
    await feed.stop()
    late = [at - ticks / 90_000 for at, ticks in times]
    assert min(late) > -0.001
    assert sorted(late)[len(late) // 2] < 0.05, "the median picture is late"
