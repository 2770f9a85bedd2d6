"""RTCP as far as this server speaks it: RFC 3550 (SR, RR, SDES, BYE), RFC 4585 (NACK, PLI), RFC 5104 (FIR),
and REMB (draft-alvestrand-rmcat-remb). Parsing never raises: what is malformed ends the compound packet."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SR, RR, SDES, BYE, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 202, 203, 205, 206
NTP_EPOCH_S = 2_208_988_800  # 1900-01-01 to 1970-01-01


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """From an SR: that `rtp_time` was captured at `ntp_s` by the sender's own clock."""

    ssrc: int
    ntp_s: float  # seconds since 1970 by the sender's clock
    ntp_middle: int  # the middle 32 bits, to be given back as LSR
    rtp_time: int


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What the other end received of our `ssrc`."""

    ssrc: int
    fraction_lost: int  # of 256
    cumulative_lost: int
    highest_sequence: int
    jitter: int
    last_sr: int
    delay_since_last_sr: int  # 1/65536 s


@dataclass(frozen=True, slots=True)
class Nack:
    ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    ssrc: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remb:
    bitrate_bps: int


Feedback = SenderInfo | ReportBlock | Nack | KeyFrameWanted | Goodbye | Remb


def parse(data: bytes) -> Iterator[Feedback]:
    """What a compound packet says, in order; ends at the first part that is malformed."""
    position, size = 0, len(data)
    while position + 4 <= size:
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > size:
            return
        body, count = data[position + 4 : end], first & 31
        if kind in (SR, RR):
            yield from _reports(kind, body, count)
        elif kind == BYE and len(body) >= 4 * count:
            yield Goodbye(struct.unpack_from(f"!{count}I", body))
        elif kind == TRANSPORT_FEEDBACK and count == 1 and len(body) >= 12:
            yield Nack(int.from_bytes(body[4:8], "big"), tuple(_nacked(body)))
        elif kind == PAYLOAD_FEEDBACK and len(body) >= 8:
            yield from _payload_feedback(count, body)
        position = end


def _reports(kind: int, body: bytes, count: int) -> Iterator[Feedback]:
    at = 4
    if kind == SR:
        if len(body) < 24:
            return
        ssrc, seconds, fraction, rtp_time = struct.unpack_from("!IIII", body)
        yield SenderInfo(
            ssrc, seconds - NTP_EPOCH_S + fraction / 2**32, (seconds & 0xFFFF) << 16 | fraction >> 16, rtp_time
        )
        at = 24
    for _ in range(count):
        if at + 24 > len(body):
            return
        ssrc, lost, highest, jitter, last_sr, delay = struct.unpack_from("!IIIIII", body, at)
        total = lost & 0xFFFFFF
        yield ReportBlock(
            ssrc, lost >> 24, total - (1 << 24) if total & 0x800000 else total, highest, jitter, last_sr, delay
        )
        at += 24


def _nacked(body: bytes) -> Iterator[int]:
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
        yield Remb(mantissa << exponent)


# --- building --------------------------------------------------------------------------------------


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def ntp_words(wall_s: float) -> tuple[int, int]:
    """A wall-clock time as the two 32-bit words of an NTP timestamp."""
    seconds = int(wall_s)
    return (seconds + NTP_EPOCH_S) & 0xFFFFFFFF, int((wall_s - seconds) * 2**32) & 0xFFFFFFFF


def sender_report(ssrc: int, wall_s: float, rtp_time: int, packets: int, octets: int) -> bytes:
    seconds, fraction = ntp_words(wall_s)
    return _packet(
        0,
        SR,
        struct.pack(
            "!IIIIII", ssrc, seconds, fraction, rtp_time & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
        ),
    )


def receiver_report(ssrc: int, blocks: Iterable[ReportBlock]) -> bytes:
    """At most 31 blocks; a link has at most three sources."""
    parts = [
        struct.pack(
            "!IIIIII",
            b.ssrc,
            b.fraction_lost << 24 | (b.cumulative_lost & 0xFFFFFF),
            b.highest_sequence & 0xFFFFFFFF,
            b.jitter,
            b.last_sr,
            b.delay_since_last_sr,
        )
        for b in blocks
    ]
    return _packet(len(parts), RR, struct.pack("!I", ssrc) + b"".join(parts))


def source_description(ssrc: int, cname: bytes) -> bytes:
    chunk = struct.pack("!IBB", ssrc, 1, len(cname)) + cname
    return _packet(1, SDES, chunk + bytes(4 - len(chunk) % 4))


def nack(sender: int, source: int, sequences: Iterable[int]) -> bytes:
    """Generic NACK for wrapped sequence numbers in ascending (wrapping) order, 17 to a pair of words."""
    pairs = b""
    first, mask = -1, 0
    for sequence in sequences:
        distance = (sequence - first) & 0xFFFF
        if first >= 0 and 1 <= distance <= 16:
            mask |= 1 << (distance - 1)
            continue
        if first >= 0:
            pairs += struct.pack("!HH", first, mask)
        first, mask = sequence, 0
    if first >= 0:
        pairs += struct.pack("!HH", first, mask)
    return _packet(1, TRANSPORT_FEEDBACK, struct.pack("!II", sender, source) + pairs)


def picture_loss(sender: int, source: int) -> bytes:
    return _packet(1, PAYLOAD_FEEDBACK, struct.pack("!II", sender, source))


def remb(sender: int, sources: Iterable[int], bitrate_bps: int) -> bytes:
    ssrcs = tuple(sources)
    exponent = max(0, bitrate_bps.bit_length() - 18)
    value = len(ssrcs) << 24 | exponent << 18 | bitrate_bps >> exponent
    return _packet(15, PAYLOAD_FEEDBACK, struct.pack(f"!II4sI{len(ssrcs)}I", sender, 0, b"REMB", value, *ssrcs))
