from __future__ import annotations

import pytest

from recordings.intake import Intake, KeyFrameRequests
from recordings.items import AudioPacket, GapReason, Item, Missing
from recordings.video_frame import VideoFrame
from signaling.tap import TapCodec, TapPacket, TapTrack, parse
from tests.recordings.media import FRAME_US, Programme, pictures, rtp, sounds

START_US = 1_795_000_000_000_000


def output(intake: Intake) -> list[Item]:
    items = []
    while (item := intake.poll_output()) is not None:
        items.append(item)
    return items


def played(intake: Intake, programme: Programme, from_us: int, seconds: float) -> list[Item]:
    items: list[Item] = []
    for step in range(round(seconds * 100)):
        now_us = from_us + step * 10_000
        for datagram in programme.until(now_us):
            intake.handle_input(parse(datagram), now_us)
        intake.handle_timeout(now_us)
        items += output(intake)
    return items


def gaps(items: list[Item]) -> list[Missing]:
    return [item for item in items if isinstance(item, Missing)]


def last_picture_us(items: list[Item]) -> int:
    return max(item.capture_us for item in items if isinstance(item, VideoFrame))


def test_a_lost_packet_costs_the_rest_of_its_group_of_pictures_and_is_noted() -> None:
    requests = KeyFrameRequests()
    intake = Intake(requests)
    programme = Programme(clip=pictures())
    before = [i for i in played(intake, programme, START_US, 1.5) if isinstance(i, VideoFrame)]
    programme.video.skip = 1
    after = played(intake, programme, START_US + 1_500_000, 2)
    (gap,) = [item for item in after if isinstance(item, Missing)]
    frames = [item for item in after if isinstance(item, VideoFrame)]
    following = next(frame for frame in frames if frame.capture_us >= gap.to_us)
    assert following.key
    assert gap.reason is GapReason.PACKETS_LOST
    assert gap.from_us == max(f.capture_us for f in [*before, *frames] if f.capture_us < gap.to_us)
    assert gap.to_us == following.capture_us
    assert not [frame for frame in frames if gap.from_us < frame.capture_us < gap.to_us]


def test_another_source_has_to_begin_with_a_key_frame() -> None:
    requests = KeyFrameRequests()
    intake = Intake(requests)
    programme = Programme(clip=pictures())
    played(intake, programme, START_US, 1)
    assert not requests.due(START_US + 1_000_000)
    programme.show(pictures(width=160, height=90))
    programme.position = 3
    items = played(intake, programme, START_US + 1_000_000, 0.3)
    assert items == []
    assert requests.due(START_US + 1_300_000)
    programme.begin_with_key_frame()
    items = played(intake, programme, START_US + 1_300_000, 0.5)
    assert isinstance(items[0], VideoFrame | Missing)
    assert next(item for item in items if isinstance(item, VideoFrame)).width == 160


def test_the_same_source_is_interrupted_and_comes_back() -> None:
    intake = Intake(KeyFrameRequests())
    programme = Programme(clip=pictures())
    before = played(intake, programme, START_US, 1)
    programme.clip = ()
    assert played(intake, programme, START_US + 1_000_000, 5) == []
    programme.clip, programme.position = pictures(), 0
    after = played(intake, programme, START_US + 6_000_000, 1)
    assert [(gap.reason, gap.from_us) for gap in gaps(after)] == [(GapReason.NO_VIDEO, last_picture_us(before))]


def test_another_source_came_in_between_without_a_key_frame() -> None:
    intake = Intake(KeyFrameRequests())
    programme = Programme(clip=pictures())
    played(intake, programme, START_US, 1)
    programme.show(pictures(width=160, height=90))
    programme.position = 1
    assert played(intake, programme, START_US + 1_000_000, 0.8) == []
    programme.show(pictures())
    programme.video.source = 1
    after = played(intake, programme, START_US + 1_800_000, 1)
    assert [gap.reason for gap in gaps(after)] == [GapReason.NO_VIDEO]


def test_a_room_connects_anew_after_a_while() -> None:
    """It is another source then, but what was missing is the picture, and not a key frame."""
    intake = Intake(KeyFrameRequests())
    programme = Programme(clip=pictures())
    played(intake, programme, START_US, 1)
    programme.clip = ()
    played(intake, programme, START_US + 1_000_000, 5)
    programme.show(pictures())
    after = played(intake, programme, START_US + 6_000_000, 1)
    assert [gap.reason for gap in gaps(after)] == [GapReason.NO_VIDEO]


def test_another_sources_key_frame_is_late() -> None:
    intake = Intake(KeyFrameRequests())
    programme = Programme(clip=pictures())
    played(intake, programme, START_US, 1)
    programme.show(pictures(width=160, height=90, key_every=60))
    programme.position = 1
    played(intake, programme, START_US + 1_000_000, 0.8)
    programme.begin_with_key_frame()
    after = played(intake, programme, START_US + 1_800_000, 1)
    assert [gap.reason for gap in gaps(after)] == [GapReason.SOURCE_CHANGED]


def test_requests_are_spaced_and_repeated() -> None:
    requests = KeyFrameRequests()
    sent = []
    for now in range(0, 4_000_000, 100_000):
        requests.want(now)
        if requests.due(now):
            sent.append(now)
    assert sent == [0, 1_000_000, 2_000_000, 3_000_000]
    requests.came()
    requests.want(3_100_000)
    assert not requests.due(3_200_000)
    assert requests.due(3_500_000)


def test_a_clock_that_is_hours_off_is_replaced_by_the_arrival() -> None:
    intake = Intake(KeyFrameRequests())
    programme = Programme(speaking={TapTrack.DESK_AUDIO: sounds()})
    for datagram in programme.until(START_US):
        intake.handle_input(parse(datagram), START_US + 3_600_000_000)
    (packet,) = output(intake)
    assert isinstance(packet, AudioPacket)
    assert packet.capture_us == START_US + 3_600_000_000


def test_sound_is_not_held_back_by_a_hole_in_the_video() -> None:
    intake = Intake(KeyFrameRequests())
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds()})
    played(intake, programme, START_US, 1)
    programme.video.skip = 1
    items = played(intake, programme, START_US + 1_000_000, 0.25)
    assert len([item for item in items if isinstance(item, AudioPacket)]) >= 12
    assert FRAME_US < 100_000


def test_header_extensions_and_padding_are_not_recorded_and_what_is_no_rtp_is_refused() -> None:
    intake = Intake(KeyFrameRequests())
    dressed = bytearray(rtp(65_535, 2, bytes(4) + b"\xbe\xde\x00\x01" + bytes(4) + b"abc" + b"\x00\x02"))
    dressed[0] |= 0x31  # padding, extension, one CSRC
    for packet in (bytes(dressed), rtp(0, 3, b"def")):
        intake.handle_input(TapPacket(TapTrack.DESK_AUDIO, TapCodec.OPUS, 1, START_US, packet), START_US)
    assert [item.data for item in output(intake) if isinstance(item, AudioPacket)] == [b"abc", b"def"]
    for broken in (bytes(12), rtp(1, 4, b"")[:11], b"\xbf" + rtp(1, 4, b"")[1:]):
        with pytest.raises(ValueError, match="no RTP packet"):
            intake.handle_input(TapPacket(TapTrack.DESK_AUDIO, TapCodec.OPUS, 1, START_US, broken), START_US)
