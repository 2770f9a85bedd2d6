"""RTCP as the room speaks it: RFC 3550 (SR, RR, SDES, BYE), RFC 4585 (NACK, PLI), RFC 5104 (FIR).

Parsing never raises: what is malformed ends the compound packet it stands in.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SR, RR, SDES, BYE, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 202, 203, 205, 206
_NTP_EPOCH_S = 2_208_988_800  # from 1900-01-01 to 1970-01-01
MOST_BLOCKS = 31  # report blocks of one RR


@dataclass(frozen=True, slots=True)
class SenderReported:
    """An SR of the server; `ntp_middle` goes back as "last SR" in our reports."""

    ssrc: int
    ntp_middle: int


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What an end received of `ssrc` (RFC 3550, section 6.4.1)."""

    ssrc: int
    fraction_lost: int  # of 256
    cumulative_lost: int  # may be negative: duplicates
    highest_sequence: int  # with the count of turns in the upper 16 bits
    jitter: int  # in units of the stream's clock
    last_sr: int
    delay_since_last_sr: int  # 1/65536 s


@dataclass(frozen=True, slots=True)
class PacketsWanted:
    """A generic NACK."""

    ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    """A PLI, or one entry of a FIR."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class SaidGoodbye:
    ssrcs: tuple[int, ...]


Feedback = SenderReported | ReportBlock | PacketsWanted | KeyFrameWanted | SaidGoodbye


def is_rtcp(datagram: bytes) -> bool:
    """Told from RTP by the second byte (RFC 5761, section 4)."""
    return len(datagram) > 1 and 192 <= datagram[1] <= 223


def parse(data: bytes) -> Iterator[Feedback]:
    position, size = 0, len(data)
    while position + 4 <= size:
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > size:
            return
        body, count = data[position + 4 : end], first & 31
        if kind == SR and len(body) >= 24:
            ssrc, seconds, fraction = struct.unpack_from("!III", body)
            yield SenderReported(ssrc, (seconds & 0xFFFF) << 16 | fraction >> 16)
            yield from _blocks(body[24:], count)
        elif kind == RR and len(body) >= 4:
            yield from _blocks(body[4:], count)
        elif kind == BYE and len(body) >= 4 * count:
            yield SaidGoodbye(struct.unpack_from(f"!{count}I", body))
        elif kind == TRANSPORT_FEEDBACK and count == 1 and len(body) >= 12:
            yield PacketsWanted(int.from_bytes(body[4:8], "big"), tuple(_wanted(body)))
        elif kind == PAYLOAD_FEEDBACK and count == 1 and len(body) >= 8:
            yield KeyFrameWanted(int.from_bytes(body[4:8], "big"))
        elif kind == PAYLOAD_FEEDBACK and count == 4:  # FIR: entries of 8 bytes behind the first 8
            for at in range(8, len(body) - 7, 8):
                yield KeyFrameWanted(int.from_bytes(body[at : at + 4], "big"))
        position = end


def _blocks(body: bytes, count: int) -> Iterator[ReportBlock]:
    for at in range(0, min(24 * count, len(body) - 23), 24):
        ssrc, lost, highest, jitter, last_sr, delay = struct.unpack_from("!IIIIII", body, at)
        total = lost & 0xFFFFFF
        signed = total - (1 << 24) if total & 0x800000 else total
        yield ReportBlock(ssrc, lost >> 24, signed, highest, jitter, last_sr, delay)


def _wanted(body: bytes) -> Iterator[int]:
    for at in range(8, len(body) - 3, 4):
        first, following = struct.unpack_from("!HH", body, at)
        yield first
        for bit in range(16):
            if following >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, wall_s: float, rtp_time: int, packets: int, octets: int) -> bytes:
    """`wall_s`: seconds since 1970 at which the sample with `rtp_time` was captured."""
    seconds = int(wall_s)
    fraction = int((wall_s - seconds) * 2**32) & 0xFFFFFFFF
    words = (ssrc, seconds + _NTP_EPOCH_S, fraction, rtp_time, packets, octets)
    return _packet(0, SR, struct.pack("!IIIIII", *(w & 0xFFFFFFFF for w in words)))


def receiver_report(ssrc: int, blocks: Iterable[ReportBlock]) -> bytes:
    parts = [
        struct.pack(
            "!IIIIII",
            b.ssrc,
            b.fraction_lost << 24 | max(-0x800000, min(0x7FFFFF, b.cumulative_lost)) & 0xFFFFFF,
            b.highest_sequence & 0xFFFFFFFF,
            b.jitter & 0xFFFFFFFF,
            b.last_sr,
            b.delay_since_last_sr & 0xFFFFFFFF,
        )
        for b in blocks
    ][:MOST_BLOCKS]
    return _packet(len(parts), RR, struct.pack("!I", ssrc) + b"".join(parts))


def source_description(ssrc: int, cname: bytes) -> bytes:
    chunk = struct.pack("!IBB", ssrc, 1, len(cname)) + cname
    return _packet(1, SDES, chunk + bytes(4 - len(chunk) % 4))


def goodbye(ssrcs: Iterable[int]) -> bytes:
    words = tuple(ssrcs)
    return _packet(len(words), BYE, struct.pack(f"!{len(words)}I", *words))


def packets_wanted(sender: int, source: int, sequences: Iterable[int]) -> bytes:
    """A generic NACK; `sequences` wrapped, in ascending (wrapping) order, up to 17 to one entry."""
    entries = b""
    first, mask = -1, 0
    for sequence in sequences:
        distance = (sequence - first) & 0xFFFF
        if first >= 0 and 1 <= distance <= 16:
            mask |= 1 << (distance - 1)
            continue
        if first >= 0:
            entries += struct.pack("!HH", first, mask)
        first, mask = sequence, 0
    if first >= 0:
        entries += struct.pack("!HH", first, mask)
    return _packet(1, TRANSPORT_FEEDBACK, struct.pack("!II", sender, source) + entries)


def key_frame_wanted(sender: int, source: int) -> bytes:
    """A PLI."""
    return _packet(1, PAYLOAD_FEEDBACK, struct.pack("!II", sender, source))
