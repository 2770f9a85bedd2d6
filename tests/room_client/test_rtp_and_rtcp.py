"""RTP and RTCP without a socket: wrap edges, holes, reports, and what others' parsers make of our packets."""

from __future__ import annotations

import random

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSrPacket,
    RtpPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from room_client import rtcp, rtp
from room_client.receiving import ASK_AGAIN_S, ASK_FOR_S, REORDERING_S, StreamReceiver
from room_client.sdp import Slot
from room_client.sending import HISTORY_PACKETS, REPEAT_AGAIN_S, StreamSender

EDGES = (0, 1, 2, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFD, 0xFFFE, 0xFFFF)
WORDS = st.integers(0, 0xFFFFFFFF)
SEQUENCES = st.integers(0, 0xFFFF)


def receiver(codec: str = "h264", events: list[object] | None = None) -> StreamReceiver:
    seen: list[object] = events if events is not None else []
    return StreamReceiver(
        Slot.FLOOR_VIDEO,
        7,
        codec,
        90_000,
        lambda slot, at: seen.append("first"),
        lambda slot, at, time: seen.append("key"),
        lambda slot, at, label: seen.append(label),
    )


def packet(sequence: int, timestamp: int = 0, payload: bytes = b"\x01x", marker: bool = False) -> bytes:
    return rtp.pack_packet(102, marker, sequence, timestamp, 7, payload)


@given(SEQUENCES, WORDS, WORDS, st.booleans(), st.binary(max_size=1200))
def test_a_packet_reads_as_it_was_written(
    sequence: int, timestamp: int, ssrc: int, marker: bool, payload: bytes
) -> None:
    read = RtpPacket.parse(rtp.pack_packet(96, marker, sequence, timestamp, ssrc, payload))
    assert (read.sequence_number, read.timestamp, read.ssrc) == (sequence, timestamp, ssrc)
    assert (bool(read.marker), read.payload_type, read.payload) == (marker, 96, payload)


@given(SEQUENCES, st.integers(-0x8000, 0x7FFF))
def test_a_step_is_what_was_added(older: int, step: int) -> None:
    assert rtp.sequence_step((older + step) & 0xFFFF, older) == step


@given(st.binary(max_size=64))
def test_no_bytes_upset_the_key_frame_tests(data: bytes) -> None:
    for at in (0, 12, len(data)):
        rtp.h264_key_frame_starts(data, at)
        rtp.vp8_key_frame_starts(data, at)


@pytest.mark.parametrize("start", EDGES)
def test_counting_in_order_over_the_edge(start: int) -> None:
    stream = receiver()
    for index in range(70_000):
        stream.packet(packet((start + index) & 0xFFFF), 1.0)
    counts = stream.counts()
    assert (counts.packets, counts.lost) == (70_000, 0)
    report = stream.report(1.0)
    assert report is not None
    assert report.highest_sequence == start + 69_999


@pytest.mark.parametrize("start", EDGES)
def test_a_hole_is_asked_for_again_and_filled(start: int) -> None:
    stream = receiver()
    for index in (0, 1, 4):
        stream.packet(packet((start + index) & 0xFFFF), 1.0)
    missing = [(start + 2) & 0xFFFF, (start + 3) & 0xFFFF]
    assert stream.has_holes
    assert stream.wanted(1.0) == [], "asked before it could have been overtaken"
    now = 1.0 + REORDERING_S
    assert stream.wanted(now) == missing
    assert stream.wanted(now + ASK_AGAIN_S / 2) == []
    assert stream.wanted(now + ASK_AGAIN_S) == missing
    stream.packet(packet(missing[0]), 1.2)
    assert stream.wanted(now + 3 * ASK_AGAIN_S) == missing[1:]
    counts = stream.counts()
    assert (counts.packets, counts.lost, counts.repaired) == (4, 1, 1)
    assert stream.wanted(1.1 + ASK_FOR_S) == []
    assert stream.gave_up
    assert not stream.has_holes


@pytest.mark.parametrize("start", EDGES)
def test_overtaken_and_doubled_packets_are_no_losses(start: int) -> None:
    stream = receiver()
    for index in (1, 0, 3, 2, 2, 3, 5, 4, 4):
        stream.packet(packet((start + index) & 0xFFFF), 1.0)
    counts = stream.counts()
    assert (counts.packets, counts.lost, counts.repaired) == (9, 0, 0)
    assert not stream.wanted(9.0)


@given(SEQUENCES, st.integers(2, 300), st.randoms(use_true_random=False))
def test_losses_are_what_was_left_out(start: int, length: int, chance: random.Random) -> None:
    kept = [0, *(i for i in range(1, length - 1) if chance.random() > 0.3), length - 1]
    order = sorted(kept, key=lambda i: i + chance.random() * 3)
    stream = receiver()
    for index in order:
        stream.packet(packet((start + index) & 0xFFFF), 1.0)
    assert stream.counts().lost == length - len(set(kept))


def test_new_numbering_is_no_loss() -> None:
    stream = receiver()
    for sequence in (10, 11, 12, 40_000, 40_001, 5):
        stream.packet(packet(sequence), 1.0)
    assert stream.counts().lost == 0


def test_report_gives_the_share_lost_since_the_last_one() -> None:
    stream = receiver()
    assert stream.report(0.0) is None
    for sequence in range(0, 100, 2):
        stream.packet(packet(sequence), 1.0)
    first = stream.report(1.0)
    assert first is not None
    assert first.fraction_lost == (49 << 8) // 99
    assert first.cumulative_lost == 49
    for sequence in range(99, 199):
        stream.packet(packet(sequence), 2.0)
    stream.sender_report(0xABCD1234, 2.0)
    second = stream.report(2.5)
    assert second is not None
    assert (second.fraction_lost, second.cumulative_lost) == (0, 49)
    assert (second.last_sr, second.delay_since_last_sr) == (0xABCD1234, 32768)


