"""The lines that are measured. One preset, one sentence a person can say about a line."""

from __future__ import annotations

from dataclasses import replace

from server.bench.line.conditions import Bursts, Conditions, Phase, Preset

_LAN = Conditions(rate_bps=100e6, queue_bytes=256_000, delay_ms=0.5)
_WIDE = Conditions(
    rate_bps=20e6, queue_bytes=128_000, delay_ms=10
)  # an office's line to the province, on a good day
_ONE_MINUTE = 60.0


def _always(up: Conditions, down: Conditions | None = None) -> tuple[Phase, ...]:
    return (Phase(up, down or up),)


def _for_a_while(before_s: float, bad: Conditions, bad_s: float) -> tuple[Phase, ...]:
    return (Phase(_WIDE, _WIDE, before_s), Phase(bad, bad, bad_s), Phase(_WIDE, _WIDE))


def _thin(rate_bps: float, queue_bytes: int) -> Conditions:
    """A queue of about half a second to a second, as cheap routers have."""
    return Conditions(rate_bps=rate_bps, queue_bytes=queue_bytes, delay_ms=20)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("good-lan", "a good LAN", _always(_LAN), _ONE_MINUTE),
        Preset("good-line", "a good line: 20 Mbit/s, 20 ms there and back", _always(_WIDE), _ONE_MINUTE),
        Preset("loss-2", "2 % of the packets lost", _always(replace(_WIDE, loss=0.02)), _ONE_MINUTE),
        Preset("loss-5", "5 % of the packets lost", _always(replace(_WIDE, loss=0.05)), _ONE_MINUTE),
        Preset(
            "loss-10-for-30-s",
            "10 % lost in bursts of three, for 30 s",
            _for_a_while(10, replace(_WIDE, bursts=Bursts.of(0.10, 3)), 30),
            70,
        ),
        Preset(
            "far-away",
            "300 ms there and back",
            _always(replace(_WIDE, delay_ms=150)),
            _ONE_MINUTE,
            known_before=True,
        ),
        Preset("500-kbit", "500 kbit/s", _always(_WIDE, _thin(500e3, 32_000)), 90),
        Preset(
            "500-kbit-from-the-start",
            "500 kbit/s from the room's first moment",
            _always(_WIDE, _thin(500e3, 32_000)),
            _ONE_MINUTE,
            known_before=True,
        ),
        Preset("150-kbit", "150 kbit/s", _always(_WIDE, _thin(150e3, 16_000)), 90),
        Preset(
            "500-kbit-for-30-s",
            "500 kbit/s for 30 s, then good again",
            (Phase(_WIDE, _WIDE, 15), Phase(_WIDE, _thin(500e3, 32_000), 30), Phase(_WIDE, _WIDE)),
            105,
        ),
        Preset("blackout-20-s", "nothing passes for 20 s", _for_a_while(10, Conditions(dark=True), 20), 60),
        Preset("blackout-60-s", "nothing passes for 60 s", _for_a_while(10, Conditions(dark=True), 60), 100),
        Preset(
            "unruly",
            "late, out of order, twice, and 1 % lost in bursts",
            _always(
                replace(_WIDE, jitter_ms=30, reorders=True, duplicates=0.01, bursts=Bursts.of(0.01, 4)),
            ),
            _ONE_MINUTE,
        ),
    )
}
