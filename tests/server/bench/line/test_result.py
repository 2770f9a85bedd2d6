"""From what a room saw to a row of the table."""

from __future__ import annotations

import io
import json

from rich.console import Console

from server.bench.line.line import Counters
from server.bench.line.presets import PRESETS
from server.bench.line.result import Layers, LineResult, as_table, judged, worst
from server.bench.line.run import LinesMeasured
from server.bench.line.witness import Seen

BEGAN_S = 1000.0
BLACKOUT = PRESETS["blackout-20-s"]  # dark from 10 s to 30 s, measured for 60 s


def seen(
    after_s: float,
    freezes: tuple[tuple[float, float | None], ...] = (),
    missing_sound_s: float = 0.0,
    layers: Layers = (),
) -> Seen:
    return Seen(
        at_s=BEGAN_S + after_s,
        state="joined",
        path="direct",
        joins=1,
        pictures=0,
        last_picture_s=None,
        freezes=tuple((BEGAN_S + begin, None if end is None else BEGAN_S + end) for begin, end in freezes),
        sounds=0,
        last_sound_s=None,
        missing_sound_s=missing_sound_s,
        layers=tuple((BEGAN_S + at_s, layer) for at_s, layer in layers),
    )


def judge(last: Seen, preset: str = "blackout-20-s") -> LineResult:
    before = Counters(offered=100, lost=1).as_json()
    after = Counters(offered=1100, lost=3, dark=30, overflowed=4).as_json()
    return judged(PRESETS[preset], 1, seen(0, missing_sound_s=0.5), last, before, after)


def test_a_blackout_is_frozen_as_long_as_it_was_seen_and_back_when_the_picture_is() -> None:
    result = judge(seen(60, ((9.9, 31.2), (40.0, 40.5)), missing_sound_s=21.5))
    assert (result.frozen_s, result.longest_freeze_s) == (21.8, 21.3)
    assert result.missing_sound_s == 21.0
    assert result.recovered_after_s == 1.2
    assert (result.offered, result.lost, result.overflowed) == (1000, 32, 4)


def test_what_never_came_back_has_no_recovery_time() -> None:
    result = judge(seen(60, ((9.9, None),)))
    assert result.recovered_after_s is None
    assert result.frozen_s == 50.1


def test_freezes_from_before_the_measurement_count_from_its_beginning() -> None:
    assert judge(seen(60, ((-3.0, 2.0),))).frozen_s == 2.0


def test_a_picture_that_was_there_all_the_time_is_back_at_once() -> None:
    assert judge(seen(60)).recovered_after_s == 0.0


def test_the_layer_is_the_one_held_longest_while_it_was_bad() -> None:
    layers = [(-5.0, "h"), (12.0, "m"), (14.5, "l"), (33.0, "m"), (38.0, "h")]
    result = judge(seen(60, layers=layers))
    assert (result.layer, result.layer_after_s) == ("l", 4.5)
    assert result.full_layer_after_s == 8.0


def test_a_layer_that_never_changed_was_never_waited_for() -> None:
    result = judge(seen(60, layers=[(-5.0, "h")]))
    assert (result.layer, result.layer_after_s, result.full_layer_after_s) == ("h", 0.0, 0.0)


def test_a_line_that_is_bad_from_the_beginning_has_no_recovery() -> None:
    result = judge(seen(90, layers=[(-5.0, "h"), (3.0, "none")]), preset="150-kbit")
    assert result.recovered_after_s is None
    assert result.full_layer_after_s is None
    assert (result.layer, result.layer_after_s) == ("none", 3.0)


def test_where_nothing_is_known_of_layers_nothing_is_said() -> None:
    result = judge(seen(60))
    assert (result.layer, result.layer_after_s, result.full_layer_after_s) == ("", None, None)


def test_a_picture_that_never_comes_back_is_a_failure_of_the_whole_table() -> None:
    back, gone = judge(seen(60, ((10.1, 30.9),))), judge(seen(60, ((10.1, None),)))
    assert (back.lost_for_good, gone.lost_for_good) == (False, True)
    assert LinesMeasured("film", [back]).ok
    assert not LinesMeasured("film", [back, gone]).ok


def test_the_bad_phase_of_every_preset_lies_within_its_measurement() -> None:
    for preset in PRESETS.values():
        begins_s, ends_s = worst(preset.phases)
        assert 0 <= begins_s < (ends_s or preset.measure_s) <= preset.measure_s, preset.name
        assert not (preset.known_before and len(preset.phases) > 1), preset.name  # phases begin at the measurement


def test_the_table_says_it_in_words_and_the_json_has_it_all() -> None:
    result = judge(seen(60, ((9.9, 31.2),), layers=[(-5.0, "h"), (12.0, "none"), (32.0, "h")]))
    console = Console(width=160, file=io.StringIO(), record=True)
    console.print(as_table([result]))
    written = console.export_text()
    assert all(
        word in written for word in ("nothing passes for 20 s", "sound only after 2.0 s", "21.3 s", "1.2 s")
    )
    assert json.loads(json.dumps(result.as_json()))["recovered_after_s"] == 1.2
