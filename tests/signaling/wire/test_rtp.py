"""RTP headers, header extensions, and where key frames start."""

from __future__ import annotations

import struct

import pytest
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from signaling.wire.rtp import RtpView, h264_key_frame_starts, pack_packet, vp8_data_start, vp8_key_frame_starts
from tests.signaling.wire.packets import DELTA_FRAME, KEY_FRAME, rtp


def test_a_plain_packet_is_read() -> None:
    view = RtpView()
    packet = rtp(65535, 4_294_967_295, b"abc", ssrc=9, marker=True, payload_type=111)
    assert view.read(memoryview(packet), 0, 0)
    assert (view.sequence, view.timestamp, view.ssrc, view.marker, view.payload_type) == (
        65535, 4_294_967_295, 9, True, 111,
    )  # fmt: skip
    assert packet[view.payload_start : view.payload_end] == b"abc"


def test_padding_contributing_sources_and_extensions_are_left_out() -> None:
    packet = bytearray(rtp(1, 2, b""))
    packet[0] = 0x80 | 0x20 | 0x10 | 2
    packet += struct.pack("!II", 5, 6) + struct.pack("!HH", 0xBEDE, 1) + b"\x10\x41\x20\x8a"[:4]
    packet += b"payload" + bytes([0, 0, 3])
    view = RtpView()
    assert view.read(memoryview(bytes(packet)), 1, 2)
    assert bytes(packet[view.payload_start : view.payload_end]) == b"payload"
    assert view.mid == b"A"
    assert view.level == 0x0A


@pytest.mark.parametrize("size", range(12))
def test_a_truncated_header_is_refused(size: int) -> None:
    assert not RtpView().read(memoryview(rtp(1, 2, b"")[:size]), 0, 0)


@given(st.binary(max_size=64))
def test_no_bytes_raise_and_what_is_read_lies_inside(data: bytes) -> None:
    view = RtpView()
    if view.read(memoryview(data), 1, 2):
        assert 12 <= view.payload_start <= view.payload_end <= len(data)


@given(st.binary(min_size=12, max_size=64))
def test_what_another_implementation_reads_is_read_alike(data: bytes) -> None:
    data = bytes([data[0] & 0x3F | 0x80]) + data[1:]
    view = RtpView()
    try:
        theirs = RtpPacket.parse(data, HeaderExtensionsMap())
    except (ValueError, struct.error, IndexError):
        return
    assert view.read(memoryview(data), 0, 0)
    assert data[view.payload_start : view.payload_end] == theirs.payload
    assert (view.sequence, view.timestamp) == (theirs.sequence_number, theirs.timestamp)


@pytest.mark.parametrize(
    ("payload", "starts"),
    [
        (KEY_FRAME, True),
        (b"\x67\x42", True),
        (b"\x65\x88", True),
        (b"\x7c\x85\x00", True),  # FU-A, first fragment of an IDR
        (b"\x7c\x05\x00", False),  # FU-A, a later fragment of an IDR
        (b"\x7c\x81\x00", False),  # FU-A, first fragment of another slice
        (DELTA_FRAME, False),
        (b"\x78\x00", False),
        (b"\x65", False),
        (b"", False),
    ],
)
def test_h264_key_frames(payload: bytes, starts: bool) -> None:
    for before, behind in ((b"", b""), (b"\x10" * 12, b"\x65\x00" * 4)):
        packet = memoryview(before + payload + behind)
        assert h264_key_frame_starts(packet, len(before), len(before) + len(payload)) is starts


@pytest.mark.parametrize(
    ("payload", "starts"),
    [
        (b"\x10\x00", True),
        (b"\x18\x00", True),  # a reserved bit is set: to be ignored
        (b"\x10\x01", False),
        (b"\x00\x00", False),  # no start of a partition
        (b"\x90\x80\x05\x00", True),  # picture id of 7 bits
        (b"\x90\x80\x85\x05\x00", True),  # picture id of 15 bits
        (b"\x90\xe0\x85\x05\x01\x00\x01", False),
        (b"\x90\x80", False),
        (b"\x10", False),
        (b"", False),
    ],
)
def test_vp8_key_frames(payload: bytes, starts: bool) -> None:
    for before, behind in ((b"", b""), (b"\x10" * 12, b"\x10\x00" * 4)):
        packet = memoryview(before + payload + behind)
        assert vp8_key_frame_starts(packet, len(before), len(before) + len(payload)) is starts


@given(st.binary(max_size=32), st.integers(0, 32))
def test_looking_for_key_frames_never_raises(packet: bytes, start: int) -> None:
    h264_key_frame_starts(packet, start, len(packet))
    vp8_key_frame_starts(packet, start, len(packet))
    assert start > len(packet) or start <= vp8_data_start(packet, start, len(packet)) <= len(packet)


@given(
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.binary(max_size=1200),
)
def test_a_packet_reads_as_it_was_written(
    sequence: int, timestamp: int, ssrc: int, marker: bool, payload: bytes
) -> None:
    packet = pack_packet(96, marker, sequence + 65536, timestamp + 2**32, ssrc, payload)
    read = RtpPacket.parse(packet)
    assert (read.sequence_number, read.timestamp, read.ssrc) == (sequence, timestamp, ssrc)
    assert (bool(read.marker), read.payload_type, read.payload) == (marker, 96, payload)
    view = RtpView()
    assert view.read(packet)
    assert (view.sequence, view.timestamp, view.ssrc, view.marker) == (sequence, timestamp, ssrc, marker)
    assert packet[view.payload_start : view.payload_end] == payload
