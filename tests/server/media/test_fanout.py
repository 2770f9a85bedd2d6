"""What leaves the socket: every packet to every receiver, under its own keys and numbers, however bursts fall."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pylibsrtp
import pytest

from server.media.delay import DelayHistogram
from server.media.fanout import GATHER_S, Fanout
from server.media.lane import FIRST_NUMBER, Lane, Receiver, Timeline
from server.media.runs import padded, runs_of
from server.media.system import address_of
from server.media.table import CELLS, MOST_COLUMNS
from signaling.wire.aiortc_seams import srtp_ffi
from signaling.wire.rtp import RtpView
from signaling.wire.slots import Layer, SlotName

GCM, SHA1 = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80
TAG_BYTES = {GCM: 16, SHA1: 10}
SSRC, RTX_SSRC = 0x11223344, 0x55667788


def session(key: bytes, profile: int, kind: int) -> pylibsrtp.Session:
    policy = pylibsrtp.Policy(key=key, ssrc_type=kind, srtp_profile=profile)
    policy.window_size, policy.allow_repeat_tx = 1024, True
    return pylibsrtp.Session(policy)


@dataclass
class End:
    """A room's socket and keys, and its link as the fan-out knows it."""

    profile: int = GCM
    room: str = "06649"
    receiving: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self.receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.receiving.bind(("127.0.0.1", 0))
        self.receiving.settimeout(2)
        key = random.randbytes(28 if self.profile == GCM else 30)
        self._sending = session(key, self.profile, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        self._opening = session(key, self.profile, pylibsrtp.Policy.SSRC_ANY_INBOUND)
        self.tx: Any = self._sending._srtp[0]
        self.tag_bytes = TAG_BYTES[self.profile]
        port = self.receiving.getsockname()[1]
        name = socket.AF_INET.to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        self._name = srtp_ffi.new("unsigned char[]", name)
        self.address_pointer, self.address_bytes = address_of(self._name), len(name)

    def packets(self, count: int) -> list[bytes]:
        return [self._opening.unprotect(self.receiving.recv(2048)) for _ in range(count)]

    def nothing_came(self) -> bool:
        self.receiving.setblocking(False)
        try:
            self.receiving.recv(2048)
        except BlockingIOError:
            return True
        return False


@dataclass
class Bench:
    """A lane with receivers, and a fan-out on a real socket."""

    fanout: Fanout
    delays: DelayHistogram
    ends: list[End] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lane = Lane(
            Layer.HIGH, 90_000, SSRC, RTX_SSRC, 1024, Timeline(),
            self.fanout.flush_lane, self.fanout.gathered, lambda lane: None,
        )  # fmt: skip
        self.number = FIRST_NUMBER

    def join(self, profile: int = GCM, payload_type: int = 102, rtx: int = 0) -> Receiver:
        end = End(profile)
        receiver = Receiver(end, SlotName.FLOOR_VIDEO, payload_type, rtx)
        receiver.allowed = True
        receiver.begin(self.lane, self.number, 0)
        self.lane.receivers.append(receiver)
        self.lane.changed = True
        self.ends.append(end)
        self.receivers.append(receiver)
        return receiver

    def gather(self, payloads: list[bytes]) -> None:
        for payload in payloads:
            self.lane.ring.put(self.number, False, 3000 * self.number, SSRC, memoryview(payload))
            self.lane.pending.append(self.number)
            self.lane.arrivals_s.append(0.0)
            self.fanout.gathered(self.lane)
            self.number += 1

    def send(self) -> None:
        """What was gathered is a whole picture."""
        self.lane.complete = True
        self.fanout.flush()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        sending.bind(("127.0.0.1", 0))
        delays = DelayHistogram()
        made = Bench(Fanout(sending, delays), delays)
        yield made
        for end in made.ends:
            end.receiving.close()


def sequence(packet: bytes) -> int:
    return int.from_bytes(packet[2:4], "big")


def test_everybody_gets_every_packet_under_their_own_keys_types_and_numbers(bench: Bench) -> None:
    for index in range(7):
        bench.join(GCM if index % 2 else SHA1, payload_type=96 + index)
    bench.receivers[3].offset += 65_530  # numbers wrap for one of them in the middle of the burst
    bench.receivers[4].time_shift = 450
    payloads = [random.Random(n).randbytes(size) for n, size in enumerate([1200] * 9 + [350, 1200, 1200, 17])]
    bench.gather(payloads)
    bench.send()
    for receiver, end in zip(bench.receivers, bench.ends, strict=True):
        came = end.packets(len(payloads))
        assert [packet[12:] for packet in came] == payloads
        assert {packet[1] for packet in came} == {receiver.payload_type}
        first = FIRST_NUMBER + receiver.offset
        assert [sequence(p) for p in came] == [(first + i) & 0xFFFF for i in range(len(payloads))]
        stamps = [int.from_bytes(p[4:8], "big") for p in came]
        assert stamps == [3000 * (FIRST_NUMBER + i) + receiver.time_shift for i in range(len(payloads))]
    assert bench.fanout.packets_sent == 7 * len(payloads)
    assert bench.fanout.packets_dropped == 0
    assert sum(bench.delays.counts) == 7 * len(payloads)


def test_more_receivers_and_packets_than_one_table_holds(bench: Bench) -> None:
    for _ in range(40):
        bench.join()
    packets = MOST_COLUMNS + 5
    assert 40 * packets > CELLS
    bench.gather([bytes([n]) * 200 for n in range(packets)])
    bench.send()
    for end in bench.ends:
        assert [packet[12] for packet in end.packets(packets)] == list(range(packets))


def test_what_libsrtp_refuses_does_not_leave_in_the_clear(bench: Bench) -> None:
    good, bad = bench.join(), bench.join()
    bad_end = bench.ends[1]
    bench.gather([b"first" * 20])
    bench.send()
    assert bad_end.packets(1)
    # A number so old that libsrtp's window has passed it: it encrypts no such packet.
    bad.offset += 5000
    bench.lane.changed = True
    bench.gather([b"moves the window" * 20])
    bench.send()
    assert bad_end.packets(1)
    bad.offset -= 5000
    bench.lane.changed = True
    bench.gather([b"secret" * 20, b"secret" * 20])
    bench.send()
    assert good.packets == 4
    assert len(bench.ends[0].packets(4)) == 4
    assert bad_end.nothing_came()
    assert bench.fanout.packets_dropped == 2


def test_a_repeat_is_the_very_packet_or_comes_as_rtx_where_that_was_agreed(bench: Bench) -> None:
    plain, rtx = bench.join(), bench.join(rtx=103)
    bench.gather([b"one" * 30, b"two" * 30, b"three" * 30])
    bench.send()
    before = [end.packets(3) for end in bench.ends]
    for receiver in (plain, rtx):
        bench.fanout.repeat(receiver, FIRST_NUMBER + 1)
        bench.fanout.repeat(receiver, FIRST_NUMBER + 900)  # not kept: nothing is sent
    bench.fanout.flush()
    (again,) = [bench.ends[0].receiving.recv(2048)]
    assert len(again) == len(before[0][1]) + 16
    (packet,) = bench.ends[1].packets(1)
    assert packet[1] == 103
    assert packet[8:12] == RTX_SSRC.to_bytes(4, "big")
    assert packet[4:8] == before[1][1][4:8]
    assert packet[12:14] == before[1][1][2:4], "the original sequence number (RFC 4588, section 4)"
    assert packet[14:] == before[1][1][12:]
    assert sequence(packet) == FIRST_NUMBER
    assert bench.fanout.repeats_sent == 2


def test_a_late_packet_goes_to_those_who_stood_here_when_it_should_have_come(bench: Bench) -> None:
    early = bench.join()
    bench.gather([b"a" * 100])
    bench.number += 1  # one is missing
    bench.gather([b"c" * 100])
    bench.send()
    late = bench.join()
    bench.lane.ring.put(FIRST_NUMBER + 1, False, 0, SSRC, memoryview(b"b" * 100))
    bench.lane.late.append(FIRST_NUMBER + 1)
    bench.fanout.gathered(bench.lane)
    bench.fanout.flush()
    assert [p[12:13] for p in bench.ends[0].packets(3)] == [b"a", b"c", b"b"]
    assert early.first < late.first
    assert bench.ends[1].nothing_came()


def test_a_receiver_without_an_address_is_left_out(bench: Bench) -> None:
    bench.join()
    bench.join()
    bench.ends[0].address_pointer = 0
    bench.lane.changed = True
    bench.gather([b"x" * 50])
    bench.send()
    assert bench.ends[1].packets(1)
    assert bench.ends[0].nothing_came()


def test_the_beginning_of_a_picture_waits_for_its_rest_and_a_whole_one_does_not(bench: Bench) -> None:
    bench.join()
    bench.gather([b"begins" * 20])
    bench.fanout.flush()
    assert bench.fanout.packets_sent == 0
    assert bench.fanout.waiting
    bench.send()
    assert bench.fanout.packets_sent == 1
    assert not bench.fanout.waiting


def test_a_picture_whose_rest_does_not_come_waits_two_milliseconds(bench: Bench) -> None:
    bench.join()
    began_s = time.monotonic()
    bench.gather([b"begins" * 20])
    while bench.fanout.waiting:
        bench.fanout.flush()
    assert time.monotonic() - began_s >= GATHER_S
    assert bench.fanout.packets_sent == 1


def test_a_picture_cut_about_equally_leaves_as_one_message_and_its_repeat_is_the_same(bench: Bench) -> None:
    bench.join()
    payloads = [bytes([n]) * (1099 if n < 3 else 1100) for n in range(8)]
    assert len(runs_of(padded([12 + len(p) for p in payloads]))) == 1
    bench.gather(payloads)
    bench.send()
    came = bench.ends[0].packets(8)
    for packet, payload in zip(came, payloads, strict=True):
        view = RtpView()
        assert view.read(packet)
        assert packet[view.payload_start : view.payload_end] == payload
    bench.fanout.repeat(bench.receivers[0], FIRST_NUMBER)
    datagrams = bench.fanout.packets_sent
    bench.fanout.flush()
    assert bench.fanout.packets_sent == datagrams + 1
    assert len(bench.ends[0].receiving.recv(2048)) == len(came[0]) + 16
