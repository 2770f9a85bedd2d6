"""RTCP: what we build another implementation reads; what comes malformed is left."""

from __future__ import annotations

import pytest
from aiortc import rtp as theirs
from hypothesis import example, given
from hypothesis import strategies as st

from signaling.wire import rtcp


def test_a_sender_report_is_read_alike() -> None:
    (packet,) = theirs.RtcpPacket.parse(rtcp.sender_report(7, 1_700_000_000.5, 90_000, 3, 400))
    assert isinstance(packet, theirs.RtcpSrPacket)
    assert packet.ssrc == 7
    assert packet.sender_info.rtp_timestamp == 90_000
    assert packet.sender_info.ntp_timestamp >> 32 == 1_700_000_000 + rtcp.NTP_EPOCH_S


def test_a_sender_report_comes_back_as_it_went() -> None:
    (said,) = rtcp.parse(rtcp.sender_report(7, 1_700_000_000.25, 90_000, 3, 400))
    assert isinstance(said, rtcp.SenderReported)
    assert said.ntp_s == pytest.approx(1_700_000_000.25, abs=1e-6)
    assert said.rtp_time == 90_000


@example(65535.999999)  # the middle bits turn over every 18 hours
@example(2_085_978_496.5)  # and the seconds in 2036
@given(st.floats(0, 4_000_000_000))
def test_the_middle_of_a_timestamp_is_that_of_its_two_words(wall_s: float) -> None:
    assert rtcp.ntp_middle_at(wall_s) == rtcp.ntp_middle(*rtcp.ntp_words(wall_s))


@example(65520, {0, 16})
@given(st.integers(0, 65535), st.sets(st.integers(0, 400), min_size=1, max_size=60))
def test_a_nack_names_exactly_what_is_missing_over_every_wrap(start: int, offsets: set[int]) -> None:
    wanted = [(start + o) & 0xFFFF for o in sorted(offsets)]
    (said,) = rtcp.parse(rtcp.packets_wanted(1, 2, wanted))
    assert isinstance(said, rtcp.PacketsWanted)
    assert sorted(said.sequences) == sorted(wanted)
    (packet,) = theirs.RtcpPacket.parse(rtcp.packets_wanted(1, 2, wanted))
    assert isinstance(packet, theirs.RtcpRtpfbPacket)
    assert sorted(n & 0xFFFF for n in packet.lost) == sorted(wanted)  # aiortc leaves them unwrapped


@given(st.integers(1, 2**40))
def test_a_remb_is_right_to_17_bits(bitrate: int) -> None:
    (said,) = rtcp.parse(rtcp.bitrate_estimated(1, [2, 3], bitrate))
    assert isinstance(said, rtcp.BitrateEstimated)
    assert said.bitrate_bps <= bitrate < said.bitrate_bps * (1 + 2**-16) + 1


def test_a_receiver_report_is_read_alike() -> None:
    block = rtcp.ReportBlock(5, 12, -3, 70_000, 9, 0x1234, 0x10000)
    (said,) = rtcp.parse(rtcp.receiver_report(1, [block]))
    assert said == block
    (packet,) = theirs.RtcpPacket.parse(rtcp.receiver_report(1, [block]))
    assert isinstance(packet, theirs.RtcpRrPacket)
    assert packet.reports[0].fraction_lost == 12


def test_key_frame_requests_of_both_kinds_are_understood() -> None:
    fir = bytes.fromhex("84ce000400000001000000000000000701000000")
    assert list(rtcp.parse(rtcp.key_frame_wanted(1, 7) + fir)) == [rtcp.KeyFrameWanted(7)] * 2


def test_a_compound_packet_ends_at_what_is_malformed() -> None:
    good = rtcp.key_frame_wanted(1, 7)
    assert list(rtcp.parse(good + b"\x81\xce\x00\xff" + b"short")) == [rtcp.KeyFrameWanted(7)]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    list(rtcp.parse(data))


@given(st.sampled_from([200, 201, 202, 203, 205, 206]), st.integers(0, 31), st.binary(max_size=100))
def test_no_packet_of_a_known_kind_raises(kind: int, count: int, body: bytes) -> None:
    body += bytes(-len(body) % 4)
    list(rtcp.parse(bytes([0x80 | count, kind]) + (len(body) // 4).to_bytes(2, "big") + body))


def test_descriptions_are_read_alike() -> None:
    (packet,) = theirs.RtcpPacket.parse(rtcp.source_description(3, b"tiepdan"))
    assert isinstance(packet, theirs.RtcpSdesPacket)
    assert packet.chunks[0].items == [(1, b"tiepdan")]


def test_a_compound_packet_of_everything_is_read_alike() -> None:
    block = rtcp.ReportBlock(7, 12, -3, 0x1FFFF, 90, 0xABCD, 65_536)
    data = (
        rtcp.sender_report(1, 1_700_000_000.5, 90_000, 10, 1_000)
        + rtcp.receiver_report(1, [block])
        + rtcp.source_description(1, b"cname")
        + rtcp.key_frame_wanted(1, 7)
        + rtcp.goodbye([1])
    )
    report, receipt, description, wish, bye = theirs.RtcpPacket.parse(data)
    assert isinstance(report, theirs.RtcpSrPacket)
    assert report.sender_info.ntp_timestamp == (1_700_000_000 + 2_208_988_800 << 32) + (1 << 31)
    assert isinstance(receipt, theirs.RtcpRrPacket)
    assert (receipt.reports[0].packets_lost, receipt.reports[0].highest_sequence) == (-3, 0x1FFFF)
    assert isinstance(description, theirs.RtcpSdesPacket)
    assert isinstance(wish, theirs.RtcpPsfbPacket)
    assert isinstance(bye, theirs.RtcpByePacket)
    said = list(rtcp.parse(data))
    assert [type(part) for part in said] == [
        rtcp.SenderReported, rtcp.ReportBlock, rtcp.KeyFrameWanted, rtcp.SaidGoodbye,
    ]  # fmt: skip
    assert said[1] == block


def test_a_report_holds_31_blocks_and_numbers_that_fit() -> None:
    blocks = [rtcp.ReportBlock(n, 0, 1 << 30, 2**40 + n, 2**33, 0, 2**32 + 1) for n in range(40)]
    said = list(rtcp.parse(rtcp.receiver_report(1, blocks)))
    assert len(said) == rtcp.MOST_BLOCKS
    assert said[5] == rtcp.ReportBlock(5, 0, 0x7FFFFF, 5, 0, 0, 1)


def test_the_middle_of_a_time_is_what_the_other_end_gives_back() -> None:
    (said,) = rtcp.parse(rtcp.sender_report(7, 1_700_000_000.25, 0, 0, 0))
    assert isinstance(said, rtcp.SenderReported)
    assert said.ntp_middle == rtcp.ntp_middle(*rtcp.ntp_words(1_700_000_000.25))
    assert said.ntp_middle & 0xFFFF == 0x4000
