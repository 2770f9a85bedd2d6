"""A slot over changes of source: one unbroken stream for everybody, whatever the sources' numbers do."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from server.media.lane import FIRST_NUMBER, Receiver
from server.media.layer import NACK_TRIES
from server.media.ring import Ring
from signaling.wire import rtcp
from signaling.wire.slots import SlotName, Upstream
from tests.server.media.packets import Bench, feed, only, source
from tests.signaling.wire.packets import DELTA_FRAME, IDR, KEY_FRAME, SOUND, rtp


@dataclass
class Room:
    """The link of a receiver, as far as a lane knows it."""

    room: str = "06652"
    tx: object = None
    tag_bytes: int = 16
    address_pointer: int = 0
    address_bytes: int = 0


WRAP_EDGES = [0, 1, 15, 16, 32766, 32767, 32768, 65533, 65534, 65535]


@pytest.mark.parametrize("first", WRAP_EDGES)
@pytest.mark.parametrize("second", WRAP_EDGES)
def test_numbers_have_no_gap_over_a_change_of_source(first: int, second: int) -> None:
    bench, a, b = Bench(), source(identity=1), source(identity=2, room="06658")
    bench.show(a)
    for step in range(5):
        feed(a, rtp(first + step, 3000 * step, KEY_FRAME if step == 0 else DELTA_FRAME), step / 30)
    bench.show(b)
    for step in range(5):
        feed(
            b,
            rtp(second + step, 2**32 - 6000 + 3000 * step, KEY_FRAME if step == 0 else DELTA_FRAME),
            1 + step / 30,
        )
    numbers = [number for number, _ in bench.stream()]
    assert numbers == list(range(FIRST_NUMBER, FIRST_NUMBER + 10))


def test_time_never_steps_back_over_a_change_of_source() -> None:
    bench, a, b = Bench(), source(identity=1), source(identity=2)
    bench.show(a)
    feed(a, rtp(1, 4_000_000_000, KEY_FRAME), 0.0)
    feed(a, rtp(2, 4_000_003_000, DELTA_FRAME), 0.033)
    bench.show(b)
    feed(b, rtp(9, 5, KEY_FRAME), 2.033)
    (_, t1), (_, t2), (_, t3) = bench.stream()
    assert t2 - t1 == 3000
    assert t3 - t2 == pytest.approx(2 * 90_000, abs=900)


def test_the_old_picture_stays_until_the_new_ones_key_frame() -> None:
    bench, a, b = Bench(), source(identity=1), source(identity=2)
    bench.show(a)
    feed(a, rtp(1, 0, KEY_FRAME), 0.0)
    bench.show(b)
    assert only(b).key_frame_wanted
    feed(b, rtp(50, 0, DELTA_FRAME), 0.1)
    feed(a, rtp(2, 3000, DELTA_FRAME), 0.1)
    assert bench.slot.source is a
    assert len(bench.stream()) == 2
    feed(b, rtp(51, 3000, KEY_FRAME), 0.2)
    feed(a, rtp(3, 6000, DELTA_FRAME), 0.2)
    assert bench.slot.source is b
    assert len(bench.stream()) == 3


def test_a_change_does_not_begin_in_the_middle_of_a_key_frame() -> None:
    """The parameter sets went by before the slot looked: the picture behind them alone cannot be decoded."""
    bench, a = Bench(), source()
    feed(a, rtp(1, 3000, KEY_FRAME), 0.0)
    bench.show(a)
    feed(a, rtp(2, 3000, IDR), 0.0)
    assert bench.slot.source is None
    assert only(a).key_frame_wanted
    feed(a, rtp(3, 6000, KEY_FRAME), 0.1)
    feed(a, rtp(4, 6000, IDR), 0.1)
    assert len(bench.stream()) == 2


def test_an_encoder_that_sends_its_parameter_sets_once_is_shown_from_its_next_picture() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(2, 6000, IDR), 0.1)
    assert bench.slot.source is a


def test_a_packet_a_whole_ring_late_does_not_overwrite_a_newer_one() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(0, 0, KEY_FRAME), 0.0)
    for step in range(2, 1500):
        feed(a, rtp(step, step, DELTA_FRAME), step / 1000)
    before = len(bench.stream())
    feed(a, rtp(1, 1, DELTA_FRAME), 2.0)
    assert len(bench.stream()) == before


def test_old_sound_ends_at_once() -> None:
    bench = Bench(SlotName.FLOOR_AUDIO)
    a, b = source(Upstream.MICROPHONE, identity=1), source(Upstream.MICROPHONE, identity=2)
    bench.show(a)
    feed(a, rtp(1, 0, SOUND), 0.0)
    bench.show(b)
    feed(a, rtp(2, 960, SOUND), 0.02)
    assert len(bench.stream()) == 1
    feed(b, rtp(1, 0, SOUND), 0.04)
    assert len(bench.stream()) == 2


def test_a_late_packet_of_the_source_keeps_its_place_and_one_from_before_the_change_is_left() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(9, 0, DELTA_FRAME), 0.0)
    feed(a, rtp(10, 0, KEY_FRAME), 0.0)
    feed(a, rtp(12, 0, DELTA_FRAME), 0.0)
    feed(a, rtp(11, 0, DELTA_FRAME), 0.0)
    feed(a, rtp(9, 0, DELTA_FRAME), 0.0)
    assert [n for n, _ in bench.stream()] == [FIRST_NUMBER, FIRST_NUMBER + 2, FIRST_NUMBER + 1]


def test_a_receiver_is_let_in_on_a_key_frame_with_low_numbers_of_its_own() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(60_000, 0, KEY_FRAME), 0.0)
    for step in range(1, 9000):
        feed(a, rtp(60_000 + step, step, DELTA_FRAME), step / 300)
    receiver = Receiver(Room(), bench.name, 100)
    only(a).key_frame_wanted = False
    bench.slot.admit(receiver)
    assert only(a).key_frame_wanted
    feed(a, rtp(60_000 + 9000, 9000, DELTA_FRAME), 30.0)
    assert bench.high.receivers == []
    feed(a, rtp(60_000 + 9001, 9001, KEY_FRAME), 30.1)
    assert bench.high.receivers == [receiver]
    assert receiver.first + receiver.offset == FIRST_NUMBER


def test_a_receiver_that_was_away_goes_on_without_a_gap_and_hears_nothing_of_between() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    receiver = Receiver(Room(), bench.name, 100)
    bench.slot.admit(receiver)
    feed(a, rtp(1, 0, KEY_FRAME), 0.0)
    bench.stream()
    last = receiver.highest + receiver.offset
    bench.slot.dismiss(receiver)
    for step in range(2, 100):
        feed(a, rtp(step, step, DELTA_FRAME), step / 30)
    assert receiver.lane_number(last & 0xFFFF) == -1, "nothing from before may be repeated"
    bench.slot.admit(receiver)
    feed(a, rtp(100, 100, KEY_FRAME), 4.0)
    assert receiver.first + receiver.offset == last + 1
    bench.stream()
    for wrapped in range(0, 65536, 7):
        assert receiver.lane_number(wrapped) in (-1, receiver.first)


def test_a_silent_source_leaves_the_slot_and_comes_back_on_a_key_frame() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(1, 0, KEY_FRAME), 0.0)
    bench.slot.clear()
    assert bench.shown == [a, None]
    feed(a, rtp(2, 3000, DELTA_FRAME), 9.0)
    assert bench.slot.source is None
    feed(a, rtp(3, 6000, KEY_FRAME), 9.1)
    assert bench.shown == [a, None, a]


def test_an_encoder_that_starts_anew_is_switched_to_like_another_source() -> None:
    bench, a = Bench(), source()
    bench.show(a)
    feed(a, rtp(100, 0, KEY_FRAME), 0.0)
    only(a).restart()
    feed(a, rtp(40_000, 777, DELTA_FRAME), 0.1)
    feed(a, rtp(40_001, 777, KEY_FRAME), 0.1)
    assert [n for n, _ in bench.stream()] == [FIRST_NUMBER, FIRST_NUMBER + 1]


def test_the_ring_forgets_what_it_overwrote() -> None:
    ring = Ring(8)
    for number in range(16, 30):
        ring.put(number, False, number, 1, memoryview(b"x"))
    assert ring.cell(21) == -1
    assert ring.cell(22) >= 0
    assert bytes(ring.packet(ring.cell(29)))[2:4] == (29).to_bytes(2, "big")


def test_missing_packets_are_asked_for_until_they_come_or_are_given_up() -> None:
    a = source()
    feed(a, rtp(65534, 0, KEY_FRAME), 0.0)
    feed(a, rtp(1, 0, DELTA_FRAME), 0.0)
    assert only(a).poll_feedback(1, 0.001) == b"", "a hole this young may be a reordering"
    assert only(a).poll_feedback(1, 0.02)
    feed(a, rtp(65535, 0, DELTA_FRAME), 0.03)
    feed(a, rtp(0, 0, DELTA_FRAME), 0.03)
    assert only(a).poll_feedback(1, 5.0) == b""
    feed(a, rtp(3, 0, DELTA_FRAME), 6.0)
    said = [s for step in range(1, 60) for s in rtcp.parse(only(a).poll_feedback(1, 6.0 + step / 10))]
    asked = [s.sequences for s in said if isinstance(s, rtcp.PacketsWanted)]
    assert asked == [(2,)] * NACK_TRIES
    assert rtcp.KeyFrameWanted(7) in said, "what never comes is mended by a key frame"


def test_key_frame_requests_of_many_receivers_are_one() -> None:
    a = source()
    for _ in range(177):
        only(a).want_key_frame()
    assert only(a).poll_feedback(1, 1.0)
    only(a).want_key_frame()
    assert only(a).poll_feedback(1, 1.2) == b""
    assert only(a).poll_feedback(1, 1.6)
