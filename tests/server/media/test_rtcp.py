"""RTCP: what we build another implementation reads; what comes malformed is left."""

from __future__ import annotations

import pytest
from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from server.media import rtcp


def test_a_sender_report_is_read_alike() -> None:
    (packet,) = theirs.RtcpPacket.parse(rtcp.sender_report(7, 1_700_000_000.5, 90_000, 3, 400))
    assert isinstance(packet, theirs.RtcpSrPacket)
    assert packet.ssrc == 7
    assert packet.sender_info.rtp_timestamp == 90_000
    assert packet.sender_info.ntp_timestamp >> 32 == 1_700_000_000 + rtcp.NTP_EPOCH_S


def test_a_sender_report_comes_back_as_it_went() -> None:
    (said,) = rtcp.parse(rtcp.sender_report(7, 1_700_000_000.25, 90_000, 3, 400))
    assert isinstance(said, rtcp.SenderInfo)
    assert said.ntp_s == pytest.approx(1_700_000_000.25, abs=1e-6)
    assert said.rtp_time == 90_000


@given(st.integers(0, 65535), st.sets(st.integers(0, 400), min_size=1, max_size=60))
def test_a_nack_names_exactly_what_is_missing_over_every_wrap(start: int, offsets: set[int]) -> None:
    wanted = [(start + o) & 0xFFFF for o in sorted(offsets)]
    (said,) = rtcp.parse(rtcp.nack(1, 2, wanted))
    assert isinstance(said, rtcp.Nack)
    assert sorted(said.sequences) == sorted(wanted)
    (packet,) = theirs.RtcpPacket.parse(rtcp.nack(1, 2, wanted))
    assert isinstance(packet, theirs.RtcpRtpfbPacket)
    assert sorted(packet.lost) == sorted(wanted)


@given(st.integers(1, 2**40))
def test_a_remb_is_right_to_17_bits(bitrate: int) -> None:
    (said,) = rtcp.parse(rtcp.remb(1, [2, 3], bitrate))
    assert isinstance(said, rtcp.Remb)
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
    assert list(rtcp.parse(rtcp.picture_loss(1, 7) + fir)) == [rtcp.KeyFrameWanted(7)] * 2


def test_a_compound_packet_ends_at_what_is_malformed() -> None:
    good = rtcp.picture_loss(1, 7)
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
