"""Payloads and packets as tests of RTP need them."""

from __future__ import annotations

from signaling.wire.rtp import pack_packet

KEY_FRAME = b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x04\x68\xce\x3c\x80"  # STAP-A of SPS and PPS
IDR = b"\x7c\x85\x88"  # FU-A, the first fragment of an IDR picture
DELTA_FRAME = b"\x41\x9a\x00\x00"
SOUND = b"\xf8\xff\xfe"


def rtp(
    sequence: int, timestamp: int, payload: bytes, ssrc: int = 1, marker: bool = False, payload_type: int = 96
) -> bytes:
    return pack_packet(payload_type, marker, sequence, timestamp, ssrc, payload)
