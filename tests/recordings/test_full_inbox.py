from __future__ import annotations

from recordings.items import AudioPacket, GapReason, Missing
from recordings.video_frame import VideoFrame
from recordings.writer import LIMIT, VIDEO_LIMIT, Writer
from signaling.tap import TapTrack


def frame(at: int, *, key: bool = False) -> VideoFrame:
    return VideoFrame("h264", b"x", key, at, 1, 1)


def test_video_gives_way_to_sound_and_comes_back_with_a_key_frame() -> None:
    writer = Writer[None](lambda wanted: None, lambda folder: None)  # not started: nothing is taken out
    for at in range(VIDEO_LIMIT + 10):
        writer.post(frame(at), at)
    assert writer.dropped == 10
    assert writer.drops(TapTrack.PROGRAMME_VIDEO)
    for at in range(LIMIT):
        writer.post(AudioPacket(TapTrack.DESK_AUDIO, b"x", at), at)
    assert writer._inbox.qsize() == LIMIT
    for _ in range(LIMIT):
        writer._inbox.get()
    writer.post(frame(9_000), 0)  # the middle of a group of pictures
    assert writer._inbox.empty()
    writer.post(frame(9_001, key=True), 0)
    assert writer._inbox.get()[1] == Missing(TapTrack.PROGRAMME_VIDEO, VIDEO_LIMIT, 9_001, GapReason.QUEUE_FULL)
    assert writer._inbox.get()[1] == frame(9_001, key=True)
    assert not writer.drops(TapTrack.PROGRAMME_VIDEO)
