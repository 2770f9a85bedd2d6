"""A slot whose source comes in three layers: every receiver in the one its line carries, over every change."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from server.media.lane import FIRST_NUMBER, Receiver
from server.media.slot import CHANGE_WITHIN_S
from server.media.source import LAYER_RESTS_AFTER_S, Source
from signaling.wire.slots import Layer, SlotName, Upstream
from tests.server.media.packets import Bench, feed, only, source
from tests.server.media.test_slot import Room
from tests.signaling.wire.packets import DELTA_FRAME, KEY_FRAME, SOUND, rtp

HIGH, MEDIUM, LOW = Layer


@dataclass
class Camera:
    """A camera of several layers whose sequence numbers and timestamps have nothing to do with each other."""

    source: Source
    first: int = 65_500
    frame: int = 0

    def picture(self, now_s: float, *keys: Layer, sends: tuple[Layer, ...] = tuple(Layer)) -> None:
        for index, layer in enumerate(self.source.layers):
            if layer not in sends:
                continue
            number = self.first + 1000 * index + self.frame
            time = 4_294_960_000 + 777_777 * index + 3000 * self.frame
            feed(self.source, rtp(number, time, KEY_FRAME if layer in keys else DELTA_FRAME), now_s, layer)
        self.frame += 1


def camera(room: str = "06649", identity: int = 1) -> Camera:
    return Camera(source(room=room, identity=identity, layers=tuple(Layer)))


def receiver(bench: Bench, wanted: Layer | None = HIGH) -> Receiver:
    made = Receiver(Room(), bench.name, 100)
    made.wanted = wanted
    bench.slot.admit(made)
    return made


def assert_one_stream(bench: Bench, who: Receiver) -> None:
    """What the receiver got has numbers without a gap and times that only rise."""
    bench.flush()
    got = bench.fanout.got[who]
    assert [number for number, _, _ in got] == list(range(FIRST_NUMBER, FIRST_NUMBER + len(got)))
    times = [time for _, time, _ in got]
    assert all(later > earlier for earlier, later in itertools.pairwise(times)), times


def layers_of(bench: Bench, who: Receiver) -> list[Layer]:
    bench.flush()
    return [layer for layer, _ in itertools.groupby(layer for _, _, layer in bench.fanout.got.get(who, []))]


def test_each_line_gets_its_own_layer_of_the_same_camera() -> None:
    bench, cam = Bench(), camera()
    rooms = {layer: receiver(bench, layer) for layer in Layer}
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    for step in range(1, 30):
        cam.picture(step / 30)
    for layer, room in rooms.items():
        assert layers_of(bench, room) == [layer]
        assert_one_stream(bench, room)


def test_a_line_that_gets_weaker_and_better_sees_one_unbroken_stream() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    now_s = 0.0
    for wanted in (LOW, HIGH, MEDIUM, LOW, MEDIUM, HIGH):
        bench.slot.set_wanted(room, wanted)
        for step in range(10):
            now_s += 1 / 30
            cam.picture(now_s, *((wanted,) if step == 5 else ()))
    assert layers_of(bench, room) == [HIGH, LOW, HIGH, MEDIUM, LOW, MEDIUM, HIGH]
    assert_one_stream(bench, room)


def test_the_old_layer_goes_on_until_the_new_ones_key_frame() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    bench.slot.set_wanted(room, LOW)
    assert cam.source.layers[LOW].key_frame_wanted
    for step in range(1, 5):
        cam.picture(step / 30)
    assert layers_of(bench, room) == [HIGH]
    cam.picture(0.2, LOW)
    assert layers_of(bench, room) == [HIGH, LOW]


def test_without_any_picture_there_is_none_until_the_line_carries_it_again() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    bench.slot.set_wanted(room, None)
    before = len(bench.fanout.got.get(room, []))
    for step in range(1, 10):
        cam.picture(step / 30, *Layer)
    bench.flush()
    assert len(bench.fanout.got.get(room, [])) == before
    bench.slot.set_wanted(room, LOW)
    cam.picture(0.5, *Layer)
    assert layers_of(bench, room)[-1] is LOW
    assert_one_stream(bench, room)


@pytest.mark.parametrize("first", list(Layer))
def test_whichever_layer_comes_first_is_the_first_picture(first: Layer) -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, first, sends=(first,))
    assert layers_of(bench, room) == [first]
    bench.tick(0.01)
    cam.picture(0.03, *Layer)
    bench.tick(0.05)
    cam.picture(0.06, *Layer)
    assert layers_of(bench, room)[-1] is HIGH
    assert_one_stream(bench, room)


def test_a_picture_too_good_for_the_line_is_not_its_first_picture() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench, LOW)
    bench.show(cam.source)
    cam.picture(0.0, HIGH, sends=(HIGH,))
    assert layers_of(bench, room) == []
    cam.picture(0.1, LOW)
    assert layers_of(bench, room) == [LOW]


def test_a_camera_that_gives_up_its_best_layer_is_seen_in_the_next_one_and_back() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    now_s = 0.0
    while now_s < LAYER_RESTS_AFTER_S + 0.5:
        now_s += 1 / 30
        cam.picture(now_s, *((MEDIUM,) if cam.source.layers[MEDIUM].key_frame_wanted else ()), sends=(MEDIUM, LOW))
        bench.tick(now_s)
    assert layers_of(bench, room) == [HIGH, MEDIUM]
    for _ in range(3):
        now_s += 1 / 30
        cam.picture(now_s, *((HIGH,) if cam.source.layers[HIGH].key_frame_wanted else ()))
        bench.tick(now_s)
    assert layers_of(bench, room) == [HIGH, MEDIUM, HIGH]
    assert_one_stream(bench, room)


def test_a_camera_of_one_layer_follows_one_of_three_for_everybody() -> None:
    bench, cam, single = Bench(), camera(), source(room="06652", identity=2)
    rooms = {layer: receiver(bench, layer) for layer in Layer}
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    bench.show(single, 1.0)
    cam.picture(1.0)
    assert bench.slot.source is cam.source, "the old picture stays until the new one is there"
    feed(single, rtp(9, 0, KEY_FRAME), 1.1)
    cam.picture(1.1)
    feed(single, rtp(10, 3000, DELTA_FRAME), 1.2)
    for room in rooms.values():
        assert layers_of(bench, room)[-1] is HIGH
        assert_one_stream(bench, room)
    bench.show(cam.source, 2.0)
    cam.picture(2.0, *Layer)
    bench.tick(2.01)
    cam.picture(2.1, *Layer)
    for layer, room in rooms.items():
        assert layers_of(bench, room)[-1] is layer
        assert_one_stream(bench, room)


def test_a_room_that_lost_the_floor_is_not_seen_for_ever_in_a_layer_the_next_one_never_sends() -> None:
    bench, before, after = Bench(), camera("06649", 1), camera("06652", 2)
    thin = receiver(bench, LOW)
    bench.show(before.source)
    before.picture(0.0, *Layer)
    bench.show(after.source, 1.0)
    after.picture(1.1, HIGH, MEDIUM, sends=(HIGH, MEDIUM))
    before.picture(1.1)
    bench.tick(1.0 + CHANGE_WITHIN_S + 0.1)
    bench.flush()
    seen = len(bench.fanout.got[thin])
    before.picture(5.0)
    bench.flush()
    assert len(bench.fanout.got[thin]) == seen


def test_a_layer_under_another_number_goes_on_like_another_source() -> None:
    bench, cam = Bench(), camera()
    room = receiver(bench)
    bench.show(cam.source)
    cam.picture(0.0, *Layer)
    cam.source.layers[HIGH].restart()
    feed(cam.source, rtp(7, 5, KEY_FRAME), 0.1, HIGH)
    feed(cam.source, rtp(8, 3005, DELTA_FRAME), 0.13, HIGH)
    assert_one_stream(bench, room)
    assert len(bench.fanout.got[room]) == 3


def test_sound_has_one_lane_whatever_the_line_carries_of_the_picture() -> None:
    bench, microphone = Bench(SlotName.DESK_AUDIO), source(Upstream.MICROPHONE)
    room = receiver(bench, None)
    bench.show(microphone)
    feed(microphone, rtp(1, 960, SOUND), 0.0)
    feed(microphone, rtp(2, 1920, SOUND), 0.02)
    assert_one_stream(bench, room)
    assert only(microphone).lanes == (bench.high,)
