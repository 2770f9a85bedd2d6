from __future__ import annotations

import itertools

import numpy as np

from recordings.mixing import BLOCK, RATE, Mixdown, Mixer
from signaling.tap import TapTrack
from tests.recordings.media import sounds

DESK, FLOOR = TapTrack.DESK_AUDIO, TapTrack.FLOOR_AUDIO


def constant(value: int, samples: int = BLOCK) -> np.ndarray:
    return np.full(samples, value, np.int16)


def test_voices_are_added_and_loud_ones_saturate() -> None:
    mixer = Mixer()
    mixer.add(DESK, 0, constant(30_000))
    mixer.add(FLOOR, 0, constant(30_000, BLOCK // 2))
    block = mixer.take()
    assert (block[: BLOCK // 2] == 32_767).all()
    assert (block[BLOCK // 2 :] == 30_000).all()
    assert not mixer.take().any()


def test_small_steps_of_a_clock_leave_no_seam_and_large_ones_are_followed() -> None:
    mixer = Mixer()
    mixer.add(DESK, 5, constant(100))
    mixer.add(DESK, BLOCK + 400, constant(200))  # a jitter of 8 ms: follows at once
    mixer.add(DESK, 10 * BLOCK, constant(300))  # a pause
    blocks = np.concatenate([mixer.take() for _ in range(12)])
    assert (blocks[5 : 5 + BLOCK] == 100).all()
    assert (blocks[5 + BLOCK : 5 + 2 * BLOCK] == 200).all()
    assert not blocks[5 + 2 * BLOCK : 10 * BLOCK].any()
    assert (blocks[10 * BLOCK : 11 * BLOCK] == 300).all()


def test_what_is_too_late_or_too_early_is_cut_off() -> None:
    mixer = Mixer()
    for _ in range(50):
        mixer.take()
    mixer.add(DESK, 49 * BLOCK + BLOCK // 2, constant(7))
    assert (mixer.take()[: BLOCK // 2] == 7).all()
    mixer.add(FLOOR, 0, constant(9))
    mixer.add(DESK, 10_000 * BLOCK, constant(9))
    assert not np.concatenate([mixer.take() for _ in range(300)]).any()


def test_the_ring_goes_round() -> None:
    mixer = Mixer()
    for index in range(500):
        mixer.add(DESK, index * BLOCK + 100, constant(index))
        if index:
            assert (mixer.take()[100:] == index - 1).all()


def test_mixdown_is_without_a_hole_whatever_arrives() -> None:
    mixdown = Mixdown()
    packets = list(mixdown.advance(3 * BLOCK + 17))
    mixdown.add(DESK, 3 * BLOCK, sounds()[0])
    mixdown.add(DESK, 4 * BLOCK, b"\xff\xff\xff")  # no Opus
    packets += mixdown.advance(50 * BLOCK)
    packets += mixdown.finish()
    starts = [packet.position for packet in packets]
    assert starts[0] == -312  # libopus looks 6.5 ms ahead
    assert all(b - a == BLOCK for a, b in itertools.pairwise(starts))
    assert starts[-1] + packets[-1].samples == 50 * BLOCK
    assert RATE == 48_000
