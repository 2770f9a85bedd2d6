"""The line as an object: time and chance are given, so a minute costs milliseconds and a failure has a seed."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from server.bench.line.conditions import Bursts, Conditions, Phase, Preset, downstream, upstream
from server.bench.line.line import Line
from server.bench.line.presets import PRESETS

PACKET = bytes(1200)
Arrivals = list[tuple[float, bytes]]
Direction = Callable[[Sequence[Phase]], list[tuple[float, Conditions]]]


def numbered(number: int, size: int = 1200) -> bytes:
    return number.to_bytes(4, "big") + bytes(size - 4)


def number_of(packet: bytes) -> int:
    return int.from_bytes(packet[:4], "big")


def line_of(conditions: Conditions, seed: int = 1) -> Line:
    return Line([(math.inf, conditions)], seed, 0.0)


def carried(line: Line, packets: Arrivals) -> Arrivals:
    """All that comes out of the line, with its time: driven as the emulator drives it."""
    out: Arrivals = []
    for at_s, packet in packets:
        out += _until(line, at_s)
        line.handle_input(packet, at_s)
    return out + _until(line, math.inf)


def _until(line: Line, end_s: float) -> Arrivals:
    out: Arrivals = []
    while (due_s := line.poll_timeout()) is not None and due_s <= end_s:
        out += [(due_s, packet) for packet in line.poll_output(due_s)]
    return out


def every(seconds: float, count: int, first_s: float = 0.0) -> Arrivals:
    return [(first_s + number * seconds, numbered(number)) for number in range(count)]


def test_a_line_without_conditions_passes_everything_at_once() -> None:
    line = line_of(Conditions())
    packets = every(0.01, 100)
    assert carried(line, packets) == packets


def test_the_delay_is_the_delay() -> None:
    out = carried(line_of(Conditions(delay_ms=150)), every(0.01, 50))
    assert [at_s for at_s, _ in out] == pytest.approx([0.15 + 0.01 * number for number in range(50)])


def test_the_rate_spaces_packets_by_their_length() -> None:
    out = carried(line_of(Conditions(rate_bps=96_000)), [(0.0, PACKET), (0.0, PACKET), (0.0, bytes(600))])
    assert [at_s for at_s, _ in out] == pytest.approx([0.1, 0.2, 0.25])


def test_what_does_not_fit_into_the_queue_is_lost() -> None:
    line = line_of(Conditions(rate_bps=96_000, queue_bytes=3600))
    out = carried(line, [(0.0, numbered(number)) for number in range(5)] + [(0.15, numbered(9))])
    assert [number_of(packet) for _, packet in out] == [0, 1, 2, 9]
    assert line.counters.overflowed == 2
    assert line.counters.longest_queue_bytes == 3600


def test_a_thin_line_carries_its_rate_and_no_more() -> None:
    line = line_of(Conditions(rate_bps=500e3, queue_bytes=32_000))
    out = carried(line, every(0.0048, 2500))  # 2 Mbit/s for 12 s
    within = sum(len(packet) for at_s, packet in out if 2 <= at_s < 12)
    assert within * 8 / 10 == pytest.approx(500e3, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("loss", [0.02, 0.05, 0.1])
def test_random_loss_is_as_frequent_as_it_says(loss: float, seed: int) -> None:
    line = line_of(Conditions(loss=loss), seed)
    carried(line, every(0.001, 20_000))
    spread = 4 * math.sqrt(loss * (1 - loss) / 20_000)
    assert line.counters.lost / 20_000 == pytest.approx(loss, abs=spread)


@pytest.mark.parametrize("seed", range(5))
def test_bursts_take_their_share_in_runs_of_their_length(seed: int) -> None:
    bursts = Bursts.of(0.10, 3)
    assert bursts.loss == pytest.approx(0.10)
    line = line_of(Conditions(bursts=bursts), seed)
    came = {number_of(packet) for _, packet in carried(line, every(0.001, 40_000))}
    lost = [number for number in range(40_000) if number not in came]
    runs = 1 + sum(number - before > 1 for before, number in itertools.pairwise(lost))
    assert len(lost) / 40_000 == pytest.approx(0.10, abs=0.015)
    assert len(lost) / runs == pytest.approx(3, abs=0.4)


def test_the_same_seed_loses_the_same_packets_and_another_one_others() -> None:
    conditions = Conditions(loss=0.05, jitter_ms=20, reorders=True, duplicates=0.02)
    packets = every(0.004, 1000)
    first, again, other = (carried(line_of(conditions, seed), packets) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_jitter_keeps_the_order_unless_it_may_not() -> None:
    packets = every(0.002, 500)
    kept = carried(line_of(Conditions(jitter_ms=30)), packets)
    mixed = carried(line_of(Conditions(jitter_ms=30, reorders=True)), packets)
    assert [number_of(packet) for _, packet in kept] == list(range(500))
    assert sorted(number_of(packet) for _, packet in mixed) == list(range(500))
    assert [number_of(packet) for _, packet in mixed] != list(range(500))
    sent = {number_of(packet): at_s for at_s, packet in packets}
    assert all(0 <= at_s - sent[number_of(packet)] <= 0.0301 for at_s, packet in mixed)


def test_duplicates_are_second_copies() -> None:
    line = line_of(Conditions(duplicates=0.1))
    counted = Counter(number_of(packet) for _, packet in carried(line, every(0.001, 5000)))
    assert set(counted.values()) == {1, 2}
    assert line.counters.duplicated == sum(times == 2 for times in counted.values())
    assert line.counters.duplicated / 5000 == pytest.approx(0.1, abs=0.02)


def test_a_cable_that_is_out_loses_what_waits_and_what_comes() -> None:
    thin, dark = Conditions(rate_bps=96_000), Conditions(dark=True)
    line = Line([(1.0, thin), (2.0, dark), (math.inf, thin)], 1, 0.0)
    out = carried(line, [(0.95, PACKET), (0.96, PACKET), (2.0, PACKET), (3.5, numbered(4))])
    assert [number_of(packet) for _, packet in out] == [4]
    assert out[0][0] == pytest.approx(3.6)
    assert line.counters.dark == 3


def test_what_was_past_the_cable_still_arrives() -> None:
    line = Line([(1.0, Conditions(delay_ms=200)), (math.inf, Conditions(dark=True))], 1, 0.0)
    assert [at_s for at_s, _ in carried(line, [(0.9, PACKET), (1.1, PACKET)])] == pytest.approx([1.1])


def test_what_waits_goes_on_at_the_new_rate() -> None:
    line = line_of(Conditions(rate_bps=96_000))
    for number in range(3):
        line.handle_input(numbered(number), 0.0)
    line.change([(math.inf, Conditions(rate_bps=960_000))], 0.05)
    assert [at_s for at_s, _ in _until(line, math.inf)] == pytest.approx([0.1, 0.11, 0.12])


def test_a_late_call_finds_everything_at_its_own_time() -> None:
    """A shell that was held up must not stretch the phases or the queue."""
    phases = [(1.0, Conditions(rate_bps=96_000)), (1.0, Conditions(dark=True)), (math.inf, Conditions())]
    line = Line(phases, 1, 0.0)
    for number in range(3):
        line.handle_input(numbered(number), 0.85)
    line.handle_input(numbered(8), 9.0)
    assert [number_of(packet) for packet in line.poll_output(9.0)] == [0, 8]


def test_a_line_without_a_phase_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one phase"):
        Line([], 1, 0.0)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("direction", [upstream, downstream])
def test_every_packet_of_every_preset_is_accounted_for(preset: Preset, direction: Direction) -> None:
    line = Line(direction(preset.phases), 3, 0.0)
    out = carried(line, every(0.02, int(preset.measure_s * 50)))
    counted = line.counters
    assert counted.offered == counted.carried + counted.lost + counted.dark + counted.overflowed
    assert len(out) == counted.carried + counted.duplicated


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("good-lan", 0, 0), ("loss-2", 0.015, 0.025), ("loss-5", 0.042, 0.058), ("blackout-20-s", 0.3, 0.36)],
)
def test_the_presets_are_what_they_are_called(name: str, least: float, most: float) -> None:
    preset = PRESETS[name]
    count = int(preset.measure_s * 200)
    line = Line(downstream(preset.phases), 5, 0.0)
    carried(line, every(0.005, count))
    assert least <= (count - line.counters.carried) / count <= most
