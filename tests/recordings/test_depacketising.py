from __future__ import annotations

from contextlib import suppress

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.h264 import H264Depacketiser
from recordings.parameter_sets import picture_size
from recordings.video_frame import Depacketiser, VideoFrame
from recordings.vp8 import Vp8Depacketiser
from signaling.tap import TapCodec, TapTrack, pack_header
from signaling.tap import parse as parse_tap
from tests.recordings.media import pictures, rtp


def depacketised(depacketiser: Depacketiser, codec: str, width: int = 320, height: int = 180) -> list[VideoFrame]:
    frames = []
    for index, picture in enumerate(pictures(codec, width, height)):
        for place, payload in enumerate(picture.payloads):
            marker = place == len(picture.payloads) - 1
            frames += depacketiser.handle_input(payload, index * 6_000, marker, index * 66_000)
    return frames


@pytest.mark.parametrize("codec", ["h264", "vp8"])
@pytest.mark.parametrize("size", [(320, 180), (160, 90), (642, 362)])
def test_frames_are_whole_and_decode(codec: str, size: tuple[int, int]) -> None:
    depacketiser: Depacketiser = H264Depacketiser() if codec == "h264" else Vp8Depacketiser()
    frames = depacketised(depacketiser, codec, *size)
    assert [frame.key for frame in frames] == [picture.key for picture in pictures(codec, *size)]
    assert {(frame.width, frame.height) for frame in frames if frame.key} == {size}
    assert [frame.capture_us for frame in frames] == [index * 66_000 for index in range(len(frames))]
    decoder = av.CodecContext.create(codec, "r")
    decoded = [shown for frame in frames for shown in decoder.decode(av.Packet(frame.data))]
    decoded += decoder.decode(None)
    assert [(shown.width, shown.height) for shown in decoded] == [size] * len(frames)


def test_parameter_sets_sent_once_are_in_every_key_frame() -> None:
    depacketiser = H264Depacketiser()
    whole = depacketised(H264Depacketiser(), "h264", 642, 362)[0].data
    sps, pps = (nal for nal in whole.split(b"\x00\x00\x00\x01") if nal and nal[0] & 0x1F in (7, 8))
    assert (picture_size(sps).width, picture_size(sps).height) == (642, 362)
    assert (
        depacketiser.handle_input(b"\x18" + b"".join(len(n).to_bytes(2) + n for n in (sps, pps)), 0, True, 0) == []
    )
    for time in (1, 2):
        (frame,) = depacketiser.handle_input(b"\x65" + bytes(20), time, True, time)
        assert frame.data == b"".join(b"\x00\x00\x00\x01" + nal for nal in (sps, pps, b"\x65" + bytes(20)))
    depacketiser.forget_source()
    with pytest.raises(ValueError, match="parameter sets never came"):
        depacketiser.handle_input(b"\x65" + bytes(20), 3, True, 3)


def test_a_key_frame_that_lost_its_beginning_is_not_shown() -> None:
    depacketiser = H264Depacketiser()
    key = pictures()[0]
    for payload in key.payloads[:-1]:
        depacketiser.handle_input(payload, 0, False, 0)
    depacketiser.forget_frame()
    # A slice of the next key frame, of which another slice may be missing.
    assert depacketiser.handle_input(b"\x65" + bytes(20), 1, True, 1) == []
    whole = [depacketiser.handle_input(p, 2, p is key.payloads[-1], 2) for p in key.payloads]
    assert [frame.key for frames in whole for frame in frames] == [True]


def test_a_frame_without_marker_ends_with_its_time() -> None:
    for depacketiser, clip in ((H264Depacketiser(), pictures()), (Vp8Depacketiser(), pictures("vp8"))):
        frames: list[VideoFrame] = []
        for index, picture in enumerate(clip[:4]):
            for payload in picture.payloads:
                frames += depacketiser.handle_input(payload, index, False, index)
        assert [frame.capture_us for frame in frames] == [0, 1, 2]


def test_vp8_descriptor_extensions_are_skipped() -> None:
    frame = b"\x01" + bytes(30)
    for descriptor in (
        b"\x10",
        b"\x90\x80\x11",
        b"\x90\x80\x81\x11",
        b"\x90\xe0\x81\x11\x22\x33",
        b"\x90\x10\x44",
    ):
        (made,) = Vp8Depacketiser().handle_input(descriptor + frame, 0, True, 0)
        assert made.data == frame


@pytest.mark.parametrize("make", [H264Depacketiser, Vp8Depacketiser])
@given(packets=st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 3), st.booleans()), max_size=30))
def test_no_payload_does_more_than_be_refused(
    make: type[Depacketiser], packets: list[tuple[bytes, int, bool]]
) -> None:
    depacketiser = make()
    for payload, timestamp, marker in packets:
        try:
            for frame in depacketiser.handle_input(payload, timestamp, marker, 0):
                assert frame.data
                assert not frame.key or (frame.width > 0 and frame.height > 0)
        except ValueError:
            depacketiser.forget_frame()


@given(st.binary(min_size=1, max_size=60))
def test_no_sps_does_more_than_be_refused(data: bytes) -> None:
    try:
        size = picture_size(b"\x67" + data)
    except ValueError:
        return
    assert size.width > 0
    assert size.height > 0


@given(st.binary(max_size=80))
def test_no_datagram_does_more_than_be_refused(data: bytes) -> None:
    with suppress(ValueError):
        parse_tap(data)


def test_a_tap_packet_reads_as_it_was_written() -> None:
    tap = parse_tap(pack_header(TapTrack.FLOOR_AUDIO, TapCodec.OPUS, 9, 2**40) + rtp(1, 2, b"abc"))
    assert (tap.track, tap.source, tap.capture_us) == (TapTrack.FLOOR_AUDIO, 9, 2**40)
