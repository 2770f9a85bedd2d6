"""What one link may send, and how many address checks are looked at: so that one end cannot starve the others.

Whoever is flooded pays for each datagram, so what is refused here is refused before it is decrypted. Only
packets that proved authentic are charged to a link: nobody can use up a room's allowance, or have it cut off,
by sending in its name. Sans-IO: time comes in, a verdict comes out; nothing is allocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

CUT_OFF_S = 2.0  # a link that sends twice its rate for so long is cut off, not merely thinned out
CALM_S = 0.5  # a flood is over when nothing was refused for so long


class Verdict(IntEnum):
    """False where the packet goes on, so that the usual case is one test."""

    FORWARD = 0
    DROP = 1
    CUT_OFF = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What a link may send without end. A second's worth may come at once, or two after a pause."""

    packets_per_s: int
    bytes_per_s: int


MEDIA = Limit(packets_per_s=2_000, bytes_per_s=1_000_000)
"""8 Mbit/s: a camera of 720p in three layers (3.5), a document (2.5), two sounds (0.2), and a quarter of it all
repeated. The packets are that in packets of 500 bytes. The second's worth that may come at once holds the key
frames of a camera's three layers and of a document together (about 700 kB)."""
REPORTS = Limit(packets_per_s=400, bytes_per_s=40_000)
"""RTCP: of a bad line three streams' NACKs fifty times a second, reports and estimates; seen were 120 a second.
It is held closer than media, because one byte of a NACK may ask for four packets to be looked up."""

HANDSHAKE = Limit(packets_per_s=50, bytes_per_s=64_000)
"""DTLS, which nobody can tell from a forgery before OpenSSL has looked at it, at 50 us a datagram: a handshake
is ten datagrams, and after it comes one goodbye. To be charged at once, and never a reason to cut off."""
MOST_SSRCS = 64
"""Streams of one link that libsrtp keeps for its whole life, one for every SSRC that was ever authentic: three
layers, their repeats, a document and a sound are ten, and an encoder that starts anew takes new ones. A link
with more is cut off: libsrtp looks through the list for every packet."""


class Allowance:
    """A link's credit of one kind: `admit` before decryption, `charge` when the packet proved authentic.

    It is filled up when it has run out, not as time passes: most packets cost a comparison and a subtraction.
    So after a pause two seconds' worth may come at once.
    """

    __slots__ = (
        "_bytes_left",
        "_excess_bytes",
        "_excess_packets",
        "_filled_s",
        "_limit",
        "_over_since_s",
        "_packets_left",
        "_refused_s",
        "refused",
    )

    def __init__(self, limit: Limit, now_s: float) -> None:
        self.refused = 0  # packets
        self._limit = limit
        self._packets_left = float(limit.packets_per_s)
        self._bytes_left = float(limit.bytes_per_s)
        self._filled_s = now_s
        self._over_since_s = self._refused_s = float("-inf")
        self._excess_packets = self._excess_bytes = 0

    def admit(self, size: int, now_s: float) -> Verdict:
        """What to do with a packet of `size` bytes that has just arrived."""
        if self._packets_left > 0 and self._bytes_left > 0:
            return Verdict.FORWARD
        self._fill_up(now_s)
        if self._packets_left > 0 and self._bytes_left > 0:
            return Verdict.FORWARD
        return self._refuse(size, now_s)

    def charge(self, size: int) -> None:
        """An admitted packet was authentic. The last one may overdraw; the next filling pays for it."""
        self._packets_left -= 1
        self._bytes_left -= size

    def _fill_up(self, now_s: float) -> None:
        passed_s, self._filled_s = now_s - self._filled_s, now_s
        limit = self._limit
        packets = self._packets_left + passed_s * limit.packets_per_s
        octets = self._bytes_left + passed_s * limit.bytes_per_s
        self._packets_left = min(float(limit.packets_per_s), packets)
        self._bytes_left = min(float(limit.bytes_per_s), octets)

    def _refuse(self, size: int, now_s: float) -> Verdict:
        if now_s - self._refused_s > CALM_S:
            self._over_since_s = now_s
            self._excess_packets = self._excess_bytes = 0
        self._refused_s = now_s
        self.refused += 1
        self._excess_packets += 1
        self._excess_bytes += size
        lasted_s = now_s - self._over_since_s
        if lasted_s < CUT_OFF_S:
            return Verdict.DROP
        twice = (
            self._excess_packets >= lasted_s * self._limit.packets_per_s
            or self._excess_bytes >= lasted_s * self._limit.bytes_per_s
        )
        return Verdict.CUT_OFF if twice else Verdict.DROP


KNOWN_CHECKS_PER_S = 12_000  # 600 links whose browsers check twenty times a second while they join
STRANGERS_CHECKS_PER_S = 6_000  # a whole province joining at once: 177 rooms and their overflow screens
MOST_AT_ONCE_S = 0.1  # of checks: a loop that was held up gets no burst to follow


class CheckBudget:
    """How many STUN messages may cost a signature (HMAC) and an answer; `fill_up` at every turn of the clock.

    Addresses that passed a check before have a budget of their own, so that strangers who guess or overhear
    a username fragment cannot use up the consent of the links that stand. Within a budget first come, first
    served: a room that joins during a flood repeats its check until one gets through.
    """

    __slots__ = ("_filled_s", "_known", "_strangers", "refused")

    def __init__(self, now_s: float) -> None:
        self.refused = 0
        self._filled_s = now_s
        self._known = KNOWN_CHECKS_PER_S * MOST_AT_ONCE_S
        self._strangers = STRANGERS_CHECKS_PER_S * MOST_AT_ONCE_S

    def fill_up(self, now_s: float) -> None:
        passed_s, self._filled_s = min(MOST_AT_ONCE_S, now_s - self._filled_s), now_s
        known, strangers = KNOWN_CHECKS_PER_S, STRANGERS_CHECKS_PER_S
        self._known = min(known * MOST_AT_ONCE_S, self._known + known * passed_s)
        self._strangers = min(strangers * MOST_AT_ONCE_S, self._strangers + strangers * passed_s)

    def admit(self, known: bool) -> bool:
        """Whether to look at one more check; `known`: its address passed one before."""
        if known and self._known >= 1.0:
            self._known -= 1.0
            return True
        if not known and self._strangers >= 1.0:
            self._strangers -= 1.0
            return True
        self.refused += 1
        return False
