"""What is received and what is said about it: repeats unwrapped, NACKs by the round trip, REMB."""

from __future__ import annotations

import struct

import pytest

from room_client.downstream import Downstream
from room_client.sdp import AnsweredPart
from signaling.wire import rtcp
from signaling.wire.rtp import pack_packet
from signaling.wire.slots import SlotName
from tests.room_client.conftest import Witness

MEDIA, REPEATS, SOUND = 7, 8, 9
PARTS = {
    SlotName.DESK_VIDEO: AnsweredPart("h264", 102, [MEDIA], 103, REPEATS),
    SlotName.DESK_AUDIO: AnsweredPart("opus", 111, [SOUND]),
}


def downstream() -> Downstream:
    return Downstream(1, PARTS, Witness(), {})


def packet(sequence: int, payload: bytes = b"\x41picture") -> bytes:
    return pack_packet(102, True, sequence, sequence * 3000, MEDIA, payload)


def repeat(sequence: int, number: int, payload: bytes = b"\x41picture") -> bytes:
    wrapped = struct.pack("!H", sequence & 0xFFFF) + payload
    return pack_packet(103, True, number, sequence * 3000, REPEATS, wrapped)


@pytest.mark.parametrize("start", [0, 0x7FFE, 0xFFFE, 0xFFFF])
def test_repeat_by_rtx_fills_the_hole(start: int) -> None:
    end = downstream()
    for index in (0, 1, 4):
        end.packet(packet(start + index), 1.0)
    assert end.has_holes
    asked = list(rtcp.parse(end.poll_feedback(1.02, 0.1)))
    assert rtcp.PacketsWanted(MEDIA, ((start + 2) & 0xFFFF, (start + 3) & 0xFFFF)) in asked
    assert end.packet(repeat(start + 2, 500), 1.1)
    assert not end.packet(repeat(start + 3, 501), 1.1)
    counts = dict(end.counts())[SlotName.DESK_VIDEO]
    assert (counts.packets, counts.lost, counts.repaired) == (5, 0, 2)
    assert end.unknown == 0


def test_padding_and_strangers_count_as_no_packet() -> None:
    end = downstream()
    end.packet(packet(10), 1.0)
    probe = bytearray(pack_packet(103, False, 1, 0, REPEATS, bytes(254) + b"\xff"))
    probe[0] |= 0x20
    end.packet(bytes(probe), 1.0)
    end.packet(pack_packet(103, False, 2, 0, REPEATS, b"x"), 1.0)
    assert end.unknown == 0
    end.packet(pack_packet(102, False, 2, 0, 99, b"xyz"), 1.0)
    assert end.unknown == 1
    assert dict(end.counts())[SlotName.DESK_VIDEO].packets == 1


@pytest.mark.parametrize(("rtt_s", "again_s"), [(0.02, 0.03), (0.3, 0.375), (None, 0.1)])
def test_repeats_are_asked_for_again_after_a_round_trip(rtt_s: float | None, again_s: float) -> None:
    end = downstream()
    end.packet(packet(0), 1.0)
    end.packet(packet(2), 1.0)
    now, asked = 1.0, []
    while now < 1.9:
        if end.poll_feedback(now, rtt_s):
            asked.append(now)
        now += 0.005
    assert asked[0] == pytest.approx(1.01, abs=0.006)
    assert asked[1] - asked[0] == pytest.approx(again_s, abs=0.006)


def test_what_never_comes_is_given_up_for_a_key_frame() -> None:
    end = downstream()
    end.packet(packet(0), 1.0)
    end.packet(packet(2), 1.0)
    said = [f for step in range(300) for f in rtcp.parse(end.poll_feedback(1.0 + step / 100, 0.05))]
    assert said.count(rtcp.KeyFrameWanted(MEDIA)) == 1
    assert not end.has_holes


def test_lost_sound_asks_for_no_key_frame() -> None:
    end = downstream()
    for sequence in (0, 2):
        end.packet(pack_packet(111, False, sequence, sequence * 960, SOUND, b"sound"), 1.0)
    said = [f for step in range(300) for f in rtcp.parse(end.poll_feedback(1.0 + step / 100, 0.05))]
    assert any(isinstance(f, rtcp.PacketsWanted) for f in said)
    assert rtcp.KeyFrameWanted(MEDIA) not in said


def test_remb_is_said_once_something_arrived() -> None:
    end = downstream()
    assert end.poll_estimate(0.5) == b""
    told: list[rtcp.Feedback] = []
    for step in range(200):
        at = 1.0 + step / 50
        end.packet(packet(step, bytes(1000)), at)
        if step % 25 == 24:
            told += rtcp.parse(end.poll_estimate(at))
    estimates = [f.bitrate_bps for f in told if isinstance(f, rtcp.BitrateEstimated)]
    assert estimates
    assert 400_000 < estimates[-1] < 900_000
