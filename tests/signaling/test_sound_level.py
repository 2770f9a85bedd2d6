"""How loud is loud: one scale, which the pages have, too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from signaling import sound_level

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("level_db", "level"), [(-120.0, 0), (-60.0, 0), (-34.0, 50), (-8.0, 100), (0.0, 100), (-54.8, 10)]
)
def test_a_level_is_between_a_quiet_room_and_speech_close_by(level_db: float, level: int) -> None:
    assert sound_level.level_of(level_db) == level


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("server/web/static/live/level.js", "FLOOR_DB"),
        ("server/web/static/live/level.js", "FULL_DB"),
        ("room_client/page/preflight/sound.js", "DEAD_DB"),
        ("server/receptions/static/console_room_order.js", "QUIET_S"),
    ],
)
def test_a_browser_measures_by_the_same_numbers(script: str, name: str) -> None:
    found = re.search(rf"^const {name} = (-?\d+);", (ROOT / script).read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert float(found[1]) == getattr(sound_level, name)
