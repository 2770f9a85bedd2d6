"""How loud is loud: one scale and one set of thresholds for every room, with a browser or without.

The page has the same numbers in `web/live/level.js`, `preflight/sound.js` and `receptions/console_room_order.js`;
a test holds them together.
"""

from __future__ import annotations

FLOOR_DB, FULL_DB = -60.0, -8.0  # of full scale: a quiet room; speech close to the microphone
DEAD_DB = -80.0  # below the noise of any room and any amplifier: it is muted, or its cable is not there
LOUDEST = 100  # as `FULL_DB`; 0: as `FLOOR_DB`
HEARD_LEVEL = 10  # what counts as sound; speech stands far above, a quiet room below
QUIET_S = 10.0  # longer than one breathes: a microphone that gave nothing for so long is a trouble


def level_of(level_db: float) -> int:
    """From dB of full scale to 0 to `LOUDEST`, as `Picture.level` has it."""
    share = (level_db - FLOOR_DB) / (FULL_DB - FLOOR_DB)
    return round(LOUDEST * min(1.0, max(0.0, share)))
