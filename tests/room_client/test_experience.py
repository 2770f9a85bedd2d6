"""Frozen pictures and missing sound, from packets and times alone."""

from __future__ import annotations

import random

import pytest

from room_client.experience import (
    LATE_IN_A_ROW,
    MOST_WAITING,
    PIECE_S,
    Experience,
    PictureWatch,
    SlotClock,
    SoundWatch,
)
from signaling.messages import FloorView, StageView
from signaling.wire.slots import SlotName

FRAME_S = 0.04
PACKETS = 3  # of a frame
TICKS = 960


class Picture:
    """A slot that gets 25 frames a second, each of three packets; every 50th is a key frame."""

    def __init__(self, first_number: int = 0) -> None:
        self.clock = SlotClock(sound=False)
        self.watch = PictureWatch(self.clock)
        self.clock.expect(True, 0.0)
        self.first = first_number
        self.lost: set[int] = set()  # packets, counted from 0
        self.late: dict[int, float] = {}

    def run(self, frames: int, begin: int = 0) -> None:
        arrivals = []
        for number in range(begin * PACKETS, (begin + frames) * PACKETS):
            if number not in self.lost:
                at = (number // PACKETS + 1) * FRAME_S + self.late.get(number, 0.0)
                arrivals.append((at, number))
        for at, number in sorted(arrivals):
            ends = number % PACKETS == PACKETS - 1
            key = number % (50 * PACKETS) == 0
            self.watch.packet(self.first + number, ends, key, at)


@pytest.mark.parametrize("first", [0, 0xFFF0, 0x1FFFA])
def test_whole_picture_is_never_frozen(first: int) -> None:
    picture = Picture(first)
    picture.run(500)
    gaps = picture.clock.gaps(20.0, 20.0)
    assert (gaps.missing_s, gaps.pieces) == (0.0, 500)
    assert gaps.expected_s == 20.0
    assert gaps.longest_s == pytest.approx(FRAME_S)


def test_lost_packet_freezes_until_the_next_key_frame() -> None:
    picture = Picture()
    picture.lost = {10 * PACKETS + 1}  # of frame 10; the next key frame is frame 50
    picture.run(200)
    gaps = picture.clock.gaps(8.0, 8.0)
    assert gaps.missing_s == pytest.approx(41 * FRAME_S)
    assert gaps.longest_s == gaps.missing_s
    assert gaps.pieces == 200 - 40


def test_repeat_in_time_costs_nothing_and_a_late_one_its_delay() -> None:
    picture = Picture()
    picture.late = {10 * PACKETS: 0.2}
    picture.run(200)
    assert picture.clock.gaps(8.0, 8.0).missing_s == 0.0
    assert picture.clock.gaps(8.0, 8.0).pieces == 200
    picture = Picture()
    picture.late = {10 * PACKETS: 0.7}
    picture.run(200)
    gaps = picture.clock.gaps(8.0, 8.0)
    assert gaps.missing_s == pytest.approx(0.7 + FRAME_S)
    assert gaps.pieces == 200


def test_lost_piece_of_the_key_frame_itself_freezes_until_the_one_after() -> None:
    picture = Picture()
    picture.lost = {50 * PACKETS + 2}
    picture.run(200)
    assert picture.clock.gaps(8.0, 8.0).missing_s == pytest.approx(51 * FRAME_S)


def test_blackout_is_frozen_while_it_lasts() -> None:
    picture = Picture()
    picture.run(100)
    assert picture.clock.gaps(9.0, 9.0).missing_s == pytest.approx(5.0)
    assert picture.clock.gaps(4.4, 4.4).missing_s == 0.0, "less than half a second is no freeze"
    picture.clock.expect(False, 9.0)
    gaps = picture.clock.gaps(60.0, 60.0)
    assert gaps.missing_s == pytest.approx(5.0), "went on counting when nothing was to be seen"
    assert gaps.expected_s == 9.0


@pytest.mark.parametrize("seed", range(10))
def test_any_order_and_any_doubles_within_a_frame_show_every_picture(seed: int) -> None:
    chance = random.Random(seed)
    watch_clock = SlotClock(sound=False)
    watch = PictureWatch(watch_clock)
    for frame in range(100):
        numbers = [0xFFFF + frame * PACKETS + n for n in range(PACKETS)] * chance.choice((1, 2))
        chance.shuffle(numbers)
        for number in numbers:
            place = (number - 0xFFFF) % PACKETS
            watch.packet(number, place == PACKETS - 1, frame % 50 == 0 and place == 0, frame * FRAME_S)
    assert watch_clock.pieces == 100


def test_memory_beyond_a_hole_is_bounded() -> None:
    watch = PictureWatch(SlotClock(sound=False))
    watch.packet(0, True, True, 0.0)
    for number in range(2, 20_000):
        watch.packet(number, number % 3 == 0, False, 1.0)
    assert len(watch._waiting) <= MOST_WAITING


def sound(lost: set[int], late: dict[int, float], pieces: int = 500, start: int = 0) -> SlotClock:
    clock = SlotClock(sound=True)
    clock.expect(True, 0.0)
    watch = SoundWatch(clock)
    arrivals = sorted((n * PIECE_S + 0.05 + late.get(n, 0.0), n) for n in range(pieces) if n not in lost)
    for at, number in arrivals:
        watch.piece((start + number * TICKS) & 0xFFFFFFFF, at)
    watch.play(float("inf"))
    return clock


@pytest.mark.parametrize("start", [0, 0xFFFF_FFFF - 100 * TICKS, 0x7FFF_FFFF - 100 * TICKS])
def test_whole_sound_is_all_heard(start: int) -> None:
    gaps = sound(set(), {}, start=start).gaps(10.0, 10.0)
    assert (gaps.missing_s, gaps.pieces) == (0.0, 500)


@pytest.mark.parametrize("start", [0, 0xFFFF_FFFF - 100 * TICKS])
def test_lost_pieces_are_counted_to_the_piece(start: int) -> None:
    gaps = sound({7, 100, 101, 102, 300}, {}, start=start).gaps(10.0, 10.0)
    assert gaps.missing_s == pytest.approx(5 * PIECE_S)
    assert gaps.longest_s == pytest.approx(4 * PIECE_S)


def test_piece_that_comes_within_400_ms_is_heard_and_a_later_one_is_not() -> None:
    gaps = sound(set(), {50: 0.39, 60: 0.41}).gaps(10.0, 10.0)
    assert gaps.missing_s == pytest.approx(PIECE_S)
    assert gaps.pieces == 499


def test_line_that_becomes_longer_costs_sound_once() -> None:
    late = dict.fromkeys(range(200, 500), 1.0)
    gaps = sound(set(), late).gaps(11.0, 11.0)
    assert gaps.missing_s == pytest.approx((LATE_IN_A_ROW - 1) * PIECE_S + 1.0, abs=2 * PIECE_S)
    assert gaps.pieces == 500 - (LATE_IN_A_ROW - 1)


def test_sound_that_ends_is_missed_while_it_is_expected() -> None:
    clock = sound(set(), {}, pieces=100)
    assert clock.gaps(5.05, 5.45).missing_s == pytest.approx(3.0, abs=0.1)


def view(**changes: object) -> StageView:
    base = StageView(room_code="06649", room_name="Hồng Hải", reception_state="open", in_audience=True)
    return base.model_copy(update=changes)


def test_what_is_to_be_seen_follows_the_stage() -> None:
    experience = Experience()
    experience.begin_link()
    experience.stage(view(desk_present=True), 0.0)
    experience.stage(view(desk_present=True, floor=FloorView(code="06650", name="Cao Xanh")), 10.0)
    experience.stage(view(desk_present=True, has_floor=True, floor=FloorView(code="06649", name="Hồng Hải")), 15.0)
    experience.stage(view(in_audience=False, desk_present=True), 20.0)
    gaps = experience.gaps(60.0)
    assert gaps[SlotName.DESK_VIDEO].expected_s == 20.0
    assert gaps[SlotName.DESK_VIDEO].missing_s == 20.0
    assert gaps[SlotName.FLOOR_VIDEO].expected_s == 5.0, "a room is not expected to see itself"
    assert gaps[SlotName.DOCUMENT_VIDEO].expected_s == 0.0, "a document may stand still"
    assert gaps[SlotName.DESK_AUDIO].missing_s == 0.0, "sound counts from the first piece on"


def test_new_link_goes_on_counting() -> None:
    experience = Experience()
    experience.stage(view(desk_present=True), 0.0)
    for link, begin in enumerate((0.0, 4.0)):
        watch = experience.begin_link()[SlotName.DESK_VIDEO]
        assert isinstance(watch, PictureWatch)
        for frame in range(50):
            watch.packet(5 + frame, True, frame == 0, begin + (frame + 1) * FRAME_S)
        gaps = experience.gaps(begin + 2.0)[SlotName.DESK_VIDEO]
        assert gaps.pieces == 50 * (link + 1)
    assert gaps.missing_s == pytest.approx(2.0 + FRAME_S)


def test_layers_and_silences_are_kept_with_their_times() -> None:
    experience = Experience()
    for at, layer in ((1.0, "h"), (2.0, "h"), (3.0, "none"), (4.0, "l")):
        experience.layer(layer, at)
    assert list(experience.layers) == [(1.0, "h"), (3.0, "none"), (4.0, "l")]
    experience.silence(False, 1.0)
    experience.silence(True, 5.0)
    experience.silence(True, 6.0)
    experience.silence(False, 9.0)
    assert list(experience.silences) == [(5.0, 9.0)]
