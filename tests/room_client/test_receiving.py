"""What a room counts, without a socket: wrap edges, holes, reports, frames."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room_client.receiving import ASK_AGAIN_S, ASK_FOR_S, MOST_REORDERING_S, REORDERING_S, StreamReceiver
from signaling.wire.rtp import pack_packet
from signaling.wire.slots import SlotName

EDGES = (0, 1, 2, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFD, 0xFFFE, 0xFFFF)
SEQUENCES = st.integers(0, 0xFFFF)


def receiver(codec: str = "h264", events: list[object] | None = None) -> StreamReceiver:
    seen: list[object] = events if events is not None else []
    return StreamReceiver(
        SlotName.FLOOR_VIDEO,
        7,
        codec,
        90_000,
        lambda slot, at: seen.append("first"),
        lambda slot, at, time: seen.append("key"),
        lambda slot, at, label: seen.append(label),
    )


def packet(sequence: int, timestamp: int = 0, payload: bytes = b"\x01x", marker: bool = False) -> bytes:
    return pack_packet(102, marker, sequence, timestamp, 7, payload)


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


@pytest.mark.parametrize("start", EDGES)
def test_the_first_to_arrive_may_have_overtaken_several(start: int) -> None:
    stream = receiver()
    for index in (3, 0, 1):
        stream.packet(packet((start + index) & 0xFFFF), 1.0)
    assert stream.counts().lost == 1
    assert stream.wanted(1.0 + REORDERING_S) == [(start + 2) & 0xFFFF]
    stream.packet(packet((start + 2) & 0xFFFF), 1.1)
    assert stream.counts().lost == 0


def where_one_was_overtaken(by_s: float) -> StreamReceiver:
    """A stream with repeats by RTX, up to packet 12 after a second; 11 came so much later than 12."""
    stream = receiver()
    stream.repeats_apart = True
    for sequence, at in ((10, 1.0), (12, 1.0), (11, 1.0 + by_s)):
        stream.packet(packet(sequence), at)
    return stream


def test_on_a_line_where_packets_overtake_each_other_a_hole_waits_as_long_as_was_seen() -> None:
    stream = where_one_was_overtaken(0.03)
    stream.packet(packet(14), 2.0)
    assert stream.wanted(2.0 + REORDERING_S) == []
    assert stream.wanted(2.0 + 0.031) == [13]
    stream.packet(packet(13), 2.05, again=True)
    assert stream.counts().repaired == 1
    for _ in range(20):
        stream.report(3.0)
    stream.packet(packet(16), 3.0)
    assert stream.wanted(3.0 + REORDERING_S) == [15], "it did not happen again"


def test_a_hole_never_waits_longer_than_a_picture_could() -> None:
    stream = where_one_was_overtaken(0.5)
    stream.packet(packet(14), 2.0)
    assert stream.wanted(2.0 + MOST_REORDERING_S) == [13]


def test_where_repeats_look_like_originals_nothing_is_learnt_from_them() -> None:
    stream = receiver()
    stream.packet(packet(10), 1.0)
    stream.packet(packet(12), 1.0)
    assert stream.wanted(1.0 + REORDERING_S) == [11]
    stream.packet(packet(11), 1.05)
    stream.packet(packet(14), 2.0)
    assert stream.wanted(2.0 + REORDERING_S) == [13]
    assert stream.counts().repaired == 1


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


def test_header_extensions_and_padding_do_not_hide_a_key_frame() -> None:
    events: list[object] = []
    stream = receiver(events=events)
    dressed = bytearray(packet(0, 3000, b"\xbe\xde\x00\x01" + bytes(4) + b"\x67sps" + b"\x00\x02"))
    dressed[0] |= 0x30
    stream.packet(bytes(dressed), 1.0)
    cut = bytearray(packet(1, 6000, b"\xbe\xde\x00\x09\x67"))
    cut[0] |= 0x10
    stream.packet(bytes(cut), 1.1)
    counts = stream.counts()
    assert (counts.packets, counts.key_frames) == (2, 1)
    assert events == ["first", "key"]
