"""RTCP as far as the two ends of a link speak it: RFC 3550 (SR, RR, SDES, BYE), RFC 4585 (NACK, PLI),
RFC 5104 (FIR), and REMB (draft-alvestrand-rmcat-remb).

Parsing never raises: what is malformed ends the compound packet it stands in.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

SR, RR, SDES, BYE, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 202, 203, 205, 206
NTP_EPOCH_S = 2_208_988_800  # from 1900-01-01 to 1970-01-01
MOST_BLOCKS = 31  # report blocks of one RR: its count has five bits
MOST_WANTED = 512  # numbers of one NACK that are read: two seconds of picture; who lost more needs a key frame
MOST_BPS = 1 << 40  # of a REMB: its 6-bit exponent reaches beyond 2**80
_read_header = struct.Struct("!BBH").unpack_from  # looked up once, not for every packet
_read_block = struct.Struct("!IIIIII").unpack_from
_SENDER_REPORT = struct.Struct("!BBHIIIIII")  # without blocks: six words follow its first


@dataclass(frozen=True, slots=True)
class SenderReported:
    """An SR: that `rtp_time` was captured at `ntp_s` by the sender's own clock."""

    ssrc: int
    ntp_s: float  # seconds since 1970
    ntp_middle: int  # the middle 32 bits, to be given back as "last SR"
    rtp_time: int


class ReportBlock(NamedTuple):
    """What an end received of `ssrc` (RFC 3550, section 6.4.1). One a second and stream: tuples are made fast."""

    ssrc: int
    fraction_lost: int  # of 256
    cumulative_lost: int  # may be negative: duplicates
    highest_sequence: int  # with the count of turns in the upper 16 bits
    jitter: int  # in units of the stream's clock
    last_sr: int
    delay_since_last_sr: int  # 1/65536 s


@dataclass(frozen=True, slots=True)
class PacketsWanted:
    """A generic NACK; of more than `MOST_WANTED` numbers the first."""

    ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    """A PLI, or one entry of a FIR."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class SaidGoodbye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BitrateEstimated:
    """A REMB: what the receiver takes the line to carry, all streams together."""

    bitrate_bps: int


Feedback = SenderReported | ReportBlock | PacketsWanted | KeyFrameWanted | SaidGoodbye | BitrateEstimated


def parse(data: bytes) -> Iterator[Feedback]:
    """What a compound packet says, in order; ends at the first part that is malformed."""
    position, size = 0, len(data)
    while position + 4 <= size:
        first, kind, words = _read_header(data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > size:
            return
        body, count = data[position + 4 : end], first & 31
        if kind == SR and len(body) >= 24:
            ssrc, seconds, fraction, rtp_time = struct.unpack_from("!IIII", body)
            ntp_s = seconds - NTP_EPOCH_S + fraction / 2**32
            yield SenderReported(ssrc, ntp_s, ntp_middle(seconds, fraction), rtp_time)
            yield from _blocks(body[24:], count)
        elif kind == RR:
            yield from _blocks(body[4:], count)
        elif kind == BYE and len(body) >= 4 * count:
            yield SaidGoodbye(struct.unpack_from(f"!{count}I", body))
        elif kind == TRANSPORT_FEEDBACK and count == 1 and len(body) >= 12:
            yield PacketsWanted(int.from_bytes(body[4:8], "big"), tuple(islice(_wanted(body), MOST_WANTED)))
        elif kind == PAYLOAD_FEEDBACK and len(body) >= 8:
            yield from _payload_feedback(count, body)
        position = end


def _blocks(body: bytes, count: int) -> Iterator[ReportBlock]:
    for at in range(0, min(24 * count, len(body) - 23), 24):
        ssrc, lost, highest, jitter, last_sr, delay = _read_block(body, at)
        cumulative = (lost & 0xFFFFFF ^ 0x800000) - 0x800000  # 24 bits and a sign
        yield ReportBlock(ssrc, lost >> 24, cumulative, highest, jitter, last_sr, delay)


def _wanted(body: bytes) -> Iterator[int]:
    for at in range(8, len(body) - 3, 4):
        first, following = struct.unpack_from("!HH", body, at)
        yield first
        for bit in range(16):
            if following >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _payload_feedback(fmt: int, body: bytes) -> Iterator[Feedback]:
    if fmt == 1:
        yield KeyFrameWanted(int.from_bytes(body[4:8], "big"))
    elif fmt == 4:  # FIR names its targets in entries of 8 bytes
        for at in range(8, len(body) - 7, 8):
            yield KeyFrameWanted(int.from_bytes(body[at : at + 4], "big"))
    elif fmt == 15 and len(body) >= 16 and body[8:12] == b"REMB":
        exponent, mantissa = body[13] >> 2, (body[13] & 3) << 16 | body[14] << 8 | body[15]
        yield BitrateEstimated(min(MOST_BPS, mantissa << exponent))


# --- building: each is one packet of a compound one ------------------------------------------------


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def ntp_words(wall_s: float) -> tuple[int, int]:
    """Seconds since 1970 as the two 32-bit words of an NTP timestamp."""
    seconds = int(wall_s)
    return (seconds + NTP_EPOCH_S) & 0xFFFFFFFF, int((wall_s - seconds) * 2**32) & 0xFFFFFFFF


def ntp_middle(seconds: int, fraction: int) -> int:
    """The middle 32 bits of an NTP timestamp, in 1/65536 s: what "last SR" holds."""
    return (seconds & 0xFFFF) << 16 | fraction >> 16


def ntp_middle_at(wall_s: float) -> int:
    """The same of a moment in seconds since 1970."""
    return (int(wall_s * 65536) + (NTP_EPOCH_S << 16)) & 0xFFFFFFFF


def sender_report(ssrc: int, wall_s: float, rtp_time: int, packets: int, octets: int) -> bytes:
    """`wall_s`: seconds since 1970 at which the sample with `rtp_time` (may be unwrapped) was captured."""
    time, packets, octets = rtp_time & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    return _SENDER_REPORT.pack(0x80, SR, 6, ssrc, *ntp_words(wall_s), time, packets, octets)


def receiver_report(ssrc: int, blocks: Iterable[ReportBlock]) -> bytes:
    """Blocks beyond `MOST_BLOCKS` are left out; numbers that do not fit are cut as RFC 3550 has it."""
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


def bitrate_estimated(sender: int, sources: Iterable[int], bitrate_bps: int) -> bytes:
    """A REMB; the bitrate is cut to its 18 highest bits."""
    ssrcs = tuple(sources)
    exponent = max(0, bitrate_bps.bit_length() - 18)
    value = len(ssrcs) << 24 | exponent << 18 | bitrate_bps >> exponent
    return _packet(15, PAYLOAD_FEEDBACK, struct.pack(f"!II4sI{len(ssrcs)}I", sender, 0, b"REMB", value, *ssrcs))
