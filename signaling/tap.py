"""The stage as the recorder receives it: messages on a SOCK_SEQPACKET Unix socket, media to recorder.

Each message is what a burst brought: datagrams one after the other, before each its length in two bytes (`split`).
Each datagram is one `TapPacket`: a 16-byte header, then the RTP packet as the slot sends it (gapless
sequence numbers over source switches, header extensions stripped, not encrypted). `capture_us` is the
server's wall clock at the moment of capture, from RTP and sender reports; it is the only time the recorder
needs. When the recorder does not keep up, datagrams are dropped by the media process, those of isolated
pictures first, and the missing sequence numbers become a gap. The recorder sends short datagrams back:
`WANT_ISOLATED` once, where it takes the isolated pictures too, and `WANT_KEY_FRAME`, alone for the programme,
followed by the number of the track for an isolated picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

_HEADER = struct.Struct("!BBHIQ")
HEADER_BYTES = _HEADER.size  # 16
_LENGTH = struct.Struct("!H")
LONGEST_MESSAGE = 65_536
WANT_KEY_FRAME = b"K"
WANT_ISOLATED = b"I"


class TapTrack(IntEnum):
    PROGRAMME_VIDEO = 0  # the video slot that matters: floor, else document, else desk
    DESK_AUDIO = 1
    FLOOR_AUDIO = 2
    INTERPRETER_AUDIO = 3
    DESK_VIDEO = 4  # and the others: isolated pictures, each of one slot, whatever the programme shows
    FLOOR_VIDEO = 5
    DOCUMENT_VIDEO = 6


ISOLATED_PICTURES = (TapTrack.DESK_VIDEO, TapTrack.FLOOR_VIDEO, TapTrack.DOCUMENT_VIDEO)
PICTURES = (TapTrack.PROGRAMME_VIDEO, *ISOLATED_PICTURES)


class TapCodec(IntEnum):
    H264 = 0
    VP8 = 1
    OPUS = 2


@dataclass(frozen=True, slots=True)
class TapPacket:
    track: TapTrack
    codec: TapCodec
    source: int  # changes whenever the slot shows another source; 32 bits, says nothing else
    capture_us: int  # microseconds since the Unix epoch
    rtp: bytes


def key_frame_wanted(track: TapTrack) -> bytes:
    return WANT_KEY_FRAME if track is TapTrack.PROGRAMME_VIDEO else WANT_KEY_FRAME + bytes((track,))


def pack_length(datagram_bytes: int) -> bytes:
    """What stands before a datagram in a message."""
    return _LENGTH.pack(datagram_bytes)


def split(message: bytes) -> Iterator[bytes]:
    """The datagrams of a message. Raises ValueError, saying what came, where the last one is cut off."""
    position = 0
    while position < len(message):
        start = position + _LENGTH.size
        if start > len(message):
            raise ValueError("a tap message that ends within a length")
        (size,) = _LENGTH.unpack_from(message, position)
        position = start + size
        if position > len(message):
            raise ValueError(f"a tap packet of {size} bytes, of which {len(message) - start} came")
        yield message[start:position]


def pack_header(track: TapTrack, codec: TapCodec, source: int, capture_us: int) -> bytes:
    return _HEADER.pack(track, codec, 0, source, capture_us)


def parse(datagram: bytes) -> TapPacket:
    """Raises ValueError, saying what came, for anything that is no tap packet."""
    if len(datagram) < HEADER_BYTES + 12:
        raise ValueError(f"tap packet of {len(datagram)} bytes; at least {HEADER_BYTES + 12} are needed")
    track, codec, _, source, capture_us = _HEADER.unpack_from(datagram)
    return TapPacket(TapTrack(track), TapCodec(codec), source, capture_us, datagram[HEADER_BYTES:])
