"""The table that takes a quarter of an hour, with one line of a few seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.bench.line.conditions import Conditions, Phase
from server.bench.line.presets import PRESETS
from server.bench.line.run import LinesMeasured, run_lines

pytestmark = pytest.mark.usefixtures("possible")


async def test_a_short_darkness_is_a_row() -> None:
    good, dark = PRESETS["good-line"].phases[0], Conditions(dark=True)
    short = replace(
        PRESETS["blackout-20-s"],
        says="nothing passes for a second",
        phases=(replace(good, seconds=1), Phase(dark, dark, 1), good),
        measure_s=5,
    )
    found = LinesMeasured("film", await run_lines([short]))
    (result,) = found.results
    assert result.says == "nothing passes for a second"
    assert 0.7 <= result.frozen_s <= 3
    assert result.missing_sound_s >= 0.7
    assert result.recovered_after_s is not None
    assert result.recovered_after_s < 2
    assert result.lost > 20
    assert found.ok
    assert found.as_table().row_count == 1