def test_frames_key_frames_and_first_packet() -> None:
    events: list[object] = []
    stream = receiver(events=events)
    payloads = [b"\x67sps", b"\x68pps", b"\x7c\x85idr", b"\x7c\x45idr"]
    for sequence, payload in enumerate(payloads):
        stream.packet(packet(sequence, 3000, payload, marker=sequence == 3), 1.0)
    stream.packet(packet(4, 6000, b"\x41", marker=True), 1.1)
    counts = stream.counts()
    assert (counts.frames, counts.key_frames) == (2, 1)
    assert events == ["first", "key"]


# --- RTCP ------------------------------------------------------------------------------------------


@given(WORDS, WORDS, st.lists(SEQUENCES, min_size=1, max_size=60, unique=True))
def test_what_is_asked_for_is_what_is_read(sender: int, source: int, sequences: list[int]) -> None:
    ordered = sorted(sequences)
    data = rtcp.packets_wanted(sender, source, ordered)
    assert list(rtcp.parse(data)) == [rtcp.PacketsWanted(source, tuple(ordered))]
    (theirs,) = RtcpPacket.parse(data)
    assert isinstance(theirs, RtcpRtpfbPacket)
    assert theirs.lost == ordered


def test_asking_over_the_edge() -> None:
    wanted = (0xFFFE, 0xFFFF, 0, 3)
    assert list(rtcp.parse(rtcp.packets_wanted(1, 2, wanted))) == [rtcp.PacketsWanted(2, wanted)]


def test_a_compound_packet_as_aiortc_reads_it() -> None:
    block = rtcp.ReportBlock(7, 12, -3, 0x1FFFF, 90, 0xABCD, 65_536)
    data = (
        rtcp.sender_report(1, 1_700_000_000.5, 90_000, 10, 1_000)
        + rtcp.receiver_report(1, [block])
        + rtcp.source_description(1, b"cname")
        + rtcp.key_frame_wanted(1, 7)
        + rtcp.goodbye([1])
    )
    report, receipt, description, wish, bye = RtcpPacket.parse(data)
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.rtp_timestamp == 90_000
    assert report.sender_info.ntp_timestamp == (1_700_000_000 + 2_208_988_800 << 32) + (1 << 31)
    assert isinstance(receipt, RtcpRrPacket)
    assert (receipt.reports[0].packets_lost, receipt.reports[0].highest_sequence) == (-3, 0x1FFFF)
    assert isinstance(description, RtcpSdesPacket)
    assert description.chunks[0].items == [(1, b"cname")]
    assert isinstance(wish, RtcpPsfbPacket)
    assert isinstance(bye, RtcpByePacket)
    kinds = [type(part) for part in rtcp.parse(data)]
    assert kinds == [rtcp.SenderReported, rtcp.ReportBlock, rtcp.KeyFrameWanted, rtcp.SaidGoodbye]
    assert list(rtcp.parse(data))[1] == block


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_rtcp_parser(data: bytes) -> None:
    list(rtcp.parse(data))
    list(rtcp.parse(b"\x81\xcd\x00\x03" + data))


# --- sending ---------------------------------------------------------------------------------------


def test_numbering_goes_on_and_repeats_are_verbatim() -> None:
    out: list[bytes] = []
    sender = StreamSender(9, 102, 90_000, lambda data: b"*" + data, out.append)
    sender.send_frame([b"a", b"b"], 2**32 + 5, marker=True, now=1.0)
    sender.send_frame([b"c"], 2**32 + 6005, marker=True, now=1.1)
    read = [RtpPacket.parse(data[1:]) for data in out]
    first = read[0].sequence_number
    assert [p.sequence_number for p in read] == [first, first + 1, first + 2]
    assert [p.timestamp for p in read] == [5, 5, 6005]
    assert [p.marker for p in read] == [0, 1, 1]
    assert first <= 0x7FFF, "a stream that starts near 65535 with a loss never decrypts"
    sender.repeat((first + 1, first + 9), 2.0)
    assert out[3:] == [out[1]]
    sender.repeat((first + 1,), 2.0 + REPEAT_AGAIN_S / 2)
    assert len(out) == 4, "repeated twice within a moment"
    assert sender.counts.repeated == 1


def test_history_is_bounded_and_wraps() -> None:
    out: list[bytes] = []
    sender = StreamSender(9, 111, 48_000, bytes, out.append)
    for index in range(0x10000 + 10):
        sender.send_frame([b"x"], index * 960, marker=False, now=0.0)
    newest = RtpPacket.parse(out[-1]).sequence_number
    out.clear()
    wanted = tuple((newest - back) & 0xFFFF for back in (0, HISTORY_PACKETS - 1, HISTORY_PACKETS))
    sender.repeat(wanted, 5.0)
    assert len(out) == 2


def test_no_report_before_the_first_packet() -> None:
    sender = StreamSender(9, 111, 48_000, bytes, lambda data: None)
    assert sender.report(1.0, 2.0) is None
    sender.send_frame([b"x"], sender.rtp_time(1.0), marker=False, now=1.0)
    report = sender.report(1.0, 2.0)
    assert report is not None
    assert isinstance(RtcpPacket.parse(report)[0], RtcpSrPacket)
